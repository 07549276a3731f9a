// The circle or the outline of a notice, drawn on a small map: every press writes into the fields, and what is written
// there is drawn. Without scripts the fields are enough.
const box = document.querySelector("[data-area-map]");
const tools = document.querySelector("[data-area-tools]");
const [point, radius, ring] = ["point", "radius", "ring"].map((name) => document.querySelector(`[name=${name}]`));
const said = ({ lat, lng }) => `${lat.toFixed(5)}, ${lng.toFixed(5)}`;
const read = (line) => line.split(",").map(Number);
const isPlace = (pair) => pair.length === 2 && pair.every(Number.isFinite);

if (box && window.L) start(window.L);

function start(L) {
  const bounds = L.latLngBounds(JSON.parse(box.dataset.bounds));
  let shape = ring.value.trim() ? "ring" : "circle";
  box.hidden = tools.hidden = false;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", box.dataset.label);
  const map = L.map(box, { maxBounds: bounds.pad(0.1), attributionControl: false, minZoom: 8, maxZoom: 18, zoomSnap: 0.25, fadeAnimation: false, zoomAnimation: false });
  const drawn = L.featureGroup().addTo(map);
  const corners = () => ring.value.split("\n").filter((line) => line.trim()).map(read).filter(isPlace);

  const draw = () => {
    drawn.clearLayers();
    const look = { className: "told", interactive: false };
    const middle = read(point.value);
    if (point.value.trim() && isPlace(middle)) L.circle(middle, { ...look, radius: Number(radius.value) }).addTo(drawn);
    const edge = corners();
    if (edge.length > 2) L.polygon(edge, look).addTo(drawn);
    for (const corner of edge) L.circleMarker(corner, { ...look, radius: 5 }).addTo(drawn);
    for (const button of tools.querySelectorAll("[data-draw]")) {
      button.setAttribute("aria-pressed", String(button.dataset.draw === shape));
    }
  };
  map.fitBounds(bounds);
  map.on("click", ({ latlng }) => {
    if (shape === "circle") point.value = said(latlng);
    else ring.value = [ring.value.trim(), said(latlng)].filter(Boolean).join("\n");
    draw();
  });
  tools.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    if (button.dataset.draw) {
      shape = button.dataset.draw;
      (shape === "circle" ? ring : point).value = "";
    } else if (shape === "circle") point.value = "";
    else ring.value = ring.value.trim().split("\n").slice(0, -1).join("\n");
    draw();
  });
  for (const field of [point, radius, ring]) field.addEventListener("change", draw);
  draw();
  if (drawn.getLayers().length) map.fitBounds(drawn.getBounds(), { padding: [20, 20], maxZoom: 16 });
  wards(L, map);
}

async function wards(L, map) {
  const answer = await fetch(box.dataset.outlines).catch(() => null);
  if (!answer?.ok) return;
  L.geoJSON(await answer.json(), { interactive: false, style: { className: "ward" } }).addTo(map).bringToBack();
}
