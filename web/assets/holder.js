// For those who are signed in: nothing typed stays on the device after signing out.

document.getElementById("thoat")?.addEventListener("submit", () => {
  try {
    const names = Object.keys(localStorage);
    for (const name of names) if (/^(draft:|tus::)/.test(name)) localStorage.removeItem(name);
  } catch {
    // Storage is forbidden: nothing was kept.
  }
});
