// The time to edit runs down where one sees it, second by second. It is read aloud once when a minute is left, and at
// the end.
for (const place of document.querySelectorAll("[data-until]")) {
  const { until, left, soon, over } = place.dataset;
  const end = Date.parse(until);
  const clock = place.querySelector("[data-clock]");
  const aloud = place.querySelector("[data-aloud]");
  place.hidden = false;
  const ticking = setInterval(tick, 1000);
  tick();

  function tick() {
    const seconds = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    clock.textContent = seconds
      ? left.replace("{minutes}", Math.floor(seconds / 60)).replace("{seconds}", seconds % 60)
      : over;
    if (seconds <= 60) say(seconds ? soon : over);
    if (!seconds) clearInterval(ticking);
  }

  function say(words) {
    if (aloud.textContent !== words) aloud.textContent = words;
  }
}
