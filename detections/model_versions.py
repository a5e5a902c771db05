"""ModelVersion is one trained network that this installation knows, ModelChoice who chose it to run, and when."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from inference.weights import MODELS


class Task(models.TextChoices):
    """The three networks of the recognition."""

    DETECTOR = "detector", _("finds plates and vehicles")
    READER = "reader", _("reads plates")
    ATTRIBUTES = "attributes", _("tells brand and color")


class ModelVersion(models.Model):
    """Its files lie in ``folder``/``task``; ``digest`` is the sha256 of its config, which has those of the weights.

    ``name`` is what detections carry in ``model_version``. ``figures`` is what ``compare_models`` measured last:
    see ``labeling.compare``.
    """

    task = models.CharField(_("task"), max_length=10, choices=Task)
    name = models.CharField(_("name"), max_length=60)
    is_builtin = models.BooleanField(_("comes with the product"), default=False)
    digest = models.CharField(max_length=64)
    note = models.CharField(_("note"), max_length=300, blank=True)
    figures = models.JSONField(_("figures"), default=dict, blank=True)
    measured_at = models.DateTimeField(_("measured"), null=True, blank=True)
    found_at = models.DateTimeField(_("added"), auto_now_add=True)

    class Meta:
        ordering = ("task", "-found_at", "-id")
        verbose_name = _("model")
        verbose_name_plural = _("models")
        constraints = [models.UniqueConstraint(fields=["task", "name"], name="model_task_name")]

    def __str__(self) -> str:
        return f"{self.task} {self.name}"

    @property
    def folder(self) -> Path:
        return MODELS if self.is_builtin else Path(settings.MODELS_ROOT) / self.name


class ModelChoice(models.Model):
    """The newest row of a task says what runs; older ones are the history. Without a row the built-in one runs."""

    task = models.CharField(_("task"), max_length=10, choices=Task)
    model = models.ForeignKey(ModelVersion, models.PROTECT, related_name="choices")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(_("time"), auto_now_add=True)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("choice of a model")
        verbose_name_plural = _("choices of models")
        indexes = [models.Index(fields=["task", "id"], name="model_choice_task")]

    def __str__(self) -> str:
        return f"{self.model} ({self.at:%Y-%m-%d %H:%M})"
