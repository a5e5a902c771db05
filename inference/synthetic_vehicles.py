"""Cars and vans for the drawn street: solids of painted polygons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inference.synthetic_canvas import (
    GLASS_BOTTOM,
    GLASS_TOP,
    RUBBER,
    TRIM,
    Canvas,
    Color,
    Point,
    Sprite,
    lighter,
    plate_place,
)


@dataclass(frozen=True, slots=True)
class Shape:
    """Measures of one kind of body, in meters."""

    width: float
    height: float
    length: float
    belt: float
    hood: float
    glass_rake: float
    front_plate: float
    rear_plate: float


SHAPES = {
    "saloon": Shape(1.80, 1.44, 4.6, 0.90, 1.15, 0.75, 0.42, 0.72),
    "hatchback": Shape(1.75, 1.50, 4.0, 0.94, 0.90, 0.70, 0.44, 0.82),
    "suv": Shape(1.90, 1.70, 4.6, 1.06, 1.00, 0.55, 0.56, 0.92),
    "van": Shape(1.98, 2.05, 5.0, 1.16, 0.70, 0.60, 0.50, 0.62),
}


def _wheels(c: Canvas, shape: Shape, near_y: float) -> None:
    edge = shape.width / 2
    for y in (shape.length - 0.9, near_y):
        c.both(
            [(edge - 0.26, y, 0), (edge - 0.02, y, 0), (edge - 0.02, y, 0.62), (edge - 0.26, y, 0.62)], RUBBER, soft=1
        )


def _side(c: Canvas, shape: Shape, paint: Color, lane: float, pillar: tuple[Point, Point]) -> None:
    """The flank that the viewer sees, towards the middle of the road; ``pillar`` is the near one's foot and head."""
    x = shape.width / 2 * (1 if lane < 0 else -1)
    belt, length = shape.belt, shape.length
    c.fill(
        [(x, 0.1, 0.25), (x, length, 0.28), (x, length, belt - 0.05), (x, 0.1, belt - 0.12)],
        lighter(paint, -0.15),
        lighter(paint, -0.5),
    )
    sign = 1 if lane < 0 else -1
    (fx, fy, fz), (hx, hy, hz) = pillar
    foot, head = (fx * sign * 0.97, fy, fz), (hx * sign * 0.97, hy, hz)
    c.fill(
        [(x, fy, fz - 0.25), (x, length - 0.1, belt - 0.05), (x * 0.72, length - 0.5, hz - 0.03), head, foot],
        lighter(paint, -0.1),
        lighter(paint, -0.25),
    )
    c.fill(
        [
            (x * 0.97, fy + 0.4, belt + 0.02),
            (x * 0.97, length - 0.6, belt + 0.04),
            (x * 0.76, length - 0.8, shape.height - 0.12),
            (x * 0.77, hy + 0.12, shape.height - 0.1),
        ],
        GLASS_TOP,
        GLASS_BOTTOM,
        soft=1,
    )
    for y in (0.85, length - 0.85):
        ring = [(x * 1.001, y + 0.34 * np.cos(a), 0.33 + 0.34 * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 20)]
        c.fill(ring, RUBBER)
        c.fill(
            [(x * 1.002, y + (v - y) * 0.62, 0.33 + (z - 0.33) * 0.62) for _, v, z in ring],
            (150, 148, 146),
            (92, 90, 88),
        )


