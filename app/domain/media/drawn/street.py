"""What every street of the drawn city is made of: tube houses, trees, wires, pavement, road, people, vehicles."""

from __future__ import annotations

from random import Random

from app.domain.media.drawn.sheet import HEIGHT, WIDTH, Colour, Sheet, Spot, blob, darker, lighter

PAVEMENT, KERB, ROAD = 286, 338, 346  # from above to below
WALLS: tuple[Colour, ...] = (
    (233, 201, 120),
    (240, 222, 176),
    (196, 214, 205),
    (226, 170, 132),
    (216, 222, 226),
    (178, 200, 214),
    (236, 212, 200),
    (205, 190, 150),
)
SHUTTERS: tuple[Colour, ...] = ((60, 110, 92), (96, 74, 58), (58, 92, 128), (120, 60, 52))
CLOTHES: tuple[Colour, ...] = ((178, 60, 58), (58, 96, 150), (232, 196, 80), (84, 140, 100), (120, 84, 140))
PAINTS: tuple[Colour, ...] = ((196, 52, 48), (236, 236, 232), (62, 78, 100), (150, 158, 166), (46, 98, 140))
ASPHALT: Colour = (96, 99, 106)
PAVING: Colour = (190, 180, 164)
LEAVES: Colour = (84, 134, 76)
TRUNK: Colour = (112, 88, 66)
SKIN: Colour = (222, 178, 140)
STRAW: Colour = (236, 218, 164)
INK: Colour = (44, 46, 54)


def street(sheet: Sheet, chance: Random, *, trees: tuple[float, ...] = (90, 560)) -> list[Spot]:
    """The whole background, empty of troubles. Answers where its windows are: their upper left corners."""
    sheet.sky(PAVEMENT)
    windows = houses(sheet, chance)
    pavement(sheet)
    road(sheet)
    wires(sheet)
    for x in trees:
        tree(sheet, chance, x)
    return windows


def houses(sheet: Sheet, chance: Random) -> list[Spot]:
    x, windows = -10.0, []
    while x < WIDTH:
        width = chance.uniform(62, 96)
        windows += tube_house(sheet, chance, x, width, chance.choice((2, 3, 3, 4)))
        x += width
    return windows


def tube_house(sheet: Sheet, chance: Random, x: float, width: float, floors: int) -> list[Spot]:
    wall, shutter = chance.choice(WALLS), chance.choice(SHUTTERS)
    floor, ground = 54.0, 66.0
    top = PAVEMENT - ground - floor * (floors - 1)
    sheet.box(x, top, width, PAVEMENT - top, wall)
    sheet.box(x, top - 7, width, 7, darker(wall, 0.25))
    sheet.box(x + width - 5, top, 5, PAVEMENT - top, darker(wall, 0.14))
    if chance.random() < 0.5:
        sheet.box(x + width * 0.3, top - 25, 22, 18, (176, 184, 190), radius=5)  # the water tank on the roof
    for number in range(floors - 1):
        balcony_floor(sheet, x, top + floor * number, width, shutter, wall)
    shop(sheet, chance, x, PAVEMENT - ground, width, ground)
    return [(x + width / 2 - 15, top + floor * number + 10) for number in range(floors - 1)]


def balcony_floor(sheet: Sheet, x: float, y: float, width: float, shutter: Colour, wall: Colour) -> None:
    middle = x + width / 2
    sheet.box(middle - 15, y + 10, 30, 36, lighter(wall, 0.5))
    for side in (-15, 1):
        sheet.box(middle + side, y + 12, 14, 34, shutter)
        for slat in range(4):
            sheet.line(
                ((middle + side + 2, y + 18 + slat * 8), (middle + side + 12, y + 18 + slat * 8)), darker(shutter), 1
            )
    sheet.box(x + 5, y + 46, width - 10, 4, darker(wall, 0.3))
    sheet.line(((x + 6, y + 34), (x + width - 6, y + 34)), INK, 1.2)
    for rail in range(int((width - 12) / 8) + 1):
        sheet.line(((x + 6 + rail * 8, y + 34), (x + 6 + rail * 8, y + 47)), INK, 0.8)


