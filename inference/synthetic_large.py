"""Trucks, buses and motorcycles for the drawn street."""

from __future__ import annotations

import numpy as np

from inference.synthetic_canvas import (
    GLASS_BOTTOM,
    GLASS_TOP,
    RUBBER,
    TRIM,
    Canvas,
    Color,
    Sprite,
    lighter,
    plate_place,
)

TRUCK_WIDTH, TRUCK_HEIGHT, TRUCK_LENGTH = 2.3, 2.9, 7.5
BUS_WIDTH, BUS_HEIGHT, BUS_LENGTH = 2.4, 2.95, 10.5


def _box(c: Canvas, size: tuple[float, float, float], near: float, paint: Color, lane: float) -> None:
    """The flank and the wheels of a long body that begins ``near`` meters behind the near side."""
    width, height, length = size
    x = width / 2 * (1 if lane < 0 else -1)
    c.fill(
        [(x, near, 0.55), (x, length, 0.55), (x, length, height), (x, near, height)],
        lighter(paint, -0.2),
        lighter(paint, -0.5),
    )
    for y in (1.3, length - 1.6):
        ring = [(x * 1.001, y + 0.48 * np.cos(a), 0.48 + 0.48 * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 20)]
        c.fill(ring, RUBBER)
        c.fill([(px, y + (v - y) * 0.5, 0.48 + (z - 0.48) * 0.5) for px, v, z in ring], (140, 138, 136), (90, 88, 86))
    for y in (length - 1.6, 1.2):
        c.both([(x - 0.3, y, 0), (x - 0.02, y, 0), (x - 0.02, y, 0.9), (x - 0.3, y, 0.9)], RUBBER, soft=1)


def draw_truck_front(paint: Color, lane: float, plate: tuple[int, float]) -> Sprite:
    w, h = TRUCK_WIDTH / 2, TRUCK_HEIGHT
    c = Canvas(lane, TRUCK_WIDTH, h)
    c.shadow(TRUCK_WIDTH, TRUCK_LENGTH)
    _box(c, (TRUCK_WIDTH, h, TRUCK_LENGTH), 1.9, (214.0, 214.0, 210.0), lane)
    c.mirrored([(0, 1.9, 2.2), (w, 1.9, 2.2), (w, 1.9, h), (0, 1.9, h)], (226, 226, 222), (190, 190, 186))
    side = w * (1 if lane < 0 else -1)
    c.fill(
        [(side, 0.1, 0.5), (side, 1.7, 0.5), (side, 1.7, 2.4), (side, 0.3, 2.4)],
        lighter(paint, -0.2),
        lighter(paint, -0.5),
    )
    c.mirrored(
        [(0, 0, 0.35), (w * 0.96, 0, 0.35), (w, 0.05, 0.6), (w, 0.05, 1.35), (w * 0.93, 0.25, 2.5), (0, 0.25, 2.55)],
        lighter(paint, 0.15),
        lighter(paint, -0.3),
        soft=1,
    )
    c.mirrored(
        [(0, 0, 1.38), (w * 0.9, 0, 1.38), (w * 0.85, 0.2, 2.28), (0, 0.2, 2.32)], GLASS_TOP, GLASS_BOTTOM, soft=1
    )
    c.fill(
        [(-0.5, 0, 1.4), (0.0, 0, 1.4), (0.35, 0.2, 2.28), (-0.1, 0.2, 2.28)],
        (214, 200, 186),
        (150, 132, 116),
        alpha=0.25,
    )
    for step in range(4):
        z = 0.82 + 0.12 * step
        c.mirrored([(0, -0.01, z), (w * 0.62, 0, z), (w * 0.62, 0, z + 0.07), (0, -0.01, z + 0.07)], TRIM, (20, 20, 20))
    c.mirrored(
        [(0, -0.01, 0.36), (w * 0.95, 0, 0.36), (w * 0.98, 0, 0.66), (0, -0.01, 0.66)], (70, 68, 66), TRIM, soft=1
    )
    c.both(
        [(w * 0.62, -0.02, 0.46), (w * 0.9, -0.02, 0.46), (w * 0.92, 0, 0.62), (w * 0.64, -0.02, 0.62)],
        (250, 248, 244),
        (180, 176, 170),
        soft=2,
    )
    c.both([(w + 0.05, 0, 1.5), (w + 0.25, 0, 1.5), (w + 0.25, 0, 2.1), (w + 0.05, 0, 2.1)], TRIM, (22, 22, 22), soft=1)
    return c.finish(plate_place(0.5, *plate))


