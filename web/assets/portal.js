// Eases pages that work without it: plays from a line of the transcript, copies the credit line.

const player = document.querySelector("audio, video");

/** Plays from a moment, in seconds. */
function playFrom(seconds) {
  if (!player) return;
  player.currentTime = seconds;
  player.play().catch(() => {});
}

/** The start of a Media Fragments address: `#t=4.2`. */
function startOf(hash) {
  const found = /^#t=(\d+(?:\.\d+)?)$/.exec(hash);
  return found ? Number(found[1]) : null;
}

const lines = [...document.querySelectorAll("[data-start]")];

for (const line of lines) {
  line.querySelector("a").addEventListener("click", (event) => {
    event.preventDefault();
    history.replaceState(null, "", `#t=${line.dataset.start}`);
    playFrom(Number(line.dataset.start));
  });
}

player?.addEventListener("timeupdate", () => {
  const heard = lines.filter((line) => Number(line.dataset.start) <= player.currentTime);
  const current = heard.at(-1);
  for (const line of lines) {
    if (line === current) line.setAttribute("aria-current", "true");
    else line.removeAttribute("aria-current");
  }
});

const start = startOf(location.hash);
if (player && start !== null) {
  const seek = () => { player.currentTime = start; };
  if (player.readyState > 0) seek();
  else player.addEventListener("loadedmetadata", seek, { once: true });
  document.getElementById(`t=${lines.find((l) => Number(l.dataset.start) === start)?.dataset.start}`)?.scrollIntoView({ block: "center" });
}

const status = document.getElementById("status");
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue; // Only over https; the text can be selected.
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy).textContent.trim();
    await navigator.clipboard.writeText(text);
    status.textContent = button.dataset.done;
  });
}
