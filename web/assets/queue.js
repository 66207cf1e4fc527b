// Keys of the review queue. They can be switched off, and are dead in fields, during the composition of letters (Telex,
// VNI), and with modifier keys. Everything they do is a link or a button of the page.

const help = document.getElementById("phim");
const box = document.getElementById("dung-phim");
const SETTING = "keys";

const setting = {
  isOn() { try { return localStorage.getItem(SETTING) !== "off"; } catch { return true; } },
  set(isOn) { try { localStorage.setItem(SETTING, isOn ? "on" : "off"); } catch { /* Storage is forbidden: for this page only. */ } },
};
let isOn = setting.isOn();

if (help) help.hidden = false;
if (box) {
  box.checked = isOn;
  box.addEventListener("change", () => {
    isOn = box.checked;
    setting.set(isOn);
  });
}

const current = () => document.querySelector(".queue [aria-current]");
const follow = (item) => item?.querySelector("a").click();
const press = (decision) => document.querySelector(`.decide button[value=${decision}]`)?.click();

const acts = {
  j: () => follow(current()?.nextElementSibling ?? document.querySelector(".queue li:not([aria-current])")),
  k: () => follow(current()?.previousElementSibling),
  a: () => press("accept"),
  p: () => press("publish"),
  r: () => document.getElementById("ly-do")?.focus(),
  t: () => document.getElementById("sua")?.click(),
  x: () => current()?.querySelector("[type=checkbox]").click(),
  z: () => document.getElementById("hoan-tac")?.click(),
  "?": () => {
    if (!help) return;
    help.open = !help.open;
    if (help.open) help.querySelector("summary").focus();
  },
};

/** Whether a letter is text here, and no command. */
function isTyping(event) {
  const at = event.target;
  const isField = at.isContentEditable || at.matches("textarea, select, input:not([type=checkbox])");
  return event.isComposing || event.keyCode === 229 || event.ctrlKey || event.altKey || event.metaKey || isField;
}

document.addEventListener("keydown", (event) => {
  if (!isOn || event.repeat || isTyping(event)) return;
  const act = acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
