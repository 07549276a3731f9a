// Our own tiles: JSON by address, at most 64 numbers or pins each, drawn as markers while their tile is in view.
import { cluster, pin } from "./map_pins.js";

const SIDE = 512; // pixels of a tile on the screen: a tile of zoom z stands on the map at zoom z + 1
const GRID = 8;
const UNITS = 256;
const BREADTH = 7.5; // of the 256: fifteen pixels
const EXACT_FROM = 18;

export function tileLayer(map, open) {
  const pins = L.layerGroup().addTo(map.leaflet);
  const drawn = new Map();
  const layer = L.gridLayer({
    tileSize: SIDE,
    zoomOffset: -1,
    updateWhenIdle: true,
    keepBuffer: 1,
    minZoom: map.settings.minZoom,
    maxZoom: map.settings.maxZoom,
    bounds: map.bounds,
  });
  layer.createTile = (coords, done) => {
    const tile = document.createElement("div");
    const key = name(coords);
    const asked = new AbortController();
    drawn.set(key, { asked, markers: [] });
    fetch(address(map, coords), { signal: asked.signal })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
      .then((rows) => {
        const entry = drawn.get(key);
        if (!entry || coords.z !== map.leaflet.getZoom()) return;
        entry.markers = rows.map((row) => marker(map, coords, row, open));
        for (const one of entry.markers) pins.addLayer(one);
        done(null, tile);
      })
      .catch((error) => {
        if (error.name !== "AbortError") map.say("lost");
        done(error, tile);
      });
    return tile;
  };
  layer.on("tileunload", ({ coords }) => forget(name(coords)));
  map.leaflet.on("zoomstart", () => [...drawn.keys()].forEach(forget));

  function forget(key) {
    const entry = drawn.get(key);
    if (!entry) return;
    entry.asked.abort();
    for (const one of entry.markers) pins.removeLayer(one);
    drawn.delete(key);
  }
  return layer.addTo(map.leaflet);
}

function name({ x, y, z }) {
  return `${z}/${x}/${y}`;
}

function address(map, { x, y, z }) {
  const query = new URLSearchParams(map.settings.query).toString();
  return `${map.settings.tiles}${z - 1}/${x}/${y}.json${query ? `?${query}` : ""}`;
}

function marker(map, coords, row, open) {
  const at = (right, down) =>
    map.leaflet.unproject([(coords.x + right / UNITS) * SIDE, (coords.y + down / UNITS) * SIDE], coords.z);
  const side = UNITS / GRID;
  if (row.length === 4) {
    const [x, y] = row.slice(0, 2).map((one) => apart(one + 0.5, side, coords.z));
    return pin(map, at(x, y), row[2], row[3], open);
  }
  const [square, n, isOpen] = row;
  const middle = at(((square % GRID) + 0.5) * side, (Math.floor(square / GRID) + 0.5) * side);
  return cluster(map, middle, n, isOpen, () => closer(map, middle));
}

// Seen from afar a pin keeps a finger's breadth from the edge of its square, so that no two lie on each other.
function apart(place, side, zoom) {
  if (zoom >= EXACT_FROM) return place;
  const start = Math.floor(place / side) * side;
  return start + Math.min(Math.max(place - start, BREADTH), side - BREADTH);
}

export function closer(map, middle) {
  const zoom = map.leaflet.getZoom();
  if (zoom < map.settings.maxZoom) map.leaflet.setView(middle, Math.min(zoom + 2, map.settings.maxZoom));
  else location.assign(`${map.settings.near}?lat=${middle.lat.toFixed(5)}&lng=${middle.lng.toFixed(5)}`);
}
