"""Deletes old detections and attempts with their pictures, once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from detections.retention import old_attempts, old_detections, prune_attempts, prune_detections


class Command(BaseCommand):
    help = "Deletes what is older than the settings say; --days overrides DETECTION_DAYS."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=settings.DETECTION_DAYS)
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            detections = old_detections(options["days"]).count()
            attempts = old_attempts(settings.ATTEMPT_DAYS, settings.ATTEMPT_ROWS).count()
            self.stdout.write(f"would delete {detections} detections and {attempts} attempts")
            return
        detections = prune_detections(options["days"])
        attempts = prune_attempts(settings.ATTEMPT_DAYS, settings.ATTEMPT_ROWS)
        self.stdout.write(f"deleted {detections} detections and {attempts} attempts")
