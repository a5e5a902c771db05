"""The order in which samples are shown, and claims: two open pages never get the same sample or two alike."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cameras.models import Camera
from cameras.rights import is_staff, visible_cameras
from labeling.answers import waits_for_second
from labeling.choices import OPEN, Review, State
from labeling.models import Sample

CLAIM_LIFE = timedelta(minutes=10)
CANDIDATES = 60
RECENT = 12
"""So many samples back a vehicle or a text counts as just seen."""
ORDERS = {
    "uncertain": _("least certain first"),
    "newest": _("newest first"),
    "camera": _("camera by camera"),
    "skipped": _("skipped ones"),
    "disputed": _("disputed ones"),
}
SORTS = {
    "uncertain": ("-uncertainty", "-id"),
    "newest": ("-captured_at", "-id"),
    "camera": ("camera_name", "-captured_at", "-id"),
    "skipped": ("labeled_at", "id"),
    "disputed": ("second_at", "id"),
}


def visible_samples(user: User) -> QuerySet[Sample]:
    """Imported samples have no camera: whoever labels may see them.

    Names the cameras, or none when all are visible: a subquery would let MariaDB leave the index of the order.
    """
    visible = list(visible_cameras(user).values_list("pk", flat=True))
    if len(visible) == Camera.objects.count():
        return Sample.objects.all()
    return Sample.objects.filter(Q(camera=None) | Q(camera__in=visible))


def queues(user: User, order: str, camera: Camera | None = None) -> list[QuerySet[Sample]]:
    """What is left for this person in the order asked for, whoever holds it at present; second opinions come first.

    Each is one walk along an index: the two in one query would sort all that is pending.
    """
    rows = visible_samples(user)
    if camera is not None:
        rows = rows.filter(camera=camera)
    rows = rows.order_by(*SORTS.get(order, SORTS["uncertain"]))
    if order == "skipped":
        return [rows.filter(state=State.SKIPPED)]
    if order == "disputed":
        disputed = rows.filter(review=Review.DISPUTED)
        return [disputed if is_staff(user) else disputed.exclude(labeled_by=user).exclude(second_by=user)]
    return [rows.filter(waits_for_second(user)).order_by("id"), rows.filter(state=State.PENDING)]


def left(user: User, order: str, camera: Camera | None = None) -> int:
    return sum(rows.count() for rows in queues(user, order, camera))


def free(user: User, tab: str) -> Q:
    mine = Q(claimed_by=user, claimed_tab=tab)
    return Q(claimed_until=None) | Q(claimed_until__lt=timezone.now()) | mine


def claim_next(
    user: User, tab: str, order: str, camera: Camera | None = None, *, have: Iterable[int] = (), count: int = 3
) -> list[Sample]:
    """The next samples, claimed for this page; ``have`` are those that it holds already and has not answered."""
    held = list(Sample.objects.filter(pk__in=list(have)).values_list("group", flat=True))
    claimed: list[Sample] = []
    groups = {group for group in held if group}
    candidates: list[Sample] = []
    for rows in queues(user, order, camera):
        candidates += varied(user, rows.filter(free(user, tab)).exclude(pk__in=list(have)), order)
    for row in candidates:
        if len(claimed) >= count:
            break
        if row.group and row.group in groups:
            continue
        if claim(user, tab, row):
            groups.add(row.group)
            claimed.append(row)
    return claimed


def varied(user: User, rows: QuerySet[Sample], order: str) -> list[Sample]:
    """The candidates; where the least certain come first, what this person has just seen comes last."""
    candidates = list(rows[:CANDIDATES])
    if order != "uncertain":
        return candidates
    recent = Sample.objects.filter(labeled_by=user).order_by("-labeled_at")[:RECENT]
    seen = {value for row in recent for value in (row.visit, row.text, row.true_text) if value}
    fresh: list[Sample] = []
    repeated: list[Sample] = []
    for row in candidates:
        is_seen = row.visit in seen or (row.text and row.text in seen)
        (repeated if is_seen else fresh).append(row)
        seen.update(value for value in (row.visit, row.text) if value)
    return fresh + repeated


def claim(user: User, tab: str, row: Sample) -> bool:
    """Takes the sample and the open ones of its group; all of them or none, by one counted UPDATE."""
    alike = Q(pk=row.pk)
    if row.group and row.state in OPEN:
        alike |= Q(group=row.group, camera=row.camera_id, state__in=OPEN)
    members = Sample.objects.filter(alike)
    wanted = list(members.values_list("pk", flat=True))
    fields = {"claimed_by": user, "claimed_tab": tab, "claimed_until": timezone.now() + CLAIM_LIFE}
    is_same = Q(pk__in=wanted) & Q(state__in=[row.state, *OPEN])
    taken = Sample.objects.filter(is_same).filter(free(user, tab)).update(**fields)
    if taken == len(wanted) and Sample.objects.filter(pk=row.pk, state=row.state, review=row.review).exists():
        return True
    if taken:
        release(user, tab, wanted)
    return False


def claim_again(user: User, tab: str, rows: Iterable[Sample]) -> bool:
    """Takes named samples, whatever their state: those that an undo brought back, or one that somebody opened."""
    wanted = [row.pk for row in rows]
    fields = {"claimed_by": user, "claimed_tab": tab, "claimed_until": timezone.now() + CLAIM_LIFE}
    return Sample.objects.filter(pk__in=wanted).filter(free(user, tab)).update(**fields) == len(wanted)


def renew(user: User, tab: str) -> int:
    """Keeps the claims of a page that is still open."""
    held = Sample.objects.filter(claimed_by=user, claimed_tab=tab, claimed_until__gte=timezone.now())
    return held.update(claimed_until=timezone.now() + CLAIM_LIFE)


def release(user: User, tab: str, pks: Iterable[int] | None = None) -> int:
    """Gives back what the page holds, or the named ones of it."""
    held = Sample.objects.filter(claimed_by=user, claimed_tab=tab)
    if pks is not None:
        held = held.filter(pk__in=list(pks))
    return held.update(claimed_by=None, claimed_tab="", claimed_until=None)


def group_members(row: Sample) -> list[Sample]:
    """The open samples that look like this one."""
    if not row.group or row.state not in OPEN:
        return []
    rows = Sample.objects.filter(group=row.group, camera=row.camera_id, state__in=OPEN).exclude(pk=row.pk)
    return list(rows.order_by("captured_at", "id")[:30])
