"""Models of this installation: found, added, chosen, and the choice taken back."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import transaction
from django.utils.translation import gettext as _

from detections.model_versions import ModelChoice, ModelVersion, Task
from inference.attributes import VehicleAttributes
from inference.backends.base import BackendError, load_backend
from inference.detector import Detector
from inference.model_config import ModelConfig
from inference.reader import PlateReader
from inference.synthetic import Street
from inference.weights import CONFIG, MODELS, WeightsError, check_file, digest, find_model

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,19}")
"""Three of them fit into the model_version of a detection."""
Network = Detector | PlateReader | VehicleAttributes


class UnusableModelError(Exception):
    """The files are not a model that can run here; the message says why."""


def known_models() -> list[ModelVersion]:
    """All models, the product's own brought up to date with what is installed."""
    for task in Task.values:
        config = ModelConfig.load(MODELS / task / CONFIG)
        values = {"name": config.version, "digest": digest(MODELS / task / CONFIG)}
        row = ModelVersion.objects.filter(task=task, is_builtin=True).first()
        if row is None:
            ModelVersion.objects.create(task=task, is_builtin=True, **values)
        elif row.digest != values["digest"]:
            ModelVersion.objects.filter(pk=row.pk).update(**values, figures={}, measured_at=None)
    return list(ModelVersion.objects.all())


def open_network(model: ModelVersion, threads: int = 0) -> Network:
    """The model alone, ready to run; each of its files is checked. Raises ``WeightsError``, ``BackendError``."""
    return network_of(model.task, model.folder, threads)


def network_of(task: str, folder: Path, threads: int = 0) -> Network:
    path, config = find_model(task, settings.INFERENCE_BACKEND, folder)
    backend = load_backend(path, settings.INFERENCE_BACKEND, threads)
    if task == Task.DETECTOR:
        return Detector(backend, config)
    return PlateReader(backend, config) if task == Task.READER else VehicleAttributes(backend, config)


def add_model(source: Path, name: str, note: str = "") -> ModelVersion:
    """Copies a model that ``make export`` wrote to where all processes find it.

    Raises ``UnusableModelError``, and changes nothing then.
    """
    if not NAME.fullmatch(name):
        raise UnusableModelError(_("A name has letters, digits, dots, dashes and underscores, at most 20."))
    try:
        config = ModelConfig.load(source / CONFIG)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UnusableModelError(f"{source / CONFIG}: {error}") from error
    if config.task not in Task.values:
        raise UnusableModelError(f"{source / CONFIG}: unknown task {config.task!r}")
    known_models()
    taken = ModelVersion.objects.filter(task=config.task, name=name).exists()
    target = Path(settings.MODELS_ROOT) / name / config.task
    if taken or target.exists():
        raise UnusableModelError(_("There is a model {name} already.").format(name=f"{config.task} {name}"))
    same = ModelVersion.objects.filter(task=config.task, digest=digest(source / CONFIG)).first()
    if same is not None:
        raise UnusableModelError(_("This is {name}, which is known already.").format(name=same))
    _copy_checked(source, target, config)
    return ModelVersion.objects.create(task=config.task, name=name, digest=digest(source / CONFIG), note=note[:300])


def _copy_checked(source: Path, target: Path, config: ModelConfig) -> None:
    """Appears at ``target`` whole or not at all, once it has run on a drawn picture."""
    root = Path(settings.MODELS_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root, prefix=".new-") as partial:
        folder = Path(partial) / config.task
        folder.mkdir()
        try:
            for file in (CONFIG, *config.sha256):
                if Path(file).name != file:
                    raise UnusableModelError(f"{source / CONFIG}: {file!r} is no file beside it")
                shutil.copyfile(source / file, folder / file)
            for file, wanted in config.sha256.items():
                check_file(folder / file, wanted)
            try_out(network_of(config.task, Path(partial)))
        except (OSError, WeightsError, BackendError) as error:
            raise UnusableModelError(str(error)) from error
        except (IndexError, ValueError, KeyError) as error:
            raise UnusableModelError(_("It does not answer as its config says: {error}").format(error=error)) from error
        target.parent.mkdir(parents=True, exist_ok=True)
        folder.rename(target)


def try_out(network: Network) -> None:
    image = np.ascontiguousarray(Street(3).render(8.0)[0])
    if isinstance(network, Detector):
        network.detect(image)
    elif isinstance(network, PlateReader):
        network.read([image])
    else:
        network.describe([image])


def choice_now(task: str) -> ModelChoice | None:
    """``None`` while nobody has chosen: the built-in model runs."""
    return ModelChoice.objects.filter(task=task).select_related("model", "by").order_by("-id").first()


def running_model(task: str) -> ModelVersion | None:
    choice = choice_now(task)
    return choice.model if choice else ModelVersion.objects.filter(task=task, is_builtin=True).first()


def choose(model: ModelVersion, by: AbstractBaseUser | AnonymousUser | None = None) -> ModelChoice:
    """Workers start again with it within seconds. Raises ``WeightsError`` for a model whose files are not whole."""
    find_model(model.task, settings.INFERENCE_BACKEND, model.folder)
    user: Any = by if by is not None and by.is_authenticated else None
    with transaction.atomic():
        now = choice_now(model.task)
        if now is not None and now.model_id == model.pk:
            return now
        return ModelChoice.objects.create(task=model.task, model=model, by=user)


def model_before(task: str) -> ModelVersion | None:
    """What ran before the present choice; ``None`` when there was no other."""
    now = choice_now(task)
    if now is None:
        return None
    earlier = ModelChoice.objects.filter(task=task, id__lt=now.pk).exclude(model=now.model).order_by("-id").first()
    if earlier is not None:
        return earlier.model
    own = ModelVersion.objects.filter(task=task, is_builtin=True).first()
    return own if own is not None and own.pk != now.model_id else None


def roll_back(task: str, by: AbstractBaseUser | AnonymousUser | None = None) -> ModelChoice | None:
    """Chooses what ran before; ``None`` when there is nothing to go back to. Raises ``WeightsError``."""
    before = model_before(task)
    return choose(before, by) if before is not None else None
