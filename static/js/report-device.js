// Where the device stands. Never throws out of `deviceWithin`; `device` tells why not.
export function device(patience) {
  return new Promise((found, failed) => {
    if (!navigator.geolocation) return failed({ code: 2 });
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => found({ lat: coords.latitude, lng: coords.longitude, accuracy: coords.accuracy }),
      failed,
      { enableHighAccuracy: true, timeout: patience, maximumAge: 30_000 },
    );
  });
}

export async function deviceWithin(patience) {
  const late = new Promise((done) => setTimeout(done, patience + 500));
  return Promise.race([device(patience).catch(() => null), late]);
}
