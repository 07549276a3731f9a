// The circle of an alert on a small map: a press moves its middle, the chosen distance is its reach, and the fields
// say the same. Choosing a ward puts the map away; without scripts the fields are enough.
const box = document.querySelector("[data-alert-map]");
const [ward, point, radius] = ["ward", "point", "radius"].map((name) => document.querySelector(`[name=${name}]`));
const circlePart = document.querySelector("[data-circle]");

if (box && window.L) start(window.L);
ward?.addEventListener("change", show);
show();

function show() {
  if (circlePart) circlePart.hidden = Boolean(ward.value);
  if (!ward.value && box) box.dispatchEvent(new Event("shown"));
}

function start(L) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const bounds = L.latLngBounds(JSON.parse(box.dataset.bounds));
  box.hidden = false;
  box.classList.add("minimap--live");
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", box.dataset.label);
  const map = L.map(box, { maxBounds: bounds.pad(0.1), attributionControl: false, minZoom: 8, maxZoom: 18 });
  const circle = L.circle(bounds.getCenter(), { radius: Number(radius.value), color: colour("--jade"), fillOpacity: 0.15, weight: 2, interactive: false });
  const place = () => {
    const [lat, lng] = point.value.split(",").map(Number);
    return point.value.trim() && bounds.contains([lat, lng]) ? [lat, lng] : null;
  };
  const draw = () => {
    const here = place();
    circle.setRadius(Number(radius.value));
    if (!here) return circle.remove();
    circle.setLatLng(here).addTo(map);
    map.fitBounds(circle.getBounds(), { padding: [20, 20], maxZoom: 16, animate: false });
  };
  map.fitBounds(bounds);
  map.on("click", ({ latlng }) => {
    point.value = `${latlng.lat.toFixed(5)}, ${latlng.lng.toFixed(5)}`;
    draw();
  });
  for (const field of [point, radius]) field.addEventListener("change", draw);
  box.addEventListener("shown", () => {
    map.invalidateSize();
    draw();
  });
  draw();
  wards(L, map, colour);
}

async function wards(L, map, colour) {
  const answer = await fetch(box.dataset.outlines).catch(() => null);
  if (!answer?.ok) return;
  const drawn = await answer.json();
  L.geoJSON(drawn, { interactive: false, style: { color: colour("--edge"), weight: 1.5, fillColor: colour("--raised"), fillOpacity: 0.6, dashArray: drawn.exact ? null : "4 5" } })
    .addTo(map)
    .bringToBack();
}
