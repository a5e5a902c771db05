"""What all tests share: quick passwords, a media folder of their own, no mixing of parallel runs on one Redis."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings as django_settings
from pytest_django import Settings


def pytest_configure(config: pytest.Config) -> None:
    run = getattr(config, "workerinput", {}).get("workerid", "main")
    if django_settings.REDIS_URL:
        django_settings.CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = f"test-{run}"
        django_settings.CACHES["default"]["KEY_PREFIX"] = f"test-{run}"


@pytest.fixture(autouse=True)
def _quick_and_separate(settings: Settings, tmp_path: Path) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path / "media"
