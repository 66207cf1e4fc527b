// Eases pages that work without it: copies the texts of fields.

const status = document.getElementById("status");

/** Copies by the clipboard, which browsers offer over https only; else as the menu of the browser would. */
async function copy(field) {
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    field.select();
    if (!document.execCommand("copy")) return false;
  }
  return true;
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const isDone = await copy(document.getElementById(button.dataset.copy));
    if (isDone && status) status.textContent = button.dataset.done;
    if (isDone) button.textContent = button.dataset.done;
  });
}
