"""From the keyboard to the zip: what somebody labels in a browser is what the export holds."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from anpr_site.tests.browsers import IN_A_BROWSER
from anpr_site.tests.running_site import RunningSite
from labeling.tests.browser import is_sent, open_desk, press, seed, shell, sign_in

pytestmark = [*IN_A_BROWSER, pytest.mark.timeout(400)]
UIDS = """
import json
from labeling.models import Sample
print("UIDS", json.dumps({row.pk: str(row.uid) for row in Sample.objects.all()}))
"""
STAFF = """
from django.contrib.auth.models import User
from labeling.tests.rows import make_labeler
User.objects.filter(username="sam").exists() or make_labeler("sam", "staff")
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """One process that also does the work in the background, as on a laptop."""
    running = RunningSite(tmp_path_factory.mktemp("site"))
    running.environment["EMBEDDED_WORKERS"] = "true"
    try:
        running.start()
        yield running
    finally:
        running.close()


def uids(site: RunningSite) -> dict[int, str]:
    told = json.loads(shell(site, UIDS).split("UIDS", 1)[1])
    return {int(pk): uid for pk, uid in told.items()}


def test_twenty_labeled_by_keyboard_are_exactly_what_the_export_holds(
    site: RunningSite, browser: Browser, tmp_path: Path
) -> None:
    seed(site, 30)
    page = sign_in(browser, site, "lena")
    current = open_desk(page, site)
    labeled: list[int] = []
    keys: list[tuple[str, ...]] = [("Enter",), ("Enter",), ("e", "Q", "Enter"), ("u",), ("n",)]
    for number in range(20):
        labeled.append(current)
        current = press(page, *keys[number % 5])
    undone = [press(page, "z") for _ in range(3)]
    assert undone == labeled[:16:-1]
    for _ in undone:
        current = press(page, "Enter")
    is_sent(page)
    page.goto(site.url + "/dataset/exports/")
    expect(page.locator("main")).to_contain_text("20 judged samples")
    page.get_by_role("button", name="Export", exact=True).click()
    expect(page.locator(".export-list li")).to_have_count(1)
    download = page.get_by_role("link", name="Download")
    expect(download).to_be_visible(timeout=240_000)
    with page.expect_download() as saved:
        download.click()
    saved.value.save_as(tmp_path / "dataset.zip")
    with zipfile.ZipFile(tmp_path / "dataset.zip") as packed:
        records = [json.loads(line) for line in packed.read("samples.jsonl").decode().splitlines()]
        table = list(csv.DictReader(io.StringIO(packed.read("labels.csv").decode())))
    known = uids(site)
    assert {record["uid"] for record in records} == {known[pk] for pk in labeled}
    assert len(records) == 20
    readable = [record for record in records if record["state"] in ("correct", "corrected")]
    assert {row["sample"]: row["text"] for row in table} == {row["uid"]: row["true_text"] for row in readable}
    assert sum("Q" in row["text"] for row in table) == 4


def test_staff_bring_a_dataset_in(site: RunningSite, browser: Browser, tmp_path: Path) -> None:
    shell(site, "from labeling.models import Sample; Sample.objects.all().delete()")
    seed(site, 6, "COME")
    shell(site, STAFF)
    command = f"call_command('export_dataset', '{tmp_path}/come.zip', '--all')"
    shell(site, f"from django.core.management import call_command; {command}")
    shell(site, "from labeling.models import Sample; Sample.objects.all().delete()")
    page = sign_in(browser, site, "sam")
    page.goto(site.url + "/dataset/exports/")
    page.get_by_role("link", name="Import a dataset").click()
    page.set_input_files("#id_file", tmp_path / "come.zip")
    page.get_by_role("button", name="Import", exact=True).click()
    listed = page.locator(".export-list")
    expect(listed).to_contain_text("6 imported, 0 got their answer, 0 were known", timeout=60_000)
    expect(listed).to_contain_text("come.zip")
    assert len(uids(site)) == 6
    (tmp_path / "broken.zip").write_bytes((tmp_path / "come.zip").read_bytes()[:-4000])
    page.set_input_files("#id_file", tmp_path / "broken.zip")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(listed).to_contain_text("broken.zip: this is no zip that can be read", timeout=60_000)
    assert len(uids(site)) == 6


def test_staff_erase_a_plate_in_the_browser(site: RunningSite, browser: Browser) -> None:
    seed(site, 3, "GONE")
    shell(site, STAFF)
    before = len(uids(site))
    page = sign_in(browser, site, "sam")
    page.goto(site.url + "/dataset/privacy/")
    page.fill("#id_plate", "gone 001")
    page.get_by_role("button", name="Find").click()
    expect(page.locator(".count-list")).to_contain_text("samples")
    page.fill("#id_again", "GONE002")
    page.get_by_role("button", name="Erase for ever").click()
    expect(page.locator("main")).to_contain_text("Write the plate once more")
    page.fill("#id_again", "GONE001")
    page.get_by_role("button", name="Erase for ever").click()
    expect(page.get_by_role("status").filter(has_text="Erased")).to_be_visible()
    assert len(uids(site)) == before - 1
