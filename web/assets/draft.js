// Saves a description while one types: to the draft on the server, when a field is left and every 20 seconds; and to
// this device at once, from where it is restored when one asks for it. Without this script the button saves.

const EVERY_MS = 20_000;
const form = document.getElementById("mo-ta");
const status = document.getElementById("da-luu");
const account = form.elements.csrf.value.split(".")[1];
const technical = (name) => name === "csrf" || name === "revision" || name === "key" || name === "upload" || /^(name|alt)-/.test(name);

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
let isSaving = false;

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

async function save() {
  const now = texts();
  if (isSaving || (now === saved && !pending)) return;
  isSaving = true;
  // What may have arrived before the line broke is sent again as it was: so it makes one draft.
  pending ??= { now, body: new URLSearchParams([...new FormData(form)].filter(([name]) => name !== "upload" && !/^(name|alt)-/.test(name))) };
  try {
    const { now: sent, body } = pending;
    const answer = await send(body);
    pending = null;
    saved = sent;
    follow(answer);
    if (texts() !== saved) local.write(texts());
    const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    status.textContent = `${form.dataset.savedAt} ${time}`;
  } catch (error) {
    // A refusal is answered; only a lost line leaves it open whether the text has arrived.
    if (!(error instanceof TypeError)) pending = null;
    status.textContent = `${form.dataset.notSaved} ${error instanceof TypeError ? "" : error.message}`;
  } finally {
    isSaving = false;
  }
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
if (kept && kept !== saved) offer(kept);

let typing;
form.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => local.write(texts()), 500);
});
form.addEventListener("focusout", save);
form.addEventListener("submit", () => { isSaving = true; local.write(texts()); });
window.addEventListener("pageshow", () => { isSaving = false; });
window.addEventListener("online", save);
setInterval(save, EVERY_MS);
