// Kinds of problems suggested while one types, a list that can be searched, and what the chosen kind asks, in place.
document.documentElement.classList.add("scripted");
const form = document.querySelector("[data-what]");
const first = form.querySelector("[data-first]");
const kinds = form.querySelector("[data-kinds]");
const part = form.querySelector("[data-details-part]");
const labels = new Map([...form.querySelectorAll("[data-kind]")].map((label) => [label.dataset.kind, label]));
const homes = new Map([...labels.values()].map((label) => [label, label.parentElement]));
let touched = Boolean(part.querySelector("[name=asked]"));

form.elements.words.addEventListener("input", later(suggest, 450));
form.addEventListener("change", (event) => {
  if (event.target.name !== "category") return;
  touched = true;
  ask(event.target.value);
});
const chosen = form.querySelector("[name=category]:checked");
if (chosen && !touched) ask(chosen.value);
if (!chosen) suggest(); // of what was typed before this script had come

async function suggest() {
  const words = form.elements.words.value.trim();
  if (words.length < 2) return;
  const body = new URLSearchParams({ words, csrf_token: form.elements.csrf_token.value });
  const answer = await fetch(form.dataset.suggest, { method: "POST", body });
  if (!answer.ok) return;
  const { categories } = await answer.json();
  show(categories);
}

function show(codes) {
  const kept = form.querySelector("[name=category]:checked");
  const wanted = [...new Set([...(touched && kept ? [kept.value] : []), ...codes])];
  for (const label of [...first.children]) if (!wanted.includes(label.dataset.kind)) home(label);
  for (const code of wanted) first.append(labels.get(code));
  if (!touched && codes.length) {
    const radio = labels.get(codes[0]).querySelector("input");
    if (!radio.checked) {
      radio.checked = true;
      ask(codes[0]);
    }
  }
  if (codes.length) kinds.open = false;
}

function home(label) {
  const place = homes.get(label);
  (place === first ? form.querySelector(".kinds__group .choices") : place).append(label);
}

async function ask(code) {
  const body = new URLSearchParams({ category: code, words: form.elements.words.value, csrf_token: form.elements.csrf_token.value });
  const answer = await fetch(form.dataset.details, { method: "POST", body });
  if (answer.ok) part.innerHTML = await answer.text();
}

const search = form.querySelector("[data-kinds-search]");
search.hidden = false;
search.querySelector("input").addEventListener("keydown", (event) => {
  if (event.key === "Enter") event.preventDefault();
});
search.querySelector("input").addEventListener("input", (event) => {
  const words = fold(event.target.value).split(" ").filter(Boolean);
  let found = 0;
  for (const group of kinds.querySelectorAll("[data-group]")) {
    let any = false;
    for (const label of group.querySelectorAll("[data-kind]")) {
      const text = fold(label.dataset.words);
      label.hidden = !words.every((word) => text.includes(word));
      any ||= !label.hidden;
    }
    group.hidden = !any;
    found += any;
  }
  kinds.querySelector("[data-none]").hidden = found > 0;
});

function fold(text) {
  return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/\u0111/g, "d").replace(/-/g, " ");
}

function later(work, pause) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, pause);
  };
}
