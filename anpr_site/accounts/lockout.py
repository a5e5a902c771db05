"""What somebody sees who has tried too many passwords."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def locked(request: HttpRequest, original: HttpResponse | None, credentials: dict[str, Any]) -> HttpResponse:
    pause = settings.AXES_COOLOFF_TIME
    headers = {"Retry-After": str(round(pause.total_seconds()))}
    answer = render(request, "registration/locked.html", {"minutes": round(pause.total_seconds() / 60)}, status=429)
    for name, value in headers.items():
        answer[name] = value
    return answer
