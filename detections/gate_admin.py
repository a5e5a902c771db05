"""Lists, gates and destinations in the admin; addresses of destinations stay hidden, what happened is read only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from detections.gate_forms import DestinationForm
from detections.models import AccessDecision, Delivery, Destination, Gate, PlateList, Site, Stay
from detections.registry_models import RegisteredPlate


class WrittenDown:
    """Rows that the product writes and nobody edits."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(PlateList)
class PlateListAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "kind", "matching", "max_distance", "note")
    list_filter = ("kind",)


@admin.register(RegisteredPlate)
class RegisteredPlateAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("plate_text", "list", "owner", "valid_from", "valid_until", "note")
    list_filter = ("list", "list__kind")
    list_select_related = ("list",)
    search_fields = ("plate_norm", "owner", "note")
    filter_horizontal = ("cameras",)


@admin.register(Site)
class SiteAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "limit", "inside", "shut_when_full")


@admin.register(Gate)
class GateAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "camera", "site", "role", "opens_by_itself")
    list_select_related = ("camera", "site")


@admin.register(AccessDecision)
class AccessDecisionAdmin(WrittenDown, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("at", "gate", "plate_text", "decision", "reason", "stage", "direction", "opened", "user")
    list_filter = ("at", "gate", "decision", "stage", "opened")
    list_select_related = ("gate", "user")
    search_fields = ("plate_text", "reason")


@admin.register(Stay)
class StayAdmin(WrittenDown, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("plate_text", "site", "entered_at", "left_at", "ended_by_hand")
    list_filter = ("site",)
    list_select_related = ("site",)
    search_fields = ("plate_norm",)


@admin.register(Destination)
class DestinationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = DestinationForm
    list_display = ("name", "transport", "safe_address", "format", "enabled")
    list_filter = ("transport", "enabled")


@admin.register(Delivery)
class DeliveryAdmin(WrittenDown, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("created_at", "destination", "event", "status", "attempts", "last_error")
    list_filter = ("destination", "status", "event")
    list_select_related = ("destination",)
    exclude = ("lease", "leased_until")
