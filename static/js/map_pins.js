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

// A badge lies on no number and no pin: it stands at the nearest free place beside the middle of its ward.
export function giveWay({ leaflet }, badges) {
  if (!badges.length) return;
  const homes = badges.map((one) => one.getLatLng());
  const radius = (one) => one.options.icon.options.iconSize[0] / 2;
  const spot = (one) => ({ at: leaflet.latLngToLayerPoint(one.getLatLng()), r: radius(one) });
  let waits = 0;
  const settle = () => {
    waits = 0;
    const taken = [];
    leaflet.eachLayer((one) => /^(pin|cluster)/.test(one.options.icon?.options.className) && taken.push(spot(one)));
    badges.forEach((one, i) => {
      const home = leaflet.latLngToLayerPoint(homes[i]);
      const at = free(home, radius(one), taken);
      one.setLatLng(at === home ? homes[i] : leaflet.layerPointToLatLng(at));
      taken.push({ at, r: radius(one) });
    });
  };
  leaflet.on("layeradd layerremove zoomend moveend", () => {
    waits ||= requestAnimationFrame(settle);
  });
}

function free(home, r, taken) {
  const isFree = (at) => taken.every((one) => one.at.distanceTo(at) >= one.r + r);
  if (isFree(home)) return home;
  for (let away = 12; away <= 96; away += 12) {
    for (let turn = 0; turn < 12; turn += 1) {
      const angle = (turn * Math.PI) / 6;
      const at = home.add([away * Math.cos(angle), away * Math.sin(angle)]);
      if (isFree(at)) return at;
    }
  }
  return home;
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
