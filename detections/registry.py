"""Which registered plate a text is: exactly, by look-alikes, or a few characters off; never when two are as near."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from detections.plate_index import fold
from detections.registry_models import ListKind, Matching, PlateList, RegisteredPlate
from inference.plate_format import LOOK_ALIKES, normalize

ALIKE = (frozenset("O0QD"), frozenset("I1"), frozenset("B8"), frozenset("S5"), frozenset("Z2"), frozenset("G6"))
MOST_CANDIDATES = 5
PRECEDENCE = (ListKind.DENY, ListKind.ALLOW, ListKind.WATCH, ListKind.IGNORE)
MOST_MISREADS = 40
MOST_RIVALS = 10


class Candidate(TypedDict):
    registered_id: int
    plate: str
    list: str


class Match(TypedDict):
    """``distance`` is the number of characters to change; ``lists`` are all lists with this plate.

    With ``ambiguous`` no plate is chosen: ``registered_id`` is ``None`` and ``candidates`` are equally near.
    """

    registered_id: int | None
    plate: str
    owner: str
    list: str
    kind: str
    mode: str
    distance: int
    ambiguous: bool
    valid: bool
    lists: list[int]
    candidates: list[Candidate]


@dataclass(frozen=True, slots=True)
class Near:
    """A registered plate within the reach of its list."""

    entry: RegisteredPlate
    cost: int
    distance: int
    mode: Matching
    valid: bool

    @property
    def rank(self) -> tuple[int, int]:
        return self.cost, self.distance


def match(text: str, camera_id: int | None = None, at: datetime | None = None) -> Match | None:
    """The nearest registered plate that counts at this camera, if its list's matching reaches the text."""
    wanted = normalize(text)
    if not wanted:
        return None
    near = nearest(found_near(wanted, camera_id, at or timezone.now()))
    if not near:
        return None
    best = near[0]
    plates = {other.entry.plate_norm for other in near}
    is_ambiguous = len(plates) > 1
    return {
        "registered_id": None if is_ambiguous else best.entry.pk,
        "plate": "" if is_ambiguous else best.entry.plate_text,
        "owner": "" if is_ambiguous else best.entry.owner,
        "list": "" if is_ambiguous else best.entry.list.name,
        "kind": "" if is_ambiguous else best.entry.list.kind,
        "mode": best.mode.value,
        "distance": best.distance,
        "ambiguous": is_ambiguous,
        "valid": best.valid and not is_ambiguous,
        "lists": sorted({other.entry.list_id for other in near}),
        "candidates": [candidate(other) for other in near[:MOST_CANDIDATES]] if is_ambiguous else [],
    }


def candidate(near: Near) -> Candidate:
    return {"registered_id": near.entry.pk, "plate": near.entry.plate_text, "list": near.entry.list.name}


def is_ignored(text: str, camera_id: int | None = None, at: datetime | None = None) -> bool:
    """Whether nothing of this plate may be stored: its only lists are lists of plates to ignore."""
    moment = at or timezone.now()
    if not text or not PlateList.objects.filter(kind=ListKind.IGNORE).exists():
        return False
    near = nearest(found_near(normalize(text), camera_id, moment))
    is_one = len({other.entry.plate_norm for other in near}) == 1
    return is_one and all(other.entry.list.kind == ListKind.IGNORE and other.valid for other in near)


def nearest(found: Iterable[Near]) -> list[Near]:
    """Those with the least distance, of one plate the entry that counts first: valid, then deny, allow, watch."""
    ranked = sorted(found, key=lambda near: near.rank)
    return sorted(
        (near for near in ranked if near.rank == ranked[0].rank),
        key=lambda near: (not near.valid, PRECEDENCE.index(ListKind(near.entry.list.kind)), near.entry.pk),
    )


