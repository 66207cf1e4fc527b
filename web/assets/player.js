// Eases a page with a recording, which works without it: the waveform becomes a slider, lines of the transcript play from
// their second, and one can find words in them.

const players = [...document.querySelectorAll("audio, video")];
const lines = [...document.querySelectorAll("[data-start]")].map((item) => ({
  item,
  start: Number(item.dataset.start),
  text: item.querySelector("p").textContent,
}));

const clock = (seconds) => {
  const whole = Math.floor(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const two = (number) => String(number).padStart(2, "0");
  const rest = `${hours ? two(minutes) : minutes}:${two(whole % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
};

/** Seconds in words: `1 phút 4 giây`. */
function inWords(seconds, { minute, second }) {
  const whole = Math.floor(seconds);
  const rest = `${whole % 60} ${second}`;
  return whole < 60 ? rest : `${Math.floor(whole / 60)} ${minute} ${rest}`;
}

// The slider.

const steps = { ArrowLeft: -5, ArrowDown: -5, ArrowRight: 5, ArrowUp: 5, PageDown: -30, PageUp: 30 };

function makeSlider(wave, player) {
  const picture = wave.querySelector("img");
  const now = wave.nextElementSibling.querySelector("[data-clock]");
  const length = () => (Number.isFinite(player.duration) ? player.duration : Number(wave.dataset.seconds));
  const layers = ["all", "played"].map((name) => {
    const layer = document.createElement("span");
    layer.className = name;
    layer.style.maskImage = layer.style.webkitMaskImage = `url("${picture.src}")`;
    return layer;
  });
  const head = document.createElement("span");
  head.className = "head";
  wave.append(...layers, head);
  wave.classList.add("live");
  picture.alt = "";
  const attributes = { role: "slider", tabindex: "0", "aria-label": wave.dataset.label, "aria-valuemin": "0" };
  for (const [name, value] of Object.entries(attributes)) wave.setAttribute(name, value);
  wave.nextElementSibling.hidden = false;

  const show = () => {
    const [at, end] = [player.currentTime, length()];
    const part = end > 0 ? Math.min(1, at / end) : 0;
    wave.style.setProperty("--at", `${part * 100}%`);
    wave.setAttribute("aria-valuemax", String(Math.round(end)));
    wave.setAttribute("aria-valuenow", String(Math.round(at)));
    const words = (seconds) => inWords(seconds, wave.dataset);
    wave.setAttribute("aria-valuetext", `${words(at)} ${wave.dataset.within} ${words(end)}`);
    now.textContent = clock(at);
  };
  const seek = (seconds) => {
    player.currentTime = Math.max(0, Math.min(length(), seconds));
    show();
    markCurrent();
  };
  wave.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const to = { Home: 0, End: length() }[event.key] ?? player.currentTime + steps[event.key];
    if (Number.isNaN(to)) return;
    event.preventDefault();
    seek(to);
  });
  const seekTo = (event) => {
    const { left, width } = wave.getBoundingClientRect();
    seek(((event.clientX - left) / width) * length());
  };
  wave.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    wave.setPointerCapture(event.pointerId);
    seekTo(event);
  });
  wave.addEventListener("pointermove", (event) => {
    if (wave.hasPointerCapture(event.pointerId)) seekTo(event);
  });
  for (const name of ["timeupdate", "durationchange", "seeked"]) player.addEventListener(name, show);
  show();
}

// The transcript.

// The server marks the line of the address; from here on the player does.
for (const { item } of lines) item.removeAttribute("aria-current");

function markCurrent() {
  const at = players[0].currentTime;
  const hasBegun = at > 0 || !players[0].paused;
  // Of several transcripts each has its current line.
  const current = new Map();
  for (const { item, start } of lines) if (hasBegun && start <= at) current.set(item.parentElement, item);
  for (const { item } of lines) {
    const isCurrent = item === current.get(item.parentElement);
    if (isCurrent === item.hasAttribute("aria-current")) continue;
    item.removeAttribute("aria-current");
    item.querySelector(".now")?.remove();
    if (!isCurrent) continue;
    item.setAttribute("aria-current", "true");
    const now = document.createElement("span");
    now.className = "now";
    now.lang = document.documentElement.lang;
    now.textContent = item.parentElement.dataset.now;
    item.lastElementChild.prepend(now);
  }
}

function linkLines(player) {
  for (const { item, start } of lines) {
    item.querySelector("a").addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      history.replaceState(null, "", event.currentTarget.href);
      player.currentTime = start;
      player.play().catch(() => {});
      markCurrent();
    });
  }
  for (const button of document.querySelectorAll("[data-copy-line]")) {
    if (!navigator.clipboard) continue; // Only over https; the link of the line can be copied.
    button.hidden = false;
    const own = lines.filter(({ item }) => button.closest("section").contains(item));
    button.addEventListener("click", async () => {
      const line = own.find(({ item }) => item.hasAttribute("aria-current")) ?? own[0];
      const title = document.querySelector("h1").textContent.trim();
      const link = line.item.querySelector("a");
      await navigator.clipboard.writeText(`“${line.text}” (${title}, ${clock(line.start)}). ${link.href}`);
      button.textContent = button.dataset.done;
    });
  }
}

/** The letters of a text without case and marks, one for each character, so that positions stay. */
const folded = (text) =>
  [...text].map((letter) => letter.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replace("đ", "d")[0] ?? " ").join("");

/** Shows a text with what was found in it marked. */
function mark(paragraph, text, word) {
  const letters = [...text];
  const plain = folded(text);
  const parts = [];
  let done = 0;
  for (let at = word ? plain.indexOf(word) : -1; at >= 0; at = plain.indexOf(word, done)) {
    const found = document.createElement("mark");
    found.textContent = letters.slice(at, at + word.length).join("");
    parts.push(letters.slice(done, at).join(""), found);
    done = at + word.length;
  }
  parts.push(letters.slice(done).join(""));
  const now = paragraph.querySelector(".now");
  paragraph.replaceChildren(...(now ? [now] : []), ...parts);
  return parts.length > 1;
}

function findIn(form) {
  const [input, status] = [form.querySelector("input"), form.querySelector("[role=status]")];
  const own = lines.filter(({ item }) => item.parentElement === form.nextElementSibling);
  let found = [];
  let shown = -1;
  form.hidden = false;
  input.addEventListener("input", () => {
    const word = folded(input.value.normalize("NFC").trim());
    found = own.filter(({ item, text }) => mark(item.querySelector("p"), text, word));
    shown = -1;
    const count = found.length ? `${found.length} ${form.dataset.found}` : form.dataset.none;
    status.textContent = word ? count : "";
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!found.length) return;
    shown = (shown + 1) % found.length;
    found[shown].item.scrollIntoView({ block: "center" });
    found[shown].item.querySelector("a").focus({ preventScroll: true });
  });
}

/** The moment in the address: `#t=83`, else `?t=1:23`. */
function momentOfAddress() {
  const hash = /^#t=([\d.]+)$/.exec(location.hash);
  const text = hash?.[1] ?? new URLSearchParams(location.search).get("t") ?? "";
  if (!/^\d+(:\d+)*([.,]\d+)?$/.test(text)) return null;
  return text.replace(",", ".").split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

if (players.length) {
  const moment = momentOfAddress();
  if (moment !== null) players[0].currentTime = moment;
  for (const wave of document.querySelectorAll(".wave")) {
    makeSlider(wave, wave.parentElement.querySelector("audio, video"));
  }
  linkLines(players[0]);
  for (const name of ["timeupdate", "seeked", "play"]) players[0].addEventListener(name, markCurrent);
  for (const form of document.querySelectorAll(".find-line")) findIn(form);
  if (moment !== null) markCurrent();
}
