"""The page on which a camera's newest look is taken apart, as it happens."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.http import require_safe

from cameras.rights import visible_cameras
from detections.breakdown import Look
from detections.messages import camera_payload


@require_safe
def camera_breakdown(request: HttpRequest, slug: str) -> HttpResponse:
    camera = get_object_or_404(visible_cameras(request.user).select_related("health"), slug=slug)
    return render(request, "cameras/breakdown.html", {"camera": camera_payload(camera)})


def look_page(told: Mapping[str, Any], language: str) -> str:
    """What ``BreakdownCache`` left, as a part of the page; the pictures are within it."""
    pictures = {
        name: "data:image/jpeg;base64," + base64.b64encode(picture).decode()
        for name, picture in told["pictures"].items()
        if picture
    }
    first, *others = told["looks"]
    look = Look(**first, pictures=pictures, smallest_plate=told["smallest_plate"])
    rest = [Look(**other, smallest_plate=told["smallest_plate"]) for other in others]
    wanted = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(wanted):
        return render_to_string("cameras/_look.html", {"look": look, "others": rest})
