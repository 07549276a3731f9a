"""Two places that are not a street: the gate of an old temple, and a long wall."""

from __future__ import annotations

from random import Random

from app.domain.media.drawn.sheet import HEIGHT, WIDTH, Colour, Sheet, Spot, blob, darker, lighter
from app.domain.media.drawn.street import LEAVES, PAVING, crown

LIME: Colour = (232, 222, 196)
BRICK: Colour = (166, 88, 66)
TILE: Colour = (150, 82, 60)
WOOD: Colour = (112, 52, 40)
MOSS: Colour = (120, 134, 96)
WALL_TOP, WALL_FOOT = 214, 392
GATE_LEFT, GATE_RIGHT = 236, 404


def temple(sheet: Sheet, chance: Random) -> None:
    """A gate with a curved roof between two lime-washed walls, old trees behind, a yard of brick before."""
    sheet.sky(WALL_FOOT)
    for x, size in ((70, 92), (190, 70), (470, 76), (590, 96)):
        crown(sheet, chance, x, 150 + chance.uniform(-10, 10), size, size * 0.8)
    for left, right in ((0, GATE_LEFT), (GATE_RIGHT, WIDTH)):
        _wall(sheet, left, right)
    _gate(sheet)
    _yard(sheet)


def _wall(sheet: Sheet, left: float, right: float) -> None:
    sheet.box(left, WALL_TOP, right - left, WALL_FOOT - WALL_TOP, LIME)
    sheet.box(left, WALL_FOOT - 34, right - left, 34, darker(LIME, 0.2))
    sheet.shape(((left, WALL_TOP + 6), (left, WALL_TOP - 12), (right, WALL_TOP - 12), (right, WALL_TOP + 6)), TILE)
    for x in range(int(left), int(right), 14):
        sheet.arc(x + 7, WALL_TOP + 4, 7, 0, 180, darker(TILE, 0.3), 2)
    for x in range(int(left) + 34, int(right) - 20, 74):  # openings in the shape of a coin, as in old walls
        sheet.oval(x + 20, WALL_TOP + 62, 19, 19, darker(LIME, 0.35))
        sheet.box(x + 12, WALL_TOP + 54, 16, 16, LIME)


def _gate(sheet: Sheet) -> None:
    middle = (GATE_LEFT + GATE_RIGHT) / 2
    sheet.box(GATE_LEFT, 168, GATE_RIGHT - GATE_LEFT, WALL_FOOT - 168, lighter(LIME, 0.15))
    for x in (GATE_LEFT, GATE_RIGHT - 20):
        sheet.box(x, 160, 20, WALL_FOOT - 160, darker(LIME, 0.1))
        sheet.box(x + 7, 210, 6, 120, WOOD)
    sheet.box(middle - 42, 226, 84, WALL_FOOT - 226, WOOD)
    sheet.oval(middle, 228, 42, 26, WOOD)
    sheet.line(((middle, 204), (middle, WALL_FOOT)), darker(WOOD, 0.4), 2)
    for side in (-8, 8):
        sheet.oval(middle + side, 304, 4, 4, (214, 176, 90))
    sheet.box(middle - 46, 178, 92, 22, (170, 40, 36), radius=2)
    for mark in range(4):
        sheet.box(middle - 36 + mark * 20, 183, 12, 12, (232, 196, 96), radius=2)
    _roof(sheet, middle, 166, 116, 44)
    _roof(sheet, middle, 116, 70, 34)


def _roof(sheet: Sheet, middle: float, eaves: float, half: float, high: float) -> None:
    """Tiles that swing up at both ends."""
    under: list[Spot] = [(middle - half - 16, eaves - 22), (middle - half, eaves - 2), (middle - half * 0.5, eaves + 6)]
    under += [(middle + half * 0.5, eaves + 6), (middle + half, eaves - 2), (middle + half + 16, eaves - 22)]
    ridge: list[Spot] = [(middle + half * 0.66, eaves - high), (middle - half * 0.66, eaves - high)]
    sheet.shape(under + ridge, TILE)
    for step in range(-7, 8):
        x = middle + step * half / 8
        sheet.line(((middle + step * half * 0.08, eaves - high + 3), (x, eaves + 3)), darker(TILE, 0.22), 1.4)
    sheet.line(under, darker(TILE, 0.35), 4)
    sheet.line(ridge, lighter(TILE, 0.3), 5)
    for end, lean in ((ridge[0], 9), (ridge[1], -9)):
        sheet.line((end, (end[0] + lean, end[1] - 12)), lighter(TILE, 0.3), 4)


def _yard(sheet: Sheet) -> None:
    sheet.box(0, WALL_FOOT, WIDTH, HEIGHT - WALL_FOOT, (186, 122, 96))
    for row, y in enumerate(range(WALL_FOOT, HEIGHT, 17)):
        sheet.line(((0, y), (WIDTH, y)), (156, 98, 78), 1.2)
        for x in range(-20 + row % 2 * 26, WIDTH, 52):
            sheet.line(((x, y), (x - 5, y + 17)), (156, 98, 78), 1.2)


