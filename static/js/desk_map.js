// A little map of one report: the wards as the city draws them, the pin, and what is similar nearby.
export function startMinimap(box) {
  const L = window.L;
  if (!L) return;
  const here = [Number(box.dataset.lat), Number(box.dataset.lng)];
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  box.classList.add("minimap--live");
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", box.dataset.label);
  const map = L.map(box, { center: here, zoom: 15, scrollWheelZoom: false, attributionControl: false, maxZoom: 18, minZoom: 10 });
  for (const point of JSON.parse(box.dataset.near)) {
    L.circleMarker(point, { radius: 5, color: colour("--indigo"), fillOpacity: 0.5, weight: 2, interactive: false }).addTo(map);
  }
  L.circleMarker(here, { radius: 9, color: colour("--ground"), fillColor: colour("--lacquer"), fillOpacity: 1, weight: 3, interactive: false }).addTo(map);
  const pin = document.querySelector("[name=pin]");
  if (pin) movePin(L, map, pin, colour);
  drawWards(L, map, box.dataset.outlines, colour);
}

// A press on the map, or a place written in the field, moves a second mark there; the field says where it stands.
function movePin(L, map, field, colour) {
  const mark = L.circleMarker(map.getCenter(), { radius: 9, color: colour("--ground"), fillColor: colour("--jade"), fillOpacity: 1, weight: 3, interactive: false });
  map.on("click", ({ latlng }) => {
    field.value = `${latlng.lat.toFixed(6)}, ${latlng.lng.toFixed(6)}`;
    mark.setLatLng(latlng).addTo(map);
  });
  field.addEventListener("change", () => {
    const [lat, lng] = field.value.split(",").map(Number);
    if (Math.abs(lat) <= 90 && Math.abs(lng) <= 180) map.panTo(mark.setLatLng([lat, lng]).addTo(map).getLatLng());
  });
}

async function drawWards(L, map, address, colour) {
  try {
    const answer = await fetch(address);
    if (!answer.ok) return;
    const wards = await answer.json();
    const drawn = L.geoJSON(wards, {
      interactive: false,
      style: { color: colour("--edge"), weight: 1.5, fillColor: colour("--raised"), fillOpacity: 0.6, dashArray: wards.exact ? null : "4 5" },
    });
    drawn.addTo(map).bringToBack();
  } catch {
    // Without outlines the pin still stands on plain paper.
  }
}
