"""The newest look taken apart, left in the cache for whoever studies the camera."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import cv2

from cameras.models import Camera
from cameras.preview import BREAKDOWN
from cameras.worker.preview_cache import PreviewCache
from detections.breakdown import measures_of, reading_of, rounded, standing_of
from detections.pictures import cut, jpeg
from detections.record import numbers, points
from inference.types import FrameResult, Image, Observation

LIFE_S = 60
EVERY_S = 0.2
FRAME_WIDTH = 1280
VEHICLE_WIDTH = 480


class BreakdownCache(PreviewCache):
    """Costs nothing while nobody studies; at most five looks a second."""

    kind = BREAKDOWN

    def __init__(self, camera: Camera, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(camera.pk, clock)
        self._smallest_plate = camera.min_plate_width
        self._due = float("-inf")

    def explain(self, result: FrameResult) -> None:
        """The clearest look of the frame with its pictures, and the others in figures."""
        now = self._clock()
        if now < self._due:
            return
        self._due = now + EVERY_S
        ranked = sorted(range(len(result.observations)), key=lambda i: interest(result.observations[i]), reverse=True)
        looks = [self._told(result, i) for i in ranked]
        frame = result.frame
        meta = {"index": frame.index, "captured_at": frame.captured_at, "explained_at": time.time()}
        chosen = result.observations[ranked[0]]
        pictures = {"frame": jpeg(narrowed(frame.image, FRAME_WIDTH)), **self._crops(chosen)}
        look = {"looks": looks, "pictures": pictures, "smallest_plate": self._smallest_plate}
        self.leave({"jpeg": b"", "meta": meta, "look": look}, LIFE_S)

    def _crops(self, seen: Observation) -> dict[str, bytes]:
        """The rectified crop only where there is one: a plate that was not straightened has none."""
        crops = {}
        if seen.vehicle is not None:
            crops["vehicle"] = jpeg(narrowed(seen.vehicle.box.crop(seen.frame.image), VEHICLE_WIDTH))
        if seen.plate is not None and seen.plate.crop is not None:
            crops["plate"] = cut(seen).plate
        return crops

    def _told(self, result: FrameResult, i: int) -> dict[str, Any]:
        seen = result.observations[i]
        plate, vehicle = seen.plate, seen.vehicle
        return {
            "stage": seen.stage,
            "reason": seen.reason or "",
            "measures": measures_of(seen),
            "ms": rounded(result.ms),
            "vehicle_box": numbers(vehicle.box) if vehicle else None,
            "plate_box": numbers(plate.box) if plate else None,
            "corners": points(plate.corners) if plate and plate.corners is not None else None,
            "reading": reading_of(seen.reading),
            "standing": standing_of(result.standings[i] if i < len(result.standings) else None),
        }


def interest(seen: Observation) -> tuple[int, float]:
    """A look that came farther shows more; of two as far, the larger plate or vehicle."""
    steps = (seen.plate is not None, seen.plate is not None and seen.plate.crop is not None, seen.reading is not None)
    return sum(steps), float((seen.plate.box if seen.plate else seen.box).area())


def narrowed(image: Image, width: int) -> Image:
    if not image.size or image.shape[1] <= width:
        return image
    size = (width, max(1, round(image.shape[0] * width / image.shape[1])))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype("uint8", copy=False)
