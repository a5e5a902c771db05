"""The networks of this process, loaded once for all who recognize in it: camera workers, pictures sent in, phones.

Which ones is a row (``ModelChoice``), asked when they are loaded; without a row they are the product's own.
"""

from __future__ import annotations

import threading
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Max

from detections.model_versions import ModelChoice, ModelVersion, Task
from inference.looks import Models, load_models
from inference.weights import find_model

_loading = threading.Lock()


def product_models(threads: int = 0) -> Models:
    """Loaded by the first who asks; 0 threads leave their number to the runtime.

    Raises ``WeightsError``, ``BackendError`` and the database's errors.
    """
    folders = chosen_folders()
    with _loading:
        return load_models(settings.INFERENCE_BACKEND, threads or settings.INFERENCE_THREADS, folders)


def product_version() -> str:
    """What tells later which models a detection came from: their names, those of the built-in ones their versions."""
    chosen = {model.task: model.name for model in chosen_versions() if not model.is_builtin}
    names = {name: chosen.get(name) or find_model(name, settings.INFERENCE_BACKEND)[1].version for name in Task.values}
    return " ".join(f"{task} {name}" for task, name in names.items())


def chosen_folders() -> tuple[tuple[str, Path], ...]:
    """The folder of each model that somebody chose in the place of the built-in one."""
    return tuple((model.task, model.folder) for model in chosen_versions() if not model.is_builtin)


def chosen_versions() -> list[ModelVersion]:
    """At most one per task. A thread that had no database connection has none afterwards."""
    had_connection = connection.connection is not None
    try:
        newest = ModelChoice.objects.values("task").annotate(newest=Max("id")).order_by("task")
        ids = [row["newest"] for row in newest]
        return [choice.model for choice in ModelChoice.objects.filter(id__in=ids).select_related("model")]
    finally:
        if not had_connection:
            connection.close()


def newest_choice() -> int:
    """Grows with every choice: whoever loaded models under a smaller number runs others than were chosen."""
    newest: int | None = ModelChoice.objects.aggregate(newest=Max("id"))["newest"]
    return newest or 0
