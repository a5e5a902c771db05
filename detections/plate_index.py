"""Which plates hold a text, look like it or differ little from it, found by an index of all endings of all plates.

A plate of seven characters has seven rows in ``PlateTail``. A text anywhere in a plate is then a range of an index; so
are wildcards, by their longest run of characters, and edit distance: of a text cut into ``distance + 1`` pieces, at
least one is unchanged and near its place in every plate that is no farther away.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any, cast

from django.db.models import CharField, Expression, F, Field, Lookup, QuerySet, Value
from django.db.models.functions import Length, Replace
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from detections.plate_models import PlateTail
from inference.plate_format import ALPHABET, LOOK_ALIKES

LONGEST = 20
BATCH = 1000
MOST_PLATES = 2000
"""More plates than these are not listed: a search that fits so many finds its page sooner among the newest rows."""

FOLDS = tuple(sorted((letter, digit) for letter, digit in LOOK_ALIKES.items() if letter.isalpha()))
"""Each look-alike letter and the digit that stands for it: O, D and Q become 0, I becomes 1, and so on."""
TABLE = str.maketrans(dict(FOLDS))


class Like(Lookup):
    """SQL's own LIKE with ``_`` and ``%``: Django has none, and a regular expression uses no index."""

    lookup_name = "like"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} LIKE {right}", (*left_params, *right_params)


Field.register_lookup(Like)


def fold(text: str) -> str:
    """The text with look-alikes made one, the same length: ``B0D`` and ``8OO`` become ``800``."""
    return text.translate(TABLE)


def folded(field: str) -> Expression:
    """``fold`` for the database."""
    expression: Any = F(field)
    for letter, digit in FOLDS:
        expression = Replace(expression, Value(letter), Value(digit), output_field=CharField(max_length=LONGEST))
    return cast("Expression", expression)


def tails_of(plate: str) -> Iterator[PlateTail]:
    text = fold(plate)
    return (PlateTail(tail=text[start:], plate=plate) for start in range(len(text)))


def keep(plate: str) -> None:
    """Makes a plate findable, once."""
    if plate and not PlateTail.objects.filter(tail=fold(plate), plate=plate).exists():
        PlateTail.objects.bulk_create(tails_of(plate), ignore_conflicts=True)


def keep_all(plates: Iterable[str]) -> None:
    """Makes many plates findable, in the order of the index."""
    tails = sorted((fold(plate)[start:], plate) for plate in plates for start in range(len(plate)))
    for start in range(0, len(tails), BATCH):
        some = [PlateTail(tail=tail, plate=plate) for tail, plate in tails[start : start + BATCH]]
        PlateTail.objects.bulk_create(some, ignore_conflicts=True)


def forget(plates: Iterable[str]) -> None:
    """Takes plates out of the index."""
    for plate in plates:
        PlateTail.objects.filter(tail__in=[row.tail for row in tails_of(plate)], plate=plate).delete()


def forget_unused(plates: Collection[str], rows: QuerySet[Any]) -> None:
    """Takes those plates out of the index that none of the detections ``rows`` has."""
    names = sorted(filter(None, plates))
    for start in range(0, len(names), BATCH):
        some = names[start : start + BATCH]
        used = rows.filter(plate_norm__in=some).values_list("plate_norm", flat=True).order_by().distinct()
        forget(set(some).difference(used))


def beginning_with(text: str) -> QuerySet[PlateTail]:
    """The endings that begin with a folded text; a range, which every database finds by its index."""
    rows = PlateTail.objects.filter(tail__gte=text)
    kept = text.rstrip("Z")
    if kept:
        rows = rows.filter(tail__lt=kept[:-1] + ALPHABET[ALPHABET.index(kept[-1]) + 1])
    return rows


def plates_like(pattern: str, *, alike: bool = False) -> list[str] | None:
    """The plates that fit a LIKE pattern, their folded text if ``alike``; ``None`` if there are too many to list."""
    runs = sorted(re.findall(r"[^_%]+", pattern), key=len, reverse=True)
    if not runs:
        return None
    rows = beginning_with(fold(runs[0])).filter(tail__like=fold(pattern[pattern.index(runs[0]) :]))
    if alike:
        rows = rows.annotate(whole=folded("plate")).filter(whole__like=fold(pattern))
    else:
        rows = rows.filter(plate__like=pattern)
    found = list(rows.values_list("plate", flat=True).distinct()[: MOST_PLATES + 1])
    return found if len(found) <= MOST_PLATES else None


def plates_near(text: str, distance: int) -> list[str]:
    """The plates at most ``distance`` insertions, deletions or replacements away, the nearest ones first."""
    candidates = {
        plate
        for start, piece in pieces_of(fold(text), distance + 1)
        for plate in holding(piece, start, len(text), distance)
    }
    near = process.extract_iter(text, candidates, scorer=Levenshtein.distance, score_cutoff=distance)
    return [plate for _, plate in sorted((away, plate) for plate, away, _ in near)][:MOST_PLATES]


def pieces_of(text: str, count: int) -> Iterator[tuple[int, str]]:
    """The text cut into ``count`` pieces of about one length, each with its place."""
    cuts = [len(text) * number // count for number in range(count + 1)]
    return ((start, text[start:end]) for start, end in itertools.pairwise(cuts) if end > start)


def holding(piece: str, start: int, length: int, distance: int) -> QuerySet[Any, str]:
    """Plates of about that length that have the piece at about that place."""
    return (
        beginning_with(piece)
        .annotate(place=Length("plate") - Length("tail"), size=Length("plate"))
        .filter(place__gte=start - distance, place__lte=start + distance)
        .filter(size__gte=length - distance, size__lte=length + distance)
        .values_list("plate", flat=True)
    )


def alike_to(plate: str) -> list[str]:
    """Other plates that could be taken for this one: look-alikes first, then those one character away."""
    same_look = PlateTail.objects.filter(tail=fold(plate)).annotate(size=Length("plate")).filter(size=len(plate))
    names = [*same_look.values_list("plate", flat=True), *plates_near(plate, 1)]
    return [name for name in dict.fromkeys(names) if name != plate]