def draw_truck_rear(paint: Color, lane: float, plate: tuple[int, float]) -> Sprite:
    w, h = TRUCK_WIDTH / 2, TRUCK_HEIGHT
    c = Canvas(lane, TRUCK_WIDTH, h)
    c.shadow(TRUCK_WIDTH, TRUCK_LENGTH)
    _box(c, (TRUCK_WIDTH, h, TRUCK_LENGTH), 0, paint, lane)
    c.mirrored([(0, 0, 0.9), (w, 0, 0.9), (w, 0, h), (0, 0, h)], lighter(paint, 0.2), lighter(paint, -0.12))
    c.mirrored(
        [(0, -0.01, 0.95), (w * 0.95, -0.01, 0.95), (w * 0.95, -0.01, h - 0.08), (0, -0.01, h - 0.08)],
        lighter(paint, 0.12),
        lighter(paint, -0.2),
    )
    c.fill([(-0.012, -0.02, 0.95), (0.012, -0.02, 0.95), (0.012, -0.02, h - 0.08), (-0.012, -0.02, h - 0.08)], TRIM)
    for x in (0.18, 0.5):
        c.both(
            [(x, -0.02, 1.0), (x + 0.03, -0.02, 1.0), (x + 0.03, -0.02, h - 0.15), (x, -0.02, h - 0.15)],
            (190, 190, 190),
            (130, 130, 130),
        )
    c.mirrored(
        [(0, -0.02, 0.45), (w * 0.95, -0.02, 0.45), (w * 0.95, -0.02, 0.85), (0, -0.02, 0.85)], (64, 62, 60), TRIM
    )
    for step in range(6):
        x = -w * 0.9 + step * w * 0.3
        c.fill(
            [(x, -0.03, 0.84), (x + w * 0.15, -0.03, 0.84), (x + w * 0.15, -0.03, 0.9), (x, -0.03, 0.9)], (60, 60, 220)
        )
    c.both(
        [(w * 0.66, -0.03, 0.58), (w * 0.9, -0.03, 0.58), (w * 0.9, -0.03, 0.76), (w * 0.66, -0.03, 0.76)],
        (52, 40, 214),
        (22, 18, 120),
        soft=1,
    )
    return c.finish(plate_place(0.64, *plate, y=-0.04))


def draw_bus_front(paint: Color, lane: float, plate: tuple[int, float]) -> Sprite:
    w, h = BUS_WIDTH / 2, BUS_HEIGHT
    c = Canvas(lane, BUS_WIDTH, h)
    c.shadow(BUS_WIDTH, BUS_LENGTH)
    _box(c, (BUS_WIDTH, h, BUS_LENGTH), 0.1, paint, lane)
    side = w * 1.001 * (1 if lane < 0 else -1)
    c.fill(
        [(side, 0.5, 1.25), (side, BUS_LENGTH - 0.4, 1.25), (side, BUS_LENGTH - 0.4, 2.5), (side, 0.5, 2.5)],
        GLASS_TOP,
        GLASS_BOTTOM,
    )
    c.mirrored(
        [(0, 0, 0.3), (w * 0.97, 0, 0.3), (w, 0.05, 0.5), (w, 0.1, h - 0.12), (w * 0.94, 0.1, h), (0, 0.1, h + 0.03)],
        lighter(paint, 0.18),
        lighter(paint, -0.3),
        soft=1,
    )
    c.mirrored(
        [(0, 0, 1.05), (w * 0.94, 0, 1.05), (w * 0.94, 0.1, 2.5), (0, 0.1, 2.5)], GLASS_TOP, GLASS_BOTTOM, soft=1
    )
    c.fill(
        [(-0.6, 0, 1.08), (-0.1, 0, 1.08), (0.3, 0.1, 2.48), (-0.2, 0.1, 2.48)],
        (214, 200, 186),
        (150, 132, 116),
        alpha=0.25,
    )
    c.mirrored(
        [(0, -0.01, 2.56), (w * 0.7, 0, 2.56), (w * 0.7, 0, 2.84), (0, -0.01, 2.84)], (30, 28, 28), (18, 18, 18), soft=1
    )
    c.mirrored([(0, -0.02, 2.66), (w * 0.45, 0, 2.66), (w * 0.45, 0, 2.74), (0, -0.02, 2.74)], (40, 170, 250))
    c.both(
        [(w * 0.62, -0.02, 0.58), (w * 0.92, 0, 0.58), (w * 0.93, 0, 0.78), (w * 0.64, -0.02, 0.8)],
        (250, 248, 244),
        (180, 176, 170),
        soft=2,
    )
    c.mirrored(
        [(0, -0.01, 0.32), (w * 0.93, 0, 0.32), (w * 0.95, 0, 0.46), (0, -0.01, 0.46)], (50, 48, 47), TRIM, soft=1
    )
    c.both(
        [(w + 0.04, -0.1, 1.7), (w + 0.24, -0.1, 1.7), (w + 0.24, -0.1, 2.3), (w + 0.04, -0.1, 2.3)],
        TRIM,
        (22, 22, 22),
        soft=1,
    )
    return c.finish(plate_place(0.62, *plate))


