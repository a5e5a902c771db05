"""Staff let the plates of a table in: the list, the gate, the receiver, and a vehicle of the drawn street."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from standardwebhooks import Webhook

from anpr_site.tests.browsers import ARTIFACTS, NEEDS_CHROMIUM, chromium
from anpr_site.tests.processes import free_port, wait_until
from anpr_site.tests.running_site import ROOT, wait_for_answer
from detections.tests.receiver import Receiver
from inference.synthetic import Street

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(580),
    NEEDS_CHROMIUM,
]
STREET_S = 400
PASSES_WITHIN_S = 240
PAGES = (
    "/registry/",
    "/registry/lists/1/",
    "/registry/plates/1/",
    "/gates/",
    "/gates/decisions/",
    "/gates/stays/",
    "/gates/destinations/",
    "/gates/destinations/1/",
    "/gates/destinations/new/",
    "/gates/deliveries/",
)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    opened = Receiver(free_port(8541, 8560)).open()
    yield opened
    opened.close()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Address and password of the member of staff."""
    port = free_port(8561, 8580)
    environment = {
        "PATH": "/usr/bin:/bin",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'demo.sqlite3'}",
        "MEDIA_ROOT": str(tmp_path / "media"),
        "DELIVERY_NETWORKS": "127.0.0.0/8",
    }
    log = tmp_path / "demo.log"
    command = [sys.executable, "manage.py", "demo", "--source", "synthetic:", "--port", str(port)]
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            wait_until(lambda: "Watching" in log.read_text(), 120)
            wait_for_answer(f"http://127.0.0.1:{port}/health", process)
            password = re.search(r"staff\s+password (\S+)", log.read_text())
            assert password is not None
            yield f"http://127.0.0.1:{port}", password[1]
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture
def page(demo: tuple[str, str]) -> Iterator[Page]:
    address, password = demo
    complaints: list[str] = []
    with chromium() as browser:
        opened = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900}).new_page()
        opened.set_default_timeout(60_000)
        opened.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.goto("/login/")
        opened.fill("#id_username", "staff")
        opened.fill("#id_password", password)
        opened.click("main button")
        opened.wait_for_url(f"{address}/")
        yield opened
    assert complaints == []


def write_table(path: Path) -> None:
    """Every plate that the street shows in its first minutes, and one line that cannot be used."""
    street = Street(0)
    plates = {vehicle.plate_text for t in range(0, STREET_S, 3) for vehicle in street.render(float(t))[1]}
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["plate", "owner", "valid_until"])
        writer.writerows([plate, "Street", "2099-12-31"] for plate in sorted(plates))
        writer.writerow(["WRONG1", "Nobody", "some day"])


def import_list(page: Page, table: Path) -> None:
    page.goto("/registry/lists/new/")
    page.fill("#id_name", "Residents")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Import").click()
    page.set_input_files("#id_file", {"name": table.name, "mimeType": "text/csv", "buffer": table.read_bytes()})
    page.get_by_role("button", name="Show what would happen").click()
    expect(page.locator("[data-plan]")).to_contain_text(re.compile(r"\d+ new, 0 changed"))
    expect(page.locator(".alert-warning")).to_contain_text("1 line cannot be used")
    expect(page.locator("tbody tr").first).to_contain_text("some day is no date")
    page.get_by_role("button", name="Import now").click()
    expect(page.locator(".alert-success")).to_contain_text("plates added")


def make_gate(page: Page) -> None:
    page.goto("/gates/new/")
    page.fill("#id_name", "Barrier")
    page.select_option("#id_camera", label="Demo")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Barrier")).to_be_visible()


def make_destination(page: Page, receiver: Receiver) -> str:
    """The secret, which is shown once."""
    page.goto("/gates/destinations/new/")
    page.fill("#id_name", "Parking")
    expect(page.locator("#id_topic")).to_be_hidden()
    page.fill("#id_address", receiver.url)
    page.get_by_role("button", name="Save").click()
    secret = page.locator("#secret").input_value()
    page.reload()
    expect(page.locator("#secret")).to_have_count(0)
    page.get_by_role("button", name="Send test event").click()
    expect(page.locator(".alert-success")).to_contain_text("on its way")
    wait_until(lambda: receiver.log, 60)
    page.reload()
    expect(page.locator("[data-status=sent]").first).to_be_visible()
    return secret


def received(receiver: Receiver, secret: str, event: str) -> list[dict[str, Any]]:
    """Events of a type whose signature holds."""
    bodies = [Webhook(secret).verify(request.body, request.headers) for request in list(receiver.requests)]
    return [body for body in bodies if body["type"] == event]


def test_a_vehicle_of_the_list_is_let_in(page: Page, receiver: Receiver, tmp_path: Path) -> None:
    table = tmp_path / "residents.csv"
    write_table(table)
    import_list(page, table)
    make_gate(page)
    secret = make_destination(page, receiver)

    def opened_early() -> list[dict[str, Any]]:
        """A vehicle whose text settles only as it leaves opens at the final decision instead."""
        told = [body["data"] for body in received(receiver, secret, "gate.open")]
        return [data for data in told if data["stage"] == "preview"]

    opened = wait_until(opened_early, PASSES_WITHIN_S, 1.0)[0]
    assert (opened["decision"], opened["match"]["list"]) == ("allow", "Residents")
    assert opened["plate_text"] in table.read_text()
    assert received(receiver, secret, "access.decided")
    page.goto(f"/gates/decisions/?decision=allow&plate={opened['plate_text']}")
    row = page.locator("tr[data-decision=allow]", has_text="Residents").first
    expect(row).to_contain_text(opened["plate_text"])
    expect(page.locator("tr", has_text="in view").first).to_contain_text("yes")

    page.goto("/gates/")
    page.get_by_label("Open by hand: why?").fill("Fire brigade")
    page.click("button:has-text('Open')")
    expect(page.locator(".alert-success")).to_contain_text("was told to open")
    wait_until(lambda: any(body["data"]["stage"] == "manual" for body in received(receiver, secret, "gate.open")), 60)
    look_at_all(page)


def look_at_all(page: Page) -> None:
    """Each page at a desk and on a phone: no violation, nothing wider than the screen, a picture of it."""
    ARTIFACTS.mkdir(exist_ok=True)
    for width, height, scheme in ((1440, 900, "light"), (390, 844, "dark")):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for address in PAGES:
            page.goto(address)
            violations = Axe().run(page).response["violations"]
            found = [(wrong["id"], node["html"][:150]) for wrong in violations for node in wrong["nodes"]]
            assert found == [], f"{address} at {width}: {json.dumps(found)}"
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
            name = address.strip("/").replace("/", "-")
            page.screenshot(path=ARTIFACTS / f"gates-{name}-{width}.png", animations="disabled")
