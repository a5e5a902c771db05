"""Writes the judged samples as a dataset: a folder, or a zip when the name ends so."""

from __future__ import annotations

from argparse import ArgumentParser, BooleanOptionalAction
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from labeling.dataset_files import FolderTarget, TargetError, ZipTarget
from labeling.dataset_plan import SPLITS, Options
from labeling.export import export_dataset
from labeling.privacy_log import note
from labeling.privacy_models import Act


class Command(BaseCommand):
    help = "Writes the judged samples as a dataset that trains the models and can be imported again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("target", type=Path, help="an empty folder, or a name that ends with .zip")
        parser.add_argument("--all", action="store_true", help="also samples that nobody has judged")
        parser.add_argument(
            "--blur-others",
            action=BooleanOptionalAction,
            default=True,
            help="make the other plates in the frames illegible: else they teach the detector that they are background",
        )
        parser.add_argument("--licence", default="", help="under which it may be used; goes into the dataset card")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["target"]
        chosen = Options(only_verified=not options["all"], blur_others=options["blur_others"])
        try:
            target = ZipTarget(path) if path.suffix.lower() == ".zip" else FolderTarget(path)
            with tqdm(unit=" samples", disable=not self.stderr.isatty()) as bar:

                def tell(step: str, done: int, total: int) -> None:
                    bar.total = total
                    bar.set_description(step, refresh=False)
                    bar.update(done - bar.n)

                counts = export_dataset(target, chosen, tell, options["licence"])
        except (TargetError, OSError) as error:
            raise CommandError(str(error)) from error
        note(Act.DATASET, counts={"samples": counts.samples.total(), "files": counts.files})
        shares = ", ".join(f"{counts.samples[split]} {split}" for split in SPLITS)
        self.stdout.write(f"{path}: {counts.samples.total()} samples ({shares}), {counts.files} files")
        for reason, count in sorted(counts.left_out.items()):
            self.stdout.write(f"left out: {count} {reason}")
        self.stdout.write(f"sha256 of checksums.sha256: {counts.sha256}")
