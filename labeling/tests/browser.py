"""A running site with samples, and people who label in real browsers."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
from typing import Any

from playwright.sync_api import Browser, Page, expect

from anpr_site.tests.running_site import ROOT, RunningSite

SEED = """
from cameras.models import Camera
from labeling.models import Sample
from labeling.tests.rows import draw_pictures, make_labeler, make_sample
from django.contrib.auth.models import User
camera, _ = Camera.objects.get_or_create(name="Gate", defaults={"source_url": "synthetic:", "enabled": False})
for name in ("lena", "ben"):
    User.objects.filter(username=name).exists() or make_labeler(name)
for number in range(COUNT):
    sample = make_sample(camera, f"PREFIX{number:03d}", uncertainty=1 - number / 1000, seconds_ago=60 + number)
    draw_pictures(sample, hue=number * 13)
"""
FACTS = """
import json
from labeling.models import Label, Sample
names = ("id", "state", "text", "true_text", "true_corners", "true_brand", "true_color", "labeled_by__username")
rows = {row["id"]: {**row, "labels": []} for row in Sample.objects.order_by("id").values(*names)}
for label in Label.objects.order_by("id"):
    rows[label.sample_id]["labels"].append(label.action)
print("FACTS", json.dumps(list(rows.values())))
"""


def shell(site: RunningSite, script: str) -> str:
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", script]
    done = subprocess.run(command, cwd=ROOT, env=site.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def seed(site: RunningSite, count: int, prefix: str = "SEED") -> None:
    shell(site, SEED.replace("COUNT", str(count)).replace("PREFIX", prefix))


def facts(site: RunningSite) -> list[dict[str, Any]]:
    """The samples as the database has them, each with the actions of its history."""
    rows: list[dict[str, Any]] = json.loads(shell(site, FACTS).split("FACTS", 1)[1])
    return rows


def sign_in(browser: Browser, site: RunningSite, name: str, width: int = 1440, scheme: str = "light") -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(site.url + "/login/")
    page.fill("#id_username", name)
    page.fill("#id_password", name)
    page.click("main button")
    page.wait_for_url(site.url + "/")
    return page


def open_desk(page: Page, site: RunningSite, query: str = "") -> int:
    page.goto(f"{site.url}/dataset/label/{query}")
    return shown(page)


def shown(page: Page, other_than: int = 0) -> int:
    """The sample on the page, once it is another one and drawn."""
    desk = page.locator("[data-desk]")
    expect(page.locator("[data-work]")).to_be_visible(timeout=30_000)
    expect(desk).to_have_attribute("data-sample", re.compile(rf"^(?!{other_than}$)\d+$"), timeout=30_000)
    return int(desk.get_attribute("data-sample") or 0)


def press(page: Page, *keys: str) -> int:
    """One verdict by keys, at a person's pace: once the next sample is loaded; gives that one back."""
    with contextlib.suppress(AssertionError):
        expect(page.locator("[data-desk]")).not_to_have_attribute("data-ready", "0", timeout=5000)
    before = int(page.get_attribute("[data-desk]", "data-sample") or 0)
    for key in keys:
        page.keyboard.press(key)
    return shown(page, before)


def is_sent(page: Page) -> None:
    """Waits until every answer is with the server."""
    expect(page.locator("[data-desk]")).to_have_attribute("data-unsent", "0", timeout=30_000)
