// What this phone keeps: what waits, what was refused, drafts, and the codes of what was sent. It sends when opened.
import { sendAll } from "./outbox-send.js";
import * as store from "./outbox-store.js";

const ORDER = ["refused", "waiting", "draft", "sent"]; // what needs somebody first
const list = document.querySelector("[data-items]");
const { dataset: words } = list;
const told = document.querySelector("[data-told]");
const button = document.querySelector("[data-send]");
const when = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" });

document.documentElement.classList.add("scripted");
document.querySelector("[data-actions]").hidden = false;
button.addEventListener("click", () => send({ isPressed: true }));
store.onNews(show, { withOwn: true });
await show();
await send({});

async function send({ isPressed = false }) {
  button.setAttribute("aria-disabled", "true");
  if (isPressed) await Promise.all((await store.all()).filter(({ again_at }) => again_at).map(({ id }) => store.mark(id, { again_at: 0 })));
  const before = await waiting();
  if (before.length) told.textContent = words.sending;
  const isMine = await sendAll(); // or another tab is at it, and its news comes
  await show();
  button.removeAttribute("aria-disabled");
  const [still] = await waiting();
  if (isMine || !still) told.textContent = !still ? "" : still.again_at ? words.again.replace("{time}", when.format(still.again_at)) : words.noLine;
}

async function waiting() {
  return (await store.all()).filter(({ state }) => state === "waiting");
}

async function show() {
  const reports = (await store.all()).sort((one, other) => ORDER.indexOf(one.state) - ORDER.indexOf(other.state));
  const items = await Promise.all(reports.map(async (report) => item(report, (await store.photosOf(report.id)).length)));
  list.replaceChildren(...items);
  document.querySelector("[data-none]").hidden = reports.length > 0;
  button.hidden = !reports.some(({ state }) => state === "waiting");
}

function item(report, photos) {
  const part = document.querySelector("[data-item]").content.cloneNode(true);
  const { state, said } = report;
  const row = part.querySelector("li");
  row.id = report.id;
  row.dataset.state = state;
  part.querySelector(".kept-item__state").textContent = words[`words${state[0].toUpperCase()}${state.slice(1)}`];
  part.querySelector(".kept-item__title").textContent = said.kind || said.report?.words.slice(0, 60) || words.untitled;
  const facts = [said.place, photos && words.photos.replace("{n}", photos), when.format(new Date(report.changed_at))];
  part.querySelector(".kept-item__facts").append(...facts.filter(Boolean).map((text) => made("span", text)));
  part.querySelector(".kept-item__errors").append(...Object.values(report.errors ?? {}).map((text) => made("li", text)));
  actions(part, report);
  return part;
}

function actions(part, report) {
  const [own, open] = [part.querySelector("[data-own]"), part.querySelector("[data-open]")];
  if (report.state === "sent") {
    part.querySelector(".kept-item__code").hidden = own.hidden = false;
    part.querySelector(".kept-item__code strong").textContent = report.code.replace(/(...)(...)(...)/, "$1-$2-$3");
    own.href = report.link;
    open.remove();
  } else {
    open.href = `${words.form}#${report.id}`;
    open.textContent = words[`open${report.state[0].toUpperCase()}${report.state.slice(1)}`];
  }
  const remove = part.querySelector("[data-delete]");
  remove.hidden = report.state === "waiting"; // it may be on its way: opened again it is a draft
  remove.addEventListener("click", () => (remove.dataset.sure ? forget(report.id) : ask(remove)));
}

function ask(remove) {
  remove.dataset.sure = "1";
  remove.textContent = words.sure;
}

async function forget(id) {
  await store.remove(id);
  await show();
}

function made(name, textContent) {
  return Object.assign(document.createElement(name), { textContent });
}
