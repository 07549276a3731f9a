// Checking before publication: mask what is selected, and draw black boxes on a photo. The boxes live in number fields,
// which are all there is without scripts.
const MASK = "•••";

function words(area) {
  const tools = area.closest("fieldset").querySelector("[data-tools]");
  const uncoverAll = pieces(area);
  tools.hidden = false;
  tools.querySelector("[data-mask]").addEventListener("click", () => {
    const { selectionStart: from, selectionEnd: to } = area;
    if (from !== to) area.setRangeText(MASK, from, to, "end");
    area.focus();
  });
  tools.querySelector("[data-restore]").addEventListener("click", () => {
    area.value = area.dataset.original;
    uncoverAll();
    area.focus();
  });
}

// Each marked piece is a button: pressed, it is covered in the text below; pressed again, it is shown there.
function pieces(area) {
  const marks = [...area.closest("fieldset").querySelectorAll("mark[data-piece]")];
  const said = marks.map((mark) => mark.textContent);
  const isCovered = marks.map(() => true);
  const nth = (n) => {
    let at = -1;
    for (let count = 0; count <= n; count += 1) at = area.value.indexOf(MASK, at + 1);
    return at;
  };
  marks.forEach((mark, n) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "piece";
    button.textContent = said[n];
    button.setAttribute("aria-pressed", "true");
    mark.replaceChildren(button);
    button.addEventListener("click", () => {
      const piece = isCovered[n] ? MASK : said[n];
      const at = isCovered[n] ? nth(isCovered.slice(0, n).filter(Boolean).length) : area.value.indexOf(piece);
      if (at < 0) return area.focus();
      area.setRangeText(isCovered[n] ? said[n] : MASK, at, at + piece.length, "end");
      isCovered[n] = !isCovered[n];
      button.setAttribute("aria-pressed", String(isCovered[n]));
    });
  });
  return () => marks.forEach((mark, n) => {
    isCovered[n] = false;
    mark.firstChild.setAttribute("aria-pressed", "false");
  });
}

function photo(field) {
  const canvas = field.querySelector("[data-canvas]");
  const numbers = field.querySelector("[data-numbers]");
  field.querySelector("[data-tools]").hidden = false;
  const lines = () => [...numbers.querySelectorAll(".numbers")];
  const read = (line) => [...line.querySelectorAll("input")].map((input) => Number(input.value.replace(",", ".")));
  const isEmpty = (line) => [...line.querySelectorAll("input")].every((input) => !input.value.trim());
  const write = (line, box) => {
    line.querySelectorAll("input").forEach((input, n) => {
      input.value = box ? box[n].toFixed(2) : "";
    });
  };

  function freeLine() {
    const free = lines().find(isEmpty);
    if (free) return free;
    const copy = lines()[0].cloneNode(true);
    numbers.append(copy);
    write(copy, null);
    return copy;
  }

  function show() {
    canvas.querySelectorAll(".box").forEach((box) => box.remove());
    for (const line of lines()) {
      const [x, y, w, h] = read(line);
      if (isEmpty(line) || !(w > 0 && h > 0)) continue;
      const box = place(document.createElement("button"), [x, y, w, h]);
      box.type = "button";
      box.setAttribute("aria-label", canvas.dataset.remove || "×");
      box.addEventListener("click", (event) => {
        event.preventDefault();
        write(line, null);
        show();
      });
      canvas.append(box);
    }
  }

  function place(box, [x, y, w, h]) {
    box.className = "box";
    Object.assign(box.style, { left: `${x}%`, top: `${y}%`, width: `${w}%`, height: `${h}%` });
    return box;
  }

  let start = null;
  let draft = null;
  const at = (event) => {
    const frame = canvas.getBoundingClientRect();
    const part = (value, from, size) => Math.min(Math.max((100 * (value - from)) / size, 0), 100);
    return [part(event.clientX, frame.left, frame.width), part(event.clientY, frame.top, frame.height)];
  };
  const spanned = (from, to) => [
    Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.abs(from[0] - to[0]), Math.abs(from[1] - to[1]),
  ];
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.target.matches(".box")) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    start = at(event);
    draft = place(document.createElement("span"), [...start, 0, 0]);
    canvas.append(draft);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (start) place(draft, spanned(start, at(event)));
  });
  const finish = (event) => {
    if (!start) return;
    const box = spanned(start, at(event));
    draft.remove();
    start = null;
    if (box[2] < 0.8 || box[3] < 0.8) return;
    write(freeLine(), box);
    show();
  };
  canvas.addEventListener("pointerup", finish);
  canvas.addEventListener("pointercancel", finish);
  numbers.addEventListener("input", show);
  show();
}

document.querySelectorAll("[data-publish] textarea[data-original]").forEach(words);
document.querySelectorAll("[data-publish] [data-photo]").forEach(photo);
