"""What was recognized, in the shapes that clients expect: our own, and Plate Recognizer's Snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any, TypedDict

from inference.types import Attributes, Box, FrameResult, Observation, PlateRead, Vehicle

SNAPSHOT_TYPES = {"car": "Sedan", "truck": "Big Truck", "bus": "Bus", "motorcycle": "Motorcycle"}
SNAPSHOT_COLORS = {
    **{name: name for name in ("black", "blue", "brown", "green", "red", "silver", "white", "yellow")},
    "gray": "silver",
    "gold": "yellow",
    "beige": "brown",
}
NO_BOX = {"xmin": 0, "ymin": 0, "xmax": 0, "ymax": 0}


class VehicleAnswer(TypedDict):
    """``brand`` and ``color`` are ``unknown`` where the network is not sure."""

    kind: str
    confidence: float
    box: list[int]
    brand: str
    brand_confidence: float
    color: str
    color_confidence: float


class Alternative(TypedDict):
    text: str
    confidence: float


class PlateAnswer(TypedDict):
    """``text`` is empty where ``reason`` says why the plate does not count; ``raw_text`` is what was read all the same.

    ``box`` is x1, y1, x2, y2 in pixels of the picture as it is meant to be seen, ``corners`` four x, y.
    """

    text: str
    raw_text: str
    confidence: float
    char_confidences: list[float]
    region: str | None
    alternatives: list[Alternative]
    detection_confidence: float
    box: list[int]
    corners: list[list[float]] | None
    reason: str | None
    vehicle: VehicleAnswer | None


class PictureAnswer(TypedDict):
    """Plates that count come first, the surest at the head. ``ms`` is milliseconds per step."""

    width: int
    height: int
    plates: list[PlateAnswer]
    vehicles: list[VehicleAnswer]
    ms: dict[str, float]
    model_version: str


def picture_answer(result: FrameResult, decode_ms: float, model_version: str) -> PictureAnswer:
    height, width = result.frame.image.shape[:2]
    plates = [plate_answer(seen) for seen in result.observations if seen.plate is not None]
    plates.sort(key=lambda plate: (plate["reason"] is not None, -plate["confidence"]))
    ms = {"decode": decode_ms, **result.ms, "total": decode_ms + result.ms.get("total", 0.0)}
    return {
        "width": width,
        "height": height,
        "plates": plates,
        "vehicles": [vehicle_answer(seen.vehicle, seen.attributes) for seen in result.observations if seen.vehicle],
        "ms": {name: round(value, 1) for name, value in ms.items()},
        "model_version": model_version,
    }


def frame_answer(result: FrameResult) -> dict[str, Any]:
    """One frame of a film; ``voted`` is the text that the votes hold for the plate's track at present."""
    height, width = result.frame.image.shape[:2]
    plates = []
    for seen, voted, standing in zip_longest(result.observations, result.labels, result.standings):
        if seen is not None and seen.plate is not None:
            track_id = standing.track_id if standing else None
            plates.append({**plate_answer(seen), "voted": voted or "", "track_id": track_id})
    return {
        "width": width,
        "height": height,
        "is_still": result.is_still,
        "plates": plates,
        "vehicles": [vehicle_answer(seen.vehicle, seen.attributes) for seen in result.observations if seen.vehicle],
        "ms": {name: round(value, 1) for name, value in result.ms.items()},
    }


def read_answer(read: PlateRead) -> dict[str, Any]:
    """What the votes of one pass agree on; ``ended`` once the vehicle has left. Times are epoch seconds."""
    vehicle = read.best.vehicle
    return {
        "track_id": read.track_id,
        "text": read.text,
        "confidence": round(read.confidence, 4),
        "char_confidences": shares(read.char_confidences),
        "region": read.region,
        "votes": read.votes,
        "looks": read.looks,
        "others": [{"text": text, "votes": votes} for text, votes in read.others],
        "ended": read.ended,
        "first_seen": round(read.first_seen, 3),
        "last_seen": round(read.last_seen, 3),
        "kind": vehicle.kind if vehicle else "unknown",
        "brand": read.attributes.brand,
        "color": read.attributes.color,
    }


def plate_answer(seen: Observation) -> PlateAnswer:
    plate, reading = seen.plate, seen.reading
    assert plate is not None
    counts = reading is not None and seen.reason is None
    return {
        "text": reading.text if reading and counts else "",
        "raw_text": reading.raw_text if reading else "",
        "confidence": round(reading.confidence, 4) if reading else 0.0,
        "char_confidences": shares(reading.char_confidences) if reading else [],
        "region": reading.region if reading else None,
        "alternatives": [
            {"text": text, "confidence": round(confidence, 4)}
            for text, confidence in (reading.alternatives if reading else ())
        ],
        "detection_confidence": round(plate.confidence, 4),
        "box": numbers(plate.box),
        "corners": plate.corners.astype(float).round(1).tolist() if plate.corners is not None else None,
        "reason": seen.reason,
        "vehicle": vehicle_answer(seen.vehicle, seen.attributes) if seen.vehicle else None,
    }


