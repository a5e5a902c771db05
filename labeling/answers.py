"""What a person says about a sample: judged, undone, asked a second time, settled."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from labeling.choices import JUDGED, OPEN, TEXT_IS_KNOWN, Action, Review, State
from labeling.models import DatasetSettings, Label, Sample

ANSWER_FIELDS = ("true_text", "true_vehicle_box", "true_corners", "true_brand", "true_color")
SNAPSHOT = ("state", *ANSWER_FIELDS, "review", "second_answer")
PEOPLE = ("labeled_by_id", "second_by_id")
TIMES = ("labeled_at", "second_at")
NO_CLAIM = {"claimed_by": None, "claimed_tab": "", "claimed_until": None}


class Refused(Exception):
    """The answer cannot stand; the message tells the labeler why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict with what the labeler left on the page; ``text`` is A-Z 0-9."""

    state: State
    text: str = ""
    vehicle_box: list[int] | None = None
    corners: list[list[float]] | None = None
    brand: str = ""
    color: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """``batch`` is what an undo takes back; ``samples`` those that changed, the one that was shown first."""

    batch: str
    samples: list[Sample]


def give(
    user: User,
    sample: Sample,
    answer: Answer,
    *,
    together: Iterable[int] = (),
    action: Action = Action.ANSWER,
    tab: str = "",
    batch: str = "",
) -> Given:
    """Judges ``sample``, and those of ``together`` that are still open and of its group: text, brand and color are the
    same there, boxes and corners stay their own.

    ``batch`` is the page's own name of the answer: one that is sent again, since nobody heard of the first, is not
    given again. Raises ``Refused`` when somebody else holds the sample or judged it meanwhile.
    """
    with transaction.atomic():
        row = locked([sample.pk]).get()
        given = Label.objects.filter(batch=batch, by=user).order_by("id") if batch else ()
        if given:
            return Given(batch, [label.sample for label in given])
        batch = batch or uuid.uuid4().hex
        check_free(row, user, tab)
        if action == Action.ANSWER:
            action = action_for(row, user, tab)
        others = alike(row, together) if action == Action.ANSWER else []
        changed = [row, *others]
        for number, member in enumerate(changed):
            said = answer if number == 0 else answer_alike(member, answer)
            change(member, user, said, action=action, batch=batch)
    return Given(batch, changed)


def give_many(user: User, rows: Sequence[int], answer: Answer) -> Given:
    """The same answer to many samples, each with its own boxes and corners; those that others hold stay as they are."""
    batch = uuid.uuid4().hex
    changed = []
    with transaction.atomic():
        for row in locked(rows):
            if held_by_other(row, user, ""):
                continue
            change(row, user, answer_alike(row, answer), action=Action.BATCH, batch=batch)
            changed.append(row)
    return Given(batch, changed)


def locked(pks: Iterable[int]) -> Any:
    return Sample.objects.select_for_update().filter(pk__in=list(pks)).order_by("pk")


def held_by_other(row: Sample, user: User, tab: str) -> bool:
    if row.claimed_by_id is None or row.claimed_until is None or row.claimed_until < timezone.now():
        return False
    return row.claimed_by_id != user.pk or bool(tab and row.claimed_tab != tab)


def check_free(row: Sample, user: User, tab: str) -> None:
    if held_by_other(row, user, tab):
        raise Refused(_("Somebody else is looking at this sample right now."))


def action_for(row: Sample, user: User, tab: str) -> Action:
    """A judged sample may be judged anew by whoever opened it; a second opinion comes from a second person."""
    if row.review == Review.WAITING and row.labeled_by_id != user.pk:
        return Action.SECOND
    if row.review == Review.DISPUTED:
        return Action.SETTLE
    if tab and row.state in JUDGED and row.labeled_by_id != user.pk and row.claimed_by_id != user.pk:
        raise Refused(_("Somebody else has judged this sample meanwhile."))
    return Action.ANSWER


def alike(row: Sample, together: Iterable[int]) -> list[Sample]:
    if not row.group:
        return []
    members = locked(together).filter(group=row.group, state__in=OPEN).exclude(pk=row.pk)
    return [member for member in members if member.camera_id == row.camera_id]


def answer_alike(row: Sample, answer: Answer) -> Answer:
    """The answer for a sample that shows the same in another picture."""
    state = answer.state
    if state in TEXT_IS_KNOWN:
        text = answer.text or row.text
        state = State.CORRECT if text == row.text else State.CORRECTED
    else:
        text = answer.text
    return Answer(
        state,
        text,
        row.true_vehicle_box or row.vehicle_box,
        row.true_corners or row.corners,
        answer.brand or row.true_brand or row.brand,
        answer.color or row.true_color or row.color,
    )


def change(row: Sample, user: User | None, answer: Answer, *, action: Action, batch: str) -> Label:
    """Writes the answer and its row in the history."""
    before = snapshot(row)
    now = timezone.now()
    if action == Action.SECOND:
        take_second(row, answer)
        row.second_by, row.second_at = user, now
    else:
        take(row, answer)
        row.labeled_by, row.labeled_at = (None, None) if answer.state == State.PENDING else (user, now)
        row.review = Review.SETTLED if action == Action.SETTLE else review_wanted(row, action)
    for field, value in NO_CLAIM.items():
        setattr(row, field, value)
    row.save()
    return Label.objects.create(
        sample=row, by=user, action=action, state=answer.state, before=before, after=snapshot(row), batch=batch
    )


def take(row: Sample, answer: Answer) -> None:
    """What is no plate has no text and no corners; what cannot be read has no text."""
    row.state = answer.state
    is_plate = answer.state not in (State.NOT_A_PLATE, *OPEN)
    row.true_text = answer.text if answer.state in TEXT_IS_KNOWN else ""
    row.true_vehicle_box = answer.vehicle_box if answer.state not in OPEN else None
    row.true_corners = answer.corners if is_plate else None
    row.true_brand = answer.brand if answer.state not in OPEN else ""
    row.true_color = answer.color if answer.state not in OPEN else ""


def take_second(row: Sample, answer: Answer) -> None:
    row.second_answer = {
        "state": answer.state,
        "text": answer.text if answer.state in TEXT_IS_KNOWN else "",
        "vehicle_box": answer.vehicle_box,
        "corners": answer.corners,
        "brand": answer.brand,
        "color": answer.color,
    }
    if answer.state not in OPEN:
        row.review = Review.AGREED if agrees(row, answer) else Review.DISPUTED


def agrees(row: Sample, answer: Answer) -> bool:
    """Whether two people say the same; brand and color count where both named one."""
    if answer.state in TEXT_IS_KNOWN and row.state in TEXT_IS_KNOWN:
        same = answer.text == row.true_text
    else:
        same = answer.state == row.state
    named = ((answer.brand, row.true_brand), (answer.color, row.true_color))
    return same and all(one == other for one, other in named if one and other and "unknown" not in (one, other))


def review_wanted(row: Sample, action: Action) -> Review:
    """Drawn by the sample's uid, so that an undo and a new answer ask for no other one."""
    if row.state not in JUDGED or action == Action.IMPORT:
        return Review.NONE
    if row.review == Review.SETTLED:
        return Review.SETTLED
    drawn = zlib.crc32(row.uid.bytes) % 100
    return Review.WAITING if drawn < DatasetSettings.now().second_opinions else Review.NONE


