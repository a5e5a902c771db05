"""Camera is what is wanted, CameraHealth what is observed of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from cameras.choices import DatasetMode, State
from cameras.periods import CameraPeriod
from cameras.reasons import in_words
from cameras.roles import is_staff
from cameras.schedule import is_due, validate_schedule
from cameras.shapes import read_lines, read_polygons, validate_lines, validate_polygons
from inference.looks import PipelineSettings
from inference.plate_format import UnknownRegionError, formats_of
from inference.sources import SourceError, open_source, safe_source_url

__all__ = ["Camera", "CameraHealth", "CameraPeriod", "claim", "hold", "release", "validate_polygons"]

HEARTBEAT_LIFE = timedelta(seconds=15)
"""A lease whose heartbeat is older is free; a state whose heartbeat is older is not believed."""

SHARE = (MinValueValidator(0.0), MaxValueValidator(1.0))


class CameraQuerySet(models.QuerySet["Camera"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> CameraQuerySet:
        """The one place that decides whose pictures and detections a person may see."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if is_staff(user):
            return self
        named = Camera.viewers.through.objects.filter(user=user.pk).values("camera")
        groups = Camera.viewer_groups.through.objects.filter(group__user=user.pk).values("camera")
        return self.filter(Q(is_restricted=False) | Q(pk__in=named) | Q(pk__in=groups))


