// The service worker, served at the root by app/routes/offline.py, which writes SHELL before it: its version, the
// files of the shell, and what stands before every address. Where modules can be imported it also writes `outbox`.
// docs/adr/0015-offline.md says what it keeps, and what it never keeps.
const { version, root, files, forms, names } = self.SHELL;
const SHELL_CACHE = `hoiam-shell-${version}`;
const OWN_CACHE = "hoiam-own"; // the resident's own pages as last seen; the server marks them
const OWN = /^\/(r\/\d+\/)?mine(\/[^/]+)?$/;
const MOST_OWN = 30;
const PATIENCE = 8000; // before the form without a network stands in for one that does not come

self.addEventListener("install", (event) => {
  const fresh = files.map((address) => new Request(address, { cache: "reload" }));
  event.waitUntil(caches.open(SHELL_CACHE).then((cache) => cache.addAll(fresh)));
});

self.addEventListener("activate", (event) => event.waitUntil(settleIn()));

async function settleIn() {
  const old = (await caches.keys()).filter((name) => name.startsWith("hoiam-shell-") && name !== SHELL_CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

// A new version waits until somebody agrees, or until no page of the old one is open.
self.addEventListener("message", ({ data }) => data === "take" && self.skipWaiting());
self.addEventListener("sync", (event) => event.tag === "outbox" && self.outbox && event.waitUntil(self.outbox.sendAll()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin || !url.pathname.startsWith(root)) return;
  const path = url.pathname.slice(root.length);
  const [, prefix, plain] = path.match(/^(\/en(?=\/|$))?(.*)$/);
  if (request.method === "POST") posted(event, prefix ?? "", plain);
  else if (request.method !== "GET" || /^\/(desk|admin|account|api)(\/|$)/.test(plain)) return;
  else if (plain.startsWith("/static/")) event.respondWith(file(request, url));
  else if (request.mode === "navigate") event.respondWith(page(event, prefix ?? "", plain || "/"));
});

// Notifications ------------------------------------------------------------------------------------------------------------
// A repeat of the same notification takes the first one's place without a sound.
self.addEventListener("push", (event) => event.waitUntil(show(event.data?.json())));

async function show(said) {
  if (!said) return;
  const { title, body, tag, lang, url, stop, stop_label } = said;
  const [icon, badge] = [`${root}/static/icons/app-any-192.png`, `${root}/static/icons/app-any-192.png`];
  const actions = stop ? [{ action: "stop", title: stop_label }] : [];
  await self.registration.showNotification(title, { body, tag, lang, icon, badge, actions, data: { url, stop } });
}

self.addEventListener("notificationclick", (event) => {
  const { url, stop } = event.notification.data;
  event.notification.close();
  event.waitUntil(event.action === "stop" ? end(stop) : lookAt(url));
});

// The same press by which a mail reader ends letters (RFC 8058).
function end(stop) {
  return fetch(stop, { method: "POST", body: new URLSearchParams({ "List-Unsubscribe": "One-Click" }) });
}

async function noMoreNotifications() {
  await (await self.registration.pushManager?.getSubscription())?.unsubscribe();
}

async function lookAt(url) {
  const windows = await self.clients.matchAll({ type: "window" });
  const open = windows.find((one) => one.url === url);
  return open ? open.focus() : self.clients.openWindow(url);
}

// Photos shared by another app become a draft here; whoever signs out or forgets is forgotten here too.
function posted(event, prefix, path) {
  if (path === "/report/shared" && self.outbox) event.respondWith(shared(event.request, prefix));
  if (path === "/mine/forget" || path === "/sign-out") event.waitUntil(Promise.all([caches.delete(OWN_CACHE), noMoreNotifications()]));
}

async function shared(request, prefix) {
  const form = await request.formData();
  const words = ["title", "text", "url"].map((name) => form.get(name)).filter(Boolean).join("\n");
  const id = await self.outbox.receive(root + prefix, words, form.getAll("photos"));
  return Response.redirect(`${root}${prefix}${names.form}#${id}`, 303);
}

// An address that names its content never changes; the others are asked for, and kept ones stand in.
async function file(request, url) {
  const kept = await caches.match(request, { cacheName: SHELL_CACHE });
  if (kept && url.searchParams.has("v")) return kept;
  return fetch(request).catch(() => kept ?? Response.error());
}

// The shell's own pages come from here, in one piece with their scripts. Everything else is fetched.
async function page(event, prefix, path) {
  const { request } = event;
  if (Object.values(names).includes(path)) {
    return (await kept(prefix + path)) ?? fetch(request);
  }
  try {
    const answer = await (path === forms[0] ? withinPatience(fetch(request)) : fetch(request));
    if (answer.status === 502 || answer.status === 504) throw new Error("nobody behind the server in front");
    if (answer.headers.has("X-Keep")) event.waitUntil(keepOwn(request, answer.clone()));
    else if (answer.ok && OWN.test(path)) event.waitUntil(keepLater(request.url));
    return answer;
  } catch {
    return (await lastSeen(request)) ?? (await kept(prefix + (forms.includes(path) ? names.form : names.away))) ?? Response.error();
  }
}

function kept(path) {
  return caches.match(root + path, { cacheName: SHELL_CACHE });
}

function withinPatience(fetched) {
  return Promise.race([fetched, new Promise((_, late) => setTimeout(late, PATIENCE))]);
}

// An own page that brought a cookie is not kept. Asked for once more it brings none.
async function keepLater(address) {
  const answer = await fetch(address);
  if (answer.headers.has("X-Keep")) await keepOwn(address, answer);
}

async function keepOwn(request, answer) {
  const cache = await caches.open(OWN_CACHE);
  await cache.put(request, answer);
  const addresses = await cache.keys();
  for (const old of addresses.slice(0, Math.max(0, addresses.length - MOST_OWN))) await cache.delete(old);
}

// As last seen, and it says so: the page finds the moment on its body.
async function lastSeen(request) {
  const seen = await caches.match(request, { cacheName: OWN_CACHE });
  if (!seen) return null;
  const at = new Date(seen.headers.get("Date") ?? Date.now()).toISOString();
  const text = (await seen.text()).replace("<body ", `<body data-seen-at="${at}" `);
  return new Response(text, { headers: seen.headers });
}
