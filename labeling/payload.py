"""A sample as the labeling page gets it, and an answer as it sends it."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from detections.messages import iso
from inference.plate_format import normalize
from labeling import vocabulary
from labeling.answers import Answer
from labeling.choices import JUDGED, TEXT_IS_KNOWN, Review, State
from labeling.desk import group_members
from labeling.models import Sample

LEAST_AREA = 16.0
VERDICTS = ("right", "wrong", "unreadable", "not_a_plate", "skipped")
"""``right``: what stands in the text field is what the plate says."""
RIGHT = {True: State.CORRECT, False: State.CORRECTED}


def picture_url(row: Sample, kind: str) -> str | None:
    """``kind`` is a field of the sample that holds a picture."""
    return reverse("labeling:picture", args=[row.pk, kind]) if getattr(row, kind) else None


def corners_of(row: Sample) -> list[list[float]] | None:
    """The corners to begin with: labeled, or the model's."""
    return row.true_corners or predicted_corners(row)


def predicted_corners(row: Sample) -> list[list[float]] | None:
    """Those of the plate's box where none were found."""
    if row.corners or not row.plate_box:
        return row.corners
    x1, y1, x2, y2 = row.plate_box
    return [[x1, y1], [x2, y1], [x2, y2], [x1, y2]]


def sample_payload(row: Sample, user: User, draft: dict[str, Any] | None = None) -> dict[str, Any]:
    """``draft`` is an undone answer, to go on from; a second opinion sees nothing of the first."""
    is_second = row.review == Review.WAITING and row.labeled_by_id != user.pk
    judged = row.state in JUDGED and not is_second
    kept = draft or {}
    known = {
        "text": row.true_text if judged else "",
        "brand": row.true_brand if judged else "",
        "color": row.true_color if judged else "",
    }
    return {
        "id": row.pk,
        "url": reverse("labeling:detail", args=[row.pk]),
        "state": State.PENDING if is_second else row.state,
        "is_second": is_second,
        "pictures": {kind: picture_url(row, kind) for kind in ("frame", "vehicle_picture", "plate_picture")},
        "width": row.width,
        "height": row.height,
        "predicted": row.text,
        "text": kept.get("true_text") or known["text"] or row.text,
        "char_confidences": row.char_confidences,
        "others": [[text, votes] for text, votes in row.others if text != row.text][:9],
        "region": row.region,
        "brand": kept.get("true_brand") or known["brand"] or row.brand,
        "brand_confidence": row.brand_confidence,
        "color": kept.get("true_color") or known["color"] or row.color,
        "color_confidence": row.color_confidence,
        "vehicle_box": kept.get("true_vehicle_box") or (judged and row.true_vehicle_box) or row.vehicle_box,
        "corners": kept.get("true_corners") or (predicted_corners(row) if is_second else corners_of(row)),
        "camera": row.camera_name,
        "captured_at": iso(row.captured_at),
        "uncertainty": row.uncertainty,
        "why": row.get_reason_display(),
        "votes": row.votes,
        "looks": row.looks,
        "alike": [alike_payload(member) for member in group_members(row)],
        "dispute": dispute_payload(row) if row.review == Review.DISPUTED else None,
    }


def alike_payload(row: Sample) -> dict[str, Any]:
    return {"id": row.pk, "text": row.text, "picture": picture_url(row, "plate_picture") or picture_url(row, "frame")}


def dispute_payload(row: Sample) -> list[dict[str, Any]]:
    """What the two said, the first one first."""
    second = row.second_answer or {}
    first = {
        "state": row.state,
        "text": row.true_text,
        "brand": row.true_brand,
        "color": row.true_color,
        "corners": row.true_corners,
        "vehicle_box": row.true_vehicle_box,
    }
    said = []
    for person, answer in ((row.labeled_by, first), (row.second_by, second)):
        state = State(answer.get("state") or State.PENDING)
        said.append({**answer, "words": state.label, "by": person.get_username() if person else _("somebody")})
    return said


class CornersField(serializers.ListField):
    """Four ``[x, y]`` that go round a plate: top left, top right, bottom right, bottom left."""

    child = serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2)

    def to_internal_value(self, data: Any) -> list[list[float]]:
        points = super().to_internal_value(data)
        if len(points) != 4 or not all(math.isfinite(value) for point in points for value in point):
            raise serializers.ValidationError(_("A plate has four corners."))
        drawn = np.array(points, np.float32)
        if not cv2.isContourConvex(drawn) or cv2.contourArea(drawn, oriented=True) < LEAST_AREA:
            raise serializers.ValidationError(_("The corners cross, or the plate is too small; drag them around it."))
        return [[round(x, 1), round(y, 1)] for x, y in points]


