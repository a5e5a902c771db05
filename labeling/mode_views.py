"""Dataset Mode: the switch for all, each camera's own, and how much may be kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from cameras.choices import DatasetMode
from cameras.models import Camera
from cameras.rights import is_staff, visible_cameras
from labeling import quota
from labeling.labelers import LabelerRequest, labelers_only
from labeling.models import DatasetSettings


class SettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    """The switch is the labelers' as well; the limits are set by staff."""

    class Meta:
        model = DatasetSettings
        fields = ("is_on", "quota_mb", "max_days", "second_opinions")

    def __init__(self, *args: Any, may_limit: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_on"].widget.attrs["class"] = "form-check-input"
        for name in ("quota_mb", "max_days", "second_opinions"):
            self.fields[name].widget.attrs["class"] = "form-control"
            self.fields[name].disabled = not may_limit

    def clean_quota_mb(self) -> int:
        quota_mb: int = self.cleaned_data["quota_mb"]
        if quota_mb < 1:
            raise forms.ValidationError(_("Write at least 1."))
        return quota_mb


class CameraForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Camera
        fields = ("dataset_mode", "dataset_every")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["dataset_mode"].widget.attrs["class"] = "form-select"
        self.fields["dataset_every"].widget.attrs |= {"class": "form-control", "min": "1"}


@require_http_methods(["GET", "HEAD", "POST"])
@labelers_only
def mode(request: LabelerRequest) -> HttpResponse:
    """A camera's mode is written past ``save``: its worker reads it anew by itself and need not start again."""
    data = request.POST if request.method == "POST" else None
    cameras = list(visible_cameras(request.user))
    form = SettingsForm(data, instance=DatasetSettings.now(), may_limit=is_staff(request.user))
    per_camera = [CameraForm(data, instance=camera, prefix=f"camera-{camera.pk}") for camera in cameras]
    if data is not None and form.is_valid() and all(part.is_valid() for part in per_camera):
        form.instance.changed_by = request.user
        form.save()
        for part in per_camera:
            Camera.objects.filter(pk=part.instance.pk).update(
                dataset_mode=part.cleaned_data["dataset_mode"], dataset_every=part.cleaned_data["dataset_every"]
            )
        messages.success(request, _("Saved; the cameras follow within two seconds."))
        return redirect("labeling:mode")
    used, limit = quota.used_bytes(), form.instance.quota_mb * quota.MIB
    context = {
        "form": form,
        "cameras": per_camera,
        "settings": form.instance,
        "used_mb": used / quota.MIB,
        "used_percent": min(100, round(100 * used / limit)) if limit else 100,
        "disk_free_gib": quota.disk_free() / (1 << 30),
        "disk_is_scarce": quota.disk_free() < quota.DISK_RESERVE,
        "nobody_keeps": all(camera.dataset_mode == DatasetMode.OFF for camera in cameras),
    }
    return render(request, "labeling/mode.html", context)


@require_POST
@labelers_only
def switch(request: LabelerRequest) -> HttpResponse:
    """The switch in the navigation; ``back`` is the page that it stands on."""
    row = DatasetSettings.now()
    row.is_on = request.POST.get("on") == "1"
    row.changed_by = request.user
    row.save()
    nobody = row.is_on and not Camera.objects.exclude(dataset_mode=DatasetMode.OFF).exists()
    back = request.POST.get("back", "")
    if nobody or not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        return redirect("labeling:mode")
    return redirect(back)
