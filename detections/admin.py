"""Detections and attempts in the admin: to look at and to delete, never to edit."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from detections.gate_admin import AccessDecisionAdmin as AccessDecisionAdmin
from detections.gate_admin import DeliveryAdmin as DeliveryAdmin
from detections.gate_admin import DestinationAdmin as DestinationAdmin
from detections.gate_admin import GateAdmin as GateAdmin
from detections.gate_admin import PlateListAdmin as PlateListAdmin
from detections.gate_admin import RegisteredPlateAdmin as RegisteredPlateAdmin
from detections.gate_admin import SiteAdmin as SiteAdmin
from detections.gate_admin import StayAdmin as StayAdmin
from detections.model_admin import ModelChoiceAdmin as ModelChoiceAdmin
from detections.model_admin import ModelVersionAdmin as ModelVersionAdmin
from detections.models import Attempt, Detection
from detections.retention import ATTEMPT_PICTURES, DETECTION_PICTURES, delete


class SeenOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Counts and sorts no more than a table of a million rows allows; pictures go with their row."""

    pictures: tuple[str, ...] = ()
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        delete(type(obj)._default_manager.filter(pk=obj.pk), self.pictures)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        delete(queryset, self.pictures)


@admin.register(Detection)
class DetectionAdmin(SeenOnly):
    pictures = DETECTION_PICTURES
    sortable_by = ("first_seen",)
    list_display = ("plate_text", "camera", "first_seen", "confidence", "votes", "kind", "brand", "color")
    list_filter = ("first_seen", "camera", "kind", "direction")
    list_select_related = ("camera",)
    search_fields = ("plate_norm__istartswith",)


@admin.register(Attempt)
class AttemptAdmin(SeenOnly):
    pictures = ATTEMPT_PICTURES
    list_display = ("at", "camera", "stage", "reason", "text", "confidence")
    list_filter = ("at", "camera", "stage", "reason")
    list_select_related = ("camera",)