def snapshot(row: Sample) -> dict[str, Any]:
    kept = {name: getattr(row, name) for name in (*SNAPSHOT, *PEOPLE)}
    for name in TIMES:
        moment = getattr(row, name)
        kept[name] = moment.isoformat() if moment else None
    return kept


def restore(row: Sample, kept: dict[str, Any]) -> None:
    for name in (*SNAPSHOT, *PEOPLE):
        setattr(row, name, kept[name])
    for name in TIMES:
        setattr(row, name, datetime.fromisoformat(kept[name]) if kept[name] else None)


def last_batch(user: User) -> str:
    """What this person's next undo takes back; empty when there is nothing left."""
    rows = Label.objects.filter(by=user, undone=False).exclude(action=Action.UNDO).exclude(batch="")
    return rows.order_by("-at", "-id").values_list("batch", flat=True).first() or ""


def undo(user: User, batch: str) -> list[Sample]:
    """Takes one answer back, from all samples that it changed, the first one first.

    Raises ``Refused`` when somebody has changed one of them since.
    """
    with transaction.atomic():
        labels = list(Label.objects.select_for_update().filter(batch=batch, by=user, undone=False).order_by("id"))
        if not labels:
            raise Refused(_("There is nothing left to undo."))
        rows = {row.pk: row for row in locked([label.sample_id for label in labels])}
        if any(snapshot(rows[label.sample_id]) != label.after for label in labels):
            raise Refused(_("It was changed again since, and is not undone; its page shows by whom."))
        taken_back = uuid.uuid4().hex
        for label in labels:
            row = rows[label.sample_id]
            restore(row, label.before)
            row.save()
            Label.objects.create(
                sample=row,
                by=user,
                action=Action.UNDO,
                state=row.state,
                before=label.after,
                after=label.before,
                batch=taken_back,
            )
        Label.objects.filter(pk__in=[label.pk for label in labels]).update(undone=True)
    return [rows[label.sample_id] for label in labels]


def waits_for_second(user: User) -> Q:
    return Q(review=Review.WAITING) & ~Q(labeled_by=user)
