// A button that copies, and says so; a field that selects itself.
export function start(root) {
  for (const button of root.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
  for (const field of root.querySelectorAll("[data-select]")) {
    field.addEventListener("focus", () => field.select());
  }
}

async function copy(button) {
  const words = button.querySelector("span");
  const before = words.textContent;
  if (button.dataset.busy) return;
  button.dataset.busy = "1";
  await navigator.clipboard.writeText(button.dataset.copy);
  words.textContent = button.dataset.done;
  setTimeout(() => {
    words.textContent = before;
    delete button.dataset.busy;
  }, 2500);
}
