"""What a token may be used for, and what the access log tells apart."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """A token's rights; its user's rights and cameras limit them further."""

    READ = "read", _("read: cameras, detections, decisions, statistics and their pictures")
    RECOGNIZE = "recognize", _("recognize: have pictures read without storing anything")
    INGEST = "ingest", _("ingest: store detections and samples")
    MANAGE = "manage", _("manage: change cameras, registered plates and destinations")


class Action(models.TextChoices):
    VIEW = "view", _("viewed")
    SEARCH = "search", _("searched")
    EXPORT = "export", _("exported")
