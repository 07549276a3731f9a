// Where a notice holds, on a small map. The page says the same in words.
const box = document.querySelector("[data-notice-map]");
if (box && window.L) draw(window.L);

async function asked(address) {
  const answer = await fetch(address).catch(() => null);
  return answer?.ok ? answer.json() : null;
}

async function draw(L) {
  const [shapes, wards] = await Promise.all([asked(box.dataset.shapes), asked(box.dataset.outlines)]);
  if (!shapes?.features.length) return;
  box.hidden = false;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", box.dataset.label);
  const map = L.map(box, { attributionControl: false, maxZoom: 17, scrollWheelZoom: false, fadeAnimation: false, zoomAnimation: false });
  const held = L.geoJSON(shapes, { interactive: false, style: ({ properties }) => ({ className: `told told--${properties.severity}` }) });
  map.fitBounds(held.getBounds().pad(0.4));
  if (wards) L.geoJSON(wards, { interactive: false, style: { className: "ward" } }).addTo(map);
  held.addTo(map);
}