class BoxField(serializers.ListField):
    """``[x1, y1, x2, y2]``."""

    child = serializers.FloatField()

    def to_internal_value(self, data: Any) -> list[int]:
        numbers = super().to_internal_value(data)
        if len(numbers) != 4 or not all(math.isfinite(number) for number in numbers):
            raise serializers.ValidationError(_("A box has four numbers."))
        x1, y1, x2, y2 = (round(number) for number in numbers)
        if x2 - x1 < 4 or y2 - y1 < 4:
            raise serializers.ValidationError(_("The vehicle's box is too small."))
        return [x1, y1, x2, y2]


class AnswerSerializer(serializers.Serializer[Any]):
    """One key's worth of work."""

    tab = serializers.CharField(max_length=36)
    sample = serializers.IntegerField(min_value=1)
    verdict = serializers.ChoiceField(VERDICTS)
    text = serializers.CharField(max_length=40, allow_blank=True, default="")
    corners = CornersField(allow_null=True, default=None)
    vehicle_box = BoxField(allow_null=True, default=None)
    brand = serializers.CharField(max_length=40, allow_blank=True, default="")
    color = serializers.CharField(max_length=20, allow_blank=True, default="")
    together = serializers.ListField(child=serializers.IntegerField(), max_length=100, default=list)
    batch = serializers.RegexField(r"^[0-9a-f]{32}$", default="")

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        values["text"] = normalize(values["text"])
        if values["verdict"] == "right" and not 1 <= len(values["text"]) <= 20:
            raise serializers.ValidationError({"text": NO_TEXT})
        return values


NO_TEXT = gettext_lazy("Write what the plate says; if it cannot be read press U, if there is no plate press N.")


class PageSerializer(serializers.Serializer[Any]):
    """What a labeling page says of itself; ``have`` are the samples it holds,
    ``sent`` those whose answers are under way."""

    tab = serializers.CharField(max_length=36)
    order = serializers.CharField(max_length=20, default="uncertain")
    camera = serializers.IntegerField(allow_null=True, default=None)
    sample = serializers.IntegerField(allow_null=True, default=None)
    have = serializers.ListField(child=serializers.IntegerField(), max_length=20, default=list)
    sent = serializers.ListField(child=serializers.IntegerField(), max_length=50, default=list)
    batch = serializers.CharField(max_length=36, allow_blank=True, default="")


def read_answer(row: Sample, values: dict[str, Any]) -> Answer:
    """The labeler's words as an answer about this sample. Raises ``ValidationError`` for what lies outside."""
    state = State(RIGHT[values["text"] == row.text] if values["verdict"] == "right" else values["verdict"])
    check_inside(row, values)
    check_words(row, values)
    text = values["text"] if state in TEXT_IS_KNOWN else ""
    return Answer(state, text, values["vehicle_box"], values["corners"], values["brand"], values["color"])


def check_inside(row: Sample, values: dict[str, Any]) -> None:
    """A point beyond the picture's edge is nobody's plate; a box is cut off at the edge."""
    if not row.width or not row.height:
        return
    for x, y in values["corners"] or ():
        if not (-2 <= x <= row.width + 2 and -2 <= y <= row.height + 2):
            raise serializers.ValidationError({"corners": _("A corner lies outside the picture.")})
    if values["vehicle_box"]:
        x1, y1, x2, y2 = values["vehicle_box"]
        values["vehicle_box"] = [max(0, x1), max(0, y1), min(row.width, x2), min(row.height, y2)]
        if values["vehicle_box"][0] >= row.width or values["vehicle_box"][1] >= row.height or x2 <= 0 or y2 <= 0:
            raise serializers.ValidationError({"vehicle_box": _("The vehicle's box lies outside the picture.")})


def check_words(row: Sample, values: dict[str, Any]) -> None:
    """Classes are folders in an export: a slip of the finger must not make a new one."""
    brands, colors = vocabulary.classes()
    if values["brand"] not in ("", row.brand, *brands) and values["brand"] not in vocabulary.brands():
        raise serializers.ValidationError({"brand": _("Choose a brand of the list; if it is not there, other.")})
    if values["color"] not in ("", row.color, *colors) and values["color"] not in vocabulary.colors():
        raise serializers.ValidationError({"color": _("Choose a color of the list.")})
