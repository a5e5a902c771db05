"""How one look was read, step by step: measured where the pixels are, stored as JSON, put into words for pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from detections.choices import Kind, Reason, Stage
from detections.models import CONFIRMED_VOTES, Attempt, Detection
from inference.looks import plate_size, sharpness
from inference.types import Observation, PlateRead, Reading, Standing

MARGIN = 0.6
"""Of a plate's width, shown around it where its corners are marked."""


def measures_of(seen: Observation) -> dict[str, Any]:
    """What was measured of one look; needs its pixels."""
    height, width = seen.frame.image.shape[:2]
    measures: dict[str, Any] = {"frame": [width, height]}
    if seen.vehicle is not None:
        measures |= {"kind": seen.vehicle.kind, "vehicle_confidence": round(seen.vehicle.confidence, 3)}
    if seen.plate is not None:
        measures |= {
            "plate_confidence": round(seen.plate.confidence, 3),
            "plate_width": round(plate_size(seen.plate)[0]),
        }
        if seen.plate.crop is not None and seen.plate.crop.size:
            measures["sharpness"] = round(sharpness(seen.plate.crop), 3)
    return measures


def breakdown_of(read: PlateRead) -> dict[str, Any]:
    """What ``Detection.breakdown`` keeps: the look that is the evidence, and the votes of all."""
    best = read.best
    return {
        "measures": measures_of(best),
        "ms": rounded(best.ms),
        "reading": reading_of(best.reading) if read.text else None,
        "votes": [list(tally) for tally in read.tallies],
    }


def reading_of(reading: Reading | None) -> dict[str, Any] | None:
    if reading is None:
        return None
    return {
        "text": reading.text,
        "raw_text": reading.raw_text,
        "region": reading.region or "",
        "confidence": round(reading.confidence, 4),
        "char_confidences": [round(value, 4) for value in reading.char_confidences],
        "alternatives": [[text, round(value, 4)] for text, value in reading.alternatives[:3]],
    }


def rounded(ms: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 1) for name, value in ms.items()}


@dataclass(frozen=True, slots=True)
class Look:
    """One look as pages show it; boxes in pixels of a frame of ``measures["frame"]``; pictures are addresses."""

    stage: str
    reason: str
    measures: Mapping[str, Any]
    ms: Mapping[str, float]
    vehicle_box: Sequence[int] | None = None
    plate_box: Sequence[int] | None = None
    corners: Sequence[Sequence[float]] | None = None
    reading: Mapping[str, Any] | None = None
    standing: Mapping[str, Any] = field(default_factory=dict)
    pictures: Mapping[str, str] = field(default_factory=dict)
    smallest_plate: int = 0

    @property
    def width(self) -> int:
        return int(self.measures["frame"][0])

    @property
    def height(self) -> int:
        return int(self.measures["frame"][1])

    @property
    def has_frame(self) -> bool:
        return bool(self.pictures.get("frame") and self.measures.get("frame"))

    @property
    def outline(self) -> str:
        """The plate's corners for SVG."""
        return " ".join(f"{x},{y}" for x, y in self._plate_corners())

    @property
    def rectangle(self) -> dict[str, int]:
        """The vehicle's box for SVG."""
        x1, y1, x2, y2 = self.vehicle_box or (0, 0, 0, 0)
        return {"x": x1, "y": y1, "width": x2 - x1, "height": y2 - y1}

    @property
    def plate_view(self) -> str:
        """The part of the frame around the plate, for SVG: 2.2 plates wide, three to one."""
        points = self._plate_corners()
        left, right = min(x for x, _ in points), max(x for x, _ in points)
        top, bottom = min(y for _, y in points), max(y for _, y in points)
        width = (right - left) * (1 + 2 * MARGIN)
        height = max(width / 3, (bottom - top) * 1.4)
        x, y = (left + right - width) / 2, (top + bottom - height) / 2
        return f"{x:.1f} {y:.1f} {width:.1f} {height:.1f}"

    @property
    def line(self) -> float:
        """How thick a line over the plate is to be, in pixels of the frame."""
        points = self._plate_corners()
        return round(max(0.6, (max(x for x, _ in points) - min(x for x, _ in points)) / 90), 2)

    @property
    def characters(self) -> list[tuple[str, float | None]]:
        return characters_of(self.reading or {})

    @property
    def was_repaired(self) -> bool:
        reading = self.reading or {}
        return bool(reading.get("raw_text")) and reading["raw_text"] != reading["text"]

    @property
    def votes(self) -> list[dict[str, Any]]:
        """Every text that was read, the heaviest first."""
        told = self.standing.get("votes_by_text") or []
        return [
            {"text": text, "votes": votes, "share": share, "wins": text == self.text} for text, votes, share in told
        ]

    @property
    def text(self) -> str:
        return str(self.standing.get("text", ""))

    @property
    def drawn(self) -> dict[str, Any]:
        """The result for the drawn plate."""
        region = (self.reading or {}).get("region", "")
        confidences = self.standing.get("char_confidences", [])
        return {"plate_text": self.text, "region": region, "char_confidences": confidences}

    @property
    def is_confirmed(self) -> bool:
        return bool(self.standing.get("votes", 0) >= CONFIRMED_VOTES)

    @property
    def explanation(self) -> str:
        return explain(self.reason, self.measures, self.reading or {}, self.smallest_plate)

    @property
    def kind(self) -> str:
        return str(Kind(self.measures.get("kind", "unknown")).label)

    def _plate_corners(self) -> Sequence[Sequence[float]]:
        if self.corners:
            return self.corners
        x1, y1, x2, y2 = self.plate_box or (0, 0, 1, 1)
        return [(x1, y1), (x2, y1), (x2, y2), (x1, y2)]


