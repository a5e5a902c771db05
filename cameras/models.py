"""Camera is what is wanted, CameraHealth what is observed of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from cameras.choices import State
from inference.looks import PipelineSettings, Polygon
from inference.plate_format import UnknownRegionError, formats_of
from inference.sources import SourceError, open_source, safe_source_url

HEARTBEAT_LIFE = timedelta(seconds=15)
"""A lease whose heartbeat is older is free; a state whose heartbeat is older is not believed."""

SHARE = (MinValueValidator(0.0), MaxValueValidator(1.0))


def read_polygons(value: object) -> tuple[Polygon, ...]:
    """Raises ``ValueError`` with words for the person who drew them."""
    if not isinstance(value, list):
        raise ValueError(_("Write a list of polygons, each a list of [x, y] points."))
    polygons = []
    for drawn in value:
        if not isinstance(drawn, list) or len(drawn) < 3:
            raise ValueError(_("A polygon needs at least three [x, y] points."))
        points = []
        for point in drawn:
            if not isinstance(point, list) or len(point) != 2 or not all(_is_share(number) for number in point):
                raise ValueError(_("A point is [x, y], both between 0 (left, top) and 1 (right, bottom)."))
            points.append((float(point[0]), float(point[1])))
        polygons.append(tuple(points))
    return tuple(polygons)


def _is_share(number: object) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and 0 <= number <= 1


def validate_polygons(value: object) -> None:
    try:
        read_polygons(value)
    except ValueError as error:
        raise ValidationError(error.args[0]) from error


class CameraQuerySet(models.QuerySet["Camera"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> CameraQuerySet:
        """The one place that decides whose pictures and detections a person may see."""
        return self if user.is_authenticated else self.none()


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
        self.slug = self.slug or slugify(self.name) or f"camera-{timezone.now():%Y%m%d%H%M%S}"

    def clean(self) -> None:
        self._give_slug()
        self.region = self.region.lower()
        try:
            open_source(self.source_url)
            formats_of(self.region or None)
        except SourceError as error:
            raise ValidationError({"source_url": str(error)}) from error
        except UnknownRegionError as error:
            raise ValidationError({"region": str(error)}) from error

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

    def pipeline_settings(self) -> PipelineSettings:
        """The only place where a row becomes a value of the recognition."""
        return PipelineSettings(
            region=self.region.lower() or None,
            include=read_polygons(self.include_polygons),
            exclude=read_polygons(self.exclude_polygons),
            min_plate_width=self.min_plate_width,
            min_reading_confidence=self.min_confidence,
            max_fps=self.max_fps,
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

    class Meta:
        verbose_name = _("camera health")
        verbose_name_plural = _("camera health")

    def __str__(self) -> str:
        return f"{self.camera}: {self.state_now}"

    @property
    def state_now(self) -> State:
        """What to show: a worker that fell silent is offline, whatever the row says."""
        if self.state in (State.STOPPED, State.FAILED):
            return State(self.state)
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
