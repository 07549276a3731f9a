// One press sends once; the button says that it works. Coming back with "back" makes it pressable again.
const form = document.querySelector("[data-once]");
const button = form.querySelector("button[type=submit]");
const words = button.firstChild;
const before = words.textContent;

form.addEventListener("submit", (event) => {
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
