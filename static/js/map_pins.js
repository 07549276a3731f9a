// What stands on the map: a pin with its status' shape, a number that counts, a ward's badge.
const SHAPES = { u: "urgent", o: "open", w: "waiting", d: "done", x: "declined" };
const AROUND = 2 * Math.PI * 15.5;

export function pin(map, at, code, letter, open) {
  const shape = SHAPES[letter] || SHAPES.o; // the tone goes by the same name
  const html = `<svg class="icon" aria-hidden="true"><use href="${map.icons}#i-pin-${shape}"></use></svg>`;
  const shown = `${code.slice(0, 3)}-${code.slice(3, 6)}-${code.slice(6)}`;
  const title = map.words.one.replace("{code}", shown).replace("{status}", map.words[shape]);
  const marker = mark(at, html, `pin tone-${shape}`, 28, title);
  marker.on("click", () => open(marker, code));
  return marker;
}

export function cluster(map, at, n, open, press) {
  const size = n < 10 ? 34 : n < 100 ? 40 : n < 1000 ? 48 : 56;
  const share = ((AROUND * open) / n).toFixed(1);
  const html =
    `<svg viewBox="0 0 36 36" aria-hidden="true"><circle class="cluster__ground" cx="18" cy="18" r="16.5"/>` +
    `<circle class="cluster__rest" cx="18" cy="18" r="15.5"/>` +
    `<circle class="cluster__open" cx="18" cy="18" r="15.5" stroke-dasharray="${share} 99" transform="rotate(-90 18 18)"/></svg><b>${short(n)}</b>`;
  const title = map.words.many.replace("{n}", n).replace("{open}", open);
  const marker = mark(at, html, "cluster", size, title);
  marker.on("click", () => press(marker));
  return marker;
}

export function badge(map, { at, n, name, url }) {
  const title = map.words.badge.replace("{ward}", name).replace("{n}", n);
  const marker = mark(at, `<b>+${n}</b>`, "wardbadge", 34, title);
  marker.on("click", () => location.assign(url));
  return marker;
}

function mark(at, html, className, size, title) {
  const icon = L.divIcon({ html, className, iconSize: [size, size] });
  const marker = L.marker(at, { icon, keyboard: true, riseOnHover: true, title, alt: title });
  marker.on("add", () => {
    const element = marker.getElement();
    element.setAttribute("aria-label", title);
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      marker.fire("click");
    });
  });
  return marker;
}

function short(n) {
  return n < 10000 ? String(n) : `${Math.round(n / 1000)}k`;
}
