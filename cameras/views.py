"""One camera's page, and the health of all of them."""

from __future__ import annotations

import shutil
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cameras.models import Camera
from detections.messages import camera_payload
from detections.models import Detection
from detections.status import camera_states
from detections.views import live_list

SCARCE_GIB = 2.0


@require_safe
def camera_detail(request: HttpRequest, slug: str) -> HttpResponse:
    camera = get_object_or_404(Camera.objects.visible_to(request.user).select_related("health"), slug=slug)
    context = {"camera": camera_payload(camera), "source": camera.safe_source_url, "only_camera": camera.pk}
    return render(request, "cameras/camera_detail.html", {**context, **live_list(request, camera)})


@require_safe
def health_page(request: HttpRequest) -> HttpResponse:
    context = {"cameras": camera_states(request.user), "site": site_figures(request)}
    return render(request, "cameras/health.html", context)


def site_figures(request: HttpRequest) -> dict[str, Any]:
    """What the cameras stand on: disk, database, cache, and how much was seen of late."""
    folder = Path(settings.MEDIA_ROOT).resolve()
    disk = shutil.disk_usage(next(path for path in (folder, *folder.parents) if path.exists()))
    began = time.perf_counter()
    seen = Detection.objects.filter(camera__in=Camera.objects.visible_to(request.user))
    hour = seen.filter(first_seen__gte=timezone.now() - timedelta(hours=1))
    figures = {"hour": hour.count(), "hour_read": hour.exclude(plate_norm="").count()}
    return {
        **figures,
        "database": connection.vendor,
        "database_ms": (time.perf_counter() - began) * 1000,
        "carrier": "Redis" if settings.REDIS_URL else "",
        "disk_free_gib": disk.free / 2**30,
        "disk_used": disk.used / disk.total,
        "disk_is_scarce": disk.free / 2**30 < SCARCE_GIB,
    }
