"""The measures of drawn cars and vans, and what their fronts and rears share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inference.synthetic_canvas import (
    GLASS_BOTTOM,
    GLASS_TOP,
    RUBBER,
    Canvas,
    Color,
    Point,
    lighter,
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

    @property
    def nose(self) -> float:
        """Height of the hood's front edge."""
        return self.belt - 0.16


SHAPES = {
    "saloon": Shape(1.80, 1.44, 4.6, 0.90, 1.15, 0.75, 0.42, 0.72),
    "hatchback": Shape(1.75, 1.50, 4.0, 0.94, 0.90, 0.70, 0.44, 0.82),
    "suv": Shape(1.90, 1.70, 4.6, 1.06, 1.00, 0.55, 0.56, 0.92),
    "van": Shape(1.98, 2.05, 5.0, 1.16, 0.70, 0.60, 0.50, 0.62),
}


def draw_wheels(c: Canvas, shape: Shape, near_y: float) -> None:
    edge = shape.width / 2
    for y in (shape.length - 0.9, near_y):
        c.both(
            [(edge - 0.26, y, 0), (edge - 0.02, y, 0), (edge - 0.02, y, 0.62), (edge - 0.26, y, 0.62)], RUBBER, soft=1
        )


def draw_side(c: Canvas, shape: Shape, paint: Color, lane: float, pillar: tuple[Point, Point]) -> None:
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
