"""One camera's page, and the health of all of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cameras.figures import site_figures
from cameras.periods import last_day
from cameras.rights import visible_cameras
from detections.messages import camera_payload
from detections.views import live_list


@require_safe
def camera_detail(request: HttpRequest, slug: str) -> HttpResponse:
    camera = get_object_or_404(visible_cameras(request.user).select_related("health"), slug=slug)
    context = {"camera": camera_payload(camera), "source": camera.safe_source_url, "only_camera": camera.pk}
    return render(request, "cameras/camera_detail.html", {**context, **live_list(request, camera)})


@require_safe
def health_page(request: HttpRequest) -> HttpResponse:
    cameras = list(visible_cameras(request.user).select_related("health").order_by("-enabled", "name"))
    now = timezone.now()
    days = last_day([camera.pk for camera in cameras], now)
    rows = [{"camera": camera_payload(camera), "row": camera, "day": days[camera.pk]} for camera in cameras]
    context = {"rows": rows, "ticks": ticks(now), "site": site_figures(request.user)}
    return render(request, "cameras/health.html", context)


def ticks(now: datetime) -> list[tuple[float, str]]:
    """Every third full hour of the last day in the viewer's zone: percent of the strip, and the hour."""
    hour = timezone.localtime(now).replace(minute=0, second=0, microsecond=0)
    hours = [hour - timedelta(hours=back) for back in range(24) if (hour - timedelta(hours=back)).hour % 3 == 0]
    return [((1 - (now - full) / timedelta(days=1)) * 100, f"{full:%H}") for full in reversed(hours)]
