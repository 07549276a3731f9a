// What makes an app of these pages: the worker, a new version that asks first, the count of what waits, and the line
// that says there is no network. Pages with little data load it without `enhance.js`, whose comforts they do without.
const lines = document.querySelector("[data-app]");
const words = lines?.dataset;
const [unsent, news, away] = ["unsent", "news", "away"].map((name) => lines?.querySelector(`[data-${name}]`));

if (lines) start(); // a page of an error has none

function start() {
  sayLine();
  addEventListener("online", sayLine);
  addEventListener("offline", sayLine);
  addEventListener("online", send);
  document.addEventListener("visibilitychange", () => document.hidden || send());
  sayCount(waits());
  addEventListener("storage", ({ key }) => key === "hoiam-unsent" && sayCount(waits())); // another tab has counted
  document.addEventListener("hoiam:count", ({ detail }) => sayCount(detail)); // a module of this page has
  if (!document.querySelector("[data-items]")) send(); // that page sends by itself
  if (words.worker && navigator.serviceWorker) register().catch(() => {});
}

// The count ----------------------------------------------------------------------------------------------------------

function waits() {
  try {
    return Number(localStorage.getItem("hoiam-unsent")) || 0;
  } catch {
    return 0; // this browser keeps nothing
  }
}

function sayCount(count) {
  unsent.hidden = !count;
  unsent.querySelector("b").textContent = count;
}

async function send() {
  if (!waits()) return; // most pages need not open the database
  const [{ sendAll }, { count }] = await Promise.all([import("./outbox-send.js"), import("./outbox-store.js")]);
  if (!(await count())) return;
  await sendAll();
  if (await count()) await askForSync();
}

// Where a browser can, it wakes the worker when the line is back, also with every page closed.
async function askForSync() {
  const ready = navigator.serviceWorker?.controller && (await navigator.serviceWorker.ready);
  await ready?.sync?.register("outbox").catch(() => {});
}

// The worker -----------------------------------------------------------------------------------------------------------

async function register() {
  const { serviceWorker } = navigator;
  const options = { scope: words.scope, updateViaCache: "none" };
  const asModule = serviceWorker.register(`${words.worker}?as=module`, { ...options, type: "module" });
  const registration = await asModule.catch(() => serviceWorker.register(words.worker, options));
  if (registration.waiting && serviceWorker.controller) offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const next = registration.installing;
    next.addEventListener("statechange", () => next.state === "installed" && serviceWorker.controller && offer(next));
  });
}

function offer(next) {
  news.hidden = false;
  news.querySelector("button").addEventListener("click", () => take(next));
}

// First everything typed is written down, then the new version takes over and the page comes anew.
async function take(next) {
  const written = [];
  document.dispatchEvent(new CustomEvent("hoiam:leaving", { detail: written }));
  await Promise.all(written);
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  next.postMessage("take");
}

// The line -------------------------------------------------------------------------------------------------------------

function sayLine() {
  const seen = document.body.dataset.seenAt;
  away.hidden = navigator.onLine && !seen;
  const at = seen && new Date(seen).toLocaleString(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" });
  away.querySelector("span").textContent = at ? words.seen.replace("{time}", at) : words.offline;
}
