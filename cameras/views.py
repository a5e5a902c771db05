"""One camera's page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from cameras.models import Camera
from detections.messages import camera_payload
from detections.views import live_list


@require_safe
def camera_detail(request: HttpRequest, slug: str) -> HttpResponse:
    camera = get_object_or_404(Camera.objects.visible_to(request.user).select_related("health"), slug=slug)
    context = {"camera": camera_payload(camera), "source": camera.safe_source_url, "only_camera": camera.pk}
    return render(request, "cameras/camera_detail.html", {**context, **live_list(request, camera)})
