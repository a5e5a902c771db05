"""What was done with personal data: a log that holds neither plates nor pictures."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    FOUND = "found", _("looked up")
    EXPORTED = "exported", _("exported")
    ERASED = "erased", _("erased")
    DATASET = "dataset", _("dataset exported")
    IMPORTED = "imported", _("dataset imported")


class PrivacyRecord(models.Model):
    """Somebody looked up, exported or erased everything about one plate, or took the dataset out or in.

    ``reference`` is the number of the request in the operator's own files; ``counts`` is rows and files by kind.
    """

    act = models.CharField(_("act"), max_length=10, choices=Act)
    at = models.DateTimeField(_("time"), auto_now_add=True, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    by_name = models.CharField(_("by"), max_length=150, blank=True)
    reference = models.CharField(_("reference"), max_length=60, blank=True)
    counts = models.JSONField(_("counts"), default=dict)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("privacy record")
        verbose_name_plural = _("privacy records")

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.at:%Y-%m-%d %H:%M}"


class Purge(models.Model):
    """How many rows of a kind went on a day because they were too old or too many."""

    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=20)
    rows = models.PositiveIntegerField(_("deleted"), default=0)

    class Meta:
        ordering = ("-day", "kind")
        verbose_name = _("purge")
        verbose_name_plural = _("purges")
        constraints = [models.UniqueConstraint(fields=["day", "kind"], name="purge_day_kind")]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}: {self.rows}"
