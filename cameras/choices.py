"""The states of a camera; each has one meaning."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    """``starting``: claimed, models loading. ``online``: frames and recognition flow. ``degraded``: frames flow, but
    recognition is far too slow, the picture is frozen, or what was seen cannot be stored. ``offline``: no frame for
    10 s. ``failed``: the worker cannot start, an edit is needed. ``stopped``: nobody holds the lease. ``paused``: it is
    outside the camera's hours.
    """

    STARTING = "starting", _("starting")
    ONLINE = "online", _("online")
    DEGRADED = "degraded", _("degraded")
    OFFLINE = "offline", _("offline")
    FAILED = "failed", _("failed")
    STOPPED = "stopped", _("stopped")
    PAUSED = "paused", _("paused")


class DatasetMode(TextChoices):
    """Which reads of a camera become samples."""

    OFF = "off", _("off")
    EVERYTHING = "everything", _("everything")
    UNCERTAIN = "uncertain", _("only uncertain reads")
    ONE_IN_N = "one_in_n", _("one in so many")
    HARD_NEGATIVES = "hard_negatives", _("what looked like a plate and was none")
