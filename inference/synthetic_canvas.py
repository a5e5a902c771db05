"""Painting of vehicles for the drawn street: polygons in meters, seen once in perspective and cut out."""

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
        self._scale = PIXELS_PER_METER
        self._lane = lane
        self._left = (width / 2 + 1.2) * self._scale
        self._top = (height + 0.25) * self._scale
        size = (int(self._top + 1.1 * self._scale), int(2 * self._left), 3)
        self._color = np.zeros(size, np.float32)
        self._alpha = np.zeros(size[:2], np.float32)
        self._points: list[NDArray[np.float32]] = []

    def place(self, points: Sequence[Point]) -> NDArray[np.float32]:
        """Pixels of the canvas."""
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
        small = cv2.resize(mask, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        blurred = cv2.resize(cv2.GaussianBlur(small, (0, 0), 5), mask.shape[::-1])
        self._alpha = np.maximum(self._alpha, blurred)

    def finish(self, plate: Sequence[Point]) -> Sprite:
        """What was painted, cut out; ``plate`` are the corners of the place for the plate."""
        everything = np.concatenate(self._points)
        left, top, width, height = cv2.boundingRect((self._alpha > 0.004).astype(np.uint8))
        kept = np.s_[top : top + height, left : left + width]
        corner = np.array((left, top), np.float32)
        (x1, y1), (x2, y2) = everything.min(axis=0) - corner, everything.max(axis=0) - corner
        return Sprite(
            np.clip(self._color[kept], 0, 255).astype(np.uint8),
            np.clip(self._alpha[kept] * 255, 0, 255).astype(np.uint8),
            (self._left - left, self._top - top),
            (float(x1), float(y1), float(x2), float(y2)),
            self.place(plate) - corner,
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
