"""Turns a plate upright: its four corners become a straight crop."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from inference.types import Corners, Image, Plate

MARGIN: Final = 0.08
"""Of the plate's height, left around it on each side, as the reader was trained."""
MIN_SLOPE: Final = 0.0875
"""Of the text's line (5 degrees): a straighter plate is read better from its box, which is more exact than corners.

Plates read exactly in whole photographs: level 89 % from the box, 84 % from the corners; turned by 7 degrees 81 and
84 %, by 14 degrees 67 and 80 %.
"""
MAX_WIDTH: Final = 384
"""Pixels: a wider plate is scaled down; more does not help the reader."""
ASPECTS: Final = (0.6, 8.0)


def rectify(image: Image, plate: Plate) -> Plate:
    """The plate with its ``crop``; without usable corners, or when it is level, it is the box with the margin."""
    corners = plate.corners
    crop = _straighten(image, corners) if corners is not None and _slope(corners) >= MIN_SLOPE else None
    return replace(plate, crop=_cut(image, plate) if crop is None else crop)


def _slope(corners: Corners) -> float:
    """How steeply the text rises or falls, 0 for a level line."""
    across, down = (corners[1] - corners[0] + corners[2] - corners[3]).tolist()
    return abs(float(down)) / max(1e-6, abs(float(across)))


def _straighten(image: Image, corners: Corners) -> Image | None:
    """``None`` where the corners span no plate."""
    top, right, bottom, left = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1).tolist()
    width, height = (top + bottom) / 2, (left + right) / 2
    if min(width, height) < 3 or not ASPECTS[0] <= width / height <= ASPECTS[1]:
        return None
    scale = min(1.0, MAX_WIDTH / width)
    inner_width, inner_height = width * scale, height * scale
    margin = MARGIN * inner_height
    size = max(2, round(inner_width + 2 * margin)), max(2, round(inner_height + 2 * margin))
    inner = np.array([[0, 0], [inner_width, 0], [inner_width, inner_height], [0, inner_height]], np.float32)
    matrix = cv2.getPerspectiveTransform(np.ascontiguousarray(corners, np.float32), inner + np.float32(margin))
    crop = cv2.warpPerspective(image, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return crop.astype(np.uint8, copy=False)


def _cut(image: Image, plate: Plate) -> Image:
    margin = max(1, round(MARGIN * plate.box.height))
    box = plate.box
    top, left = max(0, box.y1 - margin), max(0, box.x1 - margin)
    return np.ascontiguousarray(image[top : box.y2 + margin, left : box.x2 + margin])
