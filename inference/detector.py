"""Vehicles and plates of a picture by one network: letterbox, run, decode, suppress overlaps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.backends.base import Backend
from inference.model_config import ModelConfig
from inference.types import Box, Corners, Image, Kind, Plate, Vehicle

KINDS: Final = get_args(Kind)
STRIDES: Final = (8, 16, 32)
ENLARGE_TO: Final = 512
"""Pixels of the longer side: a smaller picture is enlarged so far and no further, for that only blurs it."""
MOST = 300
"""Boxes kept per picture before overlaps are suppressed."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the network sees, most confident first; n boxes x1 y1 x2 y2 and n × 4 corners in full-frame pixels."""

    labels: NDArray[np.int64]
    confidences: NDArray[np.float32]
    boxes: NDArray[np.float32]
    corners: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class View:
    """What the network looks at, 1 × 3 × height × width RGB, and its scale to the frame."""

    batch: NDArray[np.float32]
    scale_x: float
    scale_y: float


class Detector:
    """Finds vehicles, and plates with their corners, also where no vehicle is visible."""

    def __init__(self, backend: Backend, config: ModelConfig) -> None:
        self._backend = backend
        self._config = config
        self._plate = config.classes.index("plate")
        thresholds = {"plate": 0.25, "vehicle": 0.35, "overlap": 0.5} | config.thresholds
        self._overlap = thresholds["overlap"]
        self._least = np.array(
            [thresholds["plate" if name == "plate" else "vehicle"] for name in config.classes], np.float32
        )

    def look(self, image: Image) -> Found:
        """What the network sees, before it is put into whole pixels."""
        view = letterbox(image, self._config.input_width, self._config.input_height)
        output = self._backend.run(view.batch)[0][0]
        return suppress(decode(output, self._least, view), self._plate, self._overlap)

    def detect(self, image: Image) -> tuple[list[Vehicle], list[Plate]]:
        """Most confident first; boxes lie within the picture."""
        found = self.look(image)
        height, width = image.shape[:2]
        vehicles: list[Vehicle] = []
        plates: list[Plate] = []
        for label, confidence, row, quad in zip(
            found.labels,
            found.confidences.tolist(),
            found.boxes.round().astype(int).tolist(),
            found.corners,
            strict=True,
        ):
            box = Box(*row).clip(width, height)
            if not box.area():
                continue
            if label == self._plate:
                plates.append(Plate(box, confidence, quad if is_plausible(quad, box) else None))
            else:
                kind = self._config.classes[label]
                vehicles.append(Vehicle(box, KINDS[KINDS.index(kind)], confidence))
        return vehicles, [Plate(p.box, p.confidence, p.corners, None, _owner(p, vehicles)) for p in plates]


def letterbox(image: Image, width: int, height: int) -> View:
    """The picture scaled into ``width`` × ``height``, its right and bottom filled up with gray to whole strides."""
    rows, columns = image.shape[:2]
    scale = min(width / columns, height / rows, max(1.0, ENLARGE_TO / max(columns, rows)))
    fitted = max(1, round(columns * scale)), max(1, round(rows * scale))
    how = cv2.INTER_AREA if scale < 0.5 else cv2.INTER_LINEAR
    small = image if fitted == (columns, rows) else cv2.resize(image, fitted, interpolation=how)
    right, bottom = -fitted[0] % STRIDES[-1], -fitted[1] % STRIDES[-1]
    canvas = cv2.copyMakeBorder(small, 0, bottom, 0, right, cv2.BORDER_CONSTANT, value=(114, 114, 114))
    batch = np.asarray(cv2.dnn.blobFromImage(canvas, 1 / 255.0, swapRB=True), np.float32)
    return View(batch, fitted[0] / columns, fitted[1] / rows)


