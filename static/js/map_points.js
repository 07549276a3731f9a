// The reports of a search as pins. Those that would lie on each other are one number until one looks closer.
import { cluster, pin } from "./map_pins.js";
import { closer } from "./map_tiles.js";

const SIDE = 44; // pixels: a finger
const OPEN = "uow";

export function pointLayer(map, points, open) {
  const layer = L.layerGroup().addTo(map.leaflet);
  const draw = () => {
    layer.clearLayers();
    for (const group of grouped(map.leaflet, points)) layer.addLayer(marker(map, group, open));
  };
  map.leaflet.on("zoomend", draw);
  draw();
}

function grouped(leaflet, points) {
  const groups = [];
  const zoom = leaflet.getZoom() ?? leaflet.getMinZoom();
  for (const point of points) {
    const at = leaflet.project([point[0], point[1]], zoom);
    const near = groups.find((one) => Math.abs(one.at.x - at.x) < SIDE && Math.abs(one.at.y - at.y) < SIDE);
    if (near) near.points.push(point);
    else groups.push({ at, points: [point] });
  }
  return groups;
}

function marker(map, { points }, open) {
  const [lat, lng, code, letter] = points[0];
  if (points.length === 1) return pin(map, [lat, lng], code, letter, open);
  const isOpen = points.filter((one) => OPEN.includes(one[3])).length;
  const at = L.latLng(lat, lng);
  return cluster(map, at, points.length, isOpen, () => closer(map, at));
}
