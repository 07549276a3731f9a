// "Use my location": asks the device once, then looks around that place. The address tells four digits, about ten metres.
const box = document.querySelector("[data-near]");

if (box && navigator.geolocation) {
  box.hidden = false;
  const said = box.querySelector("[role=status]");
  box.querySelector("button").addEventListener("click", () => {
    said.textContent = said.dataset.asking;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const here = `lat=${coords.latitude.toFixed(4)}&lng=${coords.longitude.toFixed(4)}`;
        location.assign(`${box.dataset.near}?${here}`);
      },
      () => {
        said.textContent = said.dataset.refused;
      },
      { enableHighAccuracy: true, timeout: 12000, maximumAge: 60000 },
    );
  });
}
