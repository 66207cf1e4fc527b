// Saves a description while one types: to the draft on the server, when a field is left and every 20 seconds; and to
// this device at once, from where it is restored when one asks for it. Without this script the button saves.

const EVERY_MS = 20_000;
const form = document.getElementById("mo-ta");
const status = document.getElementById("da-luu");
const account = form.elements.csrf.value.split(".")[1];
const isOfFile = (name) => name === "upload" || /^(name|alt)-/.test(name);
const technical = (name) => ["csrf", "revision", "key"].includes(name) || isOfFile(name);

/** The texts of the form. */
function texts() {
  const pairs = [...new FormData(form)].filter(([name, value]) => !technical(name) && typeof value === "string");
  return JSON.stringify(Object.fromEntries(pairs));
}

/** Storage may be full or forbidden; then only the server keeps the text. */
const local = {
  name: () => `draft:${account}:${new URL(form.action).pathname}`,
  read() { try { return localStorage.getItem(this.name()); } catch { return null; } },
  write(text) { try { localStorage.setItem(this.name(), text); } catch { /* as above */ } },
  forget() { try { localStorage.removeItem(this.name()); } catch { /* as above */ } },
};

let saved = texts();
let pending = null;
const isShownAgain = form.dataset.unsaved !== undefined;
let running = null;
let isLeaving = false;

async function send(body) {
  const answer = await fetch(form.action, { method: "POST", body, headers: { accept: "application/json" } });
  const json = await answer.json();
  if (!answer.ok) throw new Error(json.errors?.[0]?.detail ?? json.detail);
  return json;
}

/** From now on the form changes the draft. */
function follow({ draft, revision }) {
  local.forget();
  form.action = draft;
  form.elements.key?.remove();
  for (const field of document.querySelectorAll("[name=revision]")) field.value = revision;
  if (!form.elements.revision) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "revision", value: revision });
    form.append(field);
    history.replaceState(null, "", draft);
  }
}

/** Saves what is not saved yet, once at a time; whether it did. */
function save() {
  if (isLeaving || (texts() === saved && !pending)) return running;
  running ??= saveNow().finally(() => { running = null; });
  return running;
}

async function saveNow() {
  // What may have arrived before the line broke is sent again as it was: so it makes one draft.
  pending ??= { now: texts(), body: new URLSearchParams([...new FormData(form)].filter(([name]) => !isOfFile(name))) };
  try {
    const { now: sent, body } = pending;
    const answer = await send(body);
    pending = null;
    saved = sent;
    follow(answer);
    if (texts() !== saved) local.write(texts());
    const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    status.textContent = `${form.dataset.savedAt} ${time}`;
    return true;
  } catch (error) {
    // A refusal is answered; only a lost line leaves it open whether the text has arrived.
    if (!(error instanceof TypeError)) pending = null;
    status.textContent = `${form.dataset.notSaved} ${error instanceof TypeError ? "" : error.message}`;
    return false;
  }
}

/** The text is saved by the script first, and then forgotten here; so the form and the script never save at once. */
async function saveThenSend(submitter) {
  await running;
  // What is shown again was not saved, though nothing was typed since.
  if (isShownAgain) saved = null;
  const isSaved = await save();
  // What could not be sent before went first.
  if (isSaved && texts() !== saved) await save();
  if (texts() !== saved) local.write(texts());
  isLeaving = true;
  form.requestSubmit(submitter);
}

/** Offers what was typed on this device and never reached the server. */
function offer(text) {
  const note = document.createElement("p");
  note.className = "note row";
  note.append(`${form.dataset.found} `);
  const button = (words, act) => {
    const made = document.createElement("button");
    Object.assign(made, { type: "button", className: "btn alt", textContent: words });
    made.addEventListener("click", () => { act(); note.remove(); });
    note.append(made);
  };
  button(form.dataset.restore, () => {
    for (const [name, value] of Object.entries(JSON.parse(text))) {
      if (form.elements[name]) form.elements[name].value = value;
    }
    save();
  });
  button(form.dataset.discard, () => local.forget());
  form.before(note);
}

const kept = local.read();
if (kept === saved && !isShownAgain) local.forget();
else if (kept && kept !== saved) offer(kept);

let typing;
form.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => { if (texts() !== saved) local.write(texts()); }, 500);
});
form.addEventListener("focusout", save);
let isWaiting = false;
form.addEventListener("submit", (event) => {
  // Files are still being sent.
  if (event.defaultPrevented || isLeaving) return;
  event.preventDefault();
  if (isWaiting) return;
  isWaiting = true;
  saveThenSend(event.submitter).finally(() => { isWaiting = false; });
});
window.addEventListener("pageshow", () => { isLeaving = false; });
window.addEventListener("online", save);
setInterval(save, EVERY_MS);
