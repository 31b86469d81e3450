// Walk round a pond: each press of the button adds the corner one stands at. Typing works without.
"use strict";
for (const box of document.querySelectorAll("[data-walk]")) {
  const field = document.getElementById(box.dataset.walk);
  const drawing = document.getElementById(box.dataset.drawing);
  const button = box.querySelector("button");
  const status = box.querySelector("[role=status]");
  const corners = () => (field.value.match(/\d+(\.\d+)?\s*,\s*\d+(\.\d+)?/g) || []).map((row) => row.split(",").map(Number));
  const draw = () => {
    const ring = field.value.trim().startsWith("{") ? [] : corners();
    drawing.replaceChildren();
    if (ring.length < 2) return;
    const narrow = Math.cos((ring[0][1] * Math.PI) / 180);
    const flat = ring.map(([lon, lat]) => [(lon - ring[0][0]) * narrow, lat - ring[0][1]]);
    const xs = flat.map((one) => one[0]), ys = flat.map((one) => one[1]);
    const wide = Math.max(...xs) - Math.min(...xs), high = Math.max(...ys) - Math.min(...ys);
    const scale = 88 / Math.max(wide, high, 1e-7);
    const shape = document.createElementNS("http://www.w3.org/2000/svg", "polygon");
    shape.setAttribute("points", flat.map(([x, y]) => `${(96 - wide * scale) / 2 + (x - Math.min(...xs)) * scale},${96 - (96 - high * scale) / 2 - (y - Math.min(...ys)) * scale}`).join(" "));
    drawing.append(shape);
  };
  field.addEventListener("input", draw);
  if (!navigator.geolocation) continue;
  box.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      (found) => {
        const row = `${found.coords.longitude.toFixed(6)}, ${found.coords.latitude.toFixed(6)}`;
        field.value = (field.value.trim() ? `${field.value.trim()}\n` : "") + row;
        status.textContent = box.dataset.done;
        button.disabled = false;
        draw();
      },
      () => { status.textContent = box.dataset.failed; button.disabled = false; },
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 0 },
    );
  });
}
