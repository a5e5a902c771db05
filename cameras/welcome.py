"""The first steps of an installation: test it, add a camera, watch it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cameras.models import Camera
from cameras.rights import is_staff, visible_cameras
from cameras.selftest import DEMO_SOURCE, STEPS, run

DEMO_NAME = "Demo"


def for_staff(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        if not is_staff(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@for_staff
def welcome(request: HttpRequest) -> HttpResponse:
    cameras = visible_cameras(request.user).select_related("health")
    steps = [{"name": name, "label": step.label} for name, step in STEPS.items()]
    return render(request, "cameras/welcome.html", {"steps": steps, "cameras": cameras})


@require_POST
@for_staff
def check(request: HttpRequest, name: str) -> HttpResponse:
    if name not in STEPS:
        raise Http404(_("There is no such step."))
    return JsonResponse(asdict(run(name)))


@require_POST
@for_staff
def add_demo(request: HttpRequest) -> HttpResponse:
    """The drawn street as a camera; one that is there already is switched on."""
    camera = Camera.objects.filter(source_url=DEMO_SOURCE).first()
    if camera is None:
        taken = Camera.objects.filter(name=DEMO_NAME).exists()
        camera = Camera(name=f"{DEMO_NAME} {Camera.objects.count() + 1}" if taken else DEMO_NAME)
        camera.source_url = DEMO_SOURCE
    camera.enabled = True
    camera.full_clean()
    camera.save()
    return redirect("cameras:detail", camera.slug)
