"""Makers of photo files as people send them, and as nobody should. Each answers with the bytes of one real file."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path

from PIL import ExifTags, Image, ImageCms, ImageDraw

DATA = Path(__file__).parent / "data"
HOAN_KIEM = (21.028511, 105.852444)  # the lake in the middle of the first city
SCRIPT = '<script>alert("exif")</script>'


def picture(width: int = 800, height: int = 600) -> Image.Image:
    """A scene whose corners differ, so that turning shows: top left red, top right green, bottom left blue."""
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    draw = ImageDraw.Draw(image)
    across, down = width // 4, height // 4
    draw.rectangle((0, 0, across, down), fill=(200, 30, 30))
    draw.rectangle((width - across, 0, width, down), fill=(30, 160, 30))
    draw.rectangle((0, height - down, across, height), fill=(30, 30, 200))
    draw.ellipse((width // 3, height // 3, 2 * width // 3, 2 * height // 3), fill=(240, 220, 60))
    return image


def exif(
    *,
    place: tuple[float, float] | None = None,
    orientation: int = 1,
    taken: str = "",
    offset: str = "",
    text: str = "",
) -> bytes:
    """EXIF as a camera writes it: degrees, minutes and seconds; the camera's own clock; a description."""
    block = Image.Exif()
    block[ExifTags.Base.Orientation] = orientation
    if text:
        block[ExifTags.Base.ImageDescription] = text
        block[ExifTags.Base.Artist] = text
    if taken:
        details = block.get_ifd(ExifTags.IFD.Exif)
        details[ExifTags.Base.DateTimeOriginal] = taken
        if offset:
            details[ExifTags.Base.OffsetTimeOriginal] = offset
    if place:
        block.get_ifd(ExifTags.IFD.GPSInfo).update(_gps(*place))
    return block.tobytes()


def _gps(lat: float, lng: float) -> dict[int, object]:
    return {
        ExifTags.GPS.GPSLatitudeRef: "N" if lat >= 0 else "S",
        ExifTags.GPS.GPSLatitude: _sexagesimal(abs(lat)),
        ExifTags.GPS.GPSLongitudeRef: "E" if lng >= 0 else "W",
        ExifTags.GPS.GPSLongitude: _sexagesimal(abs(lng)),
    }


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    minutes = degrees % 1 * 60
    return float(int(degrees)), float(int(minutes)), round(minutes % 1 * 60, 4)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def jpeg(
    width: int = 800,
    height: int = 600,
    *,
    place: tuple[float, float] | None = HOAN_KIEM,
    orientation: int = 1,
    taken: str = "2025:11:20 08:15:30",
    offset: str = "",
    text: str = "",
) -> bytes:
    """What a phone's camera hands over. `width` and `height` are as stored, before it is turned."""
    hidden = exif(place=place, orientation=orientation, taken=taken, offset=offset, text=text)
    return saved(picture(width, height), "JPEG", quality=85, exif=hidden)


def png(width: int = 640, height: int = 480, *, place: tuple[float, float] | None = None) -> bytes:
    return saved(picture(width, height), "PNG", exif=exif(place=place))


def transparent_png(width: int = 640, height: int = 480) -> bytes:
    """Fully transparent red: on paper nothing of the red may show."""
    return saved(Image.new("RGBA", (width, height), (255, 0, 0, 0)), "PNG")


def deep_grey_png(width: int = 640, height: int = 480) -> bytes:
    """16 bits a pixel, middle grey."""
    return saved(Image.new("I;16", (width, height), 0x8000), "PNG")


def webp(
    width: int = 640, height: int = 480, *, lossless: bool = False, place: tuple[float, float] | None = None
) -> bytes:
    hidden = exif(place=place) if place else b""
    return saved(picture(width, height), "WEBP", lossless=lossless, exif=hidden)


def heic() -> bytes:
    """A real HEIC, 480×360 once upright, with the lake's position inside."""
    return (DATA / "photo.heic").read_bytes()


def profiled_jpeg() -> bytes:
    """A JPEG whose profile says that its red means green and its green red."""
    return saved(picture(), "JPEG", quality=90, icc_profile=_swapped_profile())


def _swapped_profile() -> bytes:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = (profile.index(tag, 128) + 4 for tag in (b"rXYZ", b"gXYZ"))
    profile[red : red + 4], profile[green : green + 4] = profile[green : green + 4], profile[red : red + 4]
    return bytes(profile)


def cmyk_jpeg(width: int = 640, height: int = 480) -> bytes:
    return saved(picture(width, height).convert("CMYK"), "JPEG", quality=85)


def double_jpeg() -> bytes:
    """Two pictures in one JPEG (MPO), as phones write them beside a gain map: it is one still photo to people."""
    first, second = picture(), picture(400, 300)
    return saved(first, "MPO", save_all=True, append_images=[second])


def script_jpeg() -> bytes:
    """Its hidden texts would run if a page ever showed them bare."""
    return jpeg(text=SCRIPT)


def polyglot_jpeg() -> bytes:
    """A good JPEG with a web page behind its end."""
    return jpeg() + b"<html><script>alert(document.domain)</script></html>"


def cut_jpeg() -> bytes:
    whole = jpeg()
    return whole[: len(whole) // 2]


def scrambled_png() -> bytes:
    """A good head and end, noise between: only a decoder notices."""
    whole = bytearray(saved(picture(), "PNG"))
    middle = whole.find(b"IDAT") + 40
    whole[middle : middle + 200] = bytes(200)
    return bytes(whole)


def bomb(width: int = 10_000, height: int = 5_000) -> bytes:
    """50 megapixels in a few kilobytes."""
    row = zlib.compress(bytes(1 + (width + 7) // 8) * height, 9)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", row) + _chunk(b"IEND", b"")


def lying_png() -> bytes:
    """Says 640×480 and has no pixels at all."""
    head = struct.pack(">IIBBBBB", 640, 480, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(b"")) + _chunk(b"IEND", b"")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def text() -> bytes:
    return "Đây không phải là ảnh.\n".encode() * 40


def gif(frames: int = 1) -> bytes:
    return _moving("GIF", frames)


def moving_png() -> bytes:
    return _moving("PNG", 3)


def moving_webp() -> bytes:
    return _moving("WEBP", 3)


def _moving(kind: str, frames: int) -> bytes:
    images = [picture(320, 240).rotate(40 * turn) for turn in range(frames)]
    return saved(images[0], kind, save_all=True, append_images=images[1:])


def svg() -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480"><script>1</script></svg>'


def video() -> bytes:
    """The head of an MP4, as phones send it when somebody picks a clip."""
    return (
        struct.pack(">I4s4sI4s4s", 24, b"ftyp", b"mp42", 0, b"mp42", b"isom")
        + struct.pack(">I4s", 1008, b"mdat")
        + bytes(1000)
    )


def avif_head() -> bytes:
    return struct.pack(">I4s4sI4s4s", 24, b"ftyp", b"avif", 0, b"avif", b"mif1") + bytes(400)
