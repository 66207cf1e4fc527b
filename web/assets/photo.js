// Eases the page of a picture: arrow keys turn to its neighbours. They replace each other in the history, so that Back
// leads to where the reader came from.

const isTyping = (event) => event.target.closest?.("input, textarea, select, [contenteditable]");
const hasModifier = (event) => event.altKey || event.ctrlKey || event.metaKey || event.shiftKey;
const keys = { ArrowLeft: "prev", ArrowRight: "next" };

const turn = (link) => location.replace(link.href);

document.addEventListener("keydown", (event) => {
  const link = document.querySelector(`.turn [rel=${keys[event.key]}]`);
  if (!link || isTyping(event) || hasModifier(event)) return;
  event.preventDefault();
  turn(link);
});

for (const link of document.querySelectorAll(".turn a")) {
  link.addEventListener("click", (event) => {
    if (event.button !== 0 || hasModifier(event)) return;
    event.preventDefault();
    turn(link);
  });
}

const hint = document.querySelector("[data-keys]");
if (hint) hint.hidden = false;
