"""What an export holds: which samples, and who goes into which split, decided before a single picture is read.

Only numbers are kept, some 60 bytes a sample.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import Q, QuerySet
from numpy.typing import NDArray

from inference.plate_format import normalize
from labeling.choices import JUDGED, TEXT_IS_KNOWN, Review
from labeling.likeness import ALIKE_BITS
from labeling.models import Sample

SPLITS = ("train", "val", "test")
VAL, TEST = 0.1, 0.1
"""Shares of the plates that are held out, from the same end of the hash for ever."""
CHUNK = 1000
WHOLE = float(2**64)
Numbers = NDArray[np.uint64]


@dataclass(frozen=True)
class Options:
    """``cameras`` are ids, ``None`` for all; samples without a camera belong to whoever may have all."""

    only_verified: bool = True
    blur_others: bool = False
    cameras: tuple[int, ...] | None = None


@dataclass
class Plan:
    """``split_of`` has the number of the split by sample id; the rest is counted in ``left_out`` by reason."""

    split_of: dict[int, int]
    left_out: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.split_of)


@dataclass
class Facts:
    """A column each: id, visit, plate, likeness (who may be alike), hash of the picture, whether a person judged."""

    ids: array[int] = field(default_factory=lambda: array("q"))
    visits: array[int] = field(default_factory=lambda: array("Q"))
    plates: array[int] = field(default_factory=lambda: array("Q"))
    likes: array[int] = field(default_factory=lambda: array("Q"))
    hashes: array[int] = field(default_factory=lambda: array("Q"))
    has_hash: array[int] = field(default_factory=lambda: array("b"))
    same_frame: array[int] = field(default_factory=lambda: array("b"))


def chosen_samples(options: Options) -> QuerySet[Sample]:
    """Verified is what a person has judged and nobody disputes."""
    rows = Sample.objects.exclude(frame="")
    if options.only_verified:
        rows = rows.filter(state__in=JUDGED).exclude(review=Review.DISPUTED)
    if options.cameras is not None:
        rows = rows.filter(camera__in=options.cameras)
    return rows


def in_order(rows: QuerySet[Sample], *fields: str) -> Iterator[Any]:
    """All rows by time, a page at a time: MySQL's driver would read a whole result into memory.

    With ``fields`` tuples that begin with ``captured_at`` and ``id``, else samples.
    """
    after: tuple[datetime, int] | None = None
    while True:
        page: Any = rows.order_by("captured_at", "id")
        if after is not None:
            page = page.filter(Q(captured_at__gt=after[0]) | Q(captured_at=after[0], id__gt=after[1]))
        found = list(page.values_list("captured_at", "id", *fields)[:CHUNK] if fields else page[:CHUNK])
        yield from found
        if len(found) < CHUNK:
            return
        last = found[-1]
        after = (last[0], last[1]) if fields else (last.captured_at, last.pk)


def make_plan(options: Options) -> Plan:
    """Samples of one visit, one plate or one frame share a split; which one is a matter of the plate's hash alone."""
    facts = _gather(options)
    if not facts.ids:
        return Plan({})
    groups, anchors = _join(facts)
    kept = _without_alike(facts)
    shares = _splits(anchors)
    _fill_empty(shares, anchors, groups[kept])
    ids = np.frombuffer(facts.ids, np.int64)[kept]
    splits = shares[groups[kept]]
    alike = len(facts.ids) - len(ids)
    return Plan(dict(zip(ids.tolist(), splits.tolist(), strict=True)), {"alike": alike} if alike else {})


def number_of(text: str) -> int:
    """64 bits that are the same on every machine."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())


def _gather(options: Options) -> Facts:
    facts = Facts()
    before: tuple[datetime, str] | None = None
    wanted = ("visit", "text", "true_text", "state", "camera_name", "picture_hash", "group")
    for moment, pk, visit, text, true_text, state, camera, hashed, group in in_order(chosen_samples(options), *wanted):
        plate = normalize(true_text if state in TEXT_IS_KNOWN else text)
        facts.ids.append(pk)
        facts.visits.append(number_of(f"visit {visit}"))
        facts.plates.append(number_of(f"plate {plate}") if plate else number_of(f"visit {visit}"))
        facts.likes.append(number_of(f"{group or visit} {state} {plate}"))
        facts.hashes.append(int(hashed, 16) if hashed else 0)
        facts.has_hash.append(bool(hashed))
        facts.same_frame.append(before == (moment, camera))
        before = (moment, camera)
    return facts


def _join(facts: Facts) -> tuple[NDArray[np.intp], Numbers]:
    """The group of each sample, and each group's anchor: the smallest of its plates' numbers."""
    plates = np.frombuffer(facts.plates, np.uint64)
    _, visit_of = np.unique(np.frombuffer(facts.visits, np.uint64), return_inverse=True)
    _, plate_of = np.unique(plates, return_inverse=True)
    first_plate = int(visit_of.max()) + 1
    parents = array("q", range(first_plate + int(plate_of.max()) + 1))

    def root(node: int) -> int:
        while parents[node] != node:
            parents[node] = parents[parents[node]]
            node = parents[node]
        return node

    for place, (visit, plate) in enumerate(zip(visit_of.tolist(), plate_of.tolist(), strict=True)):
        parents[root(visit)] = root(first_plate + plate)
        if facts.same_frame[place]:
            parents[root(visit)] = root(int(visit_of[place - 1]))
    roots = np.fromiter((root(visit) for visit in visit_of.tolist()), np.int64, len(visit_of))
    _, groups = np.unique(roots, return_inverse=True)
    anchors = np.full(int(groups.max()) + 1, np.iinfo(np.uint64).max, np.uint64)
    np.minimum.at(anchors, groups, plates)
    return groups, anchors


def _without_alike(facts: Facts) -> NDArray[np.intp]:
    """The places of the samples to keep: of those that look alike and have the same answer, the first."""
    likes = np.frombuffer(facts.likes, np.uint64)
    order = np.argsort(likes, kind="stable")
    kept: list[int] = []
    seen: list[int] = []
    current = -1
    for place in order.tolist():
        if facts.likes[place] != current:
            current, seen = facts.likes[place], []
        hashed = facts.hashes[place]
        if facts.has_hash[place] and any((hashed ^ other).bit_count() <= ALIKE_BITS for other in seen):
            continue
        if facts.has_hash[place]:
            seen.append(hashed)
        kept.append(place)
    return np.sort(np.array(kept, np.intp))


def _splits(anchors: Numbers) -> NDArray[np.int8]:
    """The number of the split of each group."""
    shares = np.array([number_of(f"split {anchor}") / WHOLE for anchor in anchors.tolist()])
    splits = np.where(shares < VAL, 1, np.where(shares < VAL + TEST, 2, 0))
    return splits.astype(np.int8)


def _fill_empty(splits: NDArray[np.int8], anchors: Numbers, present: NDArray[np.intp]) -> None:
    """Few samples may leave train or val empty, which cannot be trained on: then one group moves there."""
    groups = np.unique(present)
    for wanted in (0, 1):
        others = [group for group in groups.tolist() if splits[group] != wanted]
        is_empty = len(others) == len(groups)
        if is_empty and len(groups) > 1:
            spare = [group for group in others if splits[group] == 2] or others
            chosen = min(spare, key=lambda group: int(anchors[group]))
            splits[chosen] = wanted
