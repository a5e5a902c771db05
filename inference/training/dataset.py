"""Plate crops with their text, each row of their table checked."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.plate_format import normalize

Gray = NDArray[np.uint8]
MAX_CHARACTERS = 12
HELD_OUT = 10
"""Where the rows name no split, every tenth plate is kept for validation."""


class DatasetError(Exception):
    """The data cannot be trained on; the message names file and line and says what to do."""


@dataclass(frozen=True, slots=True)
class Crop:
    """One row of ``labels.csv``; ``image`` is gray."""

    image: Gray
    text: str
    region: str
    source: str
    split: str
    file: str
    is_checked: bool = True


def load_crops(
    folders: Sequence[Path], skip_bad: bool = False, unchecked: Sequence[Path] = ()
) -> tuple[list[Crop], list[str]]:
    """All crops below the folders, and a line for each bad row, which raise ``DatasetError`` unless ``skip_bad``.

    ``unchecked`` are more folders, whose texts nobody has looked at.
    """
    crops: list[Crop] = []
    faults: list[str] = []
    split_of: dict[str, tuple[str, str]] = {}
    for folder in (*folders, *unchecked):
        table = folder / "labels.csv"
        if not table.is_file():
            raise DatasetError(f"{table} is missing: a folder of crops needs it, with the columns file,text[,split]")
        with table.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            if not {"file", "text"} <= set(reader.fieldnames or ()):
                raise DatasetError(f"{table}:1: the first line must name the columns file and text")
            for row in reader:
                fault, crop = _load_row(folder, row, split_of)
                if crop:
                    crops.append(replace(crop, is_checked=folder in folders))
                else:
                    faults.append(f"{table}:{reader.line_num}: {fault}")
    if faults and not skip_bad:
        shown = "\n".join(faults[:20])
        raise DatasetError(f"{len(faults)} bad rows; mend them, or pass --skip-bad to train on the rest:\n{shown}")
    if not crops:
        raise DatasetError(f"no crop in {', '.join(map(str, (*folders, *unchecked)))}")
    return crops, faults


def _load_row(
    folder: Path, row: dict[str, str | None], split_of: dict[str, tuple[str, str]]
) -> tuple[str, Crop | None]:
    """What is wrong with a row, or its crop."""
    name, written = row["file"] or "", row["text"] or ""
    text = normalize(written)
    if not text or len(text) > MAX_CHARACTERS:
        return f"text {written!r} must have 1 to {MAX_CHARACTERS} characters", None
    if text != "".join(char for char in written.upper() if char not in " -."):
        return f"text {written!r} has characters other than A-Z 0-9", None
    path = folder / name
    if not path.is_file():
        return f"{path} is missing", None
    data = path.read_bytes()
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE) if data else None
    if image is None or min(image.shape) < 8:
        return f"{path} is damaged or smaller than 8 pixels", None
    split = row.get("split") or ("val" if not _digest(text.encode())[0] % HELD_OUT and "split" in row else "train")
    before = split_of.setdefault(_digest(data).hex(), (split, name))
    if before[0] != split:
        return f"{path} ({split}) is the same picture as {before[1]} ({before[0]}): keep it in one split", None
    return "", Crop(np.asarray(image, np.uint8), text, row.get("region") or "", row.get("source") or "", split, name)


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
