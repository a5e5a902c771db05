"""Pictures of vehicles for the drawn street: solids of painted polygons, seen once in perspective and cut out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.types import Corners, Image

Point = tuple[float, float, float]
"""Meters: to the right, away from the viewer, up; from the ground below the middle of the near side."""
Color = tuple[float, float, float]
"""Blue, green, red, 0-255."""

VIEW_HEIGHT = 2.0
VIEW_DISTANCE = 8.0
PIXELS_PER_METER = 330.0
OVERSAMPLING = 2
PLATE_WIDTHS = {1: 0.52, 2: 0.30}
COLORS: dict[str, Color] = {
    "black": (34, 30, 28),
    "blue": (150, 82, 32),
    "brown": (44, 66, 98),
    "gray": (112, 108, 104),
    "green": (70, 96, 44),
    "orange": (30, 110, 226),
    "red": (36, 30, 176),
    "silver": (192, 190, 186),
    "white": (236, 236, 234),
    "yellow": (40, 186, 232),
}
GLASS_TOP, GLASS_BOTTOM = (112.0, 92.0, 74.0), (52.0, 40.0, 32.0)
RUBBER, TRIM = (26.0, 25.0, 24.0), (40.0, 38.0, 36.0)


@dataclass(frozen=True, slots=True)
class Sprite:
    """A cut-out vehicle. ``anchor`` is the pixel of the ground below the middle of its near side.

    ``color`` is premultiplied by ``alpha``; ``bounds`` are x1, y1, x2, y2 of the vehicle without its shadow;
    ``plate`` are the corners of the place for the plate.
    """

    color: Image
    alpha: NDArray[np.uint8]
    anchor: tuple[float, float]
    bounds: tuple[float, float, float, float]
    plate: Corners


class Canvas:
    """Paints polygons given in meters, far ones first."""

    def __init__(self, lane: float, width: float, height: float) -> None:
        self._scale = PIXELS_PER_METER * OVERSAMPLING
        self._lane = lane
        self._left = (width / 2 + 1.2) * self._scale
        self._top = (height + 0.25) * self._scale
        size = (int(self._top + 1.1 * self._scale), int(2 * self._left), 3)
        self._color = np.zeros(size, np.float32)
        self._alpha = np.zeros(size[:2], np.float32)
        self._points: list[NDArray[np.float32]] = []

    def place(self, points: Sequence[Point]) -> NDArray[np.float32]:
        """Pixels of the oversampled canvas."""
        placed = []
        for x, y, z in points:
            nearness = VIEW_DISTANCE / (VIEW_DISTANCE + y)
            across = (self._lane + x) * nearness - self._lane
            up = VIEW_HEIGHT - (VIEW_HEIGHT - z) * nearness
            placed.append((self._left + across * self._scale, self._top - up * self._scale))
        return np.array(placed, np.float32)

    def fill(
        self, points: Sequence[Point], top: Color, bottom: Color | None = None, *, soft: int = 0, alpha: float = 1.0
    ) -> None:
        """A polygon shaded from top to bottom; ``soft`` rounds its corners, each time more."""
        outline = self.place(points)
        for _ in range(soft):
            following = np.roll(outline, -1, axis=0)
            outline = np.stack([0.78 * outline + 0.22 * following, 0.22 * outline + 0.78 * following], 1).reshape(-1, 2)
        self._points.append(outline)
        self._paint(outline, top, bottom or top, alpha)

    def mirrored(
        self, half: Sequence[Point], top: Color, bottom: Color | None = None, *, soft: int = 0, alpha: float = 1.0
    ) -> None:
        """A polygon of which the right half is given, from the middle below to the middle above."""
        other = [(-x, y, z) for x, y, z in reversed(half)]
        self.fill([*half, *other], top, bottom, soft=soft, alpha=alpha)

    def both(
        self, points: Sequence[Point], top: Color, bottom: Color | None = None, *, soft: int = 0, alpha: float = 1.0
    ) -> None:
        """A polygon on the right and its mirror image on the left."""
        self.fill(points, top, bottom, soft=soft, alpha=alpha)
        self.fill([(-x, y, z) for x, y, z in points], top, bottom, soft=soft, alpha=alpha)

    def shadow(self, width: float, length: float) -> None:
        """On the ground, darkest below the vehicle; painted first and left out of the bounds."""
        mask = np.zeros(self._alpha.shape, np.float32)
        for grow, strength in ((0.30, 0.35), (0.0, 0.8)):
            side = width / 2 + grow
            outline = self.place(
                [(-side, -grow, 0), (side + grow, -grow, 0), (side + grow, length, 0), (-side, length, 0)]
            )
            cv2.fillPoly(mask, [outline.astype(np.int32)], strength)
        small = cv2.resize(mask, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
        blurred = cv2.resize(cv2.GaussianBlur(small, (0, 0), 5), mask.shape[::-1])
        self._alpha = np.maximum(self._alpha, blurred)

    def finish(self, plate: Sequence[Point]) -> Sprite:
        """The picture at its own size; ``plate`` are the corners of the place for the plate."""
        size = (self._alpha.shape[1] // OVERSAMPLING, self._alpha.shape[0] // OVERSAMPLING)
        color = cv2.resize(self._color, size, interpolation=cv2.INTER_AREA)
        alpha = cv2.resize(self._alpha, size, interpolation=cv2.INTER_AREA)
        everything = np.concatenate(self._points) / OVERSAMPLING
        used = cv2.boundingRect((alpha > 0.004).astype(np.uint8))
        corner, (right, bottom) = np.array(used[:2], np.float32), (used[0] + used[2], used[1] + used[3])
        kept = np.s_[used[1] : bottom, used[0] : right]
        (x1, y1), (x2, y2) = everything.min(axis=0) - corner, everything.max(axis=0) - corner
        return Sprite(
            np.clip(color[kept], 0, 255).astype(np.uint8),
            np.clip(alpha[kept] * 255, 0, 255).astype(np.uint8),
            (self._left / OVERSAMPLING - used[0], self._top / OVERSAMPLING - used[1]),
            (float(x1), float(y1), float(x2), float(y2)),
            self.place(plate) / OVERSAMPLING - corner,
        )

    def _paint(self, outline: NDArray[np.float32], top: Color, bottom: Color, alpha: float) -> None:
        height, width = self._alpha.shape
        x1, y1 = np.maximum(np.floor(outline.min(axis=0)).astype(int) - 1, 0)
        x2, y2 = np.minimum(np.ceil(outline.max(axis=0)).astype(int) + 2, (width, height))
        if x1 >= x2 or y1 >= y2:
            return
        mask = np.zeros((y2 - y1, x2 - x1), np.uint8)
        cv2.fillPoly(mask, [np.round((outline - (x1, y1)) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        cover = (mask.astype(np.float32) * (alpha / 255))[:, :, None]
        ramp = np.linspace(0, 1, y2 - y1, dtype=np.float32)[:, None, None]
        shade = np.array(top, np.float32) * (1 - ramp) + np.array(bottom, np.float32) * ramp
        self._color[y1:y2, x1:x2] += cover * (shade - self._color[y1:y2, x1:x2])
        self._alpha[y1:y2, x1:x2] += cover[:, :, 0] * (1 - self._alpha[y1:y2, x1:x2])


def lighter(color: Color, amount: float) -> Color:
    """Towards white for positive amounts, towards black for negative ones."""
    target, share = (255.0, amount) if amount > 0 else (0.0, -amount)
    b, g, r = (value + (target - value) * share for value in color)
    return b, g, r


def plate_place(z: float, rows: int, aspect: float, y: float = -0.02) -> list[Point]:
    """The corners of a plate whose middle hangs at height ``z``."""
    width = PLATE_WIDTHS[2] if rows > 1 or aspect < 3 else PLATE_WIDTHS[1]
    height = width / aspect
    side = width / 2
    return [
        (-side, y, z + height / 2),
        (side, y, z + height / 2),
        (side, y, z - height / 2),
        (-side, y, z - height / 2),
    ]


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
    c.fill([*shoulder, (side * 0.9, 0.06, nose)], lighter(paint, 0.05), lighter(paint, -0.2))
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
