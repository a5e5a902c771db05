"""Detection is one visit of a vehicle, Attempt one look that came to nothing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cameras.models import Camera
from detections.choices import Direction, Kind, Reason, Stage
from detections.delivery_models import Delivery as Delivery
from detections.delivery_models import Destination as Destination
from detections.gate_models import AccessDecision as AccessDecision
from detections.gate_models import Gate as Gate
from detections.gate_models import Site as Site
from detections.gate_models import Stay as Stay
from detections.model_versions import ModelChoice as ModelChoice
from detections.model_versions import ModelVersion as ModelVersion
from detections.plate_index import folded, forget_unused, keep
from detections.plate_models import PlateNote as PlateNote
from detections.plate_models import PlateTag as PlateTag
from detections.plate_models import PlateTail as PlateTail
from detections.plate_models import SavedSearch as SavedSearch
from detections.registry_models import PlateList as PlateList
from detections.registry_models import RegisteredPlate

WALK = ["first_seen", "id", "camera", "plate_norm", "brand", "color", "kind", "direction", "confidence"]
"""What an index holds that decides any combination of filters without touching the rows."""
FIRSTS = {"plate": "plate_norm", "brand": "brand", "color": "color", "kind": "kind", "direction": "direction"}
"""What may be rare: each has such an index that begins with it."""
CONFIRMED_VOTES = 2
"""Looks that must agree before a text counts as confirmed."""


class DetectionQuerySet(models.QuerySet["Detection"]):
    def delete(self) -> tuple[int, dict[str, int]]:
        """A plate of which no row is left leaves the index of plates too."""
        plates = set(self.values_list("plate_norm", flat=True).order_by())
        gone = super().delete()
        forget_unused(plates, Detection.objects.all())
        return gone

    delete.queryset_only = True  # type: ignore[attr-defined]


class Detection(models.Model):
    """The stored row of a plate read; ``detections.record`` is its only writer.

    ``plate_text`` is empty for a vehicle whose plate could not be read. What was read stays as it is; which registered
    plate that is, and how far off, is ``registered`` and ``match`` (see ``detections.registry``). Boxes are
    ``[x1, y1, x2, y2]`` and ``corners`` four ``[x, y]``, in pixels of ``picture``, the frame from which the text was
    read. ``breakdown`` says how that frame was read and how the frames voted: see ``detections.breakdown``.
    """

    track_id = models.CharField(max_length=64, unique=True)
    camera = models.ForeignKey(Camera, models.PROTECT, related_name="detections")
    plate_text = models.CharField(_("plate"), max_length=20, blank=True)
    plate_norm = models.CharField(max_length=20, blank=True)
    plate_folded = models.GeneratedField(
        expression=folded("plate_norm"), output_field=models.CharField(max_length=20), db_persist=True
    )
    raw_text = models.CharField(max_length=20, blank=True)
    region = models.CharField(_("region"), max_length=16, blank=True)
    confidence = models.FloatField(_("confidence"), default=0.0)
    char_confidences = models.JSONField(default=list, blank=True)
    votes = models.PositiveIntegerField(default=0)
    looks = models.PositiveIntegerField(default=0)
    others = models.JSONField(_("other readings"), default=list, blank=True)
    registered = models.ForeignKey(
        RegisteredPlate, models.SET_NULL, null=True, blank=True, related_name="detections", verbose_name=_("registered")
    )
    match = models.JSONField(_("match"), null=True, blank=True)
    first_seen = models.DateTimeField(_("first seen"))
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
    breakdown = models.JSONField(default=dict, blank=True)
    model_version = models.CharField(max_length=150, blank=True)

    objects = DetectionQuerySet.as_manager()

    class Meta:
        ordering = ("-first_seen", "-id")
        verbose_name = _("detection")
        verbose_name_plural = _("detections")
        indexes = [
            models.Index(fields=["camera", "first_seen"], name="detection_camera_first"),
            models.Index(fields=["camera", "last_seen"], name="detection_camera_last"),
            models.Index(fields=WALK, name="detection_walk"),
            *(
                models.Index(fields=[first, *(name for name in WALK if name != first)], name=f"detection_{short}_first")
                for short, first in FIRSTS.items()
            ),
            models.Index(fields=["plate_folded", "first_seen"], name="detection_folded_first"),
            models.Index(fields=["confidence", "first_seen"], name="detection_confidence_first"),
        ]

    def __str__(self) -> str:
        return f"{self.plate_text or '?'} @ {self.camera}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        keep(self.plate_norm)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        gone = super().delete(*args, **kwargs)
        forget_unused({self.plate_norm}, Detection.objects.all())
        return gone

    def get_absolute_url(self) -> str:
        return reverse("detections:detail", args=[self.pk])

    @property
    def is_confirmed(self) -> bool:
        return self.votes >= CONFIRMED_VOTES


class Attempt(models.Model):
    """One look at a vehicle or plate; ``reason`` says why it came to nothing and is empty for one whose text counted.

    ``track_id`` is the pass that it belongs to; ``detection`` is set once that pass has a row. Old ones are purged.
    """

    camera = models.ForeignKey(Camera, models.CASCADE, related_name="attempts")
    detection = models.ForeignKey(Detection, models.SET_NULL, null=True, blank=True, related_name="attempts")
    track_id = models.CharField(max_length=64, blank=True, db_index=True)
    at = models.DateTimeField(db_index=True)
    stage = models.CharField(max_length=10, choices=Stage)
    reason = models.CharField(max_length=30, choices=Reason, blank=True)
    text = models.CharField(max_length=20, blank=True)
    confidence = models.FloatField(default=0.0)
    char_confidences = models.JSONField(default=list, blank=True)
    vehicle_box = models.JSONField(null=True, blank=True)
    plate_box = models.JSONField(null=True, blank=True)
    corners = models.JSONField(null=True, blank=True)
    vehicle_picture = models.ImageField(blank=True, max_length=200)
    plate_picture = models.ImageField(blank=True, max_length=200)
    measures = models.JSONField(default=dict, blank=True)
    ms = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ("-at", "-id")
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        indexes = [models.Index(fields=["camera", "at"], name="attempt_camera_at")]

    def __str__(self) -> str:
        return f"{self.get_reason_display() or self.text} @ {self.camera}"


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
