"""Detection is one visit of a vehicle, Attempt one look that came to nothing."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cameras.models import Camera
from detections.choices import Direction, Kind, Reason, Stage

CONFIRMED_VOTES = 2
"""Looks that must agree before a text counts as confirmed."""


class Detection(models.Model):
    """The stored row of a plate read; ``detections.record`` is its only writer.

    ``plate_text`` is empty for a vehicle whose plate could not be read. Boxes are ``[x1, y1, x2, y2]`` and
    ``corners`` four ``[x, y]``, in pixels of ``picture``, the frame from which the text was read.
    """

    track_id = models.CharField(max_length=64, unique=True)
    camera = models.ForeignKey(Camera, models.PROTECT, related_name="detections")
    plate_text = models.CharField(_("plate"), max_length=20, blank=True)
    plate_norm = models.CharField(max_length=20, blank=True, db_index=True)
    raw_text = models.CharField(max_length=20, blank=True)
    region = models.CharField(_("region"), max_length=16, blank=True)
    confidence = models.FloatField(_("confidence"), default=0.0)
    char_confidences = models.JSONField(default=list, blank=True)
    votes = models.PositiveIntegerField(default=0)
    looks = models.PositiveIntegerField(default=0)
    others = models.JSONField(_("other readings"), default=list, blank=True)
    first_seen = models.DateTimeField(_("first seen"), db_index=True)
    last_seen = models.DateTimeField(_("last seen"))
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    direction = models.CharField(_("direction"), max_length=12, choices=Direction, default=Direction.UNKNOWN)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.UNKNOWN)
    brand = models.CharField(_("brand"), max_length=40, default="unknown")
    brand_confidence = models.FloatField(default=0.0)
    color = models.CharField(_("color"), max_length=20, default="unknown")
    color_confidence = models.FloatField(default=0.0)
    picture = models.ImageField(blank=True, max_length=200)
    vehicle_picture = models.ImageField(blank=True, max_length=200)
    plate_picture = models.ImageField(blank=True, max_length=200)
    plate_box = models.JSONField(null=True, blank=True)
    vehicle_box = models.JSONField(null=True, blank=True)
    corners = models.JSONField(null=True, blank=True)
    model_version = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ("-first_seen", "-id")
        verbose_name = _("detection")
        verbose_name_plural = _("detections")
        indexes = [
            models.Index(fields=["camera", "first_seen"], name="detection_camera_first"),
            models.Index(fields=["camera", "last_seen"], name="detection_camera_last"),
        ]

    def __str__(self) -> str:
        return f"{self.plate_text or '?'} @ {self.camera}"

    def get_absolute_url(self) -> str:
        return reverse("detections:detail", args=[self.pk])

    @property
    def is_confirmed(self) -> bool:
        return self.votes >= CONFIRMED_VOTES


class Attempt(models.Model):
    """Why a vehicle or plate in sight gave no text; old ones are purged."""

    camera = models.ForeignKey(Camera, models.CASCADE, related_name="attempts")
    detection = models.ForeignKey(Detection, models.SET_NULL, null=True, blank=True, related_name="attempts")
    at = models.DateTimeField(db_index=True)
    stage = models.CharField(max_length=10, choices=Stage)
    reason = models.CharField(max_length=30, choices=Reason)
    text = models.CharField(max_length=20, blank=True)
    confidence = models.FloatField(default=0.0)
    char_confidences = models.JSONField(default=list, blank=True)
    vehicle_box = models.JSONField(null=True, blank=True)
    plate_box = models.JSONField(null=True, blank=True)
    vehicle_picture = models.ImageField(blank=True, max_length=200)
    plate_picture = models.ImageField(blank=True, max_length=200)
    ms = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ("-at", "-id")
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        indexes = [models.Index(fields=["camera", "at"], name="attempt_camera_at")]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} @ {self.camera}"


class Viewer(models.Model):
    """One page that is open in a browser; ``tab`` outlives a lost connection, and the page renews ``seen_at``."""

    tab = models.CharField(max_length=100, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    page = models.CharField(max_length=200, blank=True)
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("seen_at", "id")
        verbose_name = _("viewer")
        verbose_name_plural = _("viewers")

    def __str__(self) -> str:
        return f"{self.user} @ {self.page}"
