"""Brand and color of a vehicle from its picture; ``unknown`` where the network is not sure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.backends.base import Backend
from inference.model_config import ModelConfig
from inference.types import Attributes, Image

MONOCHROME: Final = 2.0
"""Mean difference of the color channels, 0-255, below which a picture is infrared and shows no color: a camera at night
gives 0, black and white cars of the parking clip at least 3."""

CUT_OFF: Final = 0.06
"""Share of the crop that is cut off at each side: what training crops lose on average (brand 79.1 → 82.9 %)."""


class VehicleAttributes:
    """One network with two outputs: brands and colors. It sees the inner part of each crop, and its mirror image."""

    def __init__(self, backend: Backend, config: ModelConfig) -> None:
        self._backend = backend
        self._config = config
        self.brands, self.colors = config.classes, config.colors
        self._least_brand = config.thresholds.get("brand", 0.5)
        self._least_color = config.thresholds.get("color", 0.5)

    def describe(self, crops: Sequence[Image]) -> list[Attributes]:
        """One answer per crop, in order; each crop is one vehicle."""
        return [self._describe(crop) for crop in crops]

    def rank(self, crop: Image) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The confidences, 0-1, of each of ``brands`` and of each of ``colors``; a side has at least 8 pixels."""
        seen = squeeze(inner(crop), self._config.input_width, self._config.input_height)
        brands, colors = self._backend.run(np.concatenate([seen, seen[..., ::-1]]))[:2]
        return brands.mean(axis=0), colors.mean(axis=0)

    def _describe(self, crop: Image) -> Attributes:
        if min(crop.shape[:2]) < 8:
            return Attributes()
        brands, colors = self.rank(crop)
        brand, brand_confidence = _best(brands, self.brands, self._least_brand)
        if is_monochrome(crop):
            return Attributes(brand, brand_confidence)
        return Attributes(brand, brand_confidence, *_best(colors, self.colors, self._least_color))


def inner(crop: Image) -> Image:
    """The crop without its margins."""
    y, x = (round(CUT_OFF * side) for side in crop.shape[:2])
    return crop[y : crop.shape[0] - y, x : crop.shape[1] - x]


def squeeze(crop: Image, width: int, height: int) -> NDArray[np.float32]:
    """The whole crop on gray, its shape kept, as the network wants it: 1 × 3 × height × width RGB."""
    rows, columns = crop.shape[:2]
    scale = min(width / columns, height / rows)
    fitted = max(1, round(columns * scale)), max(1, round(rows * scale))
    small = cv2.resize(crop, fitted, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    canvas = np.full((height, width, 3), 124, np.uint8)
    left, top = (width - fitted[0]) // 2, (height - fitted[1]) // 2
    canvas[top : top + fitted[1], left : left + fitted[0]] = small
    return np.asarray(cv2.dnn.blobFromImage(canvas, 1 / 255.0, swapRB=True), np.float32)


def is_monochrome(crop: Image) -> bool:
    """Infrared pictures; a gray car in daylight still has some color around it."""
    small = cv2.resize(crop, (32, 32), interpolation=cv2.INTER_AREA).astype(np.int16)
    return float((small.max(axis=2) - small.min(axis=2)).mean()) < MONOCHROME


def _best(confidences: NDArray[np.float32], names: tuple[str, ...], least: float) -> tuple[str, float]:
    place = int(confidences.argmax())
    confidence = float(confidences[place])
    return (names[place] if confidence >= least else "unknown"), confidence