def draw_front(shape: Shape, paint: Color, lane: float, plate: tuple[int, float]) -> Sprite:
    """A car or van that comes towards the viewer."""
    w, h, belt = shape.width / 2, shape.height, shape.belt
    nose = belt - 0.16
    glass = shape.hood + shape.glass_rake
    c = Canvas(lane, shape.width, shape.height)
    c.shadow(shape.width, shape.length)
    _wheels(c, shape, 0.75)
    roof = w * 0.70
    _side(c, shape, paint, lane, ((w * 0.93, shape.hood, belt - 0.04), (roof + 0.02, glass, h - 0.03)))
    c.mirrored(
        [
            (0, glass, h - 0.1),
            (roof, glass, h - 0.1),
            (roof * 0.97, shape.length - 0.9, h),
            (0, shape.length - 0.9, h + 0.02),
        ],
        lighter(paint, 0.4),
        lighter(paint, 0.1),
        soft=1,
    )
    c.mirrored(
        [
            (0, shape.hood, belt - 0.03),
            (w * 0.93, shape.hood, belt - 0.04),
            (roof + 0.02, glass, h - 0.03),
            (roof * 0.8, glass, h),
            (0, glass, h),
        ],
        lighter(paint, 0.1),
        lighter(paint, -0.2),
        soft=1,
    )
    c.mirrored(
        [(0, shape.hood, belt), (w * 0.83, shape.hood, belt), (roof - 0.03, glass, h - 0.07), (0, glass, h - 0.05)],
        GLASS_TOP,
        GLASS_BOTTOM,
        soft=1,
    )
    c.fill(
        [
            (-w * 0.30, shape.hood, belt),
            (w * 0.12, shape.hood, belt),
            (w * 0.34, glass, h - 0.07),
            (w * 0.02, glass, h - 0.07),
        ],
        (214, 200, 186),
        (150, 132, 116),
        alpha=0.28,
    )
    for x in (-w * 0.42, w * 0.42):
        c.fill(
            [
                (x - 0.2, glass, belt + 0.05),
                (x + 0.2, glass, belt + 0.05),
                (x + 0.11, glass, belt + 0.36),
                (x - 0.11, glass, belt + 0.36),
            ],
            (34, 28, 26),
            alpha=0.7,
            soft=2,
        )
    side = w * (1 if lane < 0 else -1)
    shoulder = [(side, 0.05, nose - 0.3), (side, shape.hood + 0.1, belt - 0.3), (side * 0.95, shape.hood + 0.1, belt)]
    c.fill(
        [*shoulder, (side * 0.85, shape.hood + 0.1, belt), (side * 0.85, 0.06, nose)],
        lighter(paint, 0.05),
        lighter(paint, -0.2),
    )
    c.mirrored(
        [(0, 0.02, nose), (w * 0.93, 0.10, nose - 0.03), (w * 0.93, shape.hood, belt), (0, shape.hood, belt + 0.03)],
        lighter(paint, 0.35),
        lighter(paint, 0.08),
        soft=1,
    )
    c.both(
        [
            (w * 0.55, 0.1, nose),
            (w * 0.6, 0.1, nose),
            (w * 0.64, shape.hood, belt + 0.01),
            (w * 0.6, shape.hood, belt + 0.01),
        ],
        lighter(paint, 0.5),
        lighter(paint, 0.2),
        alpha=0.5,
    )
    c.both(
        [
            (w + 0.02, shape.hood + 0.2, belt + 0.0),
            (w + 0.2, shape.hood + 0.2, belt + 0.02),
            (w + 0.19, shape.hood + 0.2, belt + 0.16),
            (w + 0.03, shape.hood + 0.2, belt + 0.15),
        ],
        lighter(paint, 0.2),
        lighter(paint, -0.3),
        soft=2,
    )
    c.mirrored(
        [
            (0, 0, 0.2),
            (w * 0.9, 0.02, 0.2),
            (w, 0.05, 0.34),
            (w, 0.05, nose - 0.12),
            (w * 0.94, 0.02, nose),
            (0, 0, nose + 0.02),
        ],
        lighter(paint, 0.06),
        lighter(paint, -0.35),
        soft=2,
    )
    c.mirrored(
        [(0, -0.01, 0.21), (w * 0.72, 0, 0.21), (w * 0.8, 0, 0.36), (0, -0.01, 0.36)],
        (30, 28, 27),
        (16, 15, 15),
        soft=2,
    )
    c.mirrored(
        [(0, -0.01, nose - 0.24), (w * 0.52, 0, nose - 0.24), (w * 0.60, 0, nose - 0.08), (0, -0.01, nose - 0.06)],
        TRIM,
        (20, 19, 18),
        soft=1,
    )
    for step in range(3):
        z = nose - 0.21 + 0.05 * step
        c.mirrored(
            [(0, -0.015, z), (w * 0.52, 0, z), (w * 0.52, 0, z + 0.014), (0, -0.015, z + 0.014)],
            (150, 150, 150),
            (96, 96, 96),
        )
    c.both(
        [
            (w * 0.62, 0, nose - 0.20),
            (w * 0.95, 0.05, nose - 0.16),
            (w * 0.97, 0.07, nose - 0.03),
            (w * 0.64, 0, nose - 0.08),
        ],
        (250, 248, 244),
        (176, 170, 164),
        soft=2,
    )
    c.both(
        [
            (w * 0.70, 0, nose - 0.16),
            (w * 0.82, 0, nose - 0.15),
            (w * 0.82, 0, nose - 0.08),
            (w * 0.70, 0, nose - 0.09),
        ],
        (120, 112, 104),
        (66, 60, 56),
        soft=2,
    )
    c.both(
        [(w * 0.74, 0, 0.27), (w * 0.88, 0, 0.28), (w * 0.88, 0, 0.34), (w * 0.74, 0, 0.34)],
        (220, 222, 224),
        (160, 160, 160),
        soft=2,
    )
    rows, aspect = plate
    place = plate_place(shape.front_plate, rows, aspect)
    c.fill([(x * 1.07, y + 0.005, z + (z - shape.front_plate) * 0.12) for x, y, z in place], (24, 24, 24))
    return c.finish(place)


