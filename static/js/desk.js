// The desk: keys for the queue, the countdown of an undo, ready answers, the device's place, the little map.
import { startMinimap } from "./desk_map.js";

const rows = () => [...document.querySelectorAll("[data-queue] [data-row]")];
const isTyping = (target) => target.matches("input, textarea, select, [contenteditable]");

function mark(row) {
  for (const other of rows()) other.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  row.querySelector("a").focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.getAttribute("aria-current") === "true" || row.contains(document.activeElement));
  mark(all[Math.min(Math.max(at + by, 0), all.length - 1)]);
}

// Letters as keys can be in the way of who speaks to the machine: they can be turned off, on this device.
const hasKeys = () => localStorage.getItem("desk-keys") !== "off";

function offerKeys(line) {
  const box = line.querySelector("input");
  box.checked = hasKeys();
  line.hidden = false;
  box.addEventListener("change", () => localStorage.setItem("desk-keys", box.checked ? "on" : "off"));
}

function listen() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key.length === 1 && !hasKeys()) return;
    const keys = {
      j: () => step(1),
      k: () => step(-1),
      ArrowDown: () => step(1),
      ArrowUp: () => step(-1),
      "/": () => document.querySelector("[data-search]")?.focus(),
      "?": () => {
        const help = document.querySelector("[data-keys]");
        if (!help) return;
        help.open = !help.open;
        if (help.open) help.querySelector("summary").focus();
      },
    };
    const isArrow = event.key.startsWith("Arrow");
    if (!keys[event.key] || (isArrow && !rows().length)) return;
    event.preventDefault();
    keys[event.key]();
  });
}

function countDown(bar) {
  const ends = Date.now() + 1000 * Number(bar.dataset.sent);
  const left = bar.querySelector("[data-left]");
  const tick = setInterval(() => {
    const seconds = Math.ceil((ends - Date.now()) / 1000);
    left.textContent = Math.max(seconds, 0);
    if (seconds > 0) return;
    clearInterval(tick);
    bar.querySelector("form").hidden = true;
  }, 500);
}

// A ready answer goes where the cursor stands; without scripts the page comes again with it.
function offerAnswers(form) {
  const words = document.getElementById("words");
  form.querySelector("button").hidden = true;
  form.querySelector("select").addEventListener("change", (event) => {
    const text = event.target.selectedOptions[0]?.dataset.text;
    if (!text) return;
    words.setRangeText(text, words.selectionStart, words.selectionEnd, "end");
    words.dispatchEvent(new Event("input", { bubbles: true }));
    event.target.value = "";
    words.focus();
  });
}

// Typing narrows the list of units at once; without scripts the button beside it does.
function narrow(line) {
  const list = line.closest("form").elements.transfer_to;
  const all = [...list.children].map((child) => child.cloneNode(true));
  const bare = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replaceAll("\u0111", "d");
  line.querySelector("button").hidden = true;
  line.querySelector("input").addEventListener("input", (event) => {
    const words = bare(event.target.value).split(/\s+/);
    const typing = words.pop(); // perhaps only its beginning
    const fits = (name) => words.every((word) => name.includes(word)) && name.some((word) => word.startsWith(typing));
    const chosen = list.value;
    const kept = all.map((child) => child.cloneNode(true));
    for (const option of kept.flatMap((child) => [...child.querySelectorAll("option")])) {
      if (option.value && !fits(bare(option.textContent).split(/\s+/))) option.remove();
    }
    list.replaceChildren(...kept.filter((child) => child.tagName === "OPTION" || child.children.length));
    list.value = [...list.options].some((option) => option.value === chosen) ? chosen : "";
  });
  line.querySelector("input").addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}

// One box ticks every report of the page; without scripts each has its own.
function offerAll(line) {
  const all = [...document.querySelectorAll(".queue__tick input")];
  const box = line.querySelector("input");
  line.hidden = false;
  box.addEventListener("change", () => all.forEach((one) => (one.checked = box.checked)));
  for (const one of all) one.addEventListener("change", () => (box.checked = all.every((each) => each.checked)));
}

function noteThePlace(line) {
  const form = line.closest("form");
  const said = line.querySelector("[data-done]");
  line.hidden = false;
  line.querySelector("button").addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.lat.value = coords.latitude;
        form.elements.lng.value = coords.longitude;
        said.textContent = said.dataset.done;
      },
      () => {
        said.textContent = said.dataset.failed;
      },
      { enableHighAccuracy: true, timeout: 15000 },
    );
  });
}

listen();
document.querySelectorAll("[data-keys-switch]").forEach(offerKeys);
document.querySelectorAll("[data-sent]").forEach(countDown);
document.querySelectorAll("[data-tick-all]").forEach(offerAll);
document.querySelectorAll("[data-ready]").forEach(offerAnswers);
document.querySelectorAll("[data-find-unit]").forEach(narrow);
if (navigator.geolocation) document.querySelectorAll("[data-locate]").forEach(noteThePlace);
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
for (const map of document.querySelectorAll("[data-minimap]")) startMinimap(map);
