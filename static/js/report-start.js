// Photos: made smaller before they travel, with the place asked beside them. A camera gives one at a time, so the page
// stays: it comes back with the picture, a way to add another, and the button that goes on.

const PATIENCE = 7000;
const SENDING = 90_000;

document.documentElement.classList.add("scripted");
const form = document.querySelector("[data-photos]");
const input = form?.querySelector("input[type=file]");
const state = form?.querySelector("[data-state]");

const next = form?.querySelector(".go__on");
if (input && form.dataset.without) next.firstChild.textContent = form.dataset.without;

input?.addEventListener("change", prepare);
if (input?.files.length) prepare(); // picked before this script had come, over one bar of signal
addEventListener("pageshow", (event) => event.persisted && location.reload()); // "back" shows what was sent by now

async function prepare() {
  if (!input.files.length) return;
  const names = ["device", "exif", "shrink"]; // come with the first photo: many send none
  const helpers = Promise.all(names.map((name) => import(`./report-${name}.js`)));
  const files = [...input.files];
  state.textContent = form.dataset.working;
  const [{ deviceWithin }, { placeInside }, { shrink }] = await helpers;
  const found = (await Promise.all(files.map(placeInside))).find(Boolean);
  if (!found) state.textContent = form.dataset.asking;
  const [smaller, place] = await Promise.all([Promise.all(files.map(shrink)), found ?? deviceWithin(PATIENCE)]);
  state.textContent = form.dataset.working;
  if (place) tell(place, found ? "photo" : "");
  const proofs = form.dataset.passes ? await sendDirectly(smaller) : null;
  replace(proofs ? [] : smaller);
  for (const [n, proof] of (proofs ?? []).entries()) {
    say("sent", proof);
    say("sent_name", smaller[n].name);
  }
  say("then", "more");
  form.requestSubmit();
}

function say(name, value) {
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
}

function tell(place, from) {
  form.elements.lat.value = place.lat;
  form.elements.lng.value = place.lng;
  form.elements.accuracy.value = place.accuracy ?? "";
  form.elements.place_from.value = from;
}

// Straight into the city's bucket, where it has one. Whatever fails on that way, the photos travel with the form.
async function sendDirectly(files) {
  try {
    const asked = new URLSearchParams({ count: files.length, csrf_token: form.elements.csrf_token.value });
    const { passes } = await (await fetch(form.dataset.passes, { method: "POST", body: asked })).json();
    if (passes.length < files.length) return null;
    const sent = await Promise.all(files.map((file, n) => put(file, passes[n])));
    return sent.every(Boolean) ? passes.map((pass) => pass.proof) : null;
  } catch {
    return null;
  }
}

async function put(file, { url, fields }) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  body.append("file", file); // the last field: what follows it is not read
  return (await fetch(url, { method: "POST", body, signal: AbortSignal.timeout(SENDING) })).ok;
}

function replace(files) {
  const carrier = new DataTransfer();
  for (const file of files) carrier.items.add(file);
  input.files = carrier.files;
}

// Photos are prepared behind the scenes; when one is ready its picture takes the place of the words.
const shots = document.querySelector("[data-shots]");
if (shots?.querySelector(".shot__wait")) wait(12);

async function wait(times) {
  const { ready } = await (await fetch(shots.dataset.shots)).json();
  for (const shot of shots.querySelectorAll(".shot")) {
    const words = shot.querySelector(".shot__wait");
    if (!words || !ready.includes(shot.dataset.name)) continue;
    words.replaceWith(Object.assign(new Image(160, 120), { src: shot.dataset.src, alt: shot.dataset.alt }));
  }
  if (times > 1 && shots.querySelector(".shot__wait")) setTimeout(() => wait(times - 1), 1500);
}
