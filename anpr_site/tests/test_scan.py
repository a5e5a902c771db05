"""The phone page in a real browser whose camera is a clip of the drawn street."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from anpr_site.tests.browsers import CHROMIUM, EXECUTABLE, NEEDS_CHROMIUM
from anpr_site.tests.processes import ROOT, Product, free_port
from anpr_site.tests.running_site import wait_for_answer
from inference.synthetic import Street

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    NEEDS_CHROMIUM,
]
ARTIFACTS = ROOT / "artifacts"
PLATE = "996EEV56"
SECONDS = 1.2
PEOPLE = f"""
from django.contrib.auth.models import User
from detections.registry_models import ListKind, PlateList, RegisteredPlate
User.objects.create_superuser("olga", password="olga")
User.objects.create_user("ben", password="ben")
RegisteredPlate.objects.create(
    list=PlateList.objects.create(name="Stolen", kind=ListKind.WATCH), plate_text="{PLATE}"
)
"""


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the browser's camera sees, over and over: one car drives up."""
    path = tmp_path_factory.mktemp("clip") / "street.mjpeg"
    street = Street(3)
    with path.open("wb") as film:
        for number in range(round(SECONDS * street.fps)):
            image, _ = street.render(number / street.fps)
            film.write(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes())
    return path


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    product = Product(tmp_path_factory.mktemp("scan"))
    product.manage("migrate", "-v0")
    product.manage("shell", "-v0", "-c", PEOPLE)
    port = free_port(8400, 8449)
    server = product.start("web", sys.executable, "-m", "daphne", "-p", str(port), "anpr_site.asgi:application")
    wait_for_answer(f"http://127.0.0.1:{port}/login/", server)
    yield f"http://127.0.0.1:{port}"
    product.close()


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory, clip: Path) -> Iterator[BrowserContext]:
    """A phone with a camera, which may be used."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"),
            executable_path=EXECUTABLE,
            viewport={"width": 390, "height": 844},
            args=[
                *CHROMIUM,
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={clip}",
            ],
        )
        yield context
        context.close()


def sign_in(page: Page, site: str, name: str) -> None:
    page.goto(site + "/login/?next=/scan/")
    page.fill("#id_username", name)
    page.fill("#id_password", name)
    page.click("main button")
    page.wait_for_url(site + "/scan/")


@pytest.fixture
def page(profile: BrowserContext, site: str) -> Iterator[Page]:
    """The scan page of a signed-in person; its console must stay clean and nothing may leave the machine."""
    complaints: list[str] = []
    profile.clear_cookies()
    opened = profile.new_page()
    opened.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.add_init_script(
        "window.shaken = []; navigator.vibrate = (pattern) => { window.shaken.push(pattern); return true; };"
    )
    sign_in(opened, site, "olga")
    yield opened
    opened.close()
    assert complaints == []


def test_a_plate_is_read_drawn_said_and_felt(page: Page) -> None:
    page.click("[data-start]")
    overlay = page.locator("[data-overlay]")
    expect(page.locator("[data-scan]")).to_have_attribute("data-state", "running", timeout=60_000)
    expect(overlay).to_have_attribute("data-plates", re.compile(PLATE), timeout=60_000)
    row = page.locator(f'[data-reads] [data-text="{PLATE}"]').first
    expect(row).to_be_visible(timeout=60_000)
    expect(row.locator("[data-badge]")).to_have_text("watch: Stolen")
    hit = page.locator("[data-hit]")
    expect(hit).to_have_text(re.compile(f"{PLATE}: on the list “Stolen”"))
    expect(hit).to_have_attribute("data-said", re.compile(" ".join(PLATE)))
    assert page.evaluate("window.shaken[0]") == [200, 100, 200]
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / "scan-390.png")
    drawn = page.evaluate(
        "(() => { const c = document.querySelector('[data-overlay]');"
        "const p = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        "return p.filter((value, place) => place % 4 === 3 && value > 0).length; })()"
    )
    assert drawn > 200
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1440, "height": 900})
    page.wait_for_timeout(1500)
    page.screenshot(path=ARTIFACTS / "scan-1440.png")
    page.set_viewport_size({"width": 390, "height": 844})
    page.click("[data-stop]")
    expect(page.locator("[data-scan]")).to_have_attribute("data-state", "idle")
    assert page.evaluate("document.querySelector('video').srcObject") is None


def test_it_can_be_installed_and_says_when_the_server_is_away(page: Page, site: str, profile: BrowserContext) -> None:
    told = page.request.get(site + "/scan/manifest.webmanifest")
    manifest = json.loads(told.text())
    assert told.headers["content-type"].startswith("application/manifest+json")
    assert (manifest["display"], manifest["scope"]) == ("standalone", "/scan/")
    for icon in manifest["icons"]:
        assert page.request.get(site + icon["src"]).headers["content-type"] == "image/png"
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    session = profile.new_cdp_session(page)
    assert session.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    page.goto(site + "/scan/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    profile.set_offline(True)
    try:
        page.goto(site + "/scan/")
        expect(page.locator("h1")).to_have_text("Platewatch cannot be reached")
    finally:
        profile.set_offline(False)
    page.click("text=Try again")
    expect(page.locator("[data-start]")).to_be_visible()


def test_a_camera_that_is_refused_is_explained(page: Page) -> None:
    page.evaluate(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError')); true"
    )
    page.click("[data-start]")
    expect(page.locator("[data-note-title]")).to_have_text("The camera is not allowed")
    expect(page.locator("[data-start]")).to_be_enabled()


def test_without_the_right_to_see_lists_none_is_told(page: Page, profile: BrowserContext, site: str) -> None:
    profile.clear_cookies()
    sign_in(page, site, "ben")
    expect(page.locator("main")).to_contain_text("no right to see the lists")
    page.click("[data-start]")
    row = page.locator(f'[data-reads] [data-text="{PLATE}"]').first
    expect(row).to_be_visible(timeout=60_000)
    expect(row.locator("[data-badge]")).to_be_hidden()
    expect(page.locator("[data-hit]")).to_be_hidden()
