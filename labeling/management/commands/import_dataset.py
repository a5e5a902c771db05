"""Takes in a folder or zip that export_dataset wrote, here or elsewhere."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from labeling.dataset_source import Refused
from labeling.importer import import_dataset


class Command(BaseCommand):
    help = "Takes in a dataset: everything is checked first; samples that are known already stay as they are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", type=Path, help="a folder or zip that export_dataset wrote")
        parser.add_argument("--dry-run", action="store_true", help="only check")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with tqdm(unit="", disable=not self.stderr.isatty()) as bar:

                def tell(step: str, done: int, total: int) -> None:
                    bar.total = total or None
                    bar.set_description(step, refresh=False)
                    bar.n = done
                    bar.refresh()

                counts = import_dataset(options["source"], tell, dry_run=options["dry_run"])
        except Refused as refused:
            raise CommandError(f"nothing was imported:\n{refused}") from refused
        except OSError as error:
            raise CommandError(f"nothing was imported: {error}") from error
        if options["dry_run"]:
            self.stdout.write(f"{options['source']}: {counts['checked']} samples, nothing wrong; nothing was imported")
            return
        self.stdout.write(
            f"{options['source']}: {counts['new']} samples imported, {counts['answered']} got their answer, "
            f"{counts['known']} were known"
        )
