// One press sends once; the button says that it works. Coming back with "back" makes it pressable again.
// What betrays somebody is covered for everybody else: a tick less and it is shown, seen at once in the words above.
const form = document.querySelector("[data-once]");
const button = form.querySelector("button[type=submit]:not([formaction])");
const words = button.firstChild;
const before = words.textContent;

form.addEventListener("submit", (event) => {
  if (event.submitter?.hasAttribute("formaction")) return; // these send nothing
  if (form.dataset.busy) return event.preventDefault();
  form.dataset.busy = "1";
  button.setAttribute("aria-disabled", "true");
  words.textContent = form.dataset.sending;
});
addEventListener("pageshow", () => {
  delete form.dataset.busy;
  button.removeAttribute("aria-disabled");
  words.textContent = before;
});

const covered = form.querySelector("[data-covered]");
if (covered) {
  const marks = [...covered.querySelectorAll("[data-piece]")];
  const ticks = [...covered.querySelectorAll("input[name=covered]")];
  const show = () => marks.forEach((mark, n) => {
    mark.textContent = ticks[n].checked ? covered.dataset.covered : mark.dataset.piece;
  });
  covered.querySelector("[data-look]").hidden = true;
  covered.querySelector("[data-all]").addEventListener("click", (event) => {
    event.preventDefault();
    ticks.forEach((tick) => { tick.checked = true; });
    show();
  });
  covered.addEventListener("change", show);
  show();
}
