"""Which samples look alike: a hash of the picture, and the group that one answer serves."""

from __future__ import annotations

from datetime import datetime, timedelta

import cv2
import numpy as np
from django.db.models import Q
from rapidfuzz.distance import Levenshtein

from inference.types import Image
from labeling.models import Sample

ALIKE_BITS = 8
"""Of 64: pictures whose hashes differ in no more bits show the same."""
ALIKE_FOR = timedelta(days=7)
CANDIDATES = 50


def picture_hash(image: Image) -> str:
    """64 bits as 16 hexadecimal digits: whether each point of a 9 × 8 picture is darker than its neighbor (dHash)."""
    if not image.size:
        return ""
    small = cv2.resize(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), (9, 8), interpolation=cv2.INTER_AREA)
    bits = np.packbits((small[:, 1:] > small[:, :-1]).ravel())
    return bits.tobytes().hex()


def different_bits(one: str, other: str) -> int:
    """64 where a hash is missing."""
    return (int(one, 16) ^ int(other, 16)).bit_count() if one and other else 64


def look_alike(one: str, other: str) -> bool:
    return different_bits(one, other) <= ALIKE_BITS


def group_of(sample: Sample) -> str:
    """The group of an earlier sample of the same camera that shows the same, else a new one.

    The same is a visit whose text is the same, or a picture alike whose text is at most one edit away.
    """
    recent = Sample.objects.filter(camera=sample.camera, captured_at__gte=since(sample.captured_at))
    rows = (
        recent.exclude(group="").order_by("-captured_at", "-id").values_list("group", "visit", "text", "picture_hash")
    )
    candidates = [*rows.filter(Q(visit=sample.visit) | Q(text=sample.text))[:CANDIDATES], *rows[:CANDIDATES]]
    for group, visit, text, hashed in candidates:
        is_same_visit = visit == sample.visit and text == sample.text
        is_near = Levenshtein.distance(text, sample.text, score_cutoff=1) <= 1
        if is_same_visit or (is_near and look_alike(hashed, sample.picture_hash)):
            return group
    return str(sample.uid)


def since(moment: datetime) -> datetime:
    return moment - ALIKE_FOR
