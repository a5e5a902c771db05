"""Times typed into forms are in the viewer's own zone, which the pages leave in a cookie."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

COOKIE = "timezone"
ZONES = frozenset(zoneinfo.available_timezones())
"""Asked once: the answer walks through the folder of all zones."""


def viewer_time_zone(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        zone = request.COOKIES.get(COOKIE, "")
        with timezone.override(zoneinfo.ZoneInfo(zone) if zone in ZONES else None):
            return get_response(request)

    return middleware
