"""Chooses the model that runs, or goes back to the one before; without a name it lists them."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from detections.model_registry import choose, known_models, roll_back, running_model
from detections.model_versions import ModelVersion, Task
from inference.weights import WeightsError


class Command(BaseCommand):
    help = "Chooses the model that runs for a task; workers start again with it. Without a name: the models there are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("task", choices=Task.values)
        parser.add_argument("name", nargs="?", default="")
        parser.add_argument("--roll-back", action="store_true", help="to the model that ran before")

    def handle(self, *args: Any, **options: Any) -> None:
        models = [model for model in known_models() if model.task == options["task"]]
        try:
            if options["roll_back"]:
                if roll_back(options["task"]) is None:
                    raise CommandError("there is nothing to go back to")
            elif options["name"]:
                choose(self._named(models, options["name"]))
        except WeightsError as error:
            raise CommandError(str(error)) from error
        running = running_model(options["task"])
        for model in models:
            mark = "*" if model == running else " "
            shown = ", ".join(f"{name} {value}" for name, value in model.figures.items() if not isinstance(value, dict))
            self.stdout.write(f"{mark} {model.name}{' (built in)' if model.is_builtin else ''}  {shown}".rstrip())

    @staticmethod
    def _named(models: list[ModelVersion], name: str) -> ModelVersion:
        for model in models:
            if model.name == name:
                return model
        raise CommandError(f"there is no such model; known: {', '.join(model.name for model in models)}")
