"""The only writer of the privacy log: it never gets to know a plate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import F
from django.utils.translation import gettext as _

from inference.plate_format import normalize
from labeling.privacy_models import Act, PrivacyRecord, Purge


def note(
    act: Act,
    by: AbstractBaseUser | AnonymousUser | None = None,
    reference: str = "",
    *,
    counts: Mapping[str, Any] | None = None,
) -> PrivacyRecord:
    """``by`` is ``None`` for whoever typed a command on the machine."""
    user = by if by is not None and by.is_authenticated else None
    values = {"by": user, "by_name": user.get_username() if user else "", "reference": reference[:60]}
    return PrivacyRecord.objects.create(act=act, counts=dict(counts or {}), **values)


def check_reference(reference: str, plates: Iterable[str]) -> None:
    """Raises ``ValueError`` when it would bring a plate into the log."""
    written = normalize(reference)
    if any(plate in written for plate in plates):
        raise ValueError(_("The reference must not hold the plate: it stays in the log."))


def note_purge(day: date, kind: str, rows: int) -> None:
    """Adds to what went on that day."""
    if rows:
        row = Purge.objects.get_or_create(day=day, kind=kind)[0]
        Purge.objects.filter(pk=row.pk).update(rows=F("rows") + rows)
