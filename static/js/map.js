// The public map. Wards drawn by ourselves, pins and numbers by tile, a base map only where one is configured.
// The address always tells what is seen; everything here stands in the list beside it too.
import { badge, giveWay } from "./map_pins.js";
import { pointLayer } from "./map_points.js";
import { tileLayer } from "./map_tiles.js";

const box = document.querySelector("[data-map]");
const note = document.querySelector("[data-note]");
const CUT = 1.3; // how much larger than the frame the city may be in the first view
const WIDE = matchMedia("(min-width: 60rem)");
let started = false;

if (box && window.L) {
  const opener = document.querySelector("[data-map-open]");
  if (opener) {
    opener.parentElement.classList.add("is-ready");
    opener.addEventListener("click", () => toggle(opener));
  }
  if (WIDE.matches || !opener) start();
  WIDE.addEventListener("change", () => WIDE.matches && start());
}

function toggle(opener) {
  const view = box.closest(".mapview");
  const isOpen = view.classList.toggle("is-open");
  opener.setAttribute("aria-expanded", String(isOpen));
  const words = opener.querySelector("span");
  words.textContent = isOpen ? words.dataset.opened : words.dataset.closed;
  if (isOpen) start();
}

function start() {
  if (started) return;
  started = true;
  const settings = JSON.parse(box.dataset.map);
  const words = JSON.parse(box.dataset.words);
  const bounds = L.latLngBounds(settings.bounds);
  const leaflet = L.map(box, {
    minZoom: settings.minZoom,
    maxZoom: settings.maxZoom,
    maxBounds: bounds.pad(0.1),
    maxBoundsViscosity: 1,
    zoomControl: false,
    attributionControl: Boolean(settings.base),
    fadeAnimation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    zoomAnimation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
  });
  const map = { leaflet, settings, words, bounds, icons: box.dataset.icons, say };
  box.setAttribute("aria-label", words.map);
  box.setAttribute("role", "application");
  L.control.zoom({ zoomInTitle: words.in, zoomOutTitle: words.out, position: "topright" }).addTo(leaflet);
  look(map);
  base(map);
  outlines(map).then((wards) => settings.ward && !box.dataset.at && showWard(map, wards));
  notices(map);
  const open = (marker, code) => card(map, marker, code);
  if (settings.points) points(map, open);
  else tileLayer(map, open);
  giveWay(map, settings.badges.map((one) => badge(map, one).addTo(leaflet)));
  nearMe(map);
  leaflet.on("moveend", () => remember(map));
}

function say(what) {
  note.textContent = note.dataset[what];
  note.hidden = false;
}

function look({ leaflet, bounds }) {
  const [lat, lng, zoom] = box.dataset.at.split(",").map(Number);
  if (box.dataset.at && bounds.contains([lat, lng])) leaflet.setView([lat, lng], zoom);
  else fit(leaflet, bounds);
}

// Whole zooms only: where the next closer one cuts off a little of the city, it shows more than the one that fits.
function fit(leaflet, bounds) {
  const zoom = leaflet.getBoundsZoom(bounds) + 1;
  const size = leaflet.getSize();
  const [low, high] = [bounds.getSouthWest(), bounds.getNorthEast()].map((corner) => leaflet.project(corner, zoom));
  const fills = high.x - low.x <= size.x * CUT && low.y - high.y <= size.y * CUT;
  if (fills) leaflet.setView(bounds.getCenter(), zoom);
  else leaflet.fitBounds(bounds);
}

function remember({ leaflet }) {
  const { lat, lng } = leaflet.getCenter();
  const at = `${lat.toFixed(4)},${lng.toFixed(4)},${leaflet.getZoom()}`;
  const here = new URL(location.href);
  here.searchParams.set("at", at);
  const address = here.href.replaceAll("%2C", ",");
  history.replaceState(null, "", address);
  for (const field of document.querySelectorAll("[data-at]:not(#map)")) field.value = at;
  const other = document.querySelector("a.language");
  if (other) other.search = new URL(address).search;
}

function base({ leaflet, settings, say: tell }) {
  if (!settings.base) return;
  const tiles = L.tileLayer(settings.base, { attribution: settings.attribution, maxZoom: settings.maxZoom });
  tiles.on("tileerror", () => tell("base"));
  box.classList.add("has-base");
  tiles.addTo(leaflet);
}

