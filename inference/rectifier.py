"""Turns a plate upright: its four corners become a straight crop."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from inference.types import Corners, Image, Plate

MARGIN: Final = 0.08
"""Of the plate's height, left around it on each side, as the reader was trained."""
Margins = tuple[float, float]
"""Of the plate's height: left and right of it, above and below it."""
OTHER_MARGINS: Final[tuple[Margins, ...]] = ((-0.06, -0.06), (0.3, 0.12))
"""For a plate that was not read surely, since a detector cuts some plates off and others too wide.

Whole photographs read exactly, of 137: 122 with one crop; with these two more where a character is below 0.7, 124 with
the surest of the three and 125 with what they say together; turned by 6 degrees 115, 115 and 117.
"""
MIN_SLOPE: Final = 0.0875
"""Of the text's line (5 degrees): a straighter plate is read from its box, which needs no warping.

Plates read exactly in 137 whole photographs, from the box and from the corners: level 89 and 91 %, turned by 7 degrees
87 and 89 %, by 14 degrees 82 and 88 %. Any limit from 0 to 5 degrees does as well.
"""
MAX_WIDTH: Final = 384
"""Pixels: a wider plate is scaled down; more does not help the reader."""
ASPECTS: Final = (0.6, 8.0)


def rectify(image: Image, plate: Plate) -> Plate:
    """The plate with its ``crop``; without usable corners, or when it is level, it is the box with the margin."""
    return _with_margins(image, plate, (MARGIN, MARGIN))


def recut(image: Image, plate: Plate) -> list[Plate]:
    """The same plate with crops a little tighter and a little wider."""
    return [_with_margins(image, plate, margins) for margins in OTHER_MARGINS]


def _with_margins(image: Image, plate: Plate, margins: Margins) -> Plate:
    corners = plate.corners
    crop = _straighten(image, corners, margins) if corners is not None and _slope(corners) >= MIN_SLOPE else None
    return replace(plate, crop=_cut(image, plate, margins) if crop is None else crop)


def _slope(corners: Corners) -> float:
    """How steeply the text rises or falls, 0 for a level line."""
    across, down = (corners[1] - corners[0] + corners[2] - corners[3]).tolist()
    return abs(float(down)) / max(1e-6, abs(float(across)))


def _straighten(image: Image, corners: Corners, margins: Margins) -> Image | None:
    """``None`` where the corners span no plate."""
    top, right, bottom, left = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1).tolist()
    width, height = (top + bottom) / 2, (left + right) / 2
    if min(width, height) < 3 or not ASPECTS[0] <= width / height <= ASPECTS[1]:
        return None
    scale = min(1.0, MAX_WIDTH / width)
    inner_width, inner_height = width * scale, height * scale
    beside, above = margins[0] * inner_height, margins[1] * inner_height
    size = max(2, round(inner_width + 2 * beside)), max(2, round(inner_height + 2 * above))
    inner = np.array([[0, 0], [inner_width, 0], [inner_width, inner_height], [0, inner_height]], np.float32)
    matrix = cv2.getPerspectiveTransform(
        np.ascontiguousarray(corners, np.float32), inner + np.array([beside, above], np.float32)
    )
    crop = cv2.warpPerspective(image, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return crop.astype(np.uint8, copy=False)


def _cut(image: Image, plate: Plate, margins: Margins) -> Image:
    """A margin is at least a pixel wide, outwards or inwards."""
    box = plate.box
    beside, above = (round(margin * box.height) or (1 if margin > 0 else -1) for margin in margins)
    top, left = max(0, box.y1 - above), max(0, box.x1 - beside)
    return np.ascontiguousarray(image[top : box.y2 + above, left : box.x2 + beside])
