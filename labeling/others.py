"""The other plates and the vehicles of a frame: found by the detector, the plates made illegible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from detections.pictures import jpeg, widened
from inference.looks import Models
from inference.types import Box, Image, Vehicle

SAME = 0.3
"""Overlap (IoU) from which a plate that was found is the one that was labeled."""
LEFT = (4, 2)
"""Pixels that are left of a plate: too few for its text to come back."""


@dataclass(frozen=True)
class Scene:
    """A frame as it is exported: the JPEG, its pixels, and the vehicles where somebody looked for them."""

    content: bytes
    image: Image
    vehicles: tuple[Vehicle, ...] = ()


def look_around(models: Models, content: bytes, image: Image, labeled: Sequence[Box]) -> Scene:
    """The frame without the plates that are not among the labeled ones, which stay as they are, pixel by pixel."""
    vehicles, plates = models.detector.detect(image)
    others = [plate.box for plate in plates if not any(plate.box.iou(box) >= SAME for box in labeled)]
    if not others:
        return Scene(content, image, tuple(vehicles))
    hidden = np.ascontiguousarray(image.copy())
    for box in others:
        hide(hidden, widened(box))
    for box in labeled:
        box.crop(hidden)[:] = box.crop(image)
    return Scene(jpeg(hidden), hidden, tuple(vehicles))


def hide(image: Image, box: Box) -> None:
    inside = box.crop(image)
    if inside.size:
        few = cv2.resize(inside, LEFT, interpolation=cv2.INTER_AREA)
        inside[:] = cv2.resize(few, inside.shape[1::-1], interpolation=cv2.INTER_LINEAR)
