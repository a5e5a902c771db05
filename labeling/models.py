"""Sample is a picture to learn from with what the models said, Label one thing that a person did to it."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cameras.models import Camera
from detections.choices import Kind
from detections.models import Detection
from labeling.choices import Action, Origin, Reason, Review, State
from labeling.export_models import DatasetExport as DatasetExport
from labeling.privacy_models import PrivacyRecord as PrivacyRecord
from labeling.privacy_models import Purge as Purge

PICTURES = ("frame", "vehicle_picture", "plate_picture", "rectified_picture")
"""The fields that hold files."""


class Sample(models.Model):
    """One prediction with its pictures, and what people made of it.

    Boxes are ``[x1, y1, x2, y2]`` and corners four ``[x, y]`` (top left, top right, bottom right, bottom left as the
    text runs), in pixels of ``frame``. What has no prefix is the models' and never changes; ``true_...`` is what stands
    after the last label and is empty while nobody has judged. ``uid`` names the sample in exports, also between
    installations; ``visit`` is the same for all samples of one stay of a vehicle, ``group`` for those that look alike.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    origin = models.CharField(_("origin"), max_length=10, choices=Origin, default=Origin.CAMERA)
    origin_name = models.CharField(max_length=200, blank=True)
    camera = models.ForeignKey(Camera, models.SET_NULL, null=True, blank=True, related_name="samples")
    camera_name = models.CharField(_("camera"), max_length=100, blank=True)
    detection = models.ForeignKey(Detection, models.SET_NULL, null=True, blank=True, related_name="samples")
    visit = models.CharField(max_length=64, db_index=True)
    track_id = models.CharField(max_length=64, blank=True, db_index=True)
    captured_at = models.DateTimeField(_("time"))
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    reason = models.CharField(_("kept because"), max_length=16, choices=Reason, default=Reason.EVERYTHING)

    frame = models.ImageField(blank=True, max_length=200)
    vehicle_picture = models.ImageField(blank=True, max_length=200)
    plate_picture = models.ImageField(blank=True, max_length=200)
    rectified_picture = models.ImageField(blank=True, max_length=200)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)

    vehicle_box = models.JSONField(null=True, blank=True)
    plate_box = models.JSONField(null=True, blank=True)
    corners = models.JSONField(null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.UNKNOWN)
    text = models.CharField(_("read"), max_length=20, blank=True, db_index=True)
    region = models.CharField(_("region"), max_length=16, blank=True)
    confidence = models.FloatField(_("confidence"), default=0.0)
    char_confidences = models.JSONField(default=list, blank=True)
    votes = models.PositiveIntegerField(default=0)
    looks = models.PositiveIntegerField(default=0)
    others = models.JSONField(_("other readings"), default=list, blank=True)
    brand = models.CharField(_("brand"), max_length=40, default="unknown")
    brand_confidence = models.FloatField(default=0.0)
    color = models.CharField(_("color"), max_length=20, default="unknown")
    color_confidence = models.FloatField(default=0.0)
    model_version = models.CharField(max_length=200, blank=True)
    uncertainty = models.FloatField(_("uncertainty"), default=0.0)
    picture_hash = models.CharField(max_length=16, blank=True)
    group = models.CharField(max_length=36, blank=True, db_index=True)

    state = models.CharField(_("state"), max_length=12, choices=State, default=State.PENDING)
    true_text = models.CharField(_("plate"), max_length=20, blank=True, db_index=True)
    true_vehicle_box = models.JSONField(null=True, blank=True)
    true_corners = models.JSONField(null=True, blank=True)
    true_brand = models.CharField(_("brand"), max_length=40, blank=True)
    true_color = models.CharField(_("color"), max_length=20, blank=True)
    labeled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="labeled_samples"
    )
    labeled_at = models.DateTimeField(null=True, blank=True, db_index=True)
    review = models.CharField(_("second opinion"), max_length=10, choices=Review, default=Review.NONE, blank=True)
    second_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    second_at = models.DateTimeField(null=True, blank=True)
    second_answer = models.JSONField(null=True, blank=True)
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    claimed_tab = models.CharField(max_length=36, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-captured_at", "-id")
        verbose_name = _("sample")
        verbose_name_plural = _("samples")
        indexes = [
            models.Index(fields=["captured_at", "id"], name="sample_captured"),
            models.Index(fields=["state", "uncertainty", "id"], name="sample_state_uncertainty"),
            models.Index(fields=["state", "captured_at", "id"], name="sample_state_captured"),
            models.Index(fields=["camera", "captured_at"], name="sample_camera_captured"),
            models.Index(fields=["review", "id"], name="sample_review"),
        ]

    def __str__(self) -> str:
        return f"{self.true_text or self.text or '?'} @ {self.camera_name or self.origin_name}"

    def get_absolute_url(self) -> str:
        return reverse("labeling:detail", args=[self.pk])


class Label(models.Model):
    """One step in a sample's history; rows are only added, so that an undo is a row of its own.

    ``before`` and ``after`` are the sample's answer (``labeling.answers.Snapshot``). ``batch`` is the same for the rows
    that one key or button made, which are undone together.
    """

    sample = models.ForeignKey(Sample, models.CASCADE, related_name="labels")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="labels")
    at = models.DateTimeField(auto_now_add=True, db_index=True)
    action = models.CharField(max_length=10, choices=Action, default=Action.ANSWER)
    state = models.CharField(max_length=12, choices=State)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    batch = models.CharField(max_length=36, blank=True, db_index=True)
    undone = models.BooleanField(default=False)

    class Meta:
        ordering = ("-at", "-id")
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        indexes = [models.Index(fields=["by", "at"], name="label_by_at")]

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.get_state_display()}"


class DatasetSettings(models.Model):
    """The one row that says whether samples are kept, and how many."""

    is_on = models.BooleanField(_("keep samples"), default=False)
    quota_mb = models.PositiveIntegerField(
        _("most megabytes"), default=5000, help_text=_("The oldest samples that nobody has judged go first.")
    )
    max_days = models.PositiveIntegerField(
        _("most days"), default=90, help_text=_("Samples that nobody has judged go after so many days; 0: never.")
    )
    second_opinions = models.PositiveSmallIntegerField(
        _("second opinions, percent"),
        default=0,
        validators=[MaxValueValidator(100)],
        help_text=_("So many of a hundred answers are asked of a second person too."),
    )
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("Dataset Mode")
        verbose_name_plural = _("Dataset Mode")

    def __str__(self) -> str:
        return str(_("on") if self.is_on else _("off"))

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        super().save(*args, **kwargs)

    @classmethod
    def now(cls) -> DatasetSettings:
        """The row as it stands; off while nobody has switched it on."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)
