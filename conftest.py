"""What all tests share: quick passwords, a media folder of their own, no mixing of parallel runs on one Redis."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from channels.layers import channel_layers
from django.conf import settings as django_settings
from pytest_django import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def pytest_configure(config: pytest.Config) -> None:
    run = getattr(config, "workerinput", {}).get("workerid", "main")
    if django_settings.REDIS_URL:
        django_settings.CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = f"test-{run}"
        django_settings.CACHES["default"]["KEY_PREFIX"] = f"test-{run}"
        django_settings.CACHES["answers"]["KEY_PREFIX"] = f"test-{run}-answers"


@pytest.fixture(autouse=True)
def _quick_and_separate(settings: Settings, tmp_path: Path) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path / "media"
    channel_layers.backends.clear()  # that of Redis keeps locks of the event loop before


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from anpr_site.tests.browsers import chromium

    with chromium() as launched:
        yield launched
