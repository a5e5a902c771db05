"""What the containers of docker-compose.yml hold and run, for machines without Docker."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

from anpr_site.tests.running_site import ROOT

APP_SERVICES = ("migrate", "web", "cameras", "deliveries")
"""Those that run the product's own image."""


def compose(values: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The services by name, as they are with these values in ``.env``."""

    def value(found: re.Match[str]) -> str:
        name, mark, words = found["name"], found["mark"], found["words"] or ""
        if not name:
            return "$"
        assert mark != "?" or values.get(name), words
        return values.get(name) or words

    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    written = re.sub(r"\$(?:\$|\{(?P<name>\w+)(?::(?P<mark>[-?])(?P<words>[^}]*))?\})", value, text)
    services: dict[str, dict[str, Any]] = yaml.safe_load(written)["services"]
    return services


def environment_of(service: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, str]:
    """What a container sees: ``.env``, over it the service's own."""
    return {**(values if service.get("env_file") else {}), **service["environment"]}


def dockerfile() -> str:
    """One line an instruction."""
    return re.sub(r"\s*\\\n\s*", " ", (ROOT / "Dockerfile").read_text(encoding="utf-8"))


def health_check() -> list[str]:
    """The words of the image's health check."""
    found = re.search(r"^HEALTHCHECK .*?CMD (\[.*\])$", dockerfile(), re.M)
    assert found
    words: list[str] = json.loads(found[1])
    return words


def copy_image(folder: Path) -> None:
    """The tree as ``COPY . /app`` leaves it, by the rules of .dockerignore."""
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()

    def left_out(directory: str, names: list[str]) -> list[str]:
        below = Path(os.path.relpath(directory, ROOT))
        return [name for name in names if any(is_meant(rule, (below / name).as_posix()) for rule in rules)]

    shutil.copytree(ROOT, folder, ignore=left_out)


def is_meant(rule: str, path: str) -> bool:
    return fnmatch(path, rule) or (rule.startswith("**/") and fnmatch(path, rule[3:]))
