"""Is the site well: for containers, for monitors, and for a page that has lost its connection."""

from __future__ import annotations

import sys

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from cameras.choices import State
from cameras.models import Camera

PROBE_KEY = "health"


@login_not_required
@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 when database and cache answer, 503 otherwise; cameras are told, not judged.

    Live messages travel through the cache's own Redis: one answer is true of both.
    """
    report: dict[str, object] = {"cache": "ok", "database": "ok"}
    try:
        cache.set(PROBE_KEY, True, 5)
    except (RedisError, OSError):
        report["cache"] = "away"
    try:
        cameras = list(Camera.objects.filter(enabled=True).select_related("health"))
        online = sum(camera.health_now.state_now == State.ONLINE for camera in cameras)
        report["cameras"] = {"online": online, "total": len(cameras)}
    except DatabaseError:
        report["database"] = "away"
    is_well = "away" not in report.values()
    return JsonResponse({"status": "ok" if is_well else "trouble", **report}, status=200 if is_well else 503)


AWAY = (DatabaseError, RedisError, ConnectionError)


def server_error(request: HttpRequest) -> HttpResponse:
    """Called while the failure is being handled: a service that is away is said to be away."""
    status = 503 if isinstance(sys.exc_info()[1], AWAY) else 500
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": "away" if status == 503 else "error"}, status=status)
    return HttpResponse(render_to_string(f"{status}.html"), status=status, headers={"Retry-After": "5"})
