"""Whether a line of ``samples.jsonl`` says what a sample can hold: types, lengths, words, places in the picture."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from django.db import models

from inference.plate_format import normalize
from labeling import dataset_format as form
from labeling.choices import TEXT_IS_KNOWN
from labeling.dataset_plan import SPLITS
from labeling.dataset_source import is_safe
from labeling.models import Sample

AROUND: Final = 0.1
"""Share of the picture by which a box or corner of a plate at its edge may lie outside."""
SHOWN: Final = {"frame", "crop", "brand", "color"}
SHAPES: Final = {"vehicle_box", "plate_box", "corners", "true_vehicle_box", "true_corners"}
MOST: Final = 2**31
HASH: Final = re.compile(r"([0-9a-f]{16})?")
YEARS: Final = range(1970, 2200)
Fault = Iterator[str]


def record_of_line(line: str) -> dict[str, Any]:
    """Raises ``ValueError`` that says what is wrong with the line."""
    try:
        record = json.loads(line)
        json.dumps(record, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError("this line holds half a character") from None
    except (ValueError, RecursionError):
        raise ValueError("this line is not JSON") from None
    if not isinstance(record, dict):
        raise ValueError("this line is not a JSON object")
    return record


def record_faults(record: dict[str, Any], known: dict[str, list[str]]) -> Fault:
    """``known`` are the words that some fields may hold; brands and colors are those that the dataset's card names."""
    missing = {"uid", "split", "files", "captured_at", *form.PLAIN} - set(record)
    if missing:
        yield f"misses {', '.join(sorted(missing))}"
        return
    if not is_uid(record["uid"]):
        yield f"uid {str(record['uid'])[:40]!r} is no UUID as an export writes it"
    for name in ("captured_at", "labeled_at"):
        if not is_moment(record.get(name)) and (name == "captured_at" or record.get(name) is not None):
            yield f"{name} {str(record.get(name))[:40]!r} is no time with its zone"
    if record["split"] not in SPLITS:
        yield f"split {record['split']!r} is none of {', '.join(SPLITS)}"
    files = record["files"]
    if not isinstance(files, dict) or "frame" not in files or not all(map(is_file_name, files.items())):
        yield "files must name a frame, and at most crop, brand and color, all in the dataset"
    if not isinstance(record.get("camera", ""), str):
        yield "camera must be a text"
    yield from type_faults(record)
    yield from word_faults(record, known)


def is_uid(value: Any) -> bool:
    try:
        return bool(str(uuid.UUID(value)) == value)
    except (TypeError, ValueError, AttributeError):
        return False


def is_moment(value: Any) -> bool:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return moment.tzinfo is not None and moment.year in YEARS


def is_file_name(item: tuple[str, Any]) -> bool:
    kind, name = item
    return kind in SHOWN and isinstance(name, str) and is_safe(name) and name.endswith(".jpg")


def type_faults(record: dict[str, Any]) -> Fault:
    """Types and lengths as the columns have them; boxes and corners in the picture."""
    for name in form.PLAIN:
        value, column = record[name], Sample._meta.get_field(name)
        if name in SHAPES:
            yield from shape_faults(name, value, record["width"], record["height"])
        elif name == "others":
            if not is_others(value):
                yield f"others must be a list of texts with their votes, not {str(value)[:80]}"
        elif name == "char_confidences":
            if not isinstance(value, list) or len(value) > 20 or not all(is_number(share, 1) for share in value):
                yield f"char_confidences must be a list of numbers from 0 to 1, not {str(value)[:80]}"
        elif isinstance(column, models.CharField):
            if not isinstance(value, str) or len(value) > (column.max_length or 0):
                yield f"{name} must be a text of at most {column.max_length} characters"
        elif isinstance(column, models.FloatField):
            if not is_number(value, 1):
                yield f"{name} must be a number from 0 to 1, not {str(value)[:40]!r}"
        elif not isinstance(value, int) or not is_number(value, MOST):
            yield f"{name} must be a whole number, not {str(value)[:40]!r}"


def is_number(value: Any, most: float, least: float = 0) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most


def is_others(value: Any) -> bool:
    """The other readings, each with its votes."""
    if not isinstance(value, list) or not all(isinstance(other, list) and len(other) == 2 for other in value):
        return False
    return all(isinstance(text, str) and len(text) <= 20 and is_number(votes, MOST) for text, votes in value)


def shape_faults(name: str, value: Any, width: Any, height: Any) -> Fault:
    if value is None:
        return
    if not isinstance(value, list) or not is_shape(name, value):
        yield f"{name} has the wrong shape: {str(value)[:80]}"
    elif not is_inside(value, width, height):
        yield f"{name} {value} lies outside the picture of {width} × {height}"


def is_shape(name: str, value: list[Any]) -> bool:
    """A box has four whole numbers, corners have four points."""
    if not name.endswith("corners"):
        return len(value) == 4 and all(isinstance(n, int) and is_number(n, MOST, -MOST) for n in value)
    are_points = all(isinstance(point, list) and len(point) == 2 for point in value)
    return len(value) == 4 and are_points and all(is_number(n, MOST, -MOST) for point in value for n in point)


def is_inside(value: list[Any], width: Any, height: Any) -> bool:
    if not all(isinstance(side, int) and is_number(side, MOST, 1) for side in (width, height)):
        return False
    rows = value if isinstance(value[0], list) else [value[:2], value[2:]]
    points = [(x / width, y / height) for x, y in rows]
    middle = [sum(point[axis] for point in points) / len(points) for axis in (0, 1)]
    is_near = all(-AROUND <= share <= 1 + AROUND for point in points for share in point)
    return is_near and all(0 <= share <= 1 for share in middle)


def word_faults(record: dict[str, Any], known: dict[str, list[str]]) -> Fault:
    for name, values in known.items():
        said = record[f"true_{name}" if name in ("brand", "color") else name]
        if said not in values:
            yield f"unknown {name} {said!r}; known: {', '.join(filter(None, dict.fromkeys(values)))}"
    hashed, text = record["picture_hash"], record["true_text"]
    if isinstance(hashed, str) and not HASH.fullmatch(hashed):
        yield f"picture_hash {hashed!r} must be 16 hexadecimal digits"
    if isinstance(text, str) and normalize(text) != text:
        yield f"text {text!r} must be of A-Z 0-9"
    if record["state"] in TEXT_IS_KNOWN and not text:
        yield "the state says that the text is known, but there is none"
