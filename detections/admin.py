"""Detections and attempts in the admin: to look at and to delete, never to edit."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from detections.models import Attempt, Detection


class ReadOnly:
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Detection)
class DetectionAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("plate_text", "camera", "first_seen", "confidence", "votes", "kind", "brand", "color")
    list_filter = ("camera", "kind", "direction")
    list_select_related = ("camera",)
    search_fields = ("plate_norm",)
    date_hierarchy = "first_seen"


@admin.register(Attempt)
class AttemptAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("at", "camera", "stage", "reason", "text", "confidence")
    list_filter = ("camera", "stage", "reason")
    list_select_related = ("camera",)
