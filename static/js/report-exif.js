// The place inside a JPEG, read before the photo is made smaller: drawing it again takes the place out.
const APP1 = 0xffe1;
const START_OF_SCAN = 0xffda;
const EXIF = 0x45786966;
const GPS_POINTER = 0x8825;

export async function placeInside(file) {
  try {
    const view = new DataView(await file.slice(0, 262_144).arrayBuffer());
    if (view.getUint16(0) !== 0xffd8) return null;
    for (let at = 2; at + 4 < view.byteLength; ) {
      const marker = view.getUint16(at);
      if (marker === START_OF_SCAN || (marker & 0xff00) !== 0xff00) return null;
      if (marker === APP1 && view.getUint32(at + 4) === EXIF) return place(view, at + 10);
      at += 2 + view.getUint16(at + 2);
    }
  } catch {
    return null; // cut off or damaged: nothing is said
  }
  return null;
}

function place(view, start) {
  const little = view.getUint16(start) === 0x4949;
  const entries = (at) => {
    const found = new Map();
    const count = view.getUint16(at, little);
    for (let n = 0; n < count; n += 1) found.set(view.getUint16(at + 2 + n * 12, little), at + 2 + n * 12);
    return found;
  };
  const pointer = entries(start + view.getUint32(start + 4, little)).get(GPS_POINTER);
  if (!pointer) return null;
  const gps = entries(start + view.getUint32(pointer + 8, little));
  const degrees = (tag, side, negative) => {
    if (!gps.has(tag)) return NaN;
    const at = start + view.getUint32(gps.get(tag) + 8, little);
    const part = (n) => view.getUint32(at + n * 8, little) / view.getUint32(at + n * 8 + 4, little);
    const size = part(0) + part(1) / 60 + part(2) / 3600;
    return String.fromCharCode(view.getUint8(gps.get(side) + 8)) === negative ? -size : size;
  };
  const [lat, lng] = [degrees(2, 1, "S"), degrees(4, 3, "W")];
  const isThere = Number.isFinite(lat) && Number.isFinite(lng) && (lat || lng);
  return isThere && Math.abs(lat) <= 90 && Math.abs(lng) <= 180 ? { lat, lng } : null;
}
