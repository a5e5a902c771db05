"""Cameras in the admin: tried out, drawn on, started and stopped; a password once saved is never shown again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import ManyToManyField, QuerySet
from django.forms.widgets import Script
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse_lazy
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from cameras.forms import CameraForm, with_stored_password
from cameras.models import Camera, CameraHealth
from cameras.probe import take_picture
from cameras.reasons import in_words
from detections.models import Detection

SWITCHES: dict[str, dict[str, Any]] = {"start": {"enabled": True}, "stop": {"enabled": False}, "restart": {}}


def switch(cameras: QuerySet[Camera], act: str) -> int:
    """What the supervisor sees within seconds: an edit. Returns how many cameras it concerned."""
    return cameras.update(**SWITCHES[act], updated_at=timezone.now())


@admin.register(Camera)
class CameraAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = CameraForm
    list_display = ("name", "state", "source", "reason", "switches")
    list_filter = ("enabled", "dataset_mode", "is_restricted")
    list_select_related = ("health",)
    search_fields = ("name", "slug")
    actions = ("start_all", "stop_all", "restart_all")
    formfield_overrides = {ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}
    save_on_top = True
    fieldsets = (
        (None, {"fields": ("seen_edit", "name", "source_url", "even_unreachable", "enabled", "loop", "slug")}),
        (
            gettext_lazy("On the picture"),
            {"fields": ("include_polygons", "exclude_polygons", "direction_lines"), "classes": ("picture-editor",)},
        ),
        (
            gettext_lazy("Recognition"),
            {"fields": ("region", "max_fps", "min_plate_width", "min_confidence", "read_attributes")},
        ),
        (gettext_lazy("Hours in which it records"), {"fields": ("schedule",)}),
        (gettext_lazy("Dataset"), {"fields": ("dataset_mode", "dataset_every")}),
        (gettext_lazy("Who sees it"), {"fields": ("is_restricted", "viewer_groups", "viewers")}),
    )

    @property
    def media(self) -> forms.Media:
        scripts: list[Any] = [
            Script(str(reverse_lazy("javascript-catalog"))),
            Script("js/camera_form.js", type="module"),
            Script("js/refresh.js", type="module"),
        ]
        return super().media + forms.Media(css={"all": ["css/camera_form.css"]}, js=scripts)

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        own = [
            path("probe/", guard(require_POST(self.probe)), name="cameras_camera_probe"),
            path("<int:pk>/switch/<str:act>/", guard(require_POST(self.switch_one)), name="cameras_camera_switch"),
        ]
        return own + super().get_urls()

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """The newest picture of the camera is what its shapes are drawn on until another is taken."""
        camera = kwargs.get("obj")
        newest = Detection.objects.filter(camera=camera).exclude(picture="").order_by("-first_seen").first()
        context["newest_picture"] = newest.picture.url if camera is not None and newest is not None else ""
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=gettext_lazy("state"))
    def state(self, camera: Camera) -> SafeString:
        return part("admin/cameras/_state.html", camera)

    @admin.display(description=gettext_lazy("source"))
    def source(self, camera: Camera) -> str:
        return camera.safe_source_url

    @admin.display(description=gettext_lazy("reason"))
    def reason(self, camera: Camera) -> str:
        return in_words(camera.health_now.last_error)

    @admin.display(description=gettext_lazy("run"))
    def switches(self, camera: Camera) -> SafeString:
        return part("admin/cameras/_switches.html", camera)

    @admin.action(description=gettext_lazy("Start the selected cameras"), permissions=["change"])
    def start_all(self, request: HttpRequest, cameras: QuerySet[Camera]) -> None:
        self.switch_and_tell(request, cameras, "start")

    @admin.action(description=gettext_lazy("Stop the selected cameras"), permissions=["change"])
    def stop_all(self, request: HttpRequest, cameras: QuerySet[Camera]) -> None:
        self.switch_and_tell(request, cameras, "stop")

    @admin.action(description=gettext_lazy("Restart the selected cameras"), permissions=["change"])
    def restart_all(self, request: HttpRequest, cameras: QuerySet[Camera]) -> None:
        self.switch_and_tell(request, cameras, "restart")

    def switch_one(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        camera = get_object_or_404(Camera, pk=pk)
        if act not in SWITCHES or not self.has_change_permission(request, camera):
            raise PermissionDenied
        self.switch_and_tell(request, Camera.objects.filter(pk=pk), act)
        return redirect("admin:cameras_camera_changelist")

    def switch_and_tell(self, request: HttpRequest, cameras: QuerySet[Camera], act: str) -> None:
        for camera in cameras:
            self.log_change(request, camera, act)
        count = switch(cameras, act)
        words = {
            "start": ngettext("%(count)s camera starts.", "%(count)s cameras start.", count),
            "stop": ngettext("%(count)s camera stops.", "%(count)s cameras stop.", count),
            "restart": ngettext("%(count)s camera restarts.", "%(count)s cameras restart.", count),
        }
        self.message_user(request, words[act] % {"count": count}, messages.SUCCESS)

    def probe(self, request: HttpRequest) -> JsonResponse:
        """Opens the address of the form; the dots of a stored one stand for its password."""
        camera = Camera.objects.filter(pk=int(request.POST.get("camera") or 0)).first()
        if not (self.has_change_permission(request, camera) if camera else self.has_add_permission(request)):
            raise PermissionDenied
        try:
            url = with_stored_password(request.POST.get("source_url", "").strip(), camera.source_url if camera else "")
        except ValidationError as error:
            return JsonResponse({"is_ok": False, "words": error.messages[0]})
        if not url:
            return JsonResponse({"is_ok": False, "words": _("Write the address of the source first.")})
        return JsonResponse(take_picture(url))


def part(template: str, camera: Camera) -> SafeString:
    context = {"camera": camera, "health": camera.health_now}
    return mark_safe(render_to_string(template, context))


@admin.register(CameraHealth)
class CameraHealthAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("camera", "state", "lease", "heartbeat_at", "capture_fps", "recognize_fps", "memory_mb")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: CameraHealth | None = None) -> bool:
        return False
