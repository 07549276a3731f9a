// Finds what a page offers by its data attributes and loads the few modules it needs. Everything works without.
const offers = [
  ["[data-copy], [data-select]", "./copy.js"],
  ["[data-focus]", "./focus.js"],
  [".menu", "./menu.js"],
  ["[data-push]", "./push.js"],
];

if (document.querySelector("[data-app]")) import("./app.js").catch(lost);

// The line broke before the module came: the page is whole without it.
function lost() {}

for (const [selector, module] of offers) {
  if (document.querySelector(selector)) import(module).then((loaded) => loaded.start(document), lost);
}

// A row of tabs that is wider than the window begins at the one that is open.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