def characters_of(reading: Mapping[str, Any]) -> list[tuple[str, float | None]]:
    text = reading.get("text", "")
    confidences = [*reading.get("char_confidences", ()), *[None] * len(text)]
    return list(zip(text, confidences, strict=False))


def explain(reason: str, measures: Mapping[str, Any], reading: Mapping[str, Any], smallest_plate: int) -> str:
    """Why a look came to nothing, with its figures."""
    text = reading.get("text") or "–"
    surest = round(100 * measures.get("plate_confidence", 0))
    weakest = round(100 * min(reading.get("char_confidences") or [reading.get("confidence", 0.0)]))
    width = measures.get("plate_width", 0)
    return {
        "": _("Counted: it says %(text)s.") % {"text": text},
        Reason.NO_PLATE: _("No plate was found on the vehicle."),
        Reason.PLATE_TOO_SMALL: _("The plate is %(width)s pixels wide; this camera reads from %(least)s on.")
        % {"width": width, "least": smallest_plate},
        Reason.BLUR: _("The plate is too blurred to be read (sharpness %(sharpness)s of 1).")
        % {"sharpness": measures.get("sharpness", 0)},
        Reason.LOW_DETECTION_CONFIDENCE: _("It is hardly a plate: %(surest)s %% sure, or badly placed on the vehicle.")
        % {"surest": surest},
        Reason.LOW_READING_CONFIDENCE: _("It may say %(text)s, but its weakest character is only %(weakest)s %% sure.")
        % {"text": text, "weakest": weakest},
        Reason.FORMAT: _("%(text)s is not written like a plate.") % {"text": text},
        Reason.ZONE: _("It lies outside the part of the picture that this camera watches."),
        Reason.DUPLICATE: _("Its text was certain already, so it was not read again."),
    }.get(reason, reason)


def look_of_detection(row: Detection, pictures: Mapping[str, str]) -> Look:
    """The look from which the row's text was read. Rows older than the breakdown have only what they have."""
    kept = row.breakdown
    reading = kept.get("reading") or {
        "text": row.plate_text,
        "raw_text": row.raw_text,
        "region": row.region,
        "char_confidences": row.char_confidences,
    }
    votes = kept.get("votes") or [[row.plate_text, row.votes, None], *([*other, None] for other in row.others)]
    return Look(
        stage=Stage.VOTE if row.plate_text else Stage.DETECT,
        reason="",
        measures={"kind": row.kind, **kept.get("measures", {})},
        ms=kept.get("ms", {}),
        vehicle_box=row.vehicle_box,
        plate_box=row.plate_box,
        corners=row.corners,
        reading=reading if row.plate_text else None,
        standing={
            "text": row.plate_text,
            "confidence": row.confidence,
            "char_confidences": row.char_confidences,
            "votes": row.votes,
            "looks": row.looks,
            "votes_by_text": votes if row.plate_text else [],
        },
        pictures=pictures,
        smallest_plate=row.camera.min_plate_width,
    )


def look_of_attempt(attempt: Attempt, smallest_plate: int) -> Look:
    """A look without its frame."""
    return Look(
        stage=attempt.stage,
        reason=attempt.reason,
        measures=attempt.measures,
        ms=attempt.ms,
        reading={"text": attempt.text, "char_confidences": attempt.char_confidences, "confidence": attempt.confidence},
        smallest_plate=smallest_plate,
    )


def standing_of(standing: Standing | None) -> dict[str, Any]:
    if standing is None:
        return {}
    return {
        "text": standing.text,
        "confidence": round(standing.confidence, 4),
        "char_confidences": [round(value, 4) for value in standing.char_confidences],
        "votes": standing.votes,
        "looks": standing.looks,
        "votes_by_text": [list(tally) for tally in standing.tallies],
    }