class Camera(models.Model):
    """One source to watch; an edit changes ``updated_at``, which restarts its worker."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    slug = models.SlugField(
        _("short name"), max_length=100, unique=True, blank=True, help_text=_("In addresses and commands.")
    )
    source_url = models.CharField(
        _("source"),
        max_length=500,
        help_text=_("rtsp://user:password@host/path, http(s)://…, a file, a folder, a USB number, or synthetic:"),
    )
    loop = models.BooleanField(_("repeat"), default=False, help_text=_("Start a file or folder again at its end."))
    enabled = models.BooleanField(_("enabled"), default=True)
    region = models.CharField(
        _("region"),
        max_length=16,
        blank=True,
        help_text=_("The country whose plate formats come first, like de. Empty: all alike."),
    )
    include_polygons = models.JSONField(
        _("only here"), default=list, blank=True, validators=[validate_polygons], help_text=_("Empty: everywhere.")
    )
    exclude_polygons = models.JSONField(_("never here"), default=list, blank=True, validators=[validate_polygons])
    max_fps = models.FloatField(
        _("looks per second"),
        default=10.0,
        validators=[MinValueValidator(0.0), MaxValueValidator(60.0)],
        help_text=_("At most; 0: as many as the machine can."),
    )
    min_plate_width = models.PositiveSmallIntegerField(
        _("smallest plate"), default=40, help_text=_("Narrower plates, in pixels, are shown but not read.")
    )
    min_confidence = models.FloatField(
        _("least confidence"), default=0.4, validators=SHARE, help_text=_("Readings below it do not count, 0-1.")
    )
    read_attributes = models.BooleanField(_("read brand and color"), default=True)
    direction_lines = models.JSONField(
        _("direction lines"),
        default=list,
        blank=True,
        validators=[validate_lines],
        help_text=_("Who crosses a line in the direction of its arrow approaches. Empty: told by whether it grows."),
    )
    schedule = models.JSONField(
        _("hours"), default=list, blank=True, validators=[validate_schedule], help_text=_("Empty: at all times.")
    )
    dataset_mode = models.CharField(
        _("dataset mode"),
        max_length=20,
        choices=DatasetMode,
        default=DatasetMode.OFF,
        help_text=_("Which of its reads are kept as samples to learn from."),
    )
    dataset_every = models.PositiveIntegerField(
        _("one in"),
        default=10,
        validators=[MinValueValidator(1)],
        help_text=_("For one in so many: how many."),
    )
    is_restricted = models.BooleanField(
        _("restricted"),
        default=False,
        help_text=_("Only staff and the people and groups named here see it; otherwise everyone who can log in."),
    )
    viewer_groups = models.ManyToManyField(
        Group, verbose_name=_("groups that see it"), blank=True, related_name="cameras"
    )
    viewers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name=_("people who see it"), blank=True, related_name="cameras"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CameraQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        verbose_name = _("camera")
        verbose_name_plural = _("cameras")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._give_slug()
        super().save(*args, **kwargs)

    def _give_slug(self) -> None:
        """One that nobody has; a slug that somebody typed is left to the check for duplicates."""
        if self.slug:
            return
        wanted = slugify(self.name)[:90] or f"camera-{timezone.now():%Y%m%d%H%M%S}"
        taken = set(Camera.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
        numbered = (f"{wanted}-{number}" for number in count(2))
        self.slug = wanted if wanted not in taken else next(slug for slug in numbered if slug not in taken)

    def clean(self) -> None:
        self._give_slug()
        self.region = self.region.lower()
        try:
            open_source(self.source_url)
            formats_of(self.region or None)
        except SourceError as error:
            raise ValidationError({"source_url": in_words(str(error))}) from error
        except UnknownRegionError as error:
            raise ValidationError({"region": in_words(str(error))}) from error

    @property
    def safe_source_url(self) -> str:
        """The source without its password."""
        return safe_source_url(self.source_url)

    @property
    def health_now(self) -> CameraHealth:
        """The observed health; for a camera that no worker has touched yet, one that says stopped."""
        try:
            return self.health
        except CameraHealth.DoesNotExist:
            return CameraHealth(camera=self)

    def is_due(self, moment: datetime) -> bool:
        """Whether it is to record at that moment, by its hours."""
        return self.enabled and is_due(self.schedule, moment)

    def pipeline_settings(self) -> PipelineSettings:
        """The only place where a row becomes a value of the recognition."""
        return PipelineSettings(
            region=self.region.lower() or None,
            include=read_polygons(self.include_polygons),
            exclude=read_polygons(self.exclude_polygons),
            lines=read_lines(self.direction_lines),
            min_plate_width=self.min_plate_width,
            min_reading_confidence=self.min_confidence,
            read_attributes=self.read_attributes,
        )


class CameraHealth(models.Model):
    """What the worker of a camera reports every 5 s, and whose the camera is.

    ``lease`` names the supervisor that may run the worker; empty when nobody does.
    """

    camera = models.OneToOneField(Camera, models.CASCADE, primary_key=True, related_name="health")
    state = models.CharField(max_length=10, choices=State, default=State.STOPPED)
    lease = models.CharField(max_length=100, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    capture_fps = models.FloatField(default=0.0)
    recognize_fps = models.FloatField(default=0.0)
    dropped_frames = models.PositiveBigIntegerField(default=0)
    dropped_attempts = models.PositiveBigIntegerField(default=0)
    reconnects = models.PositiveIntegerField(default=0)
    last_frame_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    memory_mb = models.FloatField(default=0.0)
    cpu_percent = models.FloatField(default=0.0)
    tally = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("camera health")
        verbose_name_plural = _("camera health")

    def __str__(self) -> str:
        return f"{self.camera}: {self.state_now}"

    @property
    def state_now(self) -> State:
        """What to show: a worker that fell silent is offline, whatever the row says."""
        if self.state in (State.STOPPED, State.FAILED):
            is_paused = self.camera.enabled and not self.camera.is_due(timezone.now())
            return State.PAUSED if is_paused else State(self.state)
        is_silent = self.heartbeat_at is None or self.heartbeat_at < timezone.now() - HEARTBEAT_LIFE
        return State.OFFLINE if is_silent else State(self.state)


def claim(camera: Camera, lease: str) -> bool:
    """Takes the camera for this supervisor when it is free, its holder has fallen silent, or it is ours already."""
    CameraHealth.objects.get_or_create(camera=camera)
    now = timezone.now()
    is_free = Q(lease="") | Q(lease=lease) | Q(heartbeat_at=None) | Q(heartbeat_at__lt=now - HEARTBEAT_LIFE)
    claimed = CameraHealth.objects.filter(is_free, camera=camera).update(
        lease=lease, heartbeat_at=now, state=State.STARTING, last_error=""
    )
    return claimed == 1


def release(camera_id: int, lease: str) -> None:
    """Gives the camera back, if it is ours."""
    CameraHealth.objects.filter(camera=camera_id, lease=lease).update(lease="", state=State.STOPPED)


def hold(camera_ids: Iterable[int], lease: str, **changes: Any) -> None:
    """Keeps the cameras that are ours though no worker runs them at present."""
    CameraHealth.objects.filter(camera__in=list(camera_ids), lease=lease).update(heartbeat_at=timezone.now(), **changes)
