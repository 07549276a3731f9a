// The form that needs no network. Everything typed is kept on this phone as one types; "send" puts it among what
// waits, and that sends itself. `#id` in the address says which draft this is.
import { device } from "./report-device.js";
import { placeInside } from "./report-exif.js";
import { shrink } from "./report-shrink.js";
import * as store from "./outbox-store.js";

const PAUSE = 300; // between the last letter and the writing down
const SECONDS_FOR_PLACE = 15_000;
const form = document.querySelector("[data-outbox-form]");
const { dataset: words, elements: fields } = form;
const questions = form.querySelector("[data-questions]");
const spot = form.querySelector("[data-spot]");
const shots = form.querySelector("[data-shots]");
const savedAt = form.querySelector("[data-saved-at]");
const changed = document.querySelector("[data-changed]");
const summary = document.querySelector("[data-refused]");

let report = store.blank(words.root);
let pin = null; // where the device stood, or the photo was taken
let isStopped = false; // another tab has the newer draft: nothing is written before somebody chooses
let isLeaving = false;
let writing = Promise.resolve();
let timer;

async function open() {
  const found = await store.find(location.hash.slice(1)).catch(() => null);
  if (found?.state === "sent") return location.assign(`${words.list}#${found.id}`);
  report = found ?? store.blank(words.root);
  isStopped = false;
  changed.hidden = true;
  fill(report.said.fields ?? {});
  pin = report.said.pin ?? null;
  tellPlace();
  showErrors(report.errors);
  await Promise.all([showPhotos(), listKept()]);
}

// Writing down -----------------------------------------------------------------------------------------------------

form.addEventListener("input", later);
form.addEventListener("change", later);
addEventListener("pagehide", keep);
document.addEventListener("visibilitychange", () => document.hidden && keep());
document.addEventListener("hoiam:leaving", (event) => event.detail.push(keep())); // a new version takes over

function later() {
  clearTimeout(timer);
  timer = setTimeout(keep, PAUSE);
}

// One after the other, so that a slow writing never meets a faster one of this same tab.
function keep(state = "draft") {
  clearTimeout(timer);
  timer = undefined;
  writing = writing.then(() => write(typeof state === "string" ? state : "draft"));
  return writing;
}

async function write(state) {
  const said = whatIsSaid();
  const isSame = JSON.stringify(said) === JSON.stringify(report.said);
  if (isStopped || isLeaving || (state === "draft" && isSame)) return;
  try {
    report = await store.save({ ...report, said, state, errors: state === "waiting" ? {} : report.errors, again_at: 0 });
    if (location.hash !== `#${report.id}`) history.replaceState(null, "", `${words.here}#${report.id}`);
    savedAt.textContent = words.saved.replace("{time}", new Date().toLocaleTimeString(document.documentElement.lang));
  } catch (error) {
    if (error instanceof store.Changed) stop();
    else cannotKeep();
  }
}

// No room, or a browser that lets pages keep nothing: said at once, with the way that is left.
function cannotKeep() {
  savedAt.textContent = words.unsaved;
  savedAt.className = "field__error";
  savedAt.scrollIntoView({ block: "center" });
}

function stop() {
  isStopped = true;
  changed.hidden = false;
  changed.scrollIntoView({ block: "center" });
}

store.onNews(({ id, version, state }) => {
  if (id !== report.id || version <= report.version) return;
  if (state === "sent") return location.assign(`${words.list}#${id}`);
  stop();
});
changed.querySelector("[data-take]").addEventListener("click", open);
changed.querySelector("[data-fork]").addEventListener("click", async () => {
  report = await store.fork({ ...report, said: whatIsSaid() });
  isStopped = false;
  changed.hidden = true;
  history.replaceState(null, "", `${words.here}#${report.id}`);
  await Promise.all([showPhotos(), listKept()]);
});

// What is typed, and back ----------------------------------------------------------------------------------------------

function whatIsSaid() {
  const typed = {};
  for (const field of form.querySelectorAll("[name]")) {
    const isTicked = field.type !== "radio" && field.type !== "checkbox" ? true : field.checked;
    if (isTicked && field.value) typed[field.name] = field.value;
  }
  const chosen = (name) => fields[name].selectedOptions[0];
  return {
    fields: typed,
    pin,
    kind: typed.category ? chosen("category").text : "",
    place: typed.ward ? chosen("ward").text : "",
    report: asFiled(typed),
  };
}

