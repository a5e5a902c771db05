"""One frozen config per model, beside its weights: the same values train, export and run it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """What a model file needs to be run.

    ``classes`` are the names behind the outputs: for ``detector`` the classes of the boxes, for ``reader`` the
    characters (index 0 is the CTC blank and stands for nothing), for ``attributes`` the brands.
    ``sha256`` maps each weights file's name to its digest.
    """

    name: str
    task: Literal["detector", "reader", "attributes"]
    version: str
    input_width: int
    input_height: int
    color_mode: Literal["gray", "rgb"]
    classes: tuple[str, ...]
    colors: tuple[str, ...] = ()
    thresholds: dict[str, float] = field(default_factory=dict)
    sha256: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> ModelConfig:
        values = json.loads(path.read_text(encoding="utf-8"))
        return cls(**{**values, "classes": tuple(values["classes"]), "colors": tuple(values.get("colors", ()))})

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")
