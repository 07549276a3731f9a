// Finds what a page offers by its data attributes and loads the few modules it needs. Everything works without.
const offers = [
  ["[data-copy], [data-select]", "./copy.js"],
  ["[data-focus]", "./focus.js"],
  [".menu", "./menu.js"],
  ["[data-app]", "./app.js"],
];

// With little data (app/web/frugal.py) comforts stay behind.
const isLittle = document.documentElement.hasAttribute("data-little");
const comforts = ["./copy.js", "./menu.js"];

// The line broke before the module came: the page is whole without it.
function lost() {}

for (const [selector, module] of offers) {
  if (isLittle && comforts.includes(module)) continue;
  if (document.querySelector(selector)) import(module).then((loaded) => loaded.start(document), lost);
}

// A row of tabs that is wider than the window begins at the one that is open.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
