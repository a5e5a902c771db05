"""Forms of lists and their plates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cameras.models import Camera
from detections.registry_models import PlateList, RegisteredPlate

LOCAL_TIME = "%Y-%m-%dT%H:%M"


def local_time() -> forms.DateTimeInput:
    return forms.DateTimeInput({"type": "datetime-local"}, format=LOCAL_TIME)


class PlateListForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = PlateList
        fields = ("name", "kind", "matching", "max_distance", "note")


class RegisteredPlateForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = RegisteredPlate
        fields = ("list", "plate_text", "owner", "valid_from", "valid_until", "cameras", "brand", "color", "note")
        widgets = {
            "valid_from": local_time(),
            "valid_until": local_time(),
            "cameras": forms.CheckboxSelectMultiple,
            "plate_text": forms.TextInput({"autocapitalize": "characters", "spellcheck": "false"}),
        }

    def __init__(self, *args: Any, cameras: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = Camera.objects.filter(registered_plates=self.instance) if self.instance.pk else Camera.objects.none()
        field = self.fields["cameras"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Camera.objects.filter(Q(pk__in=cameras.values("pk")) | Q(pk__in=chosen.values("pk")))


class ImportForm(forms.Form):
    file = forms.FileField(
        label=_("CSV file"),
        widget=forms.ClearableFileInput({"accept": ".csv,text/csv"}),
        help_text=_("The first line names the columns. Nothing is changed before you have seen what would be."),
    )
