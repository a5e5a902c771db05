"""The words of a detection's fields."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    CAR = "car", _("car")
    MOTORCYCLE = "motorcycle", _("motorcycle")
    BUS = "bus", _("bus")
    TRUCK = "truck", _("truck")
    UNKNOWN = "unknown", _("unknown")


class Direction(TextChoices):
    APPROACHING = "approaching", _("approaching")
    RECEDING = "receding", _("receding")
    UNKNOWN = "unknown", _("unknown")


class Stage(TextChoices):
    """How far a look came."""

    DETECT = "detect", _("find")
    RECTIFY = "rectify", _("straighten")
    READ = "read", _("read")
    VOTE = "vote", _("vote")


class Reason(TextChoices):
    """Why a look came to nothing."""

    NO_PLATE = "no_plate", _("no plate seen")
    PLATE_TOO_SMALL = "plate_too_small", _("plate too small")
    BLUR = "blur", _("blurred")
    LOW_DETECTION_CONFIDENCE = "low_detection_confidence", _("unsure whether it is a plate")
    LOW_READING_CONFIDENCE = "low_reading_confidence", _("unsure what it says")
    FORMAT = "format", _("not like a plate's text")
    ZONE = "zone", _("outside the zone")
    DUPLICATE = "duplicate", _("certain already")
