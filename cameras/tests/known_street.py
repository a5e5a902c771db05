"""Cameras whose plates are known beforehand: `python -m cameras.tests.known_street FILE` watches like run_cameras.

The drawn street with stand-ins for the networks that know what was drawn, so that every plate is read and what arrives
can be compared with what was shown. FILE gets one JSON line for each plate once it was shown long enough.
"""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import django

django.setup()

import cv2  # noqa: E402
import numpy as np  # noqa: E402

import cameras.worker  # noqa: E402
from cameras.models import Camera  # noqa: E402
from cameras.supervisor import Supervisor, Worker  # noqa: E402
from cameras.worker import CameraWorker  # noqa: E402
from inference.fakes import FakeAttributes  # noqa: E402
from inference.looks import Models  # noqa: E402
from inference.sources import SyntheticSource  # noqa: E402
from inference.synthetic import DrawnVehicle  # noqa: E402
from inference.types import Box, Frame, Image, Plate, Reading, Vehicle  # noqa: E402

LEAST_WIDTH = 60
LEAST_FRAMES = 8


class KnownStreet(SyntheticSource):
    """Remembers what each of the last frames shows, and writes down the plates that were to be read."""

    def __init__(self, path: Path) -> None:
        super().__init__(seed=5)
        self.path = path
        self.known: deque[tuple[Image, list[DrawnVehicle]]] = deque(maxlen=40)
        self.frames: dict[str, int] = {}

    def read(self) -> Frame:
        clock = self._index / self.street.fps
        image, vehicles = self.street.render(clock)
        self._index += 1
        self.known.append((image, vehicles))
        for vehicle in vehicles:
            if vehicle.plate_corners is not None and width_of(vehicle) >= LEAST_WIDTH:
                self.count(vehicle.plate_text)
        return Frame(image, self._index - 1, self._pace.captured_at(clock), clock)

    def count(self, text: str) -> None:
        self.frames[text] = self.frames.get(text, 0) + 1
        if self.frames[text] == LEAST_FRAMES:
            with self.path.open("a") as file:
                file.write(json.dumps({"text": text, "at": time.time()}) + "\n")

    def detect(self, image: Image) -> tuple[list[Vehicle], list[Plate]]:
        drawn = next((vehicles for shown, vehicles in list(self.known) if shown is image), [])
        found = [(Vehicle(seen.box, seen.kind, 0.9), seen) for seen in drawn]
        plates = [
            Plate(box_of(seen), 0.9, seen.plate_corners, vehicle=vehicle)
            for vehicle, seen in found
            if seen.plate_corners is not None
        ]
        return [vehicle for vehicle, _ in found], plates


class Knowing:
    """Rectifies and reads: the text goes with the crop."""

    def __init__(self, street: KnownStreet) -> None:
        self.street = street
        self.crops: deque[tuple[Image, str]] = deque(maxlen=40)

    def rectify(self, image: Image, plate: Plate) -> Plate:
        crop = plate.box.crop(image).copy()
        drawn = next((vehicles for shown, vehicles in list(self.street.known) if shown is image), [])
        text = next((d.plate_text for d in drawn if d.plate_corners is not None and box_of(d) == plate.box), "")
        cv2.putText(crop, text, (0, 12), cv2.FONT_HERSHEY_PLAIN, 1, (0, 0, 0))
        self.crops.append((crop, text))
        return replace(plate, crop=crop)

    def read(self, crops: Sequence[Image], region: str | None = None) -> list[Reading]:
        return [self.reading(next(text for known, text in self.crops if known is crop)) for crop in crops]

    def reading(self, text: str) -> Reading:
        return Reading(text, 0.95, (0.95,) * len(text), text, "de")


def width_of(vehicle: DrawnVehicle) -> float:
    assert vehicle.plate_corners is not None
    return float(np.linalg.norm(vehicle.plate_corners[1] - vehicle.plate_corners[0]))


def box_of(vehicle: DrawnVehicle) -> Box:
    assert vehicle.plate_corners is not None
    (left, top), (right, bottom) = vehicle.plate_corners.min(axis=0), vehicle.plate_corners.max(axis=0)
    return Box(int(left), int(top), int(right) + 1, int(bottom) + 1)


def start(camera: Camera, lease: str) -> Worker:
    street = KnownStreet(Path(sys.argv[1]))
    knowing = Knowing(street)
    cameras.worker.open_source = lambda *_, **__: street
    worker = CameraWorker(camera, lease, lambda: Models(street, knowing.rectify, knowing, FakeAttributes()))
    worker.start()
    return worker


def main() -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    Supervisor(start).run(stop)


if __name__ == "__main__":
    main()
