"""Cameras in the admin; a password once saved is never shown again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cameras.models import Camera, CameraHealth
from inference.plate_format import REGIONS


class CameraForm(forms.ModelForm):  # type: ignore[type-arg]
    region = forms.ChoiceField(
        label=_("region"),
        choices=[("", _("all alike")), *((code, code.upper()) for code in REGIONS)],
        required=False,
        help_text=_("The country whose plate formats come first."),
    )

    class Meta:
        model = Camera
        fields = (
            "name",
            "slug",
            "source_url",
            "loop",
            "enabled",
            "region",
            "include_polygons",
            "exclude_polygons",
            "max_fps",
            "min_plate_width",
            "min_confidence",
            "read_attributes",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._source_url = self.instance.source_url
        if self.instance.pk:
            self.initial["source_url"] = self.instance.safe_source_url

    def clean_source_url(self) -> str:
        """The masked address, sent back as it was shown, means the one that is stored."""
        given: str = self.cleaned_data["source_url"]
        is_untouched = self.instance.pk is not None and given == self.initial["source_url"]
        return self._source_url if is_untouched else given


@admin.register(Camera)
class CameraAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = CameraForm
    list_display = ("name", "enabled", "state", "safe_source_url", "reason")
    list_filter = ("enabled",)
    list_select_related = ("health",)
    search_fields = ("name", "slug")

    @admin.display(description=_("state"))
    def state(self, camera: Camera) -> str:
        return str(camera.health_now.state_now.label)

    @admin.display(description=_("reason"))
    def reason(self, camera: Camera) -> str:
        return camera.health_now.last_error


@admin.register(CameraHealth)
class CameraHealthAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("camera", "state", "lease", "heartbeat_at", "capture_fps", "recognize_fps", "memory_mb")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: CameraHealth | None = None) -> bool:
        return False
