"""What is kept of a plate beside its detections: where its text can be found, what people wrote, saved searches."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class PlateTail(models.Model):
    """One ending of a plate's text, so that any part of it is the beginning of a row: ``B12`` has B12, 12 and 2.

    ``tail`` is written with look-alikes folded (see ``detections.plate_index``), ``plate`` is ``Detection.plate_norm``.
    ``detections.plate_index`` keeps the rows; each plate that occurs has as many as it has characters.
    """

    pk = models.CompositePrimaryKey("tail", "plate")
    tail = models.CharField(max_length=20)
    plate = models.CharField(max_length=20)

    def __str__(self) -> str:
        return f"{self.tail} ({self.plate})"


class PlateNote(models.Model):
    """What a person wrote about a plate, for all who may see it."""

    plate = models.CharField(_("plate"), max_length=20, db_index=True)
    text = models.TextField(_("note"), max_length=1000)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at", "-id")
        verbose_name = _("note about a plate")
        verbose_name_plural = _("notes about plates")

    def __str__(self) -> str:
        return f"{self.plate}: {self.text[:40]}"


class PlateTag(models.Model):
    """A word that a person put on a plate; searches find plates by it."""

    plate = models.CharField(_("plate"), max_length=20)
    name = models.CharField(_("tag"), max_length=30)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name", "plate")
        verbose_name = _("tag of a plate")
        verbose_name_plural = _("tags of plates")
        constraints = [models.UniqueConstraint(fields=["plate", "name"], name="plate_tag_once")]
        indexes = [models.Index(fields=["name", "plate"], name="plate_tag_name")]

    def __str__(self) -> str:
        return f"{self.plate}: {self.name}"


class SavedSearch(models.Model):
    """A person's own name for the filters of an address, without their place in the pages."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_searches")
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="saved_search_once")]

    def __str__(self) -> str:
        return self.name
