"""Which model files exist, and that they are whole: each is checked against the digest in its config."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Final

from inference.model_config import ModelConfig

MODELS: Final = Path(__file__).parent / "models"
CONFIG: Final = "config.json"
SUFFIXES: Final = {
    "openvino": (".int8.onnx", ".onnx"),
    "onnx": (".onnx",),
    "ncnn": (".param",),
    "torch": (".pt2",),
}
"""Which of a model's files each backend reads, the first that there is."""


class WeightsError(Exception):
    """A model file is missing or damaged; the message names it and says what to do."""


def find_model(name: str, backend: str = "openvino", folder: Path = MODELS) -> tuple[Path, ModelConfig]:
    """The file that ``backend`` runs for the model ``name`` (detector, reader, attributes), and its config.

    Every file of the model that belongs to the backend is checked. Raises ``WeightsError``.
    """
    config = _read_config(folder / name / CONFIG)
    suffixes = SUFFIXES.get(backend, (".onnx",))
    chosen = [file for suffix in suffixes if (file := f"{name}{suffix}") in config.sha256]
    if not chosen:
        raise WeightsError(
            f"{folder / name}: has no {suffixes[-1]} file for {backend}: choose another backend or run `make export`"
        )
    weights = [f"{name}.bin"] if backend == "ncnn" else []
    for file in (chosen[0], *weights):
        check_file(folder / name / file, config.sha256.get(file, ""))
    return folder / name / chosen[0], config


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_config(path: Path) -> ModelConfig:
    try:
        return ModelConfig.load(path)
    except FileNotFoundError:
        raise WeightsError(
            f"{path} is missing: get it with `git checkout {path}`, or train and `make export`"
        ) from None
    except (json.JSONDecodeError, UnicodeDecodeError, TypeError, KeyError) as problem:
        raise WeightsError(f"{path} is damaged ({problem}): get it again with `git checkout {path}`") from problem


def check_file(path: Path, wanted: str) -> None:
    """Raises ``WeightsError`` when the file is missing or its sha256 is not ``wanted``."""
    if not path.is_file():
        raise WeightsError(f"{path} is missing: get it with `git checkout {path}`, or train and `make export`")
    if digest(path) != wanted:
        raise WeightsError(
            f"{path} is damaged (its sha256 is not the one in {CONFIG}): get it again with `git checkout {path}`"
        )
