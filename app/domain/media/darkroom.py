"""The darkroom: the only place where a stranger's pixels are decoded. Run by path as a process of its own.

It imports nothing of ours, so that it starts in a moment and holds no secret; it limits itself before it opens a file.
One job a line on standard input, one answer a line on standard output, both JSON:

    {"task": "develop", "source": path, "out": folder}            → {"width", "height", "phash"}
    {"task": "mask", "source": path, "out": folder, "boxes": […]}  → the same
    anything that cannot be decoded                                 → {"refused": why}

Both write `full.webp`, `view.webp` and `thumb.webp` into `out`: upright, sRGB, flattened, without any metadata.
"""

from __future__ import annotations

import json
import math
import os
import resource
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pi_heif
from PIL import Image, ImageCms, ImageDraw, ImageOps

MAX_PIXELS = 40_000_000
FULL, VIEW, THUMB = (2048, 2048), (1024, 1024), (320, 240)
QUALITY = {"full": 82, "view": 80, "thumb": 76}
PAPER, BLACK = (255, 255, 255), (17, 17, 17)
MEMORY = 1024**3
CPU_SECONDS = 20  # for one job
FILE_BYTES = 32 * 1024 * 1024
TAKEN = ("JPEG", "PNG", "WEBP", "HEIF")


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # a chatty library must not speak into the answers
    pi_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # the size is checked below, before anything is loaded
    limit()
    for line in sys.stdin:
        allow_cpu()
        answers.write(json.dumps(work(json.loads(line))) + "\n")
        answers.flush()


def limit() -> None:
    """Memory, size of files, no core dumps; polite to whoever serves pages on the same machine."""
    os.nice(5)
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(what, (most, most))


def allow_cpu() -> None:
    """So many seconds more than were used until now; then the system ends this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = math.ceil(used.ru_utime + used.ru_stime) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))


def work(job: dict[str, Any]) -> dict[str, Any]:
    try:
        picture = load(job["source"])
        if job["task"] == "mask":
            blacken(picture, job["boxes"])
        write(picture, Path(job["out"]))
        return {"width": picture.width, "height": picture.height, "phash": perceptual_hash(picture)}
    except MemoryError:
        return {"refused": "memory"}
    except OSError as error:
        if error.errno is not None:
            return {"failed": error.errno}  # the disk's fault, not the photo's
        return {"refused": "unreadable"}
    except Exception as error:  # a decoder fed with a stranger's bytes may raise anything
        return {"refused": type(error).__name__}


def load(source: str) -> Image.Image:
    """The photo, upright, at most FULL, in sRGB, on white where it was transparent."""
    with Image.open(source, formats=TAKEN) as photo:
        if photo.width * photo.height > MAX_PIXELS:
            raise ValueError("too many pixels")
        photo.draft("RGB", FULL)  # a JPEG is decoded at a half, a quarter or an eighth where that is enough
        photo.load()
        profile = photo.info.get("icc_profile")
        small = shrunk(with_plain_mode(photo), FULL)
        turned = ImageOps.exif_transpose(small)
    return clean(in_srgb(turned, profile))


def with_plain_mode(photo: Image.Image) -> Image.Image:
    """Palettes cannot be shrunk smoothly, and 16-bit grey would be cut off instead of scaled."""
    if photo.mode.startswith("I"):
        return photo.convert("I").point(lambda light: light / 256).convert("L")
    if photo.mode in ("P", "1", "PA") or "transparency" in photo.info:
        return photo.convert("RGBA")
    return photo


def shrunk(photo: Image.Image, size: tuple[int, int]) -> Image.Image:
    if photo.width <= size[0] and photo.height <= size[1]:
        return photo
    smaller = photo.copy() if photo.width * photo.height < 4 * size[0] * size[1] else photo
    smaller.thumbnail(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    return smaller


def in_srgb(photo: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours as a browser without the camera's profile would show them right."""
    alpha = photo.getchannel("A") if photo.mode in ("RGBA", "LA") else None
    solid = photo.convert("RGB") if photo.mode == "RGBA" else photo.convert("L") if photo.mode == "LA" else photo
    flat = _by_profile(solid, profile) if profile else None
    flat = flat or solid.convert("RGB")
    if alpha is None:
        return flat
    paper = Image.new("RGB", flat.size, PAPER)
    paper.paste(flat, mask=alpha)
    return paper


def _by_profile(photo: Image.Image, profile: bytes) -> Image.Image | None:
    try:
        camera = ImageCms.ImageCmsProfile(BytesIO(profile))
        return ImageCms.profileToProfile(photo, camera, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None  # a broken profile, or one for another kind of picture: the plain colours are close enough


def clean(photo: Image.Image) -> Image.Image:
    """The pixels and nothing else."""
    bare = Image.new("RGB", photo.size)
    bare.paste(photo)
    return bare


def blacken(picture: Image.Image, boxes: list[list[float]]) -> None:
    """Cover each box (x, y, width, height, parts of the whole), outwards to whole pixels."""
    draw = ImageDraw.Draw(picture)
    for x, y, width, height in boxes:
        left, top = math.floor(x * picture.width), math.floor(y * picture.height)
        right, bottom = math.ceil((x + width) * picture.width), math.ceil((y + height) * picture.height)
        draw.rectangle((left, top, right - 1, bottom - 1), fill=BLACK)


def write(picture: Image.Image, out: Path) -> None:
    sizes = {
        "full": picture,
        "view": shrunk(picture.copy(), VIEW),
        "thumb": ImageOps.fit(picture, THUMB, Image.Resampling.LANCZOS),
    }
    for name, scaled in sizes.items():
        scaled.save(out / f"{name}.webp", "WEBP", quality=QUALITY[name], method=4)


def perceptual_hash(picture: Image.Image) -> int:
    """64 bits, signed: each says whether a spot is darker than its right neighbour. Alike photos differ in few bits."""
    grey = picture.convert("L").resize((9, 8), Image.Resampling.BOX)
    rows = [grey.crop((0, row, 9, row + 1)).tobytes() for row in range(8)]
    bits = "".join("1" if row[spot] < row[spot + 1] else "0" for row in rows for spot in range(8))
    value = int(bits, 2)
    return value - (1 << 64) if value >= 1 << 63 else value


if __name__ == "__main__":
    main()
