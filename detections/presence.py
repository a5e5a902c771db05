"""Who looks at the pages now: one row for each open page, renewed by it and forgotten after a minute of silence."""

from __future__ import annotations

from datetime import timedelta
from typing import TypedDict

from django.utils import timezone

from detections.models import Viewer

VIEWER_LIFE = timedelta(seconds=60)


class ViewerPayload(TypedDict):
    user: str
    page: str


def arrive(tab: str, user_id: int, page: str) -> None:
    """Called again and again while the page is open."""
    Viewer.objects.update_or_create(
        tab=tab, defaults={"user_id": user_id, "page": page[:200], "seen_at": timezone.now()}
    )


def leave(tab: str) -> None:
    Viewer.objects.filter(tab=tab).delete()


def viewers_now() -> list[ViewerPayload]:
    since = timezone.now() - VIEWER_LIFE
    Viewer.objects.filter(seen_at__lt=since).delete()
    rows = Viewer.objects.select_related("user").order_by("user__username", "page")
    return [{"user": row.user.get_username(), "page": row.page} for row in rows]
