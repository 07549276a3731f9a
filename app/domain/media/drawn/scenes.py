"""The troubles of a city, one drawing each, and the same place once it is put right."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from random import Random

from PIL import Image

from app.domain.media.drawn import places
from app.domain.media.drawn.sheet import (
    DAYS,
    HEIGHT,
    MORNING,
    NIGHT,
    NOON,
    OVERCAST,
    WIDTH,
    Colour,
    Light,
    Sheet,
    blob,
    darker,
    lighter,
    mix,
)
from app.domain.media.drawn.street import (
    ASPHALT,
    INK,
    KERB,
    LEAVES,
    PAINTS,
    PAVEMENT,
    ROAD,
    TRUNK,
    car,
    cone,
    crown,
    lamp_post,
    motorbike,
    street,
    walker,
)

WATER: Colour = (136, 128, 104)
EARTH: Colour = (120, 96, 72)
BAGS: tuple[Colour, ...] = ((52, 54, 62), (44, 62, 84), (214, 214, 208), (168, 60, 60), (70, 112, 84))


class Scene(StrEnum):
    """What a drawing shows."""

    POTHOLE = "pothole"
    MANHOLE = "manhole"
    PARKING = "parking"
    SIGNAL = "signal"
    LAMP = "lamp"
    RUBBISH = "rubbish"
    FLOOD = "flood"
    TREE = "tree"
    RELIC = "relic"
    ADVERTS = "adverts"


def draw(scene: Scene, seed: int, *, is_after: bool = False) -> Image.Image:
    """A drawing of 640 × 480, the same for the same seed. Before and after show the same place at another hour."""
    place = Random(f"{scene}-{seed}")  # a picture, not a secret
    hour = Random(f"{scene}-{seed}-{is_after}")
    sheet = Sheet(_light(scene, hour, is_after))
    _DRAWN[scene](sheet, place, is_after)
    return sheet.finished()


def _light(scene: Scene, hour: Random, is_after: bool) -> Light:
    if scene is Scene.LAMP:
        return NIGHT
    if scene in (Scene.FLOOD, Scene.TREE) and not is_after:
        return OVERCAST
    return hour.choice((MORNING, NOON) if is_after else DAYS)


def _pothole(sheet: Sheet, chance: Random, is_after: bool) -> None:
    street(sheet, chance)
    x, y = chance.uniform(230, 400), chance.uniform(404, 416)
    bumps = [chance.uniform(0.8, 1.15) for _ in range(18)]
    cracks = [(chance.uniform(-190, 190), chance.uniform(-38, 30)) for _ in range(7)]
    if is_after:
        sheet.shape(((x - 122, y - 34), (x + 118, y - 34), (x + 134, y + 34), (x - 136, y + 34)), darker(ASPHALT, 0.45))
        sheet.line(
            ((x - 122, y - 34), (x + 118, y - 34), (x + 134, y + 34), (x - 136, y + 34), (x - 122, y - 34)), INK, 2
        )
        motorbike(sheet, chance, x - 30, y + 8, rider=True, size=1.15)
        return
    for across, down in cracks:
        sheet.line(((x, y), (x + across * 0.6, y + down * 0.8), (x + across, y + down)), darker(ASPHALT, 0.5), 1.6)
    sheet.shape(blob(x, y, 112, 32, bumps), lighter(ASPHALT, 0.22))
    sheet.shape(blob(x, y + 2, 100, 26, bumps), EARTH)
    sheet.shape(blob(x + 3, y + 6, 84, 19, bumps), darker(EARTH, 0.4))
    sheet.shape(blob(x + 6, y + 10, 60, 11, bumps), (150, 160, 160))
    for stone in range(9):
        sheet.oval(x + chance.uniform(-140, 140), y + chance.uniform(22, 44), 3 + stone % 3, 2, lighter(ASPHALT, 0.3))
    cone(sheet, x + 150, y + 20, 1.1)


def _manhole(sheet: Sheet, chance: Random, is_after: bool) -> None:
    street(sheet, chance)
    x, y = chance.uniform(240, 400), 408.0
    sheet.oval(x, y, 74, 25, lighter(ASPHALT, 0.25))
    if is_after:
        sheet.oval(x, y, 66, 21, (112, 108, 104))
        for step in range(-4, 5):
            sheet.line(
                ((x + step * 13 - 5, y - 14 + abs(step) * 2), (x + step * 13 + 5, y + 14 - abs(step) * 2)), INK, 2
            )
        walker(sheet, chance, x + 170, KERB - 8)
        return
    sheet.oval(x, y, 66, 21, (24, 24, 28))
    sheet.oval(x, y + 6, 58, 13, (40, 40, 44))
    sheet.line(((x - 64, y - 3), (x - 40, y - 18), (x, y - 22), (x + 40, y - 18), (x + 64, y - 3)), (150, 142, 132), 3)
    sheet.line(((x + 12, y + 8), (x + 60, y - 92)), TRUNK, 5)  # people put a branch into it, to warn others
    crown(sheet, chance, x + 66, y - 106, 34, 26)
    sheet.shape(((x + 44, y - 62), (x + 84, y - 58), (x + 74, y - 34), (x + 36, y - 44)), (206, 56, 48))


def _parking(sheet: Sheet, chance: Random, is_after: bool) -> None:
    street(sheet, chance, trees=(40, 604))
    if is_after:
        for x in (150, 260, 370, 480):
            sheet.box(x - 5, KERB - 30, 10, 26, (196, 60, 52), radius=3)
            sheet.box(x - 5, KERB - 22, 10, 7, (244, 240, 230))
        walker(sheet, chance, 214, KERB - 4, size=1.25)
        walker(sheet, chance, 330, KERB - 8, size=1.2)
        walker(sheet, chance, 362, KERB - 2, size=0.85)
        return
    paints = chance.sample(PAINTS, 3)
    for number, x in enumerate((132, 318, 504)):
        car(sheet, x + chance.uniform(-8, 8), KERB + 2, paints[number], size=1.05)
    walker(sheet, chance, chance.uniform(240, 420), 398, size=1.25)  # squeezed onto the road
    motorbike(sheet, chance, 90, 440, rider=True)


def _signal(sheet: Sheet, chance: Random, is_after: bool) -> None:
    street(sheet, chance, trees=(60,))
    x = chance.uniform(380, 460)
    for stripe in range(6):  # the crossing
        left = x - 300 + stripe * 46
        sheet.shape(
            ((left, ROAD + 12), (left + 26, ROAD + 12), (left + 8, HEIGHT), (left - 26, HEIGHT)), (226, 224, 216)
        )
    sheet.box(x - 4, 100, 8, KERB - 112, (110, 116, 120))
    sheet.box(x - 26, 56, 52, 128, (42, 46, 52), radius=10)
    lamps: tuple[Colour, ...] = ((206, 52, 44), (226, 176, 60), (62, 176, 96))
    for number, colour in enumerate(lamps):
        shown = colour if is_after and number == 2 else mix(colour, (50, 52, 58), 0.82)
        sheet.oval(x, 80 + number * 40, 15, 15, shown)
        sheet.arc(x, 80 + number * 40, 16, 200, 340, (20, 22, 26), 3)
    if is_after:
        sheet.glow(blob(x, 160, 26, 26, [1] * 16), (120, 240, 160), 0.35)
        walker(sheet, chance, x - 210, 420, size=1.25)
        return
    sheet.line(((x + 8, 184), (x + 22, 214), (x + 14, 236)), INK, 2)  # a torn cable
    for number in range(3):
        motorbike(sheet, chance, 110 + number * 96, 404 + number * 26, rider=True, size=0.95 + number * 0.1)


def _lamp(sheet: Sheet, chance: Random, is_after: bool) -> None:
    windows = street(sheet, chance, trees=(110,))
    x = chance.uniform(300, 380)
    lamp = lamp_post(sheet, x)
    clear = [window for window in windows if window[0] > 190]  # of the tree's crown
    for left, top in chance.sample(clear, min(5, len(clear))):  # somebody is at home
        sheet.glow(((left, top), (left + 30, top), (left + 30, top + 34), (left, top + 34)), (255, 208, 120), 0.7)
    walker(sheet, chance, x + 120, KERB - 6, size=1.15)
    if not is_after:
        hanging = ((lamp[0] - 12, lamp[1] + 1), (lamp[0] - 4, lamp[1] + 6), (lamp[0] + 6, lamp[1] + 1))
        sheet.line(hanging, (196, 200, 206), 1.6)
        return
    for spread in range(60, 240, 18):
        foot = 372 + spread / 4
        beam = ((lamp[0] - 12, lamp[1]), (lamp[0] + 12, lamp[1]), (lamp[0] + spread, foot), (lamp[0] - spread, foot))
        sheet.glow(beam, (255, 226, 150), 0.055)
        sheet.glow(blob(lamp[0], foot, spread, spread / 6, [1] * 12), (255, 226, 150), 0.055)
    sheet.glow(blob(lamp[0], lamp[1] + 2, 26, 14, [1] * 16), (255, 246, 214), 0.9)


def _rubbish(sheet: Sheet, chance: Random, is_after: bool) -> None:
    street(sheet, chance, trees=(92, 566))
    x = chance.uniform(270, 380)
    if is_after:
        sheet.box(x - 30, KERB - 70, 60, 60, (66, 132, 92), radius=5)
        sheet.box(x - 34, KERB - 78, 68, 12, (50, 108, 76), radius=4)
        sheet.line(((x - 10, KERB - 46), (x, KERB - 34), (x + 14, KERB - 56)), (236, 244, 236), 4)
        walker(sheet, chance, x + 110, KERB - 6, size=1.2)
        return
    sheet.oval(x, KERB + 14, 150, 12, darker(ASPHALT, 0.25))
    for row, (count, up) in enumerate(((7, 0), (5, 30), (3, 58))):
        for number in range(count):
            at = x + (number - (count - 1) / 2) * 42 + chance.uniform(-7, 7)
            _bag(sheet, chance, at, KERB + 8 - up + row * 2)
    for _ in range(16):
        bit = (x + chance.uniform(-190, 190), KERB + chance.uniform(4, 44))
        sheet.shape(
            blob(*bit, 7, 3, [chance.uniform(0.6, 1.3) for _ in range(6)]),
            chance.choice(((240, 238, 230), (196, 206, 214), (212, 160, 90))),
        )
    for _ in range(6):
        fly = (x + chance.uniform(-100, 100), KERB - chance.uniform(90, 140))
        sheet.line(((fly[0] - 3, fly[1]), fly, (fly[0] + 3, fly[1] - 2)), INK, 1.2)


def _bag(sheet: Sheet, chance: Random, x: float, foot: float) -> None:
    colour = chance.choice(BAGS)
    bumps = [chance.uniform(0.88, 1.1) for _ in range(14)]
    sheet.shape(blob(x, foot - 20, 27, 22, bumps), colour)
    sheet.shape(blob(x - 7, foot - 26, 9, 8, bumps), lighter(colour, 0.22))
    sheet.shape(
        ((x - 6, foot - 38), (x - 11, foot - 51), (x, foot - 45), (x + 10, foot - 52), (x + 6, foot - 38)),
        darker(colour, 0.15),
    )


def _flood(sheet: Sheet, chance: Random, is_after: bool) -> None:
    street(sheet, chance)
    if is_after:
        for x in (150, 420):
            sheet.box(x, ROAD + 4, 54, 16, (58, 60, 66), radius=2)
            for bar in range(7):
                sheet.line(((x + 5 + bar * 7, ROAD + 6), (x + 5 + bar * 7, ROAD + 18)), (150, 152, 156), 2)
        motorbike(sheet, chance, chance.uniform(240, 400), 432, rider=True, size=1.15)
        return
    surface = PAVEMENT + chance.uniform(10, 22)
    car(sheet, 452, surface + 62, chance.choice(PAINTS), size=1.3)
    sheet.glow(((0, surface), (WIDTH, surface), (WIDTH, surface + 40), (0, surface + 40)), sheet.lit(WATER), 0.55)
    sheet.box(0, surface + 40, WIDTH, HEIGHT, WATER)
    motorbike(sheet, chance, 200, surface + 88, rider=True, size=1.5)
    sheet.shape(((0, surface + 62), (WIDTH, surface + 62), (WIDTH, HEIGHT), (0, HEIGHT)), WATER)
    for number in range(46):
        left, down = chance.uniform(-40, WIDTH), surface + 6 + number * (HEIGHT - surface) / 46
        reach = chance.uniform(20, 90) * (0.4 + (down - surface) / 160)
        wave = ((left, down), (left + reach / 2, down - 2), (left + reach, down))
        sheet.line(wave, lighter(WATER, chance.uniform(0.12, 0.4)), 1.6)
    for ring in (56, 76, 98):
        sheet.line(blob(200, surface + 66, ring, ring / 8, [1] * 12), lighter(WATER, 0.35), 1.4)
    for _ in range(70):
        drop = (chance.uniform(0, WIDTH), chance.uniform(0, HEIGHT))
        sheet.line((drop, (drop[0] - 5, drop[1] + 17)), (214, 222, 228), 0.8)


def _tree(sheet: Sheet, chance: Random, is_after: bool) -> None:
    street(sheet, chance, trees=(580,))
    stump = 110.0
    if is_after:
        sheet.box(stump - 24, KERB - 22, 48, 14, EARTH, radius=4)
        sheet.box(stump - 2, KERB - 96, 4, 80, TRUNK)
        crown(sheet, chance, stump, KERB - 108, 26, 22)
        sheet.line(((stump - 16, KERB - 10), (stump, KERB - 60), (stump + 16, KERB - 10)), (176, 150, 110), 3)
        motorbike(sheet, chance, 360, 430, rider=True, size=1.15)
        return
    tip = chance.uniform(410, 450)
    sheet.oval((stump + tip) / 2, 424, 230, 16, darker(ASPHALT, 0.35))
    sheet.shape(blob(stump - 14, KERB - 4, 46, 40, [chance.uniform(0.75, 1.2) for _ in range(14)]), EARTH)
    for number in range(7):
        root = (stump - 44 + chance.uniform(-16, 10), KERB - 44 + number * 12)
        sheet.line(((stump, KERB), ((stump + root[0]) / 2, root[1] + 6), root), darker(TRUNK, 0.2), 4)
    sheet.shape(((stump - 6, KERB - 20), (stump + 6, KERB + 16), (tip, 420), (tip, 396)), TRUNK)
    sheet.line(((stump + 10, KERB - 2), (tip, 402)), lighter(TRUNK, 0.18), 3)
    for reach, lift in ((30, -64), (84, -44), (110, 10), (60, 40)):
        sheet.line(((tip - 40, 406), (tip + reach, 406 + lift)), darker(TRUNK, 0.1), 7)
    for across, down, size in ((20, -40, 56), (92, -24, 58), (64, 26, 52), (134, 8, 44)):
        crown(sheet, chance, tip + across, 404 + down, size, size * 0.72)
    for _ in range(26):
        sheet.oval(chance.uniform(180, 620), chance.uniform(ROAD + 10, 470), 4, 2, lighter(LEAVES, 0.1))


def _relic(sheet: Sheet, chance: Random, is_after: bool) -> None:
    places.temple(sheet, chance)
    if is_after:
        places.plaster(sheet, chance)
        walker(sheet, chance, 150, 424, size=1.3)
        return
    places.cracks(sheet, chance)


def _adverts(sheet: Sheet, chance: Random, is_after: bool) -> None:
    places.long_wall(sheet, chance)
    if is_after:
        walker(sheet, chance, chance.uniform(260, 400), 420, size=1.35)
        return
    places.stickers(sheet, chance)


_DRAWN: dict[Scene, Callable[[Sheet, Random, bool], None]] = {
    Scene.POTHOLE: _pothole,
    Scene.MANHOLE: _manhole,
    Scene.PARKING: _parking,
    Scene.SIGNAL: _signal,
    Scene.LAMP: _lamp,
    Scene.RUBBISH: _rubbish,
    Scene.FLOOD: _flood,
    Scene.TREE: _tree,
    Scene.RELIC: _relic,
    Scene.ADVERTS: _adverts,
}
