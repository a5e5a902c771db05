"""The plates that somebody has written down, in lists that say what to do with them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import TextChoices
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cameras.models import Camera
from inference.plate_format import normalize


class ListKind(TextChoices):
    """What a list is for."""

    ALLOW = "allow", _("allow")
    DENY = "deny", _("deny")
    WATCH = "watch", _("watch")
    IGNORE = "ignore", _("ignore")


class Matching(TextChoices):
    """How far a text may be from a plate of the list."""

    EXACT = "exact", _("exactly the same")
    LOOK_ALIKE = "look_alike", _("look-alikes too (O and 0, I and 1, B and 8 …)")
    DISTANCE = "distance", _("some characters may differ")


class PlateList(models.Model):
    """A named list; ``max_distance`` counts only where ``matching`` is by distance."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    kind = models.CharField(
        _("kind"),
        max_length=8,
        choices=ListKind,
        default=ListKind.ALLOW,
        help_text=_(
            "Allow opens gates, deny keeps them shut, watch tells people, ignore stores nothing of these vehicles."
        ),
    )
    matching = models.CharField(_("matching"), max_length=12, choices=Matching, default=Matching.EXACT)
    max_distance = models.PositiveSmallIntegerField(
        _("characters that may differ"),
        default=1,
        validators=[MaxValueValidator(3)],
        help_text=_("At most, where some may: 1 to 3."),
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("name",)
        verbose_name = _("plate list")
        verbose_name_plural = _("plate lists")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("detections:registry_list", args=[self.pk])

    def clean(self) -> None:
        if self.matching == Matching.DISTANCE and not 1 <= self.max_distance <= 3:
            raise ValidationError({"max_distance": _("Choose 1, 2 or 3 characters that may differ.")})


class RegisteredPlate(models.Model):
    """One plate of a list. Without ``cameras`` it counts at all of them, without times always."""

    list = models.ForeignKey(PlateList, models.CASCADE, related_name="plates", verbose_name=_("list"))
    plate_text = models.CharField(_("plate"), max_length=30)
    plate_norm = models.CharField(max_length=20, db_index=True, editable=False)
    owner = models.CharField(_("owner"), max_length=120, blank=True)
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    cameras = models.ManyToManyField(
        Camera, blank=True, related_name="registered_plates", verbose_name=_("cameras"), help_text=_("None: at all.")
    )
    brand = models.CharField(_("expected brand"), max_length=40, blank=True)
    color = models.CharField(_("expected color"), max_length=20, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("plate_norm", "id")
        verbose_name = _("registered plate")
        verbose_name_plural = _("registered plates")
        constraints = [models.UniqueConstraint(fields=["list", "plate_norm"], name="one_plate_per_list")]

    def __str__(self) -> str:
        return self.plate_text

    def get_absolute_url(self) -> str:
        return reverse("detections:registry_plate", args=[self.pk])

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.plate_norm = normalize(self.plate_text)
        super().save(*args, **kwargs)

    def clean(self) -> None:
        self.plate_norm = normalize(self.plate_text)
        if not 2 <= len(self.plate_norm) <= 20:
            raise ValidationError({"plate_text": _("A plate has 2 to 20 letters A-Z and digits.")})
        if self.valid_from and self.valid_until and self.valid_until <= self.valid_from:
            raise ValidationError({"valid_until": _("The end must lie after the beginning.")})
        twin = RegisteredPlate.objects.filter(list=self.list_id, plate_norm=self.plate_norm).exclude(pk=self.pk)
        if self.list_id and twin.exists():
            raise ValidationError({"plate_text": _("This plate is in the list already.")})

    def is_valid(self, at: datetime | None = None) -> bool:
        moment = at or timezone.now()
        begun = self.valid_from is None or self.valid_from <= moment
        return begun and (self.valid_until is None or moment < self.valid_until)
