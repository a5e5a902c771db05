"""Who is told of events, and every event that each of them is owed."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cameras.models import Camera
from detections.registry_models import PlateList


class Transport(TextChoices):
    """How a destination is reached."""

    WEBHOOK = "webhook", _("webhook (signed HTTP POST)")
    MQTT = "mqtt", _("MQTT")
    RELAY = "relay", _("HTTP relay (opens a gate)")
    NOTIFY = "notify", _("e-mail or chat")


class Format(TextChoices):
    """The shape of what a webhook sends."""

    NATIVE = "native", _("Platewatch")
    PLATE_RECOGNIZER_STREAM = "platerecognizer_stream", _("Plate Recognizer Stream")
    OPENALPR_GROUP = "openalpr_group", _("OpenALPR group")


class Method(TextChoices):
    GET = "GET", "GET"
    POST = "POST", "POST"


class EventType(TextChoices):
    """What can be told to the outside."""

    PLATE_RECOGNIZED = "plate.recognized", _("a plate was read")
    PLATE_UPDATED = "plate.updated", _("a plate's text changed")
    VISIT_ENDED = "visit.ended", _("a vehicle has left the view")
    ACCESS_DECIDED = "access.decided", _("a gate was decided on")
    GATE_OPEN = "gate.open", _("a gate shall open")
    STAY_STARTED = "stay.started", _("a vehicle entered a site")
    STAY_ENDED = "stay.ended", _("a vehicle left a site")
    TEST = "test", _("a test")


class DeliveryStatus(TextChoices):
    PENDING = "pending", _("waiting")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")


class Destination(models.Model):
    """One receiver of events. Empty filters let everything through; addresses may hold passwords and stay hidden."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    transport = models.CharField(_("kind"), max_length=8, choices=Transport, default=Transport.WEBHOOK)
    address = models.CharField(_("address"), max_length=500)
    secret = models.CharField(max_length=200, blank=True, editable=False)
    enabled = models.BooleanField(_("enabled"), default=True)
    format = models.CharField(_("format"), max_length=24, choices=Format, default=Format.NATIVE)
    method = models.CharField(_("method"), max_length=4, choices=Method, default=Method.GET)
    with_picture = models.BooleanField(_("with the picture"), default=False)
    topic = models.CharField(_("topic"), max_length=100, default="platewatch", blank=True)
    home_assistant = models.BooleanField(_("announce to Home Assistant"), default=False)
    events = models.JSONField(_("events"), default=list, blank=True)
    cameras = models.ManyToManyField(Camera, blank=True, related_name="destinations", verbose_name=_("cameras"))
    lists = models.ManyToManyField(PlateList, blank=True, related_name="destinations", verbose_name=_("lists"))
    min_confidence = models.FloatField(
        _("least confidence"), default=0.0, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)]
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("name",)
        verbose_name = _("destination")
        verbose_name_plural = _("destinations")

    def __str__(self) -> str:
        return self.name

    @property
    def safe_address(self) -> str:
        """The address without what may be secret in it: of services of chat, nothing but their name."""
        parts = urlsplit(self.address)
        if self.transport == Transport.NOTIFY or not parts.hostname:
            return f"{self.address.partition(':')[0]}://…"
        host = parts.netloc.rpartition("@")[2]
        return f"{parts.scheme}://{'…@' if parts.username else ''}{host}{parts.path}{'?…' if parts.query else ''}"


def new_event_id() -> str:
    return f"msg_{uuid.uuid4().hex}"


def a_day_from_now() -> datetime:
    return timezone.now() + timedelta(days=1)


class Delivery(models.Model):
    """One event for one destination. ``event_id`` stays the same on every try, so that a receiver can drop repeats.

    ``lease`` names the deliverer that has it in hand until ``leased_until``. After ``expires_at`` it is no longer sent.
    """

    destination = models.ForeignKey(Destination, models.CASCADE, related_name="deliveries")
    event_id = models.CharField(max_length=40, unique=True, default=new_event_id)
    event = models.CharField(_("event"), max_length=20, choices=EventType)
    payload = models.JSONField()
    camera = models.ForeignKey(Camera, models.CASCADE, null=True, blank=True, related_name="deliveries")
    detection = models.ForeignKey(
        "detections.Detection", models.CASCADE, null=True, blank=True, related_name="deliveries"
    )
    status = models.CharField(_("state"), max_length=8, choices=DeliveryStatus, default=DeliveryStatus.PENDING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    expires_at = models.DateTimeField(default=a_day_from_now)
    lease = models.CharField(max_length=100, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, db_index=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-id")
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [models.Index(fields=["status", "due_at"], name="delivery_status_due")]

    def __str__(self) -> str:
        return f"{self.event} → {self.destination}"