def draw_rear(shape: Shape, paint: Color, lane: float, plate: tuple[int, float]) -> Sprite:
    """A car or van that goes away from the viewer."""
    w, h, belt = shape.width / 2, shape.height, shape.belt + 0.04
    steep = 0.25 if shape.height > 1.46 else 0.9
    deck = 0.0 if steep < 0.5 else 0.55
    c = Canvas(lane, shape.width, shape.height)
    c.shadow(shape.width, shape.length)
    _wheels(c, shape, 0.8)
    roof = w * 0.74
    _side(c, shape, paint, lane, ((w * 0.95, deck, belt - 0.08), (roof + 0.03, steep, h - 0.04)))
    c.mirrored(
        [
            (0, steep, h - 0.06),
            (roof, steep, h - 0.08),
            (roof * 0.95, shape.length - 1.6, h),
            (0, shape.length - 1.6, h + 0.02),
        ],
        lighter(paint, 0.35),
        lighter(paint, 0.1),
        soft=1,
    )
    c.mirrored(
        [
            (0, deck, belt - 0.06),
            (w * 0.95, deck, belt - 0.08),
            (roof + 0.03, steep, h - 0.04),
            (roof * 0.8, steep, h),
            (0, steep, h),
        ],
        lighter(paint, 0.12),
        lighter(paint, -0.15),
        soft=1,
    )
    c.mirrored(
        [
            (0, deck - 0.01, belt + 0.03),
            (w * 0.80, deck, belt + 0.03),
            (roof - 0.05, steep, h - 0.12),
            (0, steep, h - 0.10),
        ],
        GLASS_TOP,
        GLASS_BOTTOM,
        soft=2,
    )
    c.fill(
        [
            (-w * 0.55, deck, belt + 0.04),
            (-w * 0.2, deck, belt + 0.04),
            (w * 0.05, steep, h - 0.13),
            (-w * 0.25, steep, h - 0.13),
        ],
        (210, 198, 186),
        (140, 124, 110),
        alpha=0.22,
    )
    c.mirrored(
        [(0, 0, belt - 0.10), (w * 0.94, 0.04, belt - 0.12), (w * 0.94, deck, belt), (0, deck, belt + 0.02)],
        lighter(paint, 0.35),
        lighter(paint, 0.1),
        soft=1,
    )
    c.mirrored(
        [
            (0, 0, 0.24),
            (w * 0.92, 0.02, 0.24),
            (w, 0.05, 0.38),
            (w, 0.05, belt - 0.2),
            (w * 0.94, 0.02, belt - 0.06),
            (0, 0, belt - 0.04),
        ],
        lighter(paint, 0.1),
        lighter(paint, -0.38),
        soft=2,
    )
    c.mirrored([(0, -0.01, 0.5), (w * 0.96, 0, 0.5), (w * 0.96, 0, 0.512), (0, -0.01, 0.512)], lighter(paint, -0.45))
    c.mirrored(
        [(0, -0.01, 0.25), (w * 0.78, 0, 0.25), (w * 0.82, 0, 0.35), (0, -0.01, 0.35)],
        (34, 32, 31),
        (20, 19, 18),
        soft=1,
    )
    c.both(
        [
            (w * 0.66, -0.01, belt - 0.34),
            (w * 0.98, 0.02, belt - 0.30),
            (w * 0.97, 0.04, belt - 0.10),
            (w * 0.68, -0.01, belt - 0.12),
        ],
        (52, 40, 214),
        (22, 18, 120),
        soft=2,
    )
    c.both(
        [
            (w * 0.72, -0.02, belt - 0.24),
            (w * 0.86, -0.01, belt - 0.23),
            (w * 0.86, -0.01, belt - 0.18),
            (w * 0.72, -0.02, belt - 0.18),
        ],
        (200, 206, 240),
        (150, 150, 220),
        soft=2,
    )
    c.mirrored(
        [(0, steep, h - 0.07), (0.16, steep, h - 0.07), (0.16, steep, h - 0.045), (0, steep, h - 0.045)], (36, 30, 170)
    )
    c.fill(
        [(-w * 0.6, -0.02, 0.24), (-w * 0.5, -0.02, 0.24), (-w * 0.5, -0.02, 0.3), (-w * 0.6, -0.02, 0.3)],
        (140, 140, 140),
        (40, 40, 40),
        soft=2,
    )
    rows, aspect = plate
    place = plate_place(shape.rear_plate, rows, aspect)
    c.fill(
        [(x * 1.2, y + 0.005, z + (z - shape.rear_plate) * 0.5) for x, y, z in place],
        lighter(paint, -0.3),
        lighter(paint, -0.15),
        soft=1,
    )
    return c.finish(place)