// The body of the JSON endpoint, without its id and photos.
function asFiled(typed) {
  const named = Object.entries(typed).filter(([name]) => name.startsWith("answer_"));
  const answers = Object.fromEntries(named.map(([name, value]) => [name.slice("answer_".length), value]));
  if (typed.danger && asked(typed.category)?.dataset.asksDanger) answers.danger = typed.danger;
  const place = pin ? { lat: pin.lat, lng: pin.lng, accuracy_m: pin.accuracy, place_source: pin.source } : { place_source: "ward" };
  return {
    ...place,
    answers,
    category: typed.category ?? "",
    words: (typed.words ?? "").trim(),
    ward: typed.ward ?? "",
    wayfinding: (typed.wayfinding ?? "").trim(),
    is_dangerous: typed.danger === "yes",
    hide_content: Boolean(typed.hide_content),
    hide_name: Boolean(typed.hide_name),
    consents: [typed.alerts && "alerts", typed.enterprise && "contractor"].filter(Boolean),
    contact: typed.nameless ? {} : { name: typed.name, email: typed.email, phone: typed.phone },
  };
}

function fill(typed) {
  form.reset();
  fields.category.value = typed.category ?? "";
  ask();
  for (const field of form.querySelectorAll("[name]")) {
    const value = typed[field.name];
    if (field.type === "radio" || field.type === "checkbox") field.checked = field.value === value;
    else field.value = value ?? "";
  }
}

// What it is -------------------------------------------------------------------------------------------------------

function asked(category) {
  return category ? document.querySelector(`[data-questions-of="${CSS.escape(category)}"]`) : null;
}

function ask() {
  const part = asked(fields.category.value);
  questions.replaceChildren(...(part ? [part.content.cloneNode(true)] : []));
  const nameless = form.querySelector("[data-nameless]");
  if (nameless) nameless.hidden = Boolean(fields.category.value) && !fields.category.selectedOptions[0].hasAttribute("data-nameless");
}

let isChosen = false; // by hand: no suggestion moves it any more
fields.category.addEventListener("change", () => {
  isChosen = true;
  ask();
});
fields.words.addEventListener("input", () => {
  if (isChosen || (fields.category.value && report.version)) return;
  const best = likeliest(fold(fields.words.value));
  if (best && best !== fields.category.value) {
    fields.category.value = best;
    ask();
  }
});

// The kind whose longest keyword stands among the words.
function likeliest(said) {
  let [best, length] = ["", 0];
  for (const { value, dataset } of fields.category.options) {
    for (const word of (dataset.words ?? "").split("|").map(fold)) {
      if (word.length > length && ` ${said} `.includes(` ${word} `)) [best, length] = [value, word.length];
    }
  }
  return best;
}

function fold(text) {
  const plain = text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/\u0111/g, "d");
  return plain.replace(/[^a-z0-9]+/g, " ").trim();
}

// The place ------------------------------------------------------------------------------------------------------------

form.querySelector("[data-me]").addEventListener("click", async (event) => {
  const button = event.currentTarget;
  button.disabled = true;
  spot.textContent = words.asking;
  const here = await device(SECONDS_FOR_PLACE).catch(() => null);
  button.disabled = false;
  stand(here, "device");
});

fields.ward.addEventListener("change", () => {
  if (!pin || nearest(pin).includes(fields.ward.value)) return;
  pin = null; // the place is elsewhere than this phone
  spot.textContent = words.dropped;
});

function stand(here, source) {
  if (!here) return void (spot.textContent = words.noPlace);
  if (!isInside(here)) return void (spot.textContent = words.far);
  pin = { lat: here.lat, lng: here.lng, accuracy: here.accuracy ? Math.round(here.accuracy) : null, source };
  [fields.ward.value] = nearest(pin);
  tellPlace();
  later();
}

function tellPlace() {
  spot.textContent = pin ? words.hereNow.replace("{m}", pin.accuracy ?? "?") : "";
}

function isInside({ lat, lng }) {
  return lat >= +words.south && lat <= +words.north && lng >= +words.west && lng <= +words.east;
}

// Centres are all that is stored of the wards: the three nearest are likely, the server's outlines decide.
function nearest({ lat, lng }) {
  const shrink = Math.cos((lat * Math.PI) / 180);
  const away = ({ dataset }) => Math.hypot(dataset.lat - lat, (dataset.lng - lng) * shrink);
  const wards = [...fields.ward.options].filter(({ value }) => value);
  return wards.sort((one, other) => away(one) - away(other)).slice(0, 3).map(({ value }) => value);
}

// Photos ---------------------------------------------------------------------------------------------------------------

const input = form.querySelector("#photos");
const photoState = form.querySelector("[data-photo-state]");

input.addEventListener("change", async () => {
  const files = [...input.files];
  input.value = "";
  photoState.textContent = words.working;
  await keepFirst().catch(cannotKeep);
  let isFull = false;
  for (const file of files) {
    const place = pin ? null : await placeInside(file);
    isFull ||= !(await store.addPhoto(report.id, await shrink(file)).catch(() => null));
    if (place) stand(place, "photo");
  }
  photoState.textContent = isFull ? words.full : "";
  await showPhotos();
});

// A photo belongs to a draft that stands.
async function keepFirst() {
  await keep();
  if (report.version) return;
  report = await store.save(report);
  history.replaceState(null, "", `${words.here}#${report.id}`);
}