def draw_motorcycle_rear(paint: Color, lane: float, plate: tuple[int, float]) -> Sprite:
    """A motorcycle with its rider, from behind."""
    c = Canvas(lane, 0.9, 1.75)
    c.shadow(0.45, 1.9)
    jacket, trousers = lighter(paint, -0.25), (74.0, 56.0, 46.0)
    c.both([(0.2, 1.1, 0.98), (0.38, 1.1, 1.02), (0.40, 1.1, 1.06), (0.2, 1.1, 1.03)], TRIM)
    c.both([(0.36, 1.0, 1.12), (0.48, 1.0, 1.12), (0.48, 1.0, 1.22), (0.37, 1.0, 1.22)], (60, 58, 56), TRIM, soft=2)
    c.mirrored([(0, 0.1, 0.0), (0.075, 0.1, 0.02), (0.085, 0.1, 0.45), (0, 0.1, 0.56)], (44, 43, 42), RUBBER, soft=1)
    c.both(
        [(0.09, 0.3, 0.22), (0.2, 0.3, 0.26), (0.19, 0.3, 0.36), (0.09, 0.3, 0.34)],
        (150, 150, 150),
        (90, 90, 90),
        soft=1,
    )
    c.both(
        [(0.1, 0.6, 0.85), (0.27, 0.7, 0.72), (0.27, 0.8, 0.32), (0.17, 0.8, 0.30), (0.13, 0.7, 0.62)],
        trousers,
        lighter(trousers, -0.3),
        soft=1,
    )
    c.both(
        [(0.15, 0.8, 0.22), (0.28, 0.8, 0.22), (0.28, 0.8, 0.34), (0.16, 0.8, 0.34)], (30, 30, 32), (18, 18, 20), soft=1
    )
    c.mirrored(
        [(0, 0.1, 0.60), (0.15, 0.1, 0.62), (0.19, 0.2, 0.80), (0.13, 0.3, 0.92), (0, 0.3, 0.93)],
        lighter(paint, 0.2),
        lighter(paint, -0.3),
        soft=2,
    )
    c.mirrored(
        [(0, 0.05, 0.76), (0.1, 0.05, 0.77), (0.11, 0.1, 0.84), (0, 0.08, 0.85)], (60, 46, 220), (24, 18, 130), soft=2
    )
    c.mirrored(
        [(0, 0.5, 0.84), (0.17, 0.5, 0.86), (0.21, 0.55, 1.05), (0.25, 0.6, 1.36), (0.1, 0.6, 1.44), (0, 0.6, 1.45)],
        lighter(jacket, 0.15),
        lighter(jacket, -0.25),
        soft=2,
    )
    c.both(
        [(0.2, 0.6, 1.38), (0.27, 0.6, 1.34), (0.37, 0.8, 1.10), (0.38, 1.0, 1.0), (0.31, 1.0, 1.0), (0.21, 0.7, 1.16)],
        lighter(jacket, 0.05),
        lighter(jacket, -0.35),
        soft=1,
    )
    helmet = [(0.145 * float(np.sin(a)), 0.6, 1.58 - 0.16 * float(np.cos(a))) for a in np.linspace(0, np.pi, 10)]
    c.mirrored(helmet, lighter(paint, 0.45), lighter(paint, -0.35))
    c.fill(
        [(-0.09, 0.58, 1.64), (-0.03, 0.58, 1.67), (-0.03, 0.58, 1.6), (-0.09, 0.58, 1.58)],
        (255, 255, 255),
        alpha=0.35,
        soft=2,
    )
    rows, aspect = plate
    place = plate_place(0.52, rows, aspect)
    shrink = 0.62 if rows > 1 or aspect < 3 else 0.5
    return c.finish([(x * shrink, y, 0.52 + (z - 0.52) * shrink) for x, y, z in place])
