// Reports kept on this phone: drafts, what waits to be sent, what was refused, and the codes of what was sent.
// A report says which version it is; whoever saves an older one is told, so that two tabs never overwrite each other.
import { openDB } from "../vendor/idb/idb.js";

export const MOST_PHOTOS = 4;
const UNSENT = "hoiam-unsent"; // how many wait, for pages that need not open the database
const KEPT_AFTER = 20; // codes of sent reports, the newest ones
const news = globalThis.BroadcastChannel ? new BroadcastChannel("hoiam-outbox") : null;

export class Changed extends Error {} // another tab has saved this report meanwhile

let opened;
function database() {
  opened ??= openDB("hoiam", 1, {
    upgrade(db) {
      db.createObjectStore("reports", { keyPath: "id" });
      db.createObjectStore("photos", { keyPath: "id" }).createIndex("report", "report");
    },
    blocking: (_now, _next, event) => event.target.close(), // a newer page may open it
    terminated: () => (opened = undefined),
  });
  return opened;
}

// Of other tabs and the worker; `withOwn` also of this page's other modules.
const own = new Set();
export function onNews(tell, { withOwn = false } = {}) {
  news?.addEventListener("message", ({ data }) => tell(data));
  if (withOwn) own.add(tell);
}

// Ids and secrets of ours: the phone makes them, so that an answer lost on the way changes nothing.
export function key(bytes = 18) {
  const random = String.fromCharCode(...crypto.getRandomValues(new Uint8Array(bytes)));
  return btoa(random).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function blank(root) {
  const at = new Date().toISOString();
  return { id: key(), secret: key(24), root, state: "draft", version: 0, begun_at: at, changed_at: at, said: {}, errors: {} };
}

export async function find(id) {
  return (await database()).get("reports", id);
}

export async function all() {
  const reports = await (await database()).getAll("reports");
  return reports.sort((one, other) => other.changed_at.localeCompare(one.changed_at));
}

// Save what a page holds; answers with the report under its new version.
export async function save(report) {
  const next = { ...report, version: report.version + 1, changed_at: new Date().toISOString() };
  const store = (await database()).transaction("reports", "readwrite", { durability: "strict" }).store;
  const kept = await store.get(report.id);
  if ((kept?.version ?? 0) !== report.version) throw new Changed();
  await store.put(next);
  return told(next);
}

// What the sender has learned; nothing is written where the report is gone.
export async function mark(id, changes) {
  const store = (await database()).transaction("reports", "readwrite", { durability: "strict" }).store;
  const kept = await store.get(id);
  if (!kept) return null;
  const next = { ...kept, ...changes, version: kept.version + 1 };
  await store.put(next);
  return told(next);
}

async function told(report) {
  await count();
  const said = { id: report.id, version: report.version, state: report.state };
  news?.postMessage(said);
  for (const tell of own) tell(said);
  return report;
}

export async function photosOf(id) {
  const photos = await (await database()).getAllFromIndex("photos", "report", id);
  return photos.sort((one, other) => one.position - other.position);
}

export async function addPhoto(report, file, isSmall = true) {
  const store = (await database()).transaction("photos", "readwrite", { durability: "strict" }).store;
  const there = await store.index("report").getAll(report);
  if (there.length >= MOST_PHOTOS) return null;
  const position = 1 + Math.max(-1, ...there.map((photo) => photo.position));
  const photo = { id: key(), report, position, name: file.name || "photo.jpg", file, isSmall };
  await store.put(photo);
  return photo;
}

export async function replacePhoto(photo, file) {
  await (await database()).put("photos", { ...photo, file, isSmall: true });
}

export async function removePhoto(id) {
  await (await database()).delete("photos", id);
}

// For good, with its photos: what was sent, or what its writer throws away.
export async function remove(id) {
  const work = (await database()).transaction(["reports", "photos"], "readwrite");
  for (const photo of await work.objectStore("photos").index("report").getAllKeys(id)) {
    work.objectStore("photos").delete(photo);
  }
  work.objectStore("reports").delete(id);
  await work.done;
  await told({ id, version: 0, state: "gone" });
}

// The server has named its code: photos and words leave the phone, code and own link stay.
export async function settle(report, { code, link }) {
  const { kind, place } = report.said;
  await mark(report.id, { state: "sent", code, link, said: { kind, place }, errors: {}, sent_at: new Date().toISOString() });
  for (const photo of await photosOf(report.id)) await removePhoto(photo.id);
  const sent = (await all()).filter((one) => one.state === "sent");
  for (const old of sent.slice(KEPT_AFTER)) await remove(old.id);
}

// A copy under an id of its own: what two tabs both changed becomes two drafts.
export async function fork(report) {
  const other = { ...report, ...blank(report.root), said: report.said };
  for (const photo of await photosOf(report.id)) {
    await (await database()).put("photos", { ...photo, id: key(), report: other.id });
  }
  return save(other);
}

export async function count() {
  const waits = (await all()).filter(({ state }) => state === "waiting" || state === "refused").length;
  globalThis.localStorage?.setItem(UNSENT, waits); // a worker has none; the next page counts again
  globalThis.document?.dispatchEvent(new CustomEvent("hoiam:count", { detail: waits }));
  return waits;
}
