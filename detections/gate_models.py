"""Sites, their gates, what each gate was told, and how long vehicles stayed."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cameras.models import Camera
from detections.registry_models import RegisteredPlate


class Way(TextChoices):
    """Which way a vehicle passes a gate."""

    IN = "in", _("in")
    OUT = "out", _("out")
    UNKNOWN = "unknown", _("unknown")


class Role(TextChoices):
    """How a gate knows the way of a vehicle."""

    ENTRY = "entry", _("entry: everyone comes in")
    EXIT = "exit", _("exit: everyone goes out")
    BOTH = "both", _("both: the camera's direction tells")


class Decision(TextChoices):
    """What a gate is told; only ``allow`` opens."""

    ALLOW = "allow", _("allow")
    DENY = "deny", _("deny")
    UNKNOWN = "unknown", _("unknown plate")
    AMBIGUOUS = "ambiguous", _("ambiguous")
    LOW_CONFIDENCE = "low_confidence", _("low confidence")
    EXPIRED = "expired", _("not valid now")


class DecisionStage(TextChoices):
    """When it was decided: the vehicle still in view, gone, or by a person."""

    PREVIEW = "preview", _("in view")
    FINAL = "final", _("final")
    MANUAL = "manual", _("by hand")


class Site(models.Model):
    """A place with a limited number of vehicles, such as a car park."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    limit = models.PositiveIntegerField(
        _("places"), null=True, blank=True, help_text=_("How many vehicles fit. Empty: no limit.")
    )
    shut_when_full = models.BooleanField(
        _("keep entries shut when full"), default=False, help_text=_("Also for plates of an allow list.")
    )

    class Meta:
        ordering = ("name",)
        verbose_name = _("site")
        verbose_name_plural = _("sites")

    def __str__(self) -> str:
        return self.name

    @property
    def inside(self) -> int:
        """How many vehicles are in now."""
        return self.stays.filter(left_at=None).count()

    @property
    def is_full(self) -> bool:
        return self.limit is not None and self.inside >= self.limit


class Gate(models.Model):
    """What a camera watches over: whether and which way its vehicles enter a site, and when it opens.

    What opens is a destination that takes the event ``gate.open`` of this camera.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    camera = models.OneToOneField(Camera, models.CASCADE, related_name="gate", verbose_name=_("camera"))
    site = models.ForeignKey(Site, models.SET_NULL, null=True, blank=True, related_name="gates", verbose_name=_("site"))
    role = models.CharField(_("role"), max_length=6, choices=Role, default=Role.ENTRY)
    inward_is_approaching = models.BooleanField(
        _("coming closer means in"), default=True, help_text=_("Where the camera tells approaching from receding.")
    )
    opens_by_itself = models.BooleanField(
        _("opens by itself"), default=True, help_text=_("Off: decides and tells, but only a person opens.")
    )
    needs_direction = models.BooleanField(
        _("needs a known direction"), default=False, help_text=_("Stays shut while the way of the vehicle is unknown.")
    )
    min_confidence = models.FloatField(
        _("least confidence"), default=0.6, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)]
    )
    min_votes = models.PositiveSmallIntegerField(
        _("looks that must agree"), default=2, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    pause_s = models.PositiveSmallIntegerField(
        _("pause"), default=10, help_text=_("Seconds before the same plate opens it again.")
    )

    class Meta:
        ordering = ("name",)
        verbose_name = _("gate")
        verbose_name_plural = _("gates")
        permissions = [("open_gate", "Can open a gate by hand")]

    def __str__(self) -> str:
        return self.name


class AccessDecision(models.Model):
    """One answer to the question whether a gate opens, kept with what it was based on.

    ``opened`` says that ``gate.open`` was sent out. By hand there is no detection, but a person and their reason.
    """

    gate = models.ForeignKey(Gate, models.CASCADE, related_name="decisions", verbose_name=_("gate"))
    camera = models.ForeignKey(Camera, models.CASCADE, related_name="decisions", verbose_name=_("camera"))
    detection = models.ForeignKey(
        "detections.Detection", models.CASCADE, null=True, blank=True, related_name="decisions"
    )
    stage = models.CharField(_("stage"), max_length=8, choices=DecisionStage)
    decision = models.CharField(_("decision"), max_length=16, choices=Decision)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    plate_text = models.CharField(_("plate"), max_length=20, blank=True)
    registered = models.ForeignKey(RegisteredPlate, models.SET_NULL, null=True, blank=True, related_name="decisions")
    match = models.JSONField(null=True, blank=True)
    exceptions = models.JSONField(default=list, blank=True)
    direction = models.CharField(_("direction"), max_length=8, choices=Way, default=Way.UNKNOWN)
    opened = models.BooleanField(_("opened"), default=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(_("time"), db_index=True)

    class Meta:
        ordering = ("-at", "-id")
        verbose_name = _("access decision")
        verbose_name_plural = _("access decisions")
        constraints = [
            models.UniqueConstraint(fields=["detection", "stage"], name="one_decision_per_stage"),
        ]
        indexes = [models.Index(fields=["camera", "at"], name="decision_camera_at")]

    def __str__(self) -> str:
        return f"{self.decision} {self.plate_text or '?'} @ {self.gate}"


class Stay(models.Model):
    """A vehicle's time on a site: its entry, and its exit once it has left."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="stays", verbose_name=_("site"))
    plate_text = models.CharField(_("plate"), max_length=20)
    plate_norm = models.CharField(max_length=20, db_index=True)
    registered = models.ForeignKey(RegisteredPlate, models.SET_NULL, null=True, blank=True, related_name="stays")
    entry = models.ForeignKey(
        "detections.Detection", models.SET_NULL, null=True, blank=True, related_name="stays_begun"
    )
    exit = models.ForeignKey("detections.Detection", models.SET_NULL, null=True, blank=True, related_name="stays_ended")
    entered_at = models.DateTimeField(_("entered"), db_index=True)
    left_at = models.DateTimeField(_("left"), null=True, blank=True, db_index=True)
    ended_by_hand = models.BooleanField(_("ended by hand"), default=False)

    class Meta:
        ordering = ("-entered_at", "-id")
        verbose_name = _("stay")
        verbose_name_plural = _("stays")
        indexes = [models.Index(fields=["site", "left_at"], name="stay_site_left")]

    def __str__(self) -> str:
        return f"{self.plate_text} @ {self.site}"

    @property
    def duration(self) -> timedelta:
        """Until now for a vehicle that is still in."""
        return (self.left_at or timezone.now()) - self.entered_at
