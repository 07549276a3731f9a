// The map moves under a fixed cross. Pressing it, the arrows and the keys move it too; the form carries the middle.
import { device } from "./report-device.js";

const L = window.L;
const form = document.querySelector("[data-pin]");
const said = form.dataset;
const spot = form.querySelector("[data-spot] span");
const CLOSE = said.tiles ? 17 : 15; // without streets to see, the ward's outline and landmarks say more
const STEP = 40;
const CALM = { animate: !matchMedia("(prefers-reduced-motion: reduce)").matches };

document.documentElement.classList.add("scripted");
for (const part of form.querySelectorAll("[data-map-part]")) part.hidden = false;
const fields = form.elements;
const bounds = L.latLngBounds([+said.south, +said.west], [+said.north, +said.east]);
const known = typed();

const map = L.map(form.querySelector("[data-map]"), {
  zoomControl: false,
  attributionControl: Boolean(said.attribution),
  maxBounds: bounds.pad(0.2),
  minZoom: +said.minZoom,
  maxZoom: 19,
  keyboardPanDelta: STEP,
  zoomAnimation: CALM.animate,
});
if (said.tiles) L.tileLayer(said.tiles, { attribution: said.attribution, maxZoom: 19 }).addTo(map);
if (known) map.setView(known, said.area ? 14 : CLOSE);
else map.fitBounds(bounds);
outlines();
landmarks();

let chosen = Boolean(known);
let moving = 0;
map.on("moveend", () => take(map.getCenter(), "map"));
map.on("click", (event) => map.panTo(event.latlng, CALM));

for (const button of form.querySelectorAll("[data-pan]")) {
  const [x, y] = button.dataset.pan.split(",").map(Number);
  button.addEventListener("click", () => map.panBy([x * STEP, y * STEP], CALM));
}
for (const button of form.querySelectorAll("[data-zoom]")) {
  button.addEventListener("click", () => map.setZoom(map.getZoom() + +button.dataset.zoom, CALM));
}
for (const name of ["lat", "lng"]) {
  fields[name].addEventListener("change", () => {
    const place = typed();
    if (place) settle(place, "typed");
  });
}

form.querySelector("[data-me]").addEventListener("click", async (event) => {
  const button = event.currentTarget;
  button.disabled = true;
  spot.textContent = said.asking;
  try {
    const here = await device(10_000);
    settle(here, "device", here.accuracy);
  } catch (error) {
    spot.textContent = error.code === 1 ? said.denied : error.code === 3 ? said.slow : said.unavailable;
  } finally {
    button.disabled = false;
  }
});

// A place that was told, not dragged: its source stays until the map is moved again.
function settle(place, source, accuracy) {
  moving += 1;
  map.once("moveend", () => {
    moving -= 1;
    chosen = true;
    write(place, source, accuracy);
  });
  map.setView([place.lat, place.lng], Math.max(map.getZoom(), CLOSE), { animate: false });
}

function take(middle, source) {
  if (moving) return;
  if (!chosen && map.getZoom() < 13) {
    spot.textContent = said.closer;
    return;
  }
  if (known && middle.distanceTo(typed() ?? middle) < 1) return;
  chosen = true;
  write(middle, source);
}

function write(place, source, accuracy) {
  fields.lat.value = place.lat.toFixed(6);
  fields.lng.value = place.lng.toFixed(6);
  fields.source.value = source;
  fields.accuracy.value = accuracy ? Math.round(accuracy) : "";
  fields.address.value = "";
  tell();
}

// The coordinates in the fields, with a decimal comma too; null for what is no place on earth.
function typed() {
  const [lat, lng] = [fields.lat, fields.lng].map((field) => parseFloat(field.value.replace(",", ".")));
  return Math.abs(lat) <= 90 && Math.abs(lng) <= 180 ? L.latLng(lat, lng) : null;
}

let waiting;
function tell() {
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const answer = await fetch(`${said.where}?lat=${fields.lat.value}&lng=${fields.lng.value}`);
    const where = await answer.json();
    spot.textContent = where.said;
    spot.classList.toggle("is-outside", !where.inside);
    offer(where.offered, where.ward);
  }, 350);
}

// Where no border tells, the nearest wards are to choose from, and a choice made stays while it is offered. Beside a
// border the ward of the pin is chosen beforehand.
function offer(wards, likely) {
  const place = form.querySelector("[data-offered]");
  const kept = likely || place.querySelector("input:checked")?.value;
  place.replaceChildren();
  if (!wards.length) return;
  const part = form.querySelector("[data-ward-choices]").content.cloneNode(true);
  for (const { code, name } of wards) {
    const label = Object.assign(document.createElement("label"), { className: "choice" });
    const radio = Object.assign(document.createElement("input"), { type: "radio", name: "ward", value: code });
    radio.checked = code === kept;
    label.append(radio, Object.assign(document.createElement("span"), { textContent: name }));
    part.querySelector(".choices").append(label);
  }
  place.append(part);
}

function landmarks() {
  for (const { dataset, textContent } of form.querySelectorAll("[data-sites] li")) {
    const dot = L.circleMarker([+dataset.lat, +dataset.lng], { radius: 4, interactive: false, className: "site-dot" });
    const name = Object.assign(document.createElement("span"), { textContent });
    dot.bindTooltip(name, { permanent: true, direction: "right", className: "ward-name", offset: [4, 0] });
    const show = () => (map.getZoom() >= 14 ? dot.addTo(map) : dot.remove());
    map.on("zoomend", show);
    show();
  }
}

async function outlines() {
  const answer = await fetch(said.outlines).catch(() => null);
  if (!answer?.ok) return;
  const named = document.documentElement.lang === "en" ? "name_en" : "name_vi";
  const wards = await answer.json();
  const className = `ward-line${wards.exact ? "" : " ward-line--sketch"}`;
  const layer = L.geoJSON(wards, { interactive: false, className, style: { weight: 1, fillOpacity: 0.6 } });
  layer.eachLayer((ward) => {
    const { lat, lng } = ward.feature.properties;
    const label = L.tooltip({ permanent: true, direction: "center", className: "ward-name", opacity: 1 });
    const name = document.createElement("span");
    name.textContent = ward.feature.properties[named];
    ward.label = label.setLatLng([lat, lng]).setContent(name);
  });
  layer.addTo(map).bringToBack();
  const names = () => {
    layer.eachLayer((ward) => {
      const show = map.getZoom() >= 12 && map.getBounds().intersects(ward.getBounds());
      if (show && !map.hasLayer(ward.label)) map.addLayer(ward.label);
      if (!show && map.hasLayer(ward.label)) map.removeLayer(ward.label);
    });
  };
  map.on("moveend", names);
  names();
}