@lru_cache(maxsize=16)
def cells(width: int, height: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Middle (n × 2) and side (n) in pixels of each cell that the network speaks of."""
    middles, sides = [], []
    for stride in STRIDES:
        y, x = np.mgrid[0 : height // stride, 0 : width // stride].reshape(2, -1)
        middles.append((np.stack([x, y], axis=1) + 0.5) * stride)
        sides.append(np.full(x.size, stride))
    return np.concatenate(middles).astype(np.float32), np.concatenate(sides).astype(np.float32)


def decode(output: NDArray[np.float32], least: NDArray[np.float32], view: View) -> Found:
    """Boxes and corners in pixels of the frame; ``least`` is the least confidence per class.

    ``output`` has a column per cell: four distances from its middle to the sides of the box (left, top, right,
    bottom), the confidences of the classes, and the four corners from its middle, all lengths in cells.
    """
    classes = len(least)
    scores = output[4 : 4 + classes]
    chosen = np.flatnonzero((scores >= least[:, None]).any(axis=0))
    labels, confidences = scores[:, chosen].argmax(axis=0), scores[:, chosen].max(axis=0)
    order = np.argsort(-confidences, kind="stable")[:MOST]
    chosen, labels, confidences = chosen[order], labels[order], confidences[order]
    middles, sides = cells(view.batch.shape[3], view.batch.shape[2])
    middle, side, picked = middles[chosen], sides[chosen, None], output[:, chosen].T
    scale = np.array([view.scale_x, view.scale_y], np.float32)
    low, high = (middle - picked[:, :2] * side) / scale, (middle + picked[:, 2:4] * side) / scale
    corners = (middle[:, None] + picked[:, 4 + classes :].reshape(-1, 4, 2) * side[..., None]) / scale
    return Found(labels, confidences, np.hstack([low, high]).astype(np.float32), corners.astype(np.float32))


def suppress(found: Found, plate: int, overlap: float) -> Found:
    """Of boxes that overlap the most confident, where all of them together see it; a vehicle has one kind."""
    if not len(found.labels):
        return found
    sides = found.boxes[:, 2:] - found.boxes[:, :2]
    groups = (found.labels != plate).astype(np.int32)
    kept = cv2.dnn.NMSBoxesBatched(
        np.hstack([found.boxes[:, :2], sides]).astype(np.float64).tolist(),
        found.confidences.tolist(),
        groups.tolist(),
        0.0,
        overlap,
    )
    order = np.sort(np.asarray(kept, np.int64).ravel())
    agreeing = (overlaps(found.boxes[order], found.boxes) >= overlap) & (groups[order, None] == groups)
    shares = agreeing * found.confidences
    shares /= shares.sum(axis=1, keepdims=True)
    return Found(
        found.labels[order],
        found.confidences[order],
        shares @ found.boxes,
        np.tensordot(shares, found.corners, 1),
    )


def overlaps(ones: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """IoU of each box with each: ones × others."""
    low = np.maximum(ones[:, None, :2], others[None, :, :2])
    high = np.minimum(ones[:, None, 2:], others[None, :, 2:])
    shared = (high - low).clip(0).prod(axis=-1)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(axis=-1) for boxes in (ones, others)]
    together: NDArray[np.float32] = areas[0][:, None] + areas[1] - shared
    return np.asarray(shared / together.clip(1e-6), np.float32)


def is_plausible(corners: Corners, box: Box) -> bool:
    """Four corners in reading order that fill the box about as a plate does."""
    if not cv2.isContourConvex(corners):
        return False
    area = cv2.contourArea(corners, oriented=True)  # positive: clockwise on the screen
    low, high = corners.min(axis=0), corners.max(axis=0)
    spanned = Box(int(low[0]), int(low[1]), int(np.ceil(high[0])), int(np.ceil(high[1])))
    return area >= 0.25 * box.area() and spanned.iou(box) >= 0.5


def _owner(plate: Plate, vehicles: list[Vehicle]) -> Vehicle | None:
    """The smallest vehicle on which most of the plate lies."""
    least = 0.6 * plate.box.area()
    holders = [vehicle for vehicle in vehicles if vehicle.box.overlap(plate.box) >= least]
    return min(holders, key=lambda vehicle: vehicle.box.area(), default=None)
