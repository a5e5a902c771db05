"""The brands and colors that a labeler may choose: those of the model in use, and those already used."""

from __future__ import annotations

from functools import cache

from inference.weights import WeightsError, find_model
from labeling.models import Sample

ALSO = ("other", "unknown")
COLORS = ("black", "white", "silver", "gray", "red", "blue", "green", "yellow", "orange", "brown", "beige", "gold")


@cache
def classes() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Brands and colors of the installed model; none when it cannot be read."""
    try:
        config = find_model("attributes")[1]
    except WeightsError:
        return (), ()
    return config.classes, config.colors


def brands() -> list[str]:
    used = Sample.objects.exclude(true_brand="").values_list("true_brand", flat=True).distinct()[:200]
    return [*sorted({*classes()[0], *used} - set(ALSO), key=str.lower), *ALSO]


def colors() -> list[str]:
    used = Sample.objects.exclude(true_color="").values_list("true_color", flat=True).distinct()[:50]
    known = [*dict.fromkeys((*COLORS, *classes()[1]))]
    return [*known, *sorted(set(used) - {*known, *ALSO}), *ALSO]
