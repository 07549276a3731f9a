// Finds what a page offers by its data attributes and loads the few modules it needs. Everything works without.
const offers = [
  ["[data-copy], [data-select]", "./copy.js"],
  ["[data-focus]", "./focus.js"],
  [".menu", "./menu.js"],
];

for (const [selector, module] of offers) {
  if (document.querySelector(selector)) import(module).then((loaded) => loaded.start(document));
}

// A row of tabs that is wider than the window begins at the one that is open.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