def found_near(wanted: str, camera_id: int | None, at: datetime) -> Iterator[Near]:
    """Every entry whose list reaches the normalized text. An exact one ends the search: nothing is nearer."""
    entries = entries_at(camera_id)
    exact = list(entries.filter(plate_norm=wanted))
    if exact:
        for entry in exact:
            yield Near(entry, 0, 0, Matching.EXACT, entry.is_valid(at))
        return
    others = entries.exclude(list__matching=Matching.EXACT)
    farthest = others.filter(list__matching=Matching.DISTANCE).aggregate(most=Max("list__max_distance"))["most"] or 0
    chosen = within(wanted, dict(others.values_list("pk", "plate_norm")), farthest)
    for entry in others.filter(pk__in=chosen):
        near = reach(wanted, entry, at)
        if near is not None:
            yield near


def within(wanted: str, texts: dict[int, str], distance: int) -> list[int]:
    """Keys of the texts that are at most so far away, look-alikes counted as the same."""
    folded = {key: fold(text) for key, text in texts.items()}
    close = process.extract(fold(wanted), folded, scorer=Levenshtein.distance, score_cutoff=distance, limit=None)
    return [key for _, _, key in close]


def reach(wanted: str, entry: RegisteredPlate, at: datetime) -> Near | None:
    """How near the entry is, or ``None`` when its list does not reach so far.

    On a watch list look-alikes cost nothing, since a missed one is worse than one too many; elsewhere each counts.
    """
    distance = Levenshtein.distance(wanted, entry.plate_norm)
    folded = Levenshtein.distance(fold(wanted), fold(entry.plate_norm))
    is_watch = entry.list.kind == ListKind.WATCH
    cost = folded if is_watch else distance
    if entry.list.matching == Matching.DISTANCE and cost <= entry.list.max_distance:
        mode = Matching.LOOK_ALIKE if folded == 0 and distance else Matching.DISTANCE
    elif entry.list.matching == Matching.LOOK_ALIKE and folded == 0:
        mode = Matching.LOOK_ALIKE
    else:
        return None
    return Near(entry, cost, distance, mode, entry.is_valid(at))


def entries_at(camera_id: int | None) -> QuerySet[RegisteredPlate]:
    rows = RegisteredPlate.objects.select_related("list")
    if camera_id is None:
        return rows
    return rows.filter(Q(cameras=None) | Q(cameras=camera_id)).distinct()


def misreads(entry: RegisteredPlate) -> list[str]:
    """Texts that would count as this plate, the likeliest first: look-alikes one by one, then several at once."""
    plate, plates = entry.plate_norm, entry.list
    if plates.matching == Matching.EXACT:
        return []
    most = len(plate)
    if plates.matching == Matching.DISTANCE and plates.kind != ListKind.WATCH:
        most = plates.max_distance
    places = [index for index, char in enumerate(plate) if char in LOOK_ALIKES]
    texts: list[str] = []
    for count in range(1, min(most, len(places)) + 1):
        for chosen in itertools.combinations(places, count):
            for others in itertools.product(*(sorted(alike(plate[index])) for index in chosen)):
                swapped = list(plate)
                for index, other in zip(chosen, others, strict=True):
                    swapped[index] = other
                texts.append("".join(swapped))
                if len(texts) == MOST_MISREADS:
                    return texts
    return texts


def alike(char: str) -> frozenset[str]:
    """The other characters of its group."""
    return next((group - {char} for group in ALIKE if char in group), frozenset())


def rivals(entry: RegisteredPlate) -> list[RegisteredPlate]:
    """Other plates so near that a reading between the two is ambiguous, or is taken for the other one."""
    others = RegisteredPlate.objects.exclude(plate_norm=entry.plate_norm)
    reach_of_list = entry.list.max_distance if entry.list.matching == Matching.DISTANCE else 0
    close = within(entry.plate_norm, dict(others.values_list("pk", "plate_norm")), 2 * reach_of_list)
    return list(others.filter(pk__in=close[:MOST_RIVALS]).select_related("list"))
