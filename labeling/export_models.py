"""DatasetExport and DatasetImport: datasets that go out and come in, and how far they are."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

HEARTBEAT_LIFE = timedelta(seconds=30)
"""An export whose heartbeat is older was left behind by a process that ended; another one begins it anew."""


class Progress(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class BackgroundWork(models.Model):
    """Something that a person ordered on a page and that ``labeling.jobs`` sees through."""

    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    progress = models.CharField(_("progress"), max_length=10, choices=Progress, default=Progress.WAITING, db_index=True)
    step = models.CharField(max_length=40, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict)
    bytes = models.PositiveBigIntegerField(default=0)

    class Meta:
        abstract = True

    @property
    def percent(self) -> int:
        if self.progress == Progress.DONE:
            return 100
        return min(99, 100 * self.done // self.total) if self.total else 0

    @property
    def is_open(self) -> bool:
        """Somebody still works on it, or will."""
        return self.progress in (Progress.WAITING, Progress.RUNNING)


class DatasetExport(BackgroundWork):
    """``options`` are the fields of ``labeling.export.Options``; ``counts`` is what the dataset card says."""

    options = models.JSONField(default=dict)
    error = models.CharField(max_length=500, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("dataset export")
        verbose_name_plural = _("dataset exports")

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M} {self.get_progress_display()}"

    def get_absolute_url(self) -> str:
        return reverse("labeling:export", args=[self.pk])

    @property
    def path(self) -> Path:
        return Path(settings.MEDIA_ROOT) / "exports" / self.file_name

    @property
    def file_name(self) -> str:
        return f"dataset-{self.pk}.zip"


class DatasetImport(BackgroundWork):
    """A zip that comes in by parts, ``received`` of ``bytes`` so far, and is then taken in and deleted.

    ``name`` is what the person called it; ``faults`` say why nothing was imported, a line each.
    """

    name = models.CharField(max_length=200)
    received = models.PositiveBigIntegerField(default=0)
    only_check = models.BooleanField(default=False)
    faults = models.JSONField(default=list)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("dataset import")
        verbose_name_plural = _("dataset imports")

    def __str__(self) -> str:
        return f"{self.name} {self.get_progress_display()}"

    @property
    def path(self) -> Path:
        return Path(settings.MEDIA_ROOT) / "imports" / f"dataset-{self.pk}.zip"

    @property
    def is_whole(self) -> bool:
        return self.received == self.bytes
