// Sends files while the form is filled in, by tus (resumable uploads): a lost line goes on where it broke, one bad file
// stops no other. The form names the uploads, and becomes their work when it is sent. Without this script there is a
// step of its own for files.

const place = document.getElementById("tep-gui");
const form = document.getElementById("mo-ta");
const status = document.getElementById("cho-tep");
const list = place.querySelector("ul");
const words = place.dataset;
const csrf = form.elements.csrf.value.split(".")[0];
const RETRY_MS = [500, 1000, 3000, 5000, 10_000];

place.hidden = false;
// One way to add files is enough.
document.getElementById("gui-tep")?.setAttribute("hidden", "");

/** Loaded when the first file is chosen. */
async function tus() {
  if (!window.tus) await import(words.tus);
  return window.tus;
}

// The rows of files, and the button that waits for them to be sent.
const rows = new Set();
let waiting = null;
const isBad = (item) => item.classList.contains("bad");
const isOpen = (item) => !isBad(item) && !item.querySelector("[name=upload]");

/** Sends the form when its files are sent; not when one was refused meanwhile, which one should see. */
function goOn() {
  if (!waiting) return;
  const { submitter, refused } = waiting;
  const isRefused = [...rows].some((item) => isBad(item) && !refused.has(item));
  if (!isRefused && [...rows].some(isOpen)) return;
  waiting = null;
  status.textContent = isRefused ? words.notSaved : "";
  if (!isRefused) form.requestSubmit(submitter);
}

// Before the handler of draft.js, which leaves a form alone that waits.
form.addEventListener("submit", (event) => {
  if (![...rows].some(isOpen)) return;
  event.preventDefault();
  waiting = { submitter: event.submitter, refused: new Set([...rows].filter(isBad)) };
  status.textContent = words.saveLater;
});

function element(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}

/** The row of a file. */
function row(name) {
  const item = element("li", {});
  const state = element("span", { className: "state", textContent: words.waiting });
  const bar = element("progress", { max: 1, value: 0 });
  bar.setAttribute("aria-label", name);
  const title = element("bdi", { textContent: name });
  const buttons = element("span", { className: "row" });
  item.append(title, " ", state, bar, buttons);
  list.append(item);
  rows.add(item);
  const button = (text, act) => {
    const made = element("button", { type: "button", className: "btn bare", textContent: text });
    made.append(element("span", { className: "vh", textContent: ` ${name}` }));
    made.addEventListener("click", act);
    buttons.append(made);
    return made;
  };
  return { item, state, bar, button };
}

function remove(item) {
  item.remove();
  rows.delete(item);
}

/** The files that the form names or will name, those it was shown with included. */
function named() {
  const shown = [...form.querySelectorAll("[name=upload]")].filter((field) => !list.contains(field));
  return shown.length + [...rows].filter((item) => !isBad(item)).length;
}

/** The form names an upload, and what a picture shows. */
function claim(item, id, file) {
  const field = (name, value) => item.append(element("input", { type: "hidden", name, value }));
  field("upload", id);
  field(`name-${id}`, file.name);
  if (!file.type.startsWith("image/")) return;
  const label = element("label", { textContent: words.alt, htmlFor: `alt-${id}` });
  item.append(label, element("input", { name: `alt-${id}`, id: `alt-${id}` }));
}

async function send(file) {
  const { item, state, bar, button } = row(file.name);
  const leaveOut = (text) => button(text, () => { remove(item); goOn(); });
  if (named() > Number(words.limit)) {
    state.textContent = `${words.failed}: ${words.full}`;
    bar.remove();
    item.classList.add("bad");
    leaveOut(words.remove);
    return;
  }
  let library;
  try {
    library = await tus();
  } catch {
    state.textContent = words.paused;
    button(words.retry, () => { remove(item); send(file); });
    leaveOut(words.remove);
    return;
  }
  const { Upload } = library;
  const upload = new Upload(file, {
    endpoint: words.endpoint,
    retryDelays: RETRY_MS,
    headers: { "x-csrf-token": csrf },
    metadata: { filename: file.name, filetype: file.type },
    removeFingerprintOnSuccess: true,
    onShouldRetry: (error) => !((error.originalResponse?.getStatus() ?? 0) in { 400: 1, 401: 1, 403: 1, 413: 1, 422: 1, 507: 1 }),
    onProgress: (sent, all) => {
      bar.value = all ? sent / all : 1;
      state.textContent = words.sending;
    },
    onError: (error) => {
      const answer = error.originalResponse;
      let why = words.paused;
      if (answer) why = `${words.failed}: ${reason(answer)}`;
      state.textContent = why;
      item.classList.toggle("bad", Boolean(answer));
      retry.hidden = false;
      goOn();
    },
    onSuccess: () => {
      bar.remove();
      retry.remove();
      state.textContent = words.done;
      item.classList.add("ok");
      claim(item, upload.url.split("/").at(-1), file);
      goOn();
    },
  });
  const start = () => {
    retry.hidden = true;
    item.classList.remove("bad");
    upload.start();
  };
  const retry = button(words.retry, start);
  retry.hidden = true;
  button(words.remove, () => {
    upload.abort(true).catch(() => {});
    remove(item);
    goOn();
  });
  window.addEventListener("online", () => { if (!retry.hidden && retry.isConnected) start(); });
  const [earlier] = await upload.findPreviousUploads();
  if (earlier) upload.resumeFromPreviousUpload(earlier);
  upload.start();
}

/** Why the archive refused a file. */
function reason(answer) {
  try {
    return JSON.parse(answer.getBody()).detail;
  } catch {
    return String(answer.getStatus());
  }
}

document.getElementById("chon-tep").addEventListener("change", (event) => {
  for (const file of event.target.files) send(file);
  event.target.value = "";
});