def shop(sheet: Sheet, chance: Random, x: float, y: float, width: float, height: float) -> None:
    """The ground floor: a roller door or an open shop under an awning."""
    awning = chance.choice(CLOTHES)
    if chance.random() < 0.45:
        sheet.box(x + 7, y + 14, width - 14, height - 14, (150, 156, 160))
        for line in range(int((height - 16) / 7)):
            sheet.line(((x + 8, y + 20 + line * 7), (x + width - 8, y + 20 + line * 7)), (128, 134, 140), 1)
    else:
        sheet.box(x + 7, y + 14, width - 14, height - 14, (70, 62, 58))
        sheet.box(x + 11, y + 30, width - 22, 10, (206, 176, 120))
        sheet.box(x + 11, y + 46, width - 22, 12, (150, 118, 84))
    sheet.shape(((x + 3, y + 4), (x + width - 3, y + 4), (x + width + 2, y + 20), (x - 2, y + 20)), awning)
    for stripe in range(0, int(width), 20):
        left, right = x + 3 + stripe, min(x + 11 + stripe, x + width - 3)
        sheet.shape(((left, y + 4), (right, y + 4), (right, y + 20), (left - 1, y + 20)), lighter(awning, 0.65))


def pavement(sheet: Sheet) -> None:
    sheet.box(0, PAVEMENT, WIDTH, KERB - PAVEMENT, PAVING)
    for y in range(PAVEMENT + 8, KERB, 14):
        sheet.line(((0, y), (WIDTH, y)), darker(PAVING, 0.12), 1)
    for x in range(-60, WIDTH + 60, 26):
        sheet.line(((x + 10, PAVEMENT), (x, KERB)), darker(PAVING, 0.12), 1)
    for x in range(0, WIDTH, 48):  # the kerb, painted white and red as in the city
        sheet.box(x, KERB, 24, ROAD - KERB, (232, 230, 224))
        sheet.box(x + 24, KERB, 24, ROAD - KERB, (186, 84, 74))


def road(sheet: Sheet) -> None:
    sheet.box(0, ROAD, WIDTH, HEIGHT - ROAD, ASPHALT)
    sheet.box(0, ROAD, WIDTH, 5, darker(ASPHALT, 0.3))
    for x in range(-40, WIDTH, 120):
        sheet.shape(((x + 8, 452), (x + 74, 452), (x + 70, 460), (x + 2, 460)), (228, 226, 216))


def wires(sheet: Sheet) -> None:
    for lift in (0, 7, 11, 19):
        sag = [(x, 128 + lift + 22 * ((x / WIDTH) * (1 - x / WIDTH) * 4)) for x in range(0, WIDTH + 1, 40)]
        sheet.line(sag, INK, 1)


def tree(sheet: Sheet, chance: Random, x: float) -> None:
    foot = KERB - 14
    sheet.box(x - 20, foot - 2, 40, 9, (120, 100, 80), radius=2)
    sheet.shape(((x - 8, foot), (x - 5, 190), (x + 5, 190), (x + 9, foot)), TRUNK)
    sheet.box(x - 8, foot - 34, 16, 30, (226, 222, 210))  # lime wash against insects
    crown(sheet, chance, x, 160, 62, 48)


def crown(sheet: Sheet, chance: Random, x: float, y: float, across: float, down: float) -> None:
    for shift, lift, size, colour in (
        (-0.45, 0.2, 0.7, darker(LEAVES, 0.22)),
        (0.45, 0.15, 0.72, darker(LEAVES, 0.14)),
        (0.0, -0.1, 0.95, LEAVES),
        (-0.2, -0.3, 0.5, lighter(LEAVES, 0.18)),
    ):
        bumps = [chance.uniform(0.8, 1.14) for _ in range(11)]
        sheet.shape(blob(x + shift * across, y + lift * down, across * size, down * size, bumps), colour)


def lamp_post(sheet: Sheet, x: float) -> tuple[float, float]:
    """A street lamp on the pavement; answers where its lamp hangs."""
    sheet.box(x - 3, 96, 6, KERB - 104, (104, 112, 118))
    sheet.box(x - 7, KERB - 26, 14, 18, (88, 96, 102), radius=2)
    sheet.line(((x, 98), (x + 20, 84), (x + 54, 82)), (104, 112, 118), 4)
    sheet.box(x + 46, 79, 34, 9, (84, 90, 96), radius=4)
    return x + 63, 88


def walker(sheet: Sheet, chance: Random, x: float, foot: float, *, size: float = 1.0) -> None:
    """Somebody under a conical hat."""
    shirt = chance.choice(CLOTHES)

    def at(across: float, up: float) -> tuple[float, float]:
        return x + across * size, foot - up * size

    sheet.oval(x + 3 * size, foot, 14 * size, 3 * size, darker(PAVING, 0.25))
    sheet.line((at(-3, 24), at(-6, 1)), INK, 5 * size)
    sheet.line((at(3, 24), at(7, 1)), INK, 5 * size)
    sheet.shape((at(-9, 50), at(9, 50), at(8, 22), at(-8, 22)), shirt)
    sheet.line((at(8, 47), at(13, 28)), darker(shirt, 0.15), 4 * size)
    sheet.oval(*at(0, 56), 6 * size, 7 * size, SKIN)
    sheet.shape((at(-15, 57), at(0, 71), at(15, 57)), STRAW)
    sheet.shape((at(3, 57), at(0, 71), at(15, 57)), darker(STRAW, 0.1))


