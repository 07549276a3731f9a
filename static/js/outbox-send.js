// Sends what waits: its draft is claimed, its photos go one by one, and it is filed. Every step may be lost and sent
// again; nothing is taken from this phone before the server has named the code. Used by pages and by the worker.
import { all, find, mark, photosOf, settle } from "./outbox-store.js";

const PATIENCE = 30_000; // for words; a photo on a slow line may take long
const PHOTO_PATIENCE = 300_000;
const OLDEST_SEEN = 29 * 24 * 3600 * 1000;

class NoLine extends Error {} // nobody answered, or somebody who cannot help now: later again

// One at a time, whoever asks: the tabs and the worker share this lock. Who asks while another one is at it goes next,
// since the line may have come back just then. False where somebody waits for that already.
export async function sendAll() {
  const { locks } = navigator;
  if (!locks) return sendThem();
  let sent = false;
  await locks.request("hoiam-outbox-next", { ifAvailable: true }, (turn) => turn && new Promise((begun) => {
    sent = locks.request("hoiam-outbox", () => (begun(), sendThem()));
  }));
  return sent;
}

async function sendThem() {
  const tried = new Set();
  for (;;) {
    const next = (await all()).reverse().find((report) => isDue(report) && !tried.has(`${report.id} ${report.version}`));
    if (!next) return true;
    tried.add(`${next.id} ${next.version}`);
    try {
      await send(next);
    } catch (error) {
      if (error instanceof NoLine) return true;
      throw error;
    }
  }
}

function isDue({ state, again_at }) {
  return state === "waiting" && !(again_at > Date.now());
}

async function send(report) {
  const token = `${report.id}.${report.secret}`;
  for (let round = 0; round < 3; round += 1) {
    const claimed = await ask(report, "POST", "/api/report/draft", { "X-Draft": token });
    if (!claimed) return;
    const { filed, arrived } = await claimed.json();
    if (filed) return settle(report, filed);
    const photos = await photosOf(report.id);
    for (const photo of photos.filter(({ id }) => !arrived.includes(id))) {
      if (!(await sendPhoto(report, photo, token))) return;
    }
    const answer = await file(report, photos, token);
    if (!answer) return;
    if (answer.status !== 409) return settle(report, await answer.json());
  }
  throw new NoLine();
}

function sendPhoto(report, photo, token) {
  const headers = { "X-Draft": token, "X-Name": encodeURIComponent(photo.name), "Content-Type": "application/octet-stream" };
  return ask(report, "PUT", `/api/report/photos/${photo.id}`, headers, photo.file, PHOTO_PATIENCE);
}

async function file(report, photos, token) {
  const { said, begun_at } = report;
  const isFresh = Date.now() - Date.parse(begun_at) < OLDEST_SEEN && !report.hasWrongClock;
  const body = {
    ...said.report,
    client_id: report.id,
    draft: token,
    photos: photos.map(({ id }) => id),
    ...(isFresh ? { observed_at: begun_at } : {}),
  };
  return ask(report, "POST", "/api/report", { "Content-Type": "application/json" }, JSON.stringify(body));
}

// The answer, where it says yes or names what is missing; null where the report was refused or has to wait.
async function ask(report, method, path, headers, body, patience = PATIENCE) {
  let answer;
  try {
    const signal = AbortSignal.timeout(patience);
    answer = await fetch(report.root + path, { method, headers: { Accept: "application/json", ...headers }, body, signal });
  } catch {
    throw new NoLine();
  }
  if (answer.ok || answer.status === 409) return answer;
  if (answer.status >= 500) throw new NoLine();
  if (answer.status === 429) {
    await mark(report.id, { again_at: Date.now() + 1000 * (Number(answer.headers.get("Retry-After")) || 600) });
    return null;
  }
  await refused(report, await answer.json().catch(() => ({})));
  return null;
}

async function refused(report, { errors, message }) {
  const said = errors ?? { "": message ?? "" };
  const isOnlyTheClock = Object.keys(said).join() === "observed_at"; // a phone's clock is nothing its owner can mend
  const kept = await find(report.id);
  if (kept?.state !== "waiting") return; // opened again meanwhile: its writer sends it anew
  await mark(report.id, isOnlyTheClock ? { hasWrongClock: true, again_at: 0 } : { state: "refused", errors: said });
}
