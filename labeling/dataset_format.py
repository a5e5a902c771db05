"""How a sample is written down: as a line of ``samples.jsonl``, of a YOLO label, of COCO and of the reader's table."""

from __future__ import annotations

import csv
import io
from functools import cache
from typing import Any, Final

import numpy as np

from detections.messages import iso
from inference.model_config import ModelConfig
from inference.plate_format import normalize
from inference.types import Box
from inference.weights import CONFIG, MODELS
from labeling.choices import OPEN, TEXT_IS_KNOWN, State
from labeling.models import Sample

VERSION: Final = 1
SAMPLES, CARD, READER, YOLO, ABOUT = "samples.jsonl", "dataset.json", "labels.csv", "data.yaml", "README.md"
OBJECTS: Final = ("plate", "car", "motorcycle", "bus", "truck")
"""The classes of the detector; in ``vehicles/`` they are counted from the car on."""
READER_COLUMNS: Final = ("file", "text", "region", "source", "split", "sample")
MOST_CHARACTERS: Final = 12
"""Longer texts are no plates to the reader."""
PLAIN: Final = (
    *("visit", "track_id", "reason", "width", "height", "vehicle_box", "plate_box", "corners", "kind", "text"),
    *("region", "confidence", "char_confidences", "votes", "looks", "others", "brand", "brand_confidence", "color"),
    *("color_confidence", "model_version", "uncertainty", "picture_hash", "group", "state", "true_text"),
    *("true_vehicle_box", "true_corners", "true_brand", "true_color"),
)
"""The fields that go out and come in as they are."""
Numbers = list[float]


@cache
def brands() -> tuple[str, ...]:
    return ModelConfig.load(MODELS / "attributes" / CONFIG).classes


@cache
def colors() -> tuple[str, ...]:
    return ModelConfig.load(MODELS / "attributes" / CONFIG).colors


def record_of(sample: Sample, split: str, files: dict[str, str]) -> dict[str, Any]:
    """A line of ``samples.jsonl``; ``files`` are names in the dataset by what they show."""
    record: dict[str, Any] = {
        "uid": str(sample.uid),
        "split": split,
        "files": files,
        "camera": sample.camera_name or sample.origin_name,
        "captured_at": iso(sample.captured_at),
        "labeled_at": iso(sample.labeled_at) if sample.labeled_at else None,
    }
    return record | {name: getattr(sample, name) for name in PLAIN}


def text_of(sample: Sample) -> str:
    """What stands on the plate as far as it is known: a person's answer, for an unjudged sample the models'."""
    if sample.state in TEXT_IS_KNOWN:
        return normalize(sample.true_text)
    return normalize(sample.text) if sample.state in OPEN else ""


def is_readable(text: str) -> bool:
    return 0 < len(text) <= MOST_CHARACTERS


def brand_of(sample: Sample) -> str:
    """Empty when nobody knows, or the classes have no such brand."""
    said = sample.true_brand or (sample.brand if sample.state in OPEN else "")
    return said if said in brands() else ""


def color_of(sample: Sample) -> str:
    said = sample.true_color or (sample.color if sample.state in OPEN else "")
    return said if said in colors() else ""


def plate_shape(sample: Sample) -> tuple[Box | None, list[Numbers] | None]:
    """Box and corners of the plate, of the person if there is one's; nothing for what is no plate."""
    if sample.state == State.NOT_A_PLATE:
        return None, None
    corners = sample.true_corners or sample.corners
    if sample.true_corners:
        return around(sample.true_corners), sample.true_corners
    return (Box(*sample.plate_box), corners) if sample.plate_box else (around(corners), corners)


def rejected_box(sample: Sample) -> Box | None:
    """Where the model saw a plate that is none: what it has to learn from is to stay as it was."""
    box = sample.plate_box if sample.state == State.NOT_A_PLATE else None
    return Box(*box) if box else None


def around(corners: list[Numbers] | None) -> Box | None:
    if not corners:
        return None
    points = np.array(corners, np.float64)
    (x1, y1), (x2, y2) = np.floor(points.min(0)).astype(int).tolist(), np.ceil(points.max(0)).astype(int).tolist()
    return Box(x1, y1, x2, y2)


def vehicle_shape(sample: Sample) -> Box | None:
    box = sample.true_vehicle_box or sample.vehicle_box
    return Box(*box) if box else None


def yolo_box(label: int, box: Box, width: int, height: int) -> str:
    """``class x y width height`` in shares of the picture; the part that lies inside."""
    inside = box.clip(width, height)
    x, y = inside.center
    return f"{label} {x / width:.6f} {y / height:.6f} {inside.width / width:.6f} {inside.height / height:.6f}"


def yolo_plate(box: Box, corners: list[Numbers] | None, width: int, height: int) -> str:
    """The box and four corners, each with 2 where it is visible; zeros where no corners are known."""
    points = [
        f"{min(max(x / width, 0.0), 1.0):.6f} {min(max(y / height, 0.0), 1.0):.6f} 2" for x, y in corners or ()
    ] or ["0 0 0"] * 4
    return " ".join([yolo_box(0, box, width, height), *points])


def coco_object(category: int, box: Box, **more: Any) -> dict[str, Any]:
    return {
        "category_id": category + 1,
        "bbox": [box.x1, box.y1, box.width, box.height],
        "area": box.area(),
        "iscrowd": 0,
        **more,
    }


def coco_plate(sample: Sample, box: Box, corners: list[Numbers] | None) -> dict[str, Any]:
    points = [value for x, y in corners or () for value in (x, y, 2)] or [0] * 12
    facts = {"text": text_of(sample), "state": sample.state, "sample": str(sample.uid)}
    return coco_object(0, box, keypoints=points, num_keypoints=4 if corners else 0, attributes=facts)


def coco_categories() -> list[dict[str, Any]]:
    corners = ["top left", "top right", "bottom right", "bottom left"]
    ring = [[1, 2], [2, 3], [3, 4], [4, 1]]
    found: list[dict[str, Any]] = [{"id": place + 1, "name": name} for place, name in enumerate(OBJECTS)]
    found[0] |= {"keypoints": corners, "skeleton": ring}
    return found


def csv_line(*values: object) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow(values)
    return written.getvalue()


def data_yaml() -> str:
    """For YOLO trainers; the pictures lie beside the file."""
    return (
        "train: images/train\nval: images/val\ntest: images/test\n"
        "kpt_shape: [4, 3]\nflip_idx: [1, 0, 3, 2]\nnames:\n  0: plate\n"
    )
