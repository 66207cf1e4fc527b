// Passkeys (WebAuthn Level 3): adds one on the page of the account, signs in with one. Both work only over https with a
// browser that has the JSON forms; elsewhere their controls stay hidden.

const isPossible =
  window.isSecureContext &&
  typeof window.PublicKeyCredential?.parseRequestOptionsFromJSON === "function" &&
  typeof window.PublicKeyCredential?.parseCreationOptionsFromJSON === "function";

/** Posts JSON; `csrf` is the field of the forms of this page, if it has any. */
async function post(path, body, csrf) {
  const headers = { "content-type": "application/json" };
  if (csrf) headers["x-csrf-token"] = csrf.split(".")[0];
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  const json = await answer.json();
  if (!answer.ok) throw new Error(json.detail);
  return json;
}

async function add(form) {
  const { csrf, begin, finish } = form.dataset;
  const { options, ceremony } = await post(begin, {}, csrf);
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const credential = (await navigator.credentials.create({ publicKey })).toJSON();
  await post(finish, { label: form.elements.label.value, ceremony, credential }, csrf);
  location.hash = "#khoa";
  location.reload();
}

/** Signs in; what was typed before the session ended is shown again. */
async function signIn(form) {
  const { begin, finish } = form.dataset;
  const { options, ceremony } = await post(begin, {});
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const credential = (await navigator.credentials.get({ publicKey })).toJSON();
  const { csrf_token: token } = await post(finish, { ceremony, credential });
  form.elements.csrf.value = token;
  form.submit();
}

/** Runs when the form is sent, and says when it failed. */
function offer(form, run) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const status = form.querySelector("[role=status]");
    status.textContent = "";
    try {
      await run(form);
    } catch (error) {
      status.textContent = `${form.dataset.failed} ${error.message}`;
    }
  });
}

const adding = document.getElementById("them-khoa");
if (isPossible && adding) offer(adding, add);
const signingIn = document.getElementById("vao-bang-khoa");
if (isPossible && signingIn) offer(signingIn, signIn);
