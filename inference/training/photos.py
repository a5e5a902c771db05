"""Labelled photographs for the detector: reads folders in YOLO layout and names what is wrong in them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

CLASSES = ("plate", "car", "motorcycle", "bus", "truck")
PLATE = 0
VEHICLES = (1, 2, 3, 4)
MIN_CONFIDENCE = 0.4
"""Vehicle labels made by a machine carry a confidence; those below teach nothing."""


class BadData(Exception):
    """The dataset cannot be trained on; the message names each file and what to do."""


@dataclass(frozen=True)
class Photo:
    """A picture with its objects, in shares of its width and height.

    ``boxes`` is n × 4: x1 y1 x2 y2. ``corners`` is n × 4 × 3: x, y and 1 where known. ``known`` says per class
    whether its objects were labelled in this picture: what nobody looked for is not background.
    """

    path: Path
    classes: NDArray[np.int64]
    boxes: NDArray[np.float32]
    corners: NDArray[np.float32]
    known: NDArray[np.float32]


@dataclass
class Findings:
    """What is wrong in a dataset, one line each."""

    lines: list[str] = field(default_factory=list)

    def add(self, where: Path, problem: str, line: int = 0) -> None:
        self.lines.append(f"{where}{f':{line}' if line else ''}: {problem}")

    def stop_unless(self, skip_bad: bool) -> None:
        """Prints what was found; raises ``BadData`` unless it is to be skipped."""
        if self.lines:
            print("\n".join(self.lines))
            if not skip_bad:
                raise BadData(
                    f"{len(self.lines)} problems, listed above: mend them, or train on the rest with --skip-bad"
                )


def read_photos(plates: list[Path], vehicles: list[Path], split: str, findings: Findings) -> list[Photo]:
    """The photographs of ``split``.

    A folder in ``plates`` holds ``images/<split>``, ``labels/<split>`` (class 0 is a plate) and, if its vehicles are
    labelled too, ``vehicles/<split>``; a folder in ``vehicles`` has vehicles in ``labels``
    (0 car, 1 motorcycle, 2 bus, 3 truck) and nothing is known of its plates.
    """
    photos = []
    for root in plates:
        for image, label in _pairs(root, split, findings):
            found = _read_labels(label, {0: PLATE}, findings)
            riders = root / "vehicles" / split / label.name
            seen = _read_labels(riders, dict(enumerate(VEHICLES)), findings) if riders.is_file() else []
            photos.append(_photo(image, found + seen, plates_known=True, vehicles_known=bool(seen)))
    for root in vehicles:
        for image, label in _pairs(root, split, findings):
            seen = _read_labels(label, dict(enumerate(VEHICLES)), findings)
            photos.append(_photo(image, seen, plates_known=False, vehicles_known=bool(seen)))
    return photos


def check_photos(splits: dict[str, list[Photo]], findings: Findings) -> dict[str, list[Photo]]:
    """The photographs that can be decoded and that stand in one split only; the rest goes to ``findings``."""
    first: dict[str, tuple[str, Path]] = {}
    good: dict[str, list[Photo]] = {split: [] for split in splits}
    for split in sorted(splits, reverse=True):  # val before train: a picture in both is kept for judging
        for photo in splits[split]:
            data = photo.path.read_bytes()
            digest = hashlib.sha256(data).hexdigest()
            other = first.setdefault(digest, (split, photo.path))
            if other[0] != split:
                findings.add(photo.path, f"the same picture as {other[1]} in split {other[0]!r}: remove one of them")
            elif not data or cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_REDUCED_COLOR_8) is None:
                findings.add(photo.path, "not a readable picture: replace or remove it and its label")
            else:
                good[split].append(photo)
    return good


def _pairs(root: Path, split: str, findings: Findings) -> Iterator[tuple[Path, Path]]:
    images, labels = root / "images" / split, root / "labels" / split
    if not images.is_dir():
        raise BadData(f"{images}: no such folder; expected {root}/images/{split} and {root}/labels/{split}")
    pictures = {
        path.stem: path for path in images.iterdir() if path.suffix.lower() in {".jpg", ".jpeg", ".png", ".webp"}
    }
    if not pictures:
        raise BadData(f"{images}: no pictures in it; put .jpg or .png files there")
    for stem in sorted(pictures):
        label = labels / f"{stem}.txt"
        if label.is_file():
            yield pictures[stem], label
        else:
            findings.add(
                pictures[stem], f"has no label file {label}; an empty one means that nothing is in the picture"
            )
    for label in sorted(labels.glob("*.txt")):
        if label.stem not in pictures:
            findings.add(label, f"its picture is missing in {images}")


def _read_labels(path: Path, names: dict[int, int], findings: Findings) -> list[tuple[int, list[float]]]:
    """(class, the four numbers of the box and, if given, twelve of the corners) per line that is in order."""
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        words = line.split()
        if not words:
            continue
        try:
            label, values = int(words[0]), [float(word) for word in words[1:]]
        except ValueError:
            findings.add(path, f"not numbers: {line!r}", number)
            continue
        if label not in names:
            findings.add(path, f"class {label} is out of range 0-{len(names) - 1}", number)
        elif len(values) not in (4, 5, 16):
            findings.add(path, "expected: class x y width height [confidence, or x y visible of four corners]", number)
        elif not all(-0.01 <= value <= 1.01 for value in values[:4]) or min(values[2:4]) <= 0:
            findings.add(path, "the box must lie within 0-1 and not be empty", number)
        elif len(values) != 5 or values[4] >= MIN_CONFIDENCE:
            rows.append((names[label], values))
    return rows


def _photo(path: Path, rows: list[tuple[int, list[float]]], *, plates_known: bool, vehicles_known: bool) -> Photo:
    boxes = np.array([values[:4] for _, values in rows], np.float32).reshape(-1, 4)
    corners = np.zeros((len(rows), 4, 3), np.float32)
    for place, (_, values) in enumerate(rows):
        if len(values) == 16:
            corners[place] = np.array(values[4:], np.float32).reshape(4, 3)
            corners[place, :, 2] = corners[place, :, 2] > 0
    half = boxes[:, 2:] / 2
    known = np.array([plates_known, *[vehicles_known] * len(VEHICLES)], np.float32)
    classes = np.array([label for label, _ in rows], np.int64)
    return Photo(path, classes, np.hstack([boxes[:, :2] - half, boxes[:, :2] + half]), corners, known)
