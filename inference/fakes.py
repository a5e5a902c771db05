"""Stand-ins for the models: what runs around them is tested without weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from inference.looks import Models
from inference.types import Attributes, Box, Image, Plate, Reading, Vehicle

Scene = Callable[[Image], tuple[list[Vehicle], list[Plate]]]


def parked_car(image: Image) -> tuple[list[Vehicle], list[Plate]]:
    """One car in the middle of any picture."""
    height, width = image.shape[:2]
    return car_at(Box(width // 4, height // 4, width * 3 // 4, height * 3 // 4))


def car_at(box: Box) -> tuple[list[Vehicle], list[Plate]]:
    """A car with its plate, a quarter of its width, low in the middle."""
    vehicle = Vehicle(box, "car", 0.9)
    left, top = box.x1 + box.width * 3 // 8, box.y1 + box.height * 3 // 4
    plate = Box(left, top, left + box.width // 4, top + max(8, box.width // 18))
    corners = [(plate.x1, plate.y1), (plate.x2, plate.y1), (plate.x2, plate.y2), (plate.x1, plate.y2)]
    return [vehicle], [Plate(plate, 0.9, np.array(corners, np.float32), vehicle=vehicle)]


class FakeDetector:
    """Finds what the scene says."""

    def __init__(self, scene: Scene = parked_car) -> None:
        self._scene = scene
        self.calls = 0

    def detect(self, image: Image) -> tuple[list[Vehicle], list[Plate]]:
        self.calls += 1
        return self._scene(image)


class FakeReader:
    """Reads the given texts in turn, over and over."""

    def __init__(self, *texts: str, confidence: float = 0.9) -> None:
        self._texts = texts or ("AB123CD",)
        self._confidence = confidence
        self.calls = 0

    def read(self, crops: Sequence[Image], region: str | None = None) -> list[Reading]:
        return [self._next(region) for _ in crops]

    def _next(self, region: str | None) -> Reading:
        text = self._texts[self.calls % len(self._texts)]
        self.calls += 1
        return Reading(text, self._confidence, (self._confidence,) * len(text), text, region)


class FakeAttributes:
    """Every vehicle is a white Toyota."""

    def __init__(self) -> None:
        self.calls = 0

    def describe(self, crops: Sequence[Image]) -> list[Attributes]:
        self.calls += len(crops)
        return [Attributes("Toyota", 0.8, "white", 0.9) for _ in crops]


def cut_out(image: Image, plate: Plate) -> Plate:
    """Stands in for the rectifier: the box as it is, striped so that it passes for sharp."""
    crop = plate.box.crop(image).copy()
    crop[:, ::4] = 0
    crop[:, 2::4] = 255
    return replace(plate, crop=crop)


def fake_models(detector: FakeDetector | None = None, reader: FakeReader | None = None) -> Models:
    return Models(detector or FakeDetector(), cut_out, reader or FakeReader(), FakeAttributes())
