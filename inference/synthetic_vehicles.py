"""Cars and vans for the drawn street: solids of painted polygons."""

from __future__ import annotations

from inference.synthetic_canvas import GLASS_BOTTOM, GLASS_TOP, TRIM, Canvas, Color, Sprite, lighter, plate_place
from inference.synthetic_shapes import Shape, draw_side, draw_wheels


def _front_cabin(c: Canvas, shape: Shape, paint: Color, roof: float, glass: float) -> None:
    """Roof, pillars and windscreen; the ``roof`` is half as wide as it says, the ``glass`` ends so far back."""
    w, h, belt = shape.width / 2, shape.height, shape.belt
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


def _front_seats(c: Canvas, shape: Shape, glass: float) -> None:
    w, belt = shape.width / 2, shape.belt
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


def _hood(c: Canvas, shape: Shape, paint: Color, lane: float) -> None:
    """Fender, hood with its creases, and the mirrors."""
    w, belt, nose = shape.width / 2, shape.belt, shape.nose
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


def _front_face(c: Canvas, shape: Shape, paint: Color) -> None:
    """Bumper, intake and grille."""
    w, nose = shape.width / 2, shape.nose
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


def _front_lights(c: Canvas, shape: Shape) -> None:
    w, nose = shape.width / 2, shape.nose
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


def draw_front(shape: Shape, paint: Color, lane: float, plate: tuple[int, float]) -> Sprite:
    """A car or van that comes towards the viewer."""
    w, glass = shape.width / 2, shape.hood + shape.glass_rake
    roof = w * 0.70
    c = Canvas(lane, shape.width, shape.height)
    c.shadow(shape.width, shape.length)
    draw_wheels(c, shape, 0.75)
    draw_side(
        c, shape, paint, lane, ((w * 0.93, shape.hood, shape.belt - 0.04), (roof + 0.02, glass, shape.height - 0.03))
    )
    _front_cabin(c, shape, paint, roof, glass)
    _front_seats(c, shape, glass)
    _hood(c, shape, paint, lane)
    _front_face(c, shape, paint)
    _front_lights(c, shape)
    rows, aspect = plate
    place = plate_place(shape.front_plate, rows, aspect)
    c.fill([(x * 1.07, y + 0.005, z + (z - shape.front_plate) * 0.12) for x, y, z in place], (24, 24, 24))
    return c.finish(place)


def _rear_cabin(c: Canvas, shape: Shape, paint: Color, deck: float, steep: float) -> None:
    """Roof, pillars and rear window, which leans from ``deck`` to ``steep``."""
    w, h, belt, roof = shape.width / 2, shape.height, shape.belt + 0.04, shape.width * 0.37
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


def _rear_face(c: Canvas, shape: Shape, paint: Color, deck: float) -> None:
    """Lid and bumper."""
    w, belt = shape.width / 2, shape.belt + 0.04
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


def _rear_lights(c: Canvas, shape: Shape, steep: float) -> None:
    """Lamps, the third brake light and the exhaust."""
    w, h, belt = shape.width / 2, shape.height, shape.belt + 0.04
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


def draw_rear(shape: Shape, paint: Color, lane: float, plate: tuple[int, float]) -> Sprite:
    """A car or van that goes away from the viewer."""
    steep = 0.25 if shape.height > 1.46 else 0.9
    deck = 0.0 if steep < 0.5 else 0.55
    foot = (shape.width * 0.475, deck, shape.belt - 0.04)
    c = Canvas(lane, shape.width, shape.height)
    c.shadow(shape.width, shape.length)
    draw_wheels(c, shape, 0.8)
    draw_side(c, shape, paint, lane, (foot, (shape.width * 0.37 + 0.03, steep, shape.height - 0.04)))
    _rear_cabin(c, shape, paint, deck, steep)
    _rear_face(c, shape, paint, deck)
    _rear_lights(c, shape, steep)
    rows, aspect = plate
    place = plate_place(shape.rear_plate, rows, aspect)
    c.fill(
        [(x * 1.2, y + 0.005, z + (z - shape.rear_plate) * 0.5) for x, y, z in place],
        lighter(paint, -0.3),
        lighter(paint, -0.15),
        soft=1,
    )
    return c.finish(place)