def vehicle_answer(vehicle: Vehicle, attributes: Attributes | None) -> VehicleAnswer:
    shown = attributes or Attributes()
    return {
        "kind": vehicle.kind,
        "confidence": round(vehicle.confidence, 4),
        "box": numbers(vehicle.box),
        "brand": shown.brand,
        "brand_confidence": round(shown.brand_confidence, 4),
        "color": shown.color,
        "color_confidence": round(shown.color_confidence, 4),
    }


def numbers(box: Box) -> list[int]:
    return [int(box.x1), int(box.y1), int(box.x2), int(box.y2)]


def shares(values: Sequence[float]) -> list[float]:
    return [round(value, 4) for value in values]


def best_plate(answer: PictureAnswer) -> PlateAnswer | None:
    """The surest plate that counts."""
    return next((plate for plate in answer["plates"] if plate["reason"] is None), None)


# --- Plate Recognizer Snapshot ---------------------------------------------------------------------------------------
def snapshot_results(plates: Sequence[PlateAnswer], *, mmc: bool) -> list[dict[str, Any]]:
    """``results`` of the documented answer; brand, color and orientation only where ``mmc`` asked for them."""
    return [snapshot_plate(plate, mmc=mmc) for plate in plates]


def snapshot_plate(plate: PlateAnswer, *, mmc: bool) -> dict[str, Any]:
    vehicle = plate["vehicle"]
    found: dict[str, Any] = {
        "box": corners_of(plate["box"]),
        "plate": plate["text"].lower(),
        "region": {"code": plate["region"] or "", "score": region_score(plate)},
        "vehicle": {
            "score": vehicle["confidence"] if vehicle else 0.0,
            "type": SNAPSHOT_TYPES.get(vehicle["kind"], "Unknown") if vehicle else "Unknown",
            "box": corners_of(vehicle["box"]) if vehicle else NO_BOX,
        },
        "score": plate["confidence"],
        "candidates": candidates(plate),
        "dscore": plate["detection_confidence"],
    }
    if mmc:
        brand, color = brand_and_color(vehicle)
        found["model_make"] = [{"make": brand[0], "model": "", "score": brand[1]}]
        found["color"] = [{"color": color[0], "score": color[1]}]
        found["orientation"] = [{"orientation": "Unknown", "score": 0.0}]
    return found


def snapshot_vehicles(
    plates: Sequence[PlateAnswer], vehicles: Sequence[VehicleAnswer], *, mmc: bool
) -> list[dict[str, Any]]:
    """``results`` with ``detection_mode`` vehicle: those without a plate too, and plates without a vehicle."""
    owned = {tuple(plate["vehicle"]["box"]) for plate in plates if plate["vehicle"]}
    pairs: list[tuple[PlateAnswer | None, VehicleAnswer | None]] = [(plate, plate["vehicle"]) for plate in plates]
    pairs += [(None, vehicle) for vehicle in vehicles if tuple(vehicle["box"]) not in owned]
    return [
        {
            "plate": plate_part(plate) if plate else None,
            "vehicle": vehicle_part(vehicle, mmc=mmc) if vehicle else None,
        }
        for plate, vehicle in pairs
    ]


def plate_part(plate: PlateAnswer) -> dict[str, Any]:
    regions = [{"value": plate["region"], "score": region_score(plate)}] if plate["region"] else []
    texts = [{"value": found["plate"], "score": found["score"]} for found in candidates(plate)]
    return {
        "type": "Plate",
        "score": plate["detection_confidence"],
        "box": corners_of(plate["box"]),
        "props": {"plate": texts, "region": regions},
    }


def vehicle_part(vehicle: VehicleAnswer, *, mmc: bool) -> dict[str, Any]:
    brand, color = brand_and_color(vehicle)
    props = {
        "make_model": [{"make": brand[0], "model": "", "score": brand[1]}],
        "orientation": [{"value": "Unknown", "score": 0.0}],
        "color": [{"value": color[0], "score": color[1]}],
    }
    part: dict[str, Any] = {
        "type": SNAPSHOT_TYPES.get(vehicle["kind"], "Unknown"),
        "score": vehicle["confidence"],
        "box": corners_of(vehicle["box"]),
    }
    return {**part, "props": props} if mmc else part


def brand_and_color(vehicle: Mapping[str, Any] | None) -> tuple[tuple[str, float], tuple[str, float]]:
    """Names that its documentation knows, each with its score."""
    if vehicle is None:
        return ("Unknown", 0.0), ("unknown", 0.0)
    brand = "Unknown" if vehicle["brand"] in ("unknown", "other") else vehicle["brand"]
    color = SNAPSHOT_COLORS.get(vehicle["color"], "unknown")
    return (brand, vehicle["brand_confidence"]), (color, vehicle["color_confidence"])


def candidates(plate: PlateAnswer) -> list[dict[str, Any]]:
    texts = {plate["text"].lower(): plate["confidence"]}
    for other in plate["alternatives"]:
        texts.setdefault(other["text"].lower(), other["confidence"])
    return [{"score": score, "plate": text} for text, score in texts.items()]


def region_score(plate: PlateAnswer) -> float:
    """The region follows from the text: it is as sure as the text is."""
    return plate["confidence"] if plate["region"] else 0.0


def corners_of(box: Sequence[int]) -> dict[str, int]:
    return {"xmin": box[0], "ymin": box[1], "xmax": box[2], "ymax": box[3]}
