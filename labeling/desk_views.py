"""The labeling page, and what it asks and tells while somebody labels."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from rest_framework import serializers

from cameras.models import Camera
from cameras.rights import visible_cameras
from labeling import desk, vocabulary
from labeling.answers import Refused, give, last_batch, undo
from labeling.choices import OPEN, State
from labeling.labelers import LabelerRequest, labelers_only
from labeling.models import Label, Sample
from labeling.payload import AnswerSerializer, PageSerializer, read_answer, sample_payload

View = Callable[[LabelerRequest], HttpResponse]
AHEAD = 6
"""Samples that a page holds: one shown, the others loaded."""


def posted(request: LabelerRequest, kind: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    """The JSON that the page sent. Raises ``ValidationError``."""
    try:
        data = json.loads(request.body)
    except (ValueError, UnicodeDecodeError):
        raise serializers.ValidationError({"": _("This is not JSON.")}) from None
    serializer = kind(data=data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def answers_json(view: View) -> View:
    """For labelers; what cannot be taken comes back as words, beside the field that they are about."""

    @wraps(view)
    def checked(request: LabelerRequest) -> HttpResponse:
        try:
            return view(request)
        except serializers.ValidationError as error:
            detail = error.detail if isinstance(error.detail, dict) else {"": error.detail}
            return JsonResponse({"errors": {field: first_words(said) for field, said in detail.items()}}, status=400)
        except Refused as error:
            return JsonResponse({"errors": {"": str(error)}}, status=409)

    return require_POST(labelers_only(checked))


def first_words(said: Any) -> str:
    while isinstance(said, list | tuple) and said:
        said = said[0]
    while isinstance(said, dict) and said:
        said = first_words(next(iter(said.values())))
    return str(said)


@require_safe
@labelers_only
def desk_page(request: LabelerRequest) -> HttpResponse:
    order = request.GET.get("order", "uncertain")
    camera = request.GET.get("camera", "")
    context = {
        "orders": desk.ORDERS,
        "order": order if order in desk.ORDERS else "uncertain",
        "cameras": visible_cameras(request.user),
        "camera": int(camera) if camera.isdecimal() else None,
        "sample": request.GET.get("sample", ""),
        "brands": vocabulary.brands(),
        "colors": vocabulary.colors(),
    }
    return render(request, "labeling/desk.html", context)


@answers_json
def desk_next(request: LabelerRequest) -> HttpResponse:
    """The samples that the page is to show next, and how many are left."""
    asked = posted(request, PageSerializer)
    user, tab = request.user, asked["tab"]
    desk.renew(user, tab)
    camera = camera_of(request, asked["camera"])
    rows: list[Sample] = []
    if asked["sample"]:
        row = get_object_or_404(desk.visible_samples(user), pk=asked["sample"])
        if not desk.claim_again(user, tab, [row]):
            raise Refused(_("Somebody else is looking at this sample right now."))
        rows.append(row)
    wanted = AHEAD - len(asked["have"]) - len(rows)
    if wanted > 0:
        have = [*asked["have"], *asked["sent"], *(row.pk for row in rows)]
        rows += desk.claim_next(user, tab, asked["order"], camera, have=have, count=wanted)
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    done = Sample.objects.filter(labeled_by=user, labeled_at__gte=today).exclude(state__in=OPEN).count()
    return JsonResponse(
        {
            "samples": [sample_payload(row, user) for row in rows],
            "left": desk.left(user, asked["order"], camera),
            "skipped": desk.left(user, "skipped", camera),
            "done_today": done,
        }
    )


def camera_of(request: LabelerRequest, pk: int | None) -> Camera | None:
    return get_object_or_404(visible_cameras(request.user), pk=pk) if pk else None


@answers_json
def desk_answer(request: LabelerRequest) -> HttpResponse:
    """Takes one answer; tells what an undo would name, and how often the same misread waits elsewhere."""
    values = posted(request, AnswerSerializer)
    row = get_object_or_404(desk.visible_samples(request.user), pk=values["sample"])
    answer = read_answer(row, values)
    given = give(request.user, row, answer, together=values["together"], tab=values["tab"], batch=values["batch"])
    misread = None
    if answer.state == State.CORRECTED and row.text:
        same = desk.visible_samples(request.user).filter(text=row.text, state__in=OPEN).count()
        misread = {"read": row.text, "write": answer.text, "count": same} if same else None
    return JsonResponse({"batch": given.batch, "changed": [row.pk for row in given.samples], "misread": misread})


@answers_json
def desk_undo(request: LabelerRequest) -> HttpResponse:
    """Takes the last answer back, or the one named, and gives the page its samples again."""
    asked = posted(request, PageSerializer)
    batch = asked["batch"] or last_batch(request.user)
    label = Label.objects.filter(batch=batch, by=request.user).order_by("id").first() if batch else None
    rows = undo(request.user, batch)
    shown = rows[:1]
    desk.claim_again(request.user, asked["tab"], rows)
    draft = label.after if label else None
    return JsonResponse({"samples": [sample_payload(row, request.user, draft) for row in shown], "count": len(rows)})


@answers_json
def desk_release(request: LabelerRequest) -> HttpResponse:
    """The page closes, or asks for another order."""
    asked = posted(request, PageSerializer)
    return JsonResponse({"released": desk.release(request.user, asked["tab"])})


@answers_json
def desk_renew(request: LabelerRequest) -> HttpResponse:
    asked = posted(request, PageSerializer)
    return JsonResponse({"held": desk.renew(request.user, asked["tab"])})