def cracks(sheet: Sheet, chance: Random) -> None:
    """The wall beside the gate splits, its plaster falls, the brick shows, moss sits in it."""
    x = chance.uniform(470, 540)
    bumps = [chance.uniform(0.7, 1.2) for _ in range(20)]
    outline = blob(x, 306, 66, 62, bumps)
    sheet.shape(outline, darker(LIME, 0.3))
    sheet.shape(blob(x + 2, 308, 58, 55, bumps), BRICK)
    for row in range(-4, 5):
        y = 308 + row * 12
        reach = 46 * (1 - abs(row) / 6)
        sheet.line(((x - reach, y), (x + reach, y)), lighter(BRICK, 0.45), 1.4)
        for step in range(-2, 3):
            joint = x + step * 20 + row % 2 * 10
            if abs(joint - x) < reach:
                sheet.line(((joint, y), (joint, y - 12)), lighter(BRICK, 0.45), 1.4)
    for start, lean in (((x - 40, 262), -1), ((x + 34, 258), 1), ((x - 58, 320), -1)):
        _crack(sheet, chance, start, lean)
    for stone in range(12):
        size = 4 + stone % 4 * 2
        bit = (x + chance.uniform(-90, 90), WALL_FOOT + chance.uniform(2, 24))
        sheet.shape(
            blob(*bit, size, size * 0.6, [chance.uniform(0.7, 1.2) for _ in range(7)]),
            chance.choice((BRICK, LIME, darker(LIME))),
        )
    for spot in range(9):
        sheet.oval(30 + spot * 24, WALL_FOOT - 6, chance.uniform(8, 18), chance.uniform(4, 12), MOSS)


def _crack(sheet: Sheet, chance: Random, start: Spot, lean: int) -> None:
    way = [start]
    for _ in range(6):
        x, y = way[-1]
        way.append(
            (x + lean * chance.uniform(2, 18), y - chance.uniform(2, 12) if lean > 0 else y + chance.uniform(2, 14))
        )
    sheet.line(way, (92, 80, 66), 2.6)


def plaster(sheet: Sheet, chance: Random) -> None:
    """The same spot, plastered again: a shade lighter until the sun has had it for a year."""
    x = chance.uniform(470, 540)
    sheet.box(x - 74, 240, 148, 128, lighter(LIME, 0.28), radius=4)
    for shift in (-58, 58):
        sheet.box(x + shift - 3, WALL_FOOT - 4, 6, 40, (150, 120, 84))
    sheet.line(((x - 74, WALL_FOOT + 18), (x + 74, WALL_FOOT + 18)), (206, 60, 50), 3)
    sheet.oval(x + 120, WALL_FOOT + 8, 22, 12, LEAVES)
    sheet.box(x + 104, WALL_FOOT + 8, 32, 22, TILE, radius=4)


def long_wall(sheet: Sheet, chance: Random) -> None:
    """A yellow wall along an alley."""
    wall = chance.choice(((236, 204, 124), (214, 210, 190), (196, 208, 196)))
    sheet.sky(140)
    for x in (60, 240, 430, 600):
        crown(sheet, chance, x + chance.uniform(-30, 30), 84, 84, 50)
    sheet.box(0, 112, WIDTH, 272, wall)
    sheet.box(0, 104, WIDTH, 14, darker(wall, 0.25))
    sheet.box(0, 350, WIDTH, 34, darker(wall, 0.3))
    for x in (0, 206, 412, 618):
        sheet.box(x, 96, 22, 288, darker(wall, 0.12))
    sheet.box(0, 384, WIDTH, HEIGHT - 384, PAVING)
    for y in range(392, HEIGHT, 20):
        sheet.line(((0, y), (WIDTH, y)), darker(PAVING, 0.14), 1)
    for x in range(-80, WIDTH + 80, 44):
        sheet.line(((x + 22, 384), (x - 24, HEIGHT)), darker(PAVING, 0.14), 1)


def stickers(sheet: Sheet, chance: Random) -> None:
    """Papers and stencils glued over each other, none of them asked for."""
    papers: tuple[Colour, ...] = ((246, 244, 236), (250, 222, 90), (240, 150, 150), (150, 200, 236), (176, 222, 150))
    for row in range(4):
        for column in range(9):
            if chance.random() < 0.24:
                continue
            x, y = 36 + column * 62 + chance.uniform(-14, 14), 136 + row * 52 + chance.uniform(-9, 9)
            _paper(sheet, chance, x, y, chance.choice(papers))
    sheet.line(blob(320, 250, 150, 70, [chance.uniform(0.8, 1.1) for _ in range(13)]), (44, 70, 140), 5)


def _paper(sheet: Sheet, chance: Random, x: float, y: float, colour: Colour) -> None:
    wide, high, lean = chance.uniform(34, 54), chance.uniform(36, 48), chance.uniform(-6, 6)
    sheet.shape(((x, y + lean), (x + wide, y), (x + wide, y + high), (x, y + high + lean)), colour)
    sheet.shape(
        ((x + 5, y + 6 + lean), (x + wide - 5, y + 6), (x + wide - 5, y + 13), (x + 5, y + 13 + lean)), (186, 50, 46)
    )
    for row in range(3):
        down = y + 20 + row * 7
        sheet.line(((x + 6, down + lean * 0.7), (x + wide - 6 - row * 5, down)), (80, 84, 92), 1.6)
    if chance.random() < 0.3:  # a corner has come off
        sheet.shape(((x + wide, y), (x + wide - 13, y), (x + wide, y + 13)), darker(colour, 0.3))
