"""Measures two models of one task on the samples that people have judged."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from detections.model_registry import known_models
from detections.model_versions import ModelVersion, Task
from inference.backends.base import BackendError
from inference.weights import WeightsError
from labeling.compare import HELD_OUT, Comparison, NothingToMeasureError, compare
from labeling.dataset_plan import SPLITS

SHOWN = 10


class Command(BaseCommand):
    help = "Measures two models of one task on the judged samples, and keeps the figures for the admin."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("models", nargs="+", metavar="NAME", help="as `use_model` lists them; 'builtin' is ours")
        parser.add_argument("--task", choices=Task.values, default=Task.READER.value)
        parser.add_argument(
            "--splits", nargs="+", choices=(*SPLITS, "all"), default=HELD_OUT, help="default: what no model trains on"
        )
        parser.add_argument("--threads", type=int, default=0)

    def handle(self, *args: Any, **options: Any) -> None:
        known = [model for model in known_models() if model.task == options["task"]]
        models = [self._named(known, name) for name in options["models"]]
        if len(models) > 2:
            raise CommandError("compare two models, or measure one")
        splits = SPLITS if "all" in options["splits"] else tuple(options["splits"])
        try:
            with tqdm(unit=" samples", disable=not self.stderr.isatty()) as bar:

                def tell(done: int, total: int) -> None:
                    bar.total = total
                    bar.update(done - bar.n)

                found = compare(models, splits, tell, options["threads"])
        except (NothingToMeasureError, WeightsError, BackendError) as error:
            raise CommandError(str(error)) from error
        self._print(models, found)

    @staticmethod
    def _named(known: list[ModelVersion], name: str) -> ModelVersion:
        for model in known:
            if name == model.name or (name == "builtin" and model.is_builtin):
                return model
        raise CommandError(f"there is no model {name!r}; known: {', '.join(model.name for model in known)}")

    def _print(self, models: list[ModelVersion], found: Comparison) -> None:
        cameras = sorted({camera for figures in found.figures for camera in figures["by_camera"]})
        names = [name for name in found.figures[0] if name not in ("by_camera", "splits")]
        self.stdout.write(f"| {'where':20} | {'model':24} | " + " | ".join(names) + " |")
        self.stdout.write("|---" * (len(names) + 2) + "|")
        for camera in (None, *cameras):
            for model, figures in zip(models, found.figures, strict=True):
                row = figures if camera is None else figures["by_camera"].get(camera, {})
                values = " | ".join(f"{row.get(name, ''):>{len(name)}}" for name in names)
                self.stdout.write(f"| {camera or 'all cameras':20} | {model.name:24} | {values} |")
        if len(models) == 2:
            self._samples(f"only {models[1].name} is right", found.gained)
            self._samples(f"only {models[0].name} is right", found.lost)

    def _samples(self, title: str, rows: list[int]) -> None:
        shown = ", ".join(str(pk) for pk in rows[:SHOWN]) + (" …" if len(rows) > SHOWN else "")
        self.stdout.write(f"{title}: {len(rows)}{f' (samples {shown})' if rows else ''}")
