"""The form of a camera: keeps its password, knocks at its source, and loses nobody's edit."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cameras.models import Camera
from cameras.probe import why_unreachable
from cameras.widgets import ScheduleWidget, ShapesWidget
from inference.plate_format import REGIONS
from inference.sources import safe_source_url

DOTS = "***"


class CameraForm(forms.ModelForm):  # type: ignore[type-arg]
    region = forms.ChoiceField(
        label=gettext_lazy("region"),
        choices=[("", gettext_lazy("all alike")), *((code, code.upper()) for code in REGIONS)],
        required=False,
        help_text=gettext_lazy("The country whose plate formats come first."),
    )
    even_unreachable = forms.BooleanField(
        label=gettext_lazy("Save it even if the source does not answer now"), required=False
    )
    seen_edit = forms.CharField(widget=forms.HiddenInput, required=False)

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
            "direction_lines",
            "max_fps",
            "min_plate_width",
            "min_confidence",
            "read_attributes",
            "schedule",
            "dataset_mode",
            "dataset_every",
            "is_restricted",
            "viewer_groups",
            "viewers",
        )
        widgets = {
            "source_url": forms.TextInput({"size": 70, "autocomplete": "off", "spellcheck": "false"}),
            "include_polygons": ShapesWidget("include"),
            "exclude_polygons": ShapesWidget("exclude"),
            "direction_lines": ShapesWidget("line"),
            "schedule": ScheduleWidget(),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._source_url = self.instance.source_url
        if self.instance.pk:
            self.initial["source_url"] = self.instance.safe_source_url
            self.initial["seen_edit"] = self.instance.updated_at.isoformat()

    def clean_source_url(self) -> str:
        return with_stored_password(self.cleaned_data["source_url"].strip(), self._source_url)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        url = cleaned.get("source_url", "")
        if url and url != self._source_url and not cleaned.get("even_unreachable"):
            reason = why_unreachable(url)
            if reason:
                hint = _("Mend the address, or tick the box below to save it all the same.")
                self.add_error("source_url", f"{reason} {hint}")
        if self.instance.pk:
            self._check_edit(cleaned)
        return cleaned

    def _check_edit(self, cleaned: dict[str, Any]) -> None:
        """Who saved meanwhile is not overwritten unasked; the entries stay, and the next save counts."""
        stored = Camera.objects.select_for_update().filter(pk=self.instance.pk).first()
        seen = cleaned.get("seen_edit", "")
        if stored is None or not seen or seen == stored.updated_at.isoformat():
            return
        data = QueryDict(mutable=True)
        data.update(self.data)
        data[self.add_prefix("seen_edit")] = stored.updated_at.isoformat()
        self.data = data
        words = _(
            "%(who)s saved this camera at %(time)s, while you had it open. Nothing of yours is lost: look at "
            "the differences and save again to put your entries in their place."
        )
        told = words % {"who": last_editor(stored), "time": date_format(timezone.localtime(stored.updated_at), "H:i:s")}
        raise ValidationError([told, *differences(self, stored, cleaned)])


def with_stored_password(given: str, stored: str) -> str:
    """The dots of a masked address stand for the stored password, as long as it goes to the same host.

    Raises ``ValidationError`` where they cannot.
    """
    if DOTS not in given:
        return given
    if given == safe_source_url(stored):
        return stored
    if _place(given) == _place(safe_source_url(stored)) and _place(given) and given.count(DOTS) == 1:
        secret = re.match(r"\w+://[^:@/]*:(.*)@[^@]*$", stored.partition("?")[0])
        if secret is not None and f":{DOTS}@" in given:
            return given.replace(f":{DOTS}@", f":{secret.group(1)}@")
    raise ValidationError(_("Write the password out: the dots stand for it only while user and host stay the same."))


def _place(masked: str) -> str:
    """Scheme, user, host and port of a masked address."""
    found = re.match(rf"\w+://[^/@]*:{re.escape(DOTS)}@[^/?#]*", masked)
    return found.group().lower() if found else ""


def last_editor(camera: Camera) -> str:
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Camera), object_id=str(camera.pk)
    ).select_related("user")
    newest = entries.order_by("-action_time").first()
    return newest.user.get_username() if newest is not None else _("Somebody")


def differences(form: CameraForm, stored: Camera, cleaned: dict[str, Any]) -> list[str]:
    found = []
    for field in Camera._meta.concrete_fields:
        if field.name not in form.fields or field.name not in cleaned:
            continue
        theirs, mine = getattr(stored, field.name), cleaned[field.name]
        if theirs != mine:
            shown = safe_source_url(str(theirs)) if field.name == "source_url" else theirs
            words = _("%(field)s is now: %(value)s")
            found.append(words % {"field": form.fields[field.name].label, "value": as_words(shown)})
    return found


def as_words(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(value)
    return str(value) if value not in ("", []) else _("empty")
