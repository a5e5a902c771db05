"""Tells whether anything moved since the last look, so that an empty street costs nearly nothing."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.types import Image

WIDTH = 160
MIN_CHANGED = 4
MIN_DIFFERENCE = 7.0
MAX_DIFFERENCE = 24.0
NOISE_FACTOR = 6.0
NEIGHBORHOOD = 41


class MotionGate:
    """Compares small gray pictures with the one of the last look.

    Slow and broad changes of light are taken out, and the threshold follows the picture's own noise. Comparing
    with the last look, not the last frame, also finds what creeps.
    """

    def __init__(self) -> None:
        self._reference: NDArray[np.float32] | None = None
        self._newest: NDArray[np.float32] | None = None

    def has_moved(self, image: Image) -> bool:
        """Whether something local changed; true for the first picture and after a change of size."""
        self._newest = small_gray(image, WIDTH)
        if self._reference is None or self._reference.shape != self._newest.shape:
            return True
        difference = self._newest - self._reference
        difference -= cv2.blur(difference, (NEIGHBORHOOD, NEIGHBORHOOD))
        changed = np.abs(cv2.blur(difference, (3, 3)))
        threshold = min(MAX_DIFFERENCE, max(MIN_DIFFERENCE, NOISE_FACTOR * float(np.median(changed))))
        return int(np.count_nonzero(changed > threshold)) >= MIN_CHANGED

    def looked(self, image: Image) -> None:
        """This picture was looked at: later ones are compared with it."""
        self._reference = self._newest if self._newest is not None else small_gray(image, WIDTH)
        self._newest = None


def small_gray(image: Image, width: int) -> NDArray[np.float32]:
    """A thumbnail of the picture's green, of the same shape."""
    step = max(1, image.shape[1] // (4 * width))
    height = max(1, round(image.shape[0] * width / image.shape[1]))
    green = np.ascontiguousarray(image[::step, ::step, 1])
    return cv2.resize(green, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