// What an address answers; null where the server or the network does not.
async function asked(address) {
  const answer = await fetch(address).catch(() => null);
  return answer?.ok ? answer : null;
}

async function outlines({ leaflet, settings }) {
  const answer = await asked(settings.outlines);
  if (!answer) return null;
  const collection = await answer.json();
  leaflet.createPane("wards").style.zIndex = 250;
  leaflet.createPane("names").style.zIndex = 260;
  const wards = L.geoJSON(collection, {
    pane: "wards",
    interactive: false,
    style: ({ properties }) => ({ className: `ward${properties.code === settings.ward ? " ward--chosen" : ""}${collection.exact ? "" : " ward--sketch"}` }),
  }).addTo(leaflet);
  for (const { properties } of collection.features) {
    const html = `<span>${properties[`name_${settings.language}`]}</span>`;
    L.marker([properties.lat, properties.lng], {
      icon: L.divIcon({ className: "wardname", html, iconSize: [120, 20] }),
      pane: "names",
      interactive: false,
      keyboard: false,
    }).addTo(leaflet);
  }
  const near = () => box.classList.toggle("shows-names", leaflet.getZoom() >= 13);
  leaflet.on("zoomend", near);
  near();
  return wards;
}

// Where notices of the city hold. The list beside the map names them too.
async function notices({ leaflet, settings }) {
  const answer = settings.notices ? await asked(settings.notices) : null;
  if (!answer) return;
  leaflet.createPane("notices").style.zIndex = 300;
  L.geoJSON(await answer.json(), {
    pane: "notices",
    style: ({ properties }) => ({ className: `told told--${properties.severity}` }),
    onEachFeature: ({ properties }, layer) => {
      layer.bindTooltip(Object.assign(document.createElement("span"), { textContent: properties.title }), { sticky: true });
      layer.on("click", () => location.assign(properties.url));
    },
  }).addTo(leaflet);
}

function showWard({ leaflet, settings }, wards) {
  wards?.eachLayer((one) => {
    if (one.feature.properties.code === settings.ward) leaflet.fitBounds(one.getBounds());
  });
}

async function points(map, open) {
  const answer = await asked(map.settings.points);
  if (!answer) return map.say("lost");
  const found = await answer.json();
  pointLayer(map, found.points, open);
  if (found.more) map.say("many");
  if (found.points.length && !box.dataset.at) {
    map.leaflet.fitBounds(found.points.map(([lat, lng]) => [lat, lng]), { maxZoom: 16, padding: [40, 40] });
  }
}

async function card({ leaflet, settings, say: tell, words }, marker, code) {
  const answer = await asked(settings.card.replace("000000000", code));
  if (!answer) return tell("lost");
  const popup = L.popup({ className: "mapcard", maxWidth: 320, minWidth: 240, offset: [0, -6] })
    .setLatLng(marker.getLatLng())
    .setContent(await answer.text())
    .openOn(leaflet);
  const element = popup.getElement();
  element.querySelector(".leaflet-popup-close-button")?.setAttribute("aria-label", words.close);
  element.querySelector("a")?.focus({ preventScroll: true });
  element.addEventListener("keydown", (event) => event.key === "Escape" && leaflet.closePopup(popup));
  popup.on("remove", () => (marker.getElement() ?? box).focus({ preventScroll: true }));
}

function nearMe({ leaflet, bounds, words, icons }) {
  if (!navigator.geolocation || "alone" in box.dataset) return;
  const control = L.control({ position: "topright" });
  control.onAdd = () => {
    const button = L.DomUtil.create("button", "map__near");
    button.type = "button";
    button.title = words.near;
    button.setAttribute("aria-label", words.near);
    button.innerHTML = `<svg class="icon" aria-hidden="true"><use href="${icons}#i-current-location"></use></svg>`;
    L.DomEvent.disableClickPropagation(button);
    button.addEventListener("click", () =>
      navigator.geolocation.getCurrentPosition(({ coords }) => {
        const here = [coords.latitude, coords.longitude];
        if (bounds.contains(here)) leaflet.setView(here, 16);
      }),
    );
    return button;
  };
  control.addTo(leaflet);
}
