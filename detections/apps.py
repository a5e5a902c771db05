"""The app's name and label."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DetectionsConfig(AppConfig):
    name = "detections"
    verbose_name = _("detections")
