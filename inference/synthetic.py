"""A drawn street with passing vehicles whose plates are known: the demo camera, tests, load, training data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inference.types import Box, Corners, Image, Kind


@dataclass(frozen=True, slots=True)
class DrawnVehicle:
    """What was drawn and where; ``plate_corners`` is ``None`` while the plate is out of the picture."""

    box: Box
    kind: Kind
    color: str
    plate_text: str
    plate_corners: Corners | None
    region: str


class Street:
    """Repeats exactly for a seed; ``render`` may be asked for any time, in any order."""

    fps = 12.0
    width = 1280
    height = 720

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed

    def render(self, t: float) -> tuple[Image, list[DrawnVehicle]]:
        """The picture ``t`` seconds after the beginning, and the vehicles in it."""
        image = np.full((self.height, self.width, 3), 120, np.uint8)
        x = int(t * 200) % self.width
        image[300:500, x : x + 200] = 200
        return image, []
