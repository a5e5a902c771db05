"""Everything about one plate: found, taken out for the person who asks, erased.

A plate is compared as A-Z 0-9. Vehicles that were taken for it, or that it may be, are named apart: a person decides.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from auditlog.models import LogEntry as Change
from django.contrib.admin.models import LogEntry
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import F, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.db.models.lookups import Contains
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anpr_site.accounts.models import AccessRecord, StoredAnswer
from detections.models import (
    AccessDecision,
    Attempt,
    Delivery,
    Detection,
    PlateNote,
    PlateTag,
    SavedSearch,
    Stay,
    Viewer,
)
from detections.plate_index import alike_to, plates_near
from detections.registry_models import RegisteredPlate
from detections.retention import ATTEMPT_PICTURES, DETECTION_PICTURES, delete
from inference.plate_format import normalize
from labeling.export_models import DatasetExport, Progress
from labeling.models import PICTURES, Sample

ERASED = "erased"
NEAR = 2
"""Characters by which the text of another visit may differ that is searched for readings of this plate."""
SHORTEST = 2


class Part(NamedTuple):
    """Rows of one kind. ``hide`` is for those that stay without the plate, since they say what people did."""

    kind: str
    label: Any
    rows: QuerySet[Any]
    pictures: tuple[str, ...] = ()
    hide: Callable[[QuerySet[Any], Sequence[str]], int] | None = None


@dataclass(frozen=True)
class Dossier:
    """``plates`` are texts of A-Z 0-9; ``spellings`` also those that people typed."""

    plates: tuple[str, ...]
    spellings: tuple[str, ...]
    parts: tuple[Part, ...]

    def counts(self) -> dict[str, int]:
        found = {part.kind: part.rows.count() for part in self.parts}
        return found | {"exports": len(exports_with(self.spellings))}


def find(plates: Sequence[str]) -> Dossier:
    """Raises ``ValueError`` for a text that is no plate."""
    texts = tuple(dict.fromkeys(normalize(plate) for plate in plates))
    if not texts or min(map(len, texts)) < SHORTEST:
        raise ValueError(_("A plate has at least two letters A-Z or digits."))
    entries = RegisteredPlate.objects.filter(plate_norm__in=texts)
    listed = dict(entries.values_list("pk", "plate_text"))
    detections = Detection.objects.filter(Q(plate_norm__in=texts) | Q(registered__in=listed))
    seen = dict(detections.values_list("pk", "track_id"))
    spellings = tuple(dict.fromkeys([*texts, *listed.values()]))
    return Dossier(texts, spellings, (*rows_of_visits(texts, seen, listed), *rows_of_people(texts, spellings)))


def rows_of_visits(texts: tuple[str, ...], seen: dict[int, str], listed: dict[int, str]) -> list[Part]:
    """What cameras and gates left, in the order in which it is erased: what points to something before that."""
    ids, tracks = list(seen), list(seen.values())
    linked, registered = Q(detection__in=ids), Q(registered__in=listed)
    told = linked | (Q(detection=None) & holds("payload", texts))
    near = {plate for text in texts for plate in plates_near(text, NEAR)} - set(texts)
    misread = holds("others", texts) | holds("breakdown", texts) | Q(raw_text__in=texts)
    mentions = Detection.objects.filter(misread, plate_norm__in=near).exclude(pk__in=ids)
    return [
        Part("samples", _("samples"), samples_of(texts, ids, tracks), PICTURES),
        Part("deliveries", _("messages sent or waiting"), Delivery.objects.filter(told)),
        Part("decisions", _("decisions of gates"), decisions_of(texts, linked | registered)),
        Part("stays", _("stays"), Stay.objects.filter(Q(plate_norm__in=texts) | registered)),
        Part("attempts", _("looks"), attempts_of(texts, linked, tracks), ATTEMPT_PICTURES),
        Part("detections", _("detections"), Detection.objects.filter(pk__in=ids), DETECTION_PICTURES),
        Part("mentions", _("other vehicles that were once read so"), mentions, (), hide_readings),
        Part("registered", _("entries of lists"), RegisteredPlate.objects.filter(pk__in=list(listed))),
    ]


def rows_of_people(texts: tuple[str, ...], spellings: tuple[str, ...]) -> list[Part]:
    """What people wrote about the plate, and what the logs tell of them."""
    access = AccessRecord.objects.filter(Q(plate__in=spellings) | names("what", texts))
    changes = Change.objects.filter(names("object_repr", texts) | holds("changes", spellings))
    settings = LogEntry.objects.filter(names("object_repr", texts) | names("change_message", texts))
    return [
        Part("notes", _("notes"), PlateNote.objects.filter(plate__in=texts)),
        Part("tags", _("tags"), PlateTag.objects.filter(plate__in=texts)),
        Part("searches", _("saved searches"), SavedSearch.objects.filter(names("query", texts))),
        Part("viewers", _("open pages"), Viewer.objects.filter(names("page", texts))),
        Part("answers", _("kept answers of the API"), StoredAnswer.objects.filter(names("body", texts))),
        Part("access", _("access records"), access, (), hide_access),
        Part("changes", _("log of changes"), changes, (), hide_changes),
        Part("admin", _("log of the settings"), settings, (), hide_admin),
    ]


def samples_of(texts: Sequence[str], ids: list[int], tracks: list[str]) -> QuerySet[Sample]:
    """Also those whose history names the plate, and what its visits left."""
    named = Q(text__in=texts) | Q(true_text__in=texts) | Q(second_answer__text__in=texts)
    history = Q(labels__before__true_text__in=texts) | Q(labels__after__true_text__in=texts)
    visits = Q(detection__in=ids) | Q(visit__in=tracks) | Q(track_id__in=tracks)
    found = Sample.objects.filter(named | history | visits).order_by().values_list("pk", flat=True).distinct()
    return Sample.objects.filter(pk__in=list(found))


def decisions_of(texts: Sequence[str], linked: Q) -> QuerySet[AccessDecision]:
    return AccessDecision.objects.filter(linked | Q(plate_text__in=texts))


def attempts_of(texts: Sequence[str], linked: Q, tracks: list[str]) -> QuerySet[Attempt]:
    return Attempt.objects.filter(linked | Q(text__in=texts) | Q(track_id__in=tracks))


def near_plates(plate: str) -> list[tuple[str, int]]:
    """Other texts that may be the same vehicle, with the number of their detections."""
    return [(text, Detection.objects.filter(plate_norm=text).count()) for text in alike_to(plate)[:10]]


def holds(field: str, texts: Sequence[str]) -> Q:
    """JSON in which one of the texts is a value: whole, so that a number plate of digits finds no times or ids."""
    found = Q(pk__in=[])
    for text in texts:
        found |= Q(Contains(Cast(F(field), TextField()), json.dumps(text)))
    return found


def names(field: str, texts: Sequence[str]) -> Q:
    """Text that names one of the plates as a word of its own, also with spaces or dashes in it; digits alone only after
    ``=`` or a quote, for addresses are full of numbers."""
    found = Q(pk__in=[])
    for text in texts:
        before = "[=\"']" if text.isdigit() else "(^|[^A-Za-z0-9])"
        written = "(%20|[^A-Za-z0-9]){0,2}".join(re.escape(character) for character in text)
        found |= Q(**{f"{field}__iregex": f"{before}{written}($|[^A-Za-z0-9])"})
    return found


def hide_readings(rows: QuerySet[Any], texts: Sequence[str]) -> int:
    """The other vehicle keeps its visit, without the readings that named this plate."""
    hidden = 0
    for row in list(rows):
        told = json.dumps(row.breakdown)
        values = {
            "others": [other for other in row.others if other[0] not in texts],
            "breakdown": {} if any(json.dumps(text) in told for text in texts) else row.breakdown,
            "raw_text": "" if row.raw_text in texts else row.raw_text,
        }
        hidden += Detection.objects.filter(pk=row.pk).update(**values)
    return hidden


def hide_access(rows: QuerySet[Any], texts: Sequence[str]) -> int:
    ids = list(rows.values_list("pk", flat=True))
    return AccessRecord.objects.filter(pk__in=ids).update(plate="", what=ERASED)


def hide_changes(rows: QuerySet[Any], texts: Sequence[str]) -> int:
    nothing = {"object_repr": ERASED, "changes": None, "changes_text": "", "serialized_data": None}
    hidden: int = Change.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(**nothing)
    return hidden


def hide_admin(rows: QuerySet[Any], texts: Sequence[str]) -> int:
    nothing = {"object_repr": ERASED, "change_message": ""}
    return LogEntry.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(**nothing)


def exports_with(texts: Sequence[str]) -> list[DatasetExport]:
    """Dataset exports on this machine whose samples name one of the plates."""
    found = []
    wanted = [json.dumps(text).encode() for text in texts]
    for export in DatasetExport.objects.filter(progress=Progress.DONE):
        if export.path.is_file():
            with zipfile.ZipFile(export.path) as packed, packed.open("samples.jsonl") as lines:
                if any(text in line for line in lines for text in wanted):
                    found.append(export)
    return found


def erase(dossier: Dossier) -> dict[str, int]:
    """How many rows of each kind are gone, or no longer name the plate. Doing it again is harmless."""
    gone: dict[str, int] = {"exports": 0}
    for export in exports_with(dossier.spellings):
        export.path.unlink(missing_ok=True)
        export.delete()
        gone["exports"] += 1
    for part in dossier.parts:
        gone[part.kind] = part.hide(part.rows, dossier.spellings) if part.hide else delete(part.rows, part.pictures)
    return gone


def write_zip(dossier: Dossier, path: Path) -> dict[str, int]:
    """A JSON file for each kind, and the pictures; how many there are of each."""
    counts = {"pictures": 0}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in dossier.parts:
            rows = list(part.rows.values())
            counts[part.kind] = len(rows)
            if rows:
                packed.writestr(f"{part.kind}.json", json.dumps(rows, cls=DjangoJSONEncoder, indent=1))
            for name in {row[field] for row in rows for field in part.pictures if row[field]}:
                if default_storage.exists(name):
                    with default_storage.open(name) as picture:
                        packed.writestr(zipfile.ZipInfo(f"pictures/{name}"), picture.read())
                    counts["pictures"] += 1
        about = {"plates": dossier.plates, "made_at": timezone.now(), "counts": counts}
        packed.writestr("about.json", json.dumps(about, cls=DjangoJSONEncoder, indent=1))
    return counts
