"""Debian's Chromium, and what every test in it expects of a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from anpr_site.tests.running_site import HAS_REDIS, ROOT

EXECUTABLE = "/usr/bin/chromium"
CHROMIUM = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = {1440: 900, 820: 1180, 390: 844}
ARTIFACTS = ROOT / "artifacts"
NEEDS_CHROMIUM = pytest.mark.skipif(not Path(EXECUTABLE).exists(), reason="needs chromium")
IN_A_BROWSER = [pytest.mark.slow, pytest.mark.skipif(not HAS_REDIS, reason="needs redis-server"), NEEDS_CHROMIUM]
"""Marks of tests against a ``RunningSite``."""


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=EXECUTABLE, args=CHROMIUM)
        yield launched
        launched.close()


def watch(page: Page, complaints: list[str], forgive: str = "$^") -> None:
    """Gathers what the console says unless it matches ``forgive``, and requests that leave the machine."""

    def note(text: str) -> None:
        if not re.search(forgive, text):
            complaints.append(text)

    def note_request(address: str) -> None:
        if not re.match(r"(http|ws)://127\.0\.0\.1:|data:|blob:", address):
            complaints.append(f"left the machine: {address}")

    page.on("console", lambda said: note(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: note_request(request.url))
