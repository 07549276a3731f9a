// For the worker: send what waits, and take what another app shares.
import { sendAll } from "./outbox-send.js";
import { addPhoto, blank, save } from "./outbox-store.js";

export { sendAll };

export async function receive(root, words, photos) {
  const fields = words ? { words } : {};
  const report = await save({ ...blank(root), said: { fields, report: { words } } });
  for (const photo of photos) if (photo.size) await addPhoto(report.id, photo, false);
  return report.id;
}
