"""Is the site well: for containers, for monitors, and for a page that has lost its connection."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from cameras.choices import State
from cameras.models import Camera
from detections.recognition import networks

PROBE_KEY = "health"
SUCCESS, NOT_LOADED = 0, 8
"""The codes of the plain recognition service that a health answer can have."""


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
    trouble = networks.trouble()
    report |= {"code": NOT_LOADED if trouble else SUCCESS, "message": trouble or "model loaded"}
    is_well = "away" not in report.values()
    return JsonResponse({"status": "ok" if is_well else "trouble", **report}, status=200 if is_well else 503)
