"""Adds a model that `make export` wrote to those that staff may choose."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from detections.model_registry import UnusableModelError, add_model


class Command(BaseCommand):
    help = "Copies a model's folder (config.json and weights) into MODELS_ROOT, once it has run on a drawn picture."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="what `make export MODEL=reader OPTIONS='--out FOLDER'` wrote")
        parser.add_argument("name", help="by which detections will name it, like reader-2026-12")
        parser.add_argument("--note", default="", help="on what it was trained")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            model = add_model(options["folder"], options["name"], options["note"])
        except UnusableModelError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{model} is known; measure it with compare_models, choose it with use_model or in the admin")
