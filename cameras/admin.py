"""Staff add and edit cameras here; the supervisor sees each edit within seconds."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from cameras.models import Camera


@admin.register(Camera)
class CameraAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "enabled", "state", "source")
    list_select_related = ("health",)
    list_filter = ("enabled",)
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    fieldsets = (
        (None, {"fields": ("name", "slug", "source_url", "loop", "enabled")}),
        (_("Recognition"), {"fields": ("region", "max_fps", "min_plate_width", "min_confidence", "read_attributes")}),
        (_("Where to look"), {"fields": ("include_polygons", "exclude_polygons")}),
    )

    @admin.display(description=_("state"))
    def state(self, camera: Camera) -> str:
        return str(camera.health_now.state_now.label)

    @admin.display(description=_("source"))
    def source(self, camera: Camera) -> str:
        return camera.safe_source_url
