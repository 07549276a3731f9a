// After a refusal the list of what is wrong gets the focus; its links lead into the fields.
export function start(root) {
  const summary = root.querySelector("[data-focus]");
  summary.focus();
  for (const link of summary.querySelectorAll("a[href^='#']")) {
    link.addEventListener("click", (event) => {
      const target = document.getElementById(link.hash.slice(1));
      const field = target?.matches("fieldset") ? target.querySelector("input") : target;
      if (!field) return;
      event.preventDefault();
      field.scrollIntoView({ block: "center" });
      field.focus({ preventScroll: true });
    });
  }
}
