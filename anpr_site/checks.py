"""Start-up checks, each with an id and a hint; an error keeps server and workers from starting."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register, run_checks
from django.core.management.base import SystemCheckError

from inference.weights import SUFFIXES, WeightsError, find_model

logger = logging.getLogger(__name__)

MODELS = ("detector", "reader", "attributes")


@register("start")
def check_carriers(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Workers in other processes need something that carries messages and pictures to this one."""
    if settings.EMBEDDED_WORKERS:
        return []
    if not settings.REDIS_URL:
        return [
            Error(
                "The workers run in processes of their own, but no Redis carries their messages.",
                hint="Set REDIS_URL, or EMBEDDED_WORKERS=true to run everything in one process.",
                id="anpr.E001",
            )
        ]
    if settings.IS_SQLITE:
        return [
            Warning(
                "Several processes share one SQLite file.",
                hint="They must run on one host and on a local disk; set DATABASE_URL to a MySQL for anything else.",
                id="anpr.W001",
            )
        ]
    return []


@register("models", deploy=True)
def check_models(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Only for those who run workers: a database can be migrated without weights."""
    backend = settings.INFERENCE_BACKEND
    if backend not in SUFFIXES:
        hint = f"Set INFERENCE_BACKEND to one of {', '.join(SUFFIXES)}."
        return [Error(f"INFERENCE_BACKEND: there is no backend {backend!r}.", hint=hint, id="anpr.E002")]
    problems: list[CheckMessage] = []
    for name in MODELS:
        try:
            find_model(name, backend)
        except WeightsError as error:
            hint = "Get the file again as the message says, or choose another INFERENCE_BACKEND."
            problems.append(Error(str(error), hint=hint, id="anpr.E003"))
    return problems


@register("start")
def check_media(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The folder itself is made with the first picture; the nearest one that exists must allow that."""
    folder = Path(settings.MEDIA_ROOT)
    existing = next(path for path in (folder, *folder.resolve().parents) if path.exists())
    if existing.is_dir() and os.access(existing, os.W_OK):
        return []
    hint = "Set MEDIA_ROOT to a folder that this user may write to."
    return [Error(f"Pictures cannot be stored: {existing} is not writable.", hint=hint, id="anpr.E004")]


def require_sound_start() -> None:
    """For the server, which Django does not check by itself. Raises ``SystemCheckError``."""
    tags = ["start", "models"] if settings.EMBEDDED_WORKERS else ["start"]
    problems = run_checks(tags=tags, include_deployment_checks=True)
    for problem in problems:
        logger.log(problem.level, "%s", problem)
    if any(problem.is_serious() for problem in problems):
        raise SystemCheckError("The server does not start:\n" + "\n".join(str(problem) for problem in problems))
