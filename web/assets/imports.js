// Shows how far an import is without reloading, by server-sent events; loads the page anew at the end.

const place = document.getElementById("tien-do");
const number = document.getElementById("xong");

if (place && number) {
  const events = new EventSource(place.dataset.events);
  events.addEventListener("progress", (event) => {
    const state = JSON.parse(event.data);
    const { created, changed, unchanged, refused } = state.imported;
    number.textContent = String(created + changed + unchanged + refused);
    if (state.state !== "running") {
      events.close();
      location.reload();
    }
  });
}