async function showPhotos() {
  for (const shown of shots.querySelectorAll("img")) URL.revokeObjectURL(shown.src);
  const photos = await store.photosOf(report.id).catch(() => []);
  shots.replaceChildren(...photos.map(shot));
  shots.hidden = !photos.length;
  for (const photo of photos.filter(({ isSmall }) => !isSmall)) {
    await store.replacePhoto(photo, await shrink(photo.file)); // shared by another app, as large as it was taken
  }
}

function shot(photo, n) {
  const part = document.querySelector("[data-shot]").content.cloneNode(true);
  Object.assign(part.querySelector("img"), { src: URL.createObjectURL(photo.file), alt: words.photo.replace("{n}", n + 1) });
  const button = part.querySelector("button");
  button.setAttribute("aria-label", button.getAttribute("aria-label").replace("{n}", n + 1));
  button.addEventListener("click", async () => {
    await store.removePhoto(photo.id);
    await showPhotos();
  });
  return part;
}

// Other drafts ---------------------------------------------------------------------------------------------------------

async function listKept() {
  const others = (await store.all().catch(() => [])).filter(({ id, state }) => state !== "sent" && id !== report.id);
  const list = document.querySelector("[data-kept]");
  list.hidden = !others.length || report.version > 0;
  list.querySelector("ul").replaceChildren(...others.slice(0, 5).map(entry));
}

function entry({ id, said }) {
  const item = document.createElement("li");
  const title = [said.kind, said.place].filter(Boolean).join(" · ") || said.report?.words.slice(0, 60) || words.untitled;
  item.append(Object.assign(document.createElement("a"), { href: `${words.here}#${id}`, textContent: title }));
  return item;
}

// Sending --------------------------------------------------------------------------------------------------------------

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await keepFirst();
  } catch {
    return cannotKeep();
  }
  const errors = missing(whatIsSaid().fields, await store.photosOf(report.id).catch(() => []));
  showErrors(errors);
  if (isStopped || Object.keys(errors).length) return;
  await keep("waiting");
  navigator.storage?.persist?.().catch(() => {}); // asks the browser to clear other things first
  if (isStopped || report.state !== "waiting") return;
  isLeaving = true;
  location.assign(`${words.list}#${report.id}`);
});

function missing(typed, photos) {
  const errors = {};
  if (!typed.ward) errors.ward = words.needWard;
  if (!pin && !typed.wayfinding?.trim()) errors.wayfinding = words.needWay;
  if (!typed.words?.trim() && !photos.length) errors.words = words.needWords;
  if (!typed.category) errors.category = words.needCategory;
  if (asked(typed.category)?.dataset.stops) errors.category = words.notHere;
  for (const { dataset } of questions.querySelectorAll("[data-required]")) {
    if (!typed[dataset.required]) errors[dataset.required] = words.needAnswer;
  }
  if (!typed.danger) errors.danger = words.needDanger;
  if (!typed.email && !typed.phone && !typed.nameless) errors.email = words.needContact;
  return errors;
}

// Ours before sending, the server's when it has refused: each beside its field, all of them on top.
function showErrors(errors = {}) {
  for (const old of form.querySelectorAll(".field__error")) old.remove();
  for (const old of form.querySelectorAll(".field--error")) old.classList.remove("field--error");
  for (const old of form.querySelectorAll("[aria-invalid]")) old.removeAttribute("aria-invalid");
  const lines = Object.entries(errors).map(([name, message]) => line(name, message));
  summary.hidden = !lines.length;
  summary.querySelector("ul").replaceChildren(...lines);
  if (lines.length) summary.focus();
}

const ELSEWHERE = { place: "ward", lat: "ward", lng: "ward" }; // what the server calls so is mended there

function line(name, message) {
  const item = document.createElement("li");
  const control = form.querySelector(`[name="${CSS.escape(ELSEWHERE[name] ?? name)}"]`) ?? form.querySelector(`#${CSS.escape(name || "none")}`);
  const field = control?.closest("fieldset.field, .field");
  if (!field) return Object.assign(item, { textContent: message });
  const part = document.querySelector("[data-error]").content.cloneNode(true);
  part.querySelector("span").textContent = message;
  const id = `error-${name}`;
  part.firstElementChild.id = id;
  field.classList.add("field--error");
  field.querySelector("legend, label").after(part);
  control.setAttribute("aria-invalid", "true");
  control.setAttribute("aria-describedby", id);
  const link = Object.assign(document.createElement("a"), { href: `#${id}`, textContent: message });
  link.addEventListener("click", (event) => {
    event.preventDefault(); // the address says which draft this is
    control.focus();
  });
  item.append(link);
  return item;
}

document.documentElement.classList.add("scripted");
form.hidden = false;
addEventListener("hashchange", open);
await open();