def motorbike(sheet: Sheet, chance: Random, x: float, foot: float, *, rider: bool = False, size: float = 1.0) -> None:
    paint = chance.choice(PAINTS)

    def at(across: float, up: float) -> tuple[float, float]:
        return x + across * size, foot - up * size

    sheet.oval(*at(0, 0), 42 * size, 4 * size, darker(ASPHALT, 0.3))
    for wheel in (-28, 28):
        sheet.oval(*at(wheel, 13), 13 * size, 13 * size, INK)
        sheet.oval(*at(wheel, 13), 7 * size, 7 * size, (176, 180, 184))
    sheet.line((at(28, 13), at(20, 42)), INK, 4 * size)
    sheet.shape(
        (at(-34, 30), at(-6, 30), at(4, 16), at(16, 16), at(22, 40), at(15, 40), at(8, 24), at(-4, 36), at(-36, 36)),
        paint,
    )
    sheet.box(*at(-34, 41), 30 * size, 6 * size, INK, radius=3 * size)
    sheet.line((at(20, 42), at(10, 48)), INK, 3 * size)
    sheet.oval(*at(24, 38), 4 * size, 4 * size, (248, 240, 200))
    if rider:
        shirt = chance.choice(CLOTHES)
        sheet.line((at(-14, 38), at(2, 30), at(4, 16)), INK, 6 * size)
        sheet.shape((at(-24, 40), at(-6, 40), at(-4, 66), at(-18, 66)), shirt)
        sheet.line((at(-8, 62), at(12, 48)), darker(shirt, 0.15), 5 * size)
        sheet.oval(*at(-10, 74), 8 * size, 9 * size, SKIN)
        sheet.shape((at(-19, 74), at(-17, 84), at(-8, 87), at(0, 82), at(0, 76)), chance.choice(PAINTS))


def car(sheet: Sheet, x: float, foot: float, paint: Colour, *, size: float = 1.0) -> None:
    def at(across: float, up: float) -> tuple[float, float]:
        return x + across * size, foot - up * size

    sheet.oval(*at(0, 1), 84 * size, 6 * size, darker(PAVING, 0.35))
    sheet.shape((at(-48, 38), at(-34, 64), at(26, 64), at(50, 38)), darker(paint, 0.1))
    sheet.shape((at(-40, 40), at(-30, 60), at(-6, 60), at(-6, 40)), (186, 208, 220))
    sheet.shape((at(0, 40), at(0, 60), at(23, 60), at(41, 40)), (186, 208, 220))
    sheet.box(*at(-80, 42), 160 * size, 30 * size, paint, radius=11 * size)
    sheet.box(*at(-80, 22), 160 * size, 9 * size, darker(paint, 0.22), radius=4 * size)
    sheet.box(*at(70, 36), 10 * size, 7 * size, (250, 236, 180), radius=2 * size)
    sheet.box(*at(-80, 36), 7 * size, 7 * size, (190, 50, 44), radius=2 * size)
    sheet.line((at(-3, 40), at(-3, 18)), darker(paint, 0.3), 1.2)
    for wheel in (-48, 48):
        sheet.oval(*at(wheel, 12), 15 * size, 15 * size, INK)
        sheet.oval(*at(wheel, 12), 8 * size, 8 * size, (186, 190, 194))


def cone(sheet: Sheet, x: float, foot: float, size: float = 1.0) -> None:
    sheet.box(x - 13 * size, foot - 4 * size, 26 * size, 5 * size, (52, 54, 60), radius=2)
    sheet.shape(
        (
            (x - 9 * size, foot - 4 * size),
            (x - 2 * size, foot - 36 * size),
            (x + 2 * size, foot - 36 * size),
            (x + 9 * size, foot - 4 * size),
        ),
        (226, 100, 44),
    )
    sheet.shape(
        (
            (x - 6.4 * size, foot - 16 * size),
            (x - 4.2 * size, foot - 26 * size),
            (x + 4.2 * size, foot - 26 * size),
            (x + 6.4 * size, foot - 16 * size),
        ),
        (246, 244, 236),
    )
