"""Deletes what is older than the settings say, of every kind, once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from labeling.retention import purge


class Command(BaseCommand):
    help = "Deletes what is older than the settings say: rows and pictures of every kind."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")

    def handle(self, *args: Any, **options: Any) -> None:
        gone = purge(dry_run=options["dry_run"])
        word = "would delete" if options["dry_run"] else "deleted"
        for name, count in gone.items():
            self.stdout.write(f"{word} {count} {name}")
