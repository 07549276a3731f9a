"""Number plates of Vietnam, drawn and set into photos: cars have one line, motorbikes two."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

LETTERS = "ABCDEFGHKLMNPSTUVXYZ"
PROVINCES = (29, 30, 31, 32, 33, 40, 14, 15, 17, 18, 19, 20, 34, 35, 36, 37, 43, 51, 60, 88, 89, 90, 98, 99)
PAINTS = (  # of the plate, of its letters: private, of an enterprise, of the state
    ((240, 240, 236), (24, 24, 26)),
    ((240, 240, 236), (24, 24, 26)),
    ((240, 240, 236), (24, 24, 26)),
    ((236, 196, 60), (24, 24, 26)),
    ((36, 72, 150), (240, 240, 240)),
)
FONT = Path("/usr/share/fonts/truetype/liberation/LiberationSansNarrow-Bold.ttf")  # Debian: fonts-liberation


@dataclass(frozen=True)
class Set:
    """A photo with one plate, and where it stands: left, top, right, bottom in points."""

    photo: Image.Image
    box: tuple[int, int, int, int]
    said: str
    lines: int


def plate(chance: Random, lines: int) -> tuple[Image.Image, str]:
    """A plate some 520 points wide, and what it says."""
    paper, ink = chance.choice(PAINTS if lines == 1 else PAINTS[:1])
    province, tail = chance.choice(PROVINCES), f"{chance.randint(100, 999)}.{chance.randint(10, 99)}"
    letter = chance.choice(LETTERS)
    if lines == 1:
        said = f"{province}{letter}-{tail}"
        drawn = Image.new("RGB", (520, 110), paper)
        _write(drawn, said, (260, 55), 92, ink)
    else:
        upper = f"{province}-{letter}{chance.randint(1, 9)}"
        said = f"{upper} {tail}"
        drawn = Image.new("RGB", (380, 280), paper)
        _write(drawn, upper, (190, 76), 118, ink)
        _write(drawn, tail, (190, 202), 128, ink)
    ImageDraw.Draw(drawn).rounded_rectangle((4, 4, drawn.width - 5, drawn.height - 5), 14, outline=ink, width=5)
    return drawn, said


def _write(on: Image.Image, text: str, middle: tuple[int, int], size: int, ink: tuple[int, int, int]) -> None:
    ImageDraw.Draw(on).text(middle, text, font=_font(size), fill=ink, anchor="mm")


@lru_cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size)


def put(photo: Image.Image, chance: Random, *, lines: int, width: int) -> Set:
    """The photo with a plate so many points wide somewhere on it: turned a little, darkened, blurred, as phones do."""
    drawn, said = plate(chance, lines)
    drawn = drawn.resize((width, round(width * drawn.height / drawn.width)), Image.Resampling.LANCZOS)
    turned = drawn.convert("RGBA").rotate(chance.uniform(-9, 9), Image.Resampling.BICUBIC, expand=True)
    x = chance.randint(0, photo.width - turned.width)
    y = chance.randint(0, photo.height - turned.height)
    scene = photo.convert("RGB").copy()
    scene.paste(turned, (x, y), turned)
    scene = ImageEnhance.Brightness(scene).enhance(chance.uniform(0.5, 1.15))
    scene = scene.filter(ImageFilter.GaussianBlur(chance.uniform(0, width / 130)))
    return Set(scene, (x, y, x + turned.width, y + turned.height), said, lines)
