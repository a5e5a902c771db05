"""Finding in a real browser: searches, keys, saved searches, exports, one plate's page and the statistics."""

from __future__ import annotations

import csv
import re
from importlib import resources
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from anpr_site.tests import test_browser
from anpr_site.tests.browsers import IN_A_BROWSER, SIZES
from anpr_site.tests.running_site import RunningSite
from anpr_site.tests.test_browser import Visit, shoot

pytestmark = IN_A_BROWSER
site, visit = test_browser.site, test_browser.visit
expect.set_options(timeout=20_000)
FOUND = "[data-found] > li"


def search(page: Page, plate: str, match: str = "contains") -> None:
    page.fill("#id_plate", plate)
    page.select_option("#id_match", match)
    page.locator("main form[role=search] button.btn-primary").click()
    page.wait_for_url(lambda url: "plate=" in url)


def plates(page: Page) -> list[str]:
    return [text.strip() for text in page.locator(f"{FOUND} .plate-text").all_text_contents()]


def fits(page: Page, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    small = page.evaluate(
        "[...document.querySelectorAll('main .btn, main input:not([type=checkbox]), main select, main summary')]"
        ".filter(e => e.offsetParent && e.type !== 'hidden' && e.getBoundingClientRect().height < 43.5)"
        ".map(e => e.outerHTML.slice(0, 90))"
    )
    assert small == []


@pytest.mark.parametrize("width", SIZES)
def test_a_row_is_found_again_saved_exported_and_explained(site: RunningSite, visit: Visit, width: int) -> None:
    wanted = site.order("row", text=f"FB{width}O")["id"]
    site.order("row", text=f"F8{width}0")
    site.order("row", text=f"FB{width}X")
    site.order("row", text="OTHER1")
    page = visit("/detections/", width)

    search(page, f"F?{width}?")
    expect(page.locator(FOUND)).to_have_count(3)
    assert page.url.endswith(f"/detections/?plate=F%3F{width}%3F"), "no empty filters in the address"
    search(page, f"FB{width}O", "alike")
    assert set(plates(page)) == {f"FB{width}O", f"F8{width}0"}
    search(page, f"FB{width}Y", "near1")
    assert set(plates(page)) == {f"FB{width}O", f"FB{width}X"}
    search(page, f"FB{width}O", "exact")
    assert plates(page) == [f"FB{width}O"]
    fits(page, width)

    page.get_by_role("button", name="Saved searches").click()
    page.fill("#save-name", f"The one at {width}")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".alert-success")).to_contain_text(f"The one at {width}")
    page.get_by_role("link", name="Clear").click()
    page.get_by_role("button", name="Saved searches").click()
    shoot(page, f"saved-searches-{width}")
    page.get_by_role("link", name=f"The one at {width}").click()
    expect(page.locator(FOUND)).to_have_count(1)
    expect(page.locator("#id_match")).to_have_value("exact")

    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="As CSV").click()
    with Path(download.value.path()).open(encoding="utf-8") as file:
        assert [line["id"] for line in csv.DictReader(file)] == [str(wanted)]
    shoot(page, f"find-{width}")


def test_the_keys_walk_through_the_list(site: RunningSite, visit: Visit) -> None:
    first, second, third = (site.order("row", text=f"KEY{number}")["id"] for number in range(3))
    page = visit("/detections/?plate=KEY")
    here = "document.activeElement.closest('li')?.dataset.id"
    page.keyboard.press("j")
    assert page.evaluate(here) == str(third)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate(here) == str(first), "the last one stays chosen"
    page.keyboard.press("k")
    assert page.evaluate(here) == str(second)
    page.keyboard.press("/")
    page.keyboard.type("KEYjk/?")
    expect(page.locator("#id_plate")).to_have_value("KEYjk/?")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    help_window = page.locator("dialog.keys")
    expect(help_window).to_be_visible()
    shoot(page, "keys-1440")
    page.get_by_label("Use these keys on this device").uncheck()
    page.keyboard.press("Escape")
    expect(help_window).to_be_hidden()
    page.reload()
    page.keyboard.press("j")
    assert page.evaluate(here) is None, "switched off"
    page.locator("[data-keys-open]").click()
    page.get_by_label("Use these keys on this device").check()
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/detections/{third}/$"))


@pytest.mark.parametrize("width", SIZES)
def test_the_page_of_a_plate_takes_notes_and_tags(site: RunningSite, visit: Visit, width: int) -> None:
    text = f"PB{width}"
    for _turn in range(3):
        site.order("row", text=text)
    site.order("row", text=f"P8{width}")
    page = visit(f"/plates/{text}/", width)
    expect(page.locator(".heat td[data-level='4']")).to_have_count(1)
    expect(page.get_by_role("link", name=f"P8{width}")).to_be_visible()
    expect(page.locator(".gallery img")).to_have_count(3)
    page.get_by_label("Add a tag").fill("Guest")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".tags")).to_contain_text("guest")
    page.get_by_label("Write a note").fill("Brings the bread at six.")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.locator(".notes")).to_contain_text("Brings the bread at six.")
    expect(page.locator(".notes")).to_contain_text("olga")
    fits(page, width)
    shoot(page, f"plate-{width}")
    page.get_by_role("link", name="guest", exact=True).click()
    expect(page.locator(FOUND).first).to_be_visible()
    assert text in plates(page)
    page.goto(f"{site.url}/plates/{text}/")
    page.get_by_role("button", name="Remove the tag guest").click()
    expect(page.locator(".tags")).not_to_contain_text("guest")


@pytest.mark.parametrize("width", SIZES)
def test_the_statistics_are_drawn_from_their_tables(site: RunningSite, visit: Visit, width: int) -> None:
    site.order("row", text="STAT1")
    page = visit("/statistics/", width)
    page.get_by_role("link", name="Today").click()
    canvases = page.locator(".chart canvas[role=img]")
    expect(canvases.first).to_be_visible()
    assert canvases.count() >= 6
    drawn = page.evaluate(
        "[...document.querySelectorAll('.chart canvas')].map(c => "
        "c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v > 0))"
    )
    assert all(drawn)
    page.locator("summary").first.click()
    numbers = page.locator("#over-time-table td").all_inner_texts()
    total = page.locator(".totals dd").first.inner_text().replace(",", "")
    assert sum(map(int, numbers)) == int(total) > 0
    page.locator("summary").first.click()
    fits(page, width)
    page.screenshot(path=test_browser.ARTIFACTS / f"statistics-{width}.png", full_page=True, animations="disabled")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_barrier_where_people_find(site: RunningSite, visit: Visit, scheme: str) -> None:
    site.order("row", text="AXE1B")
    site.order("row", text="AXE18")
    axe = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    page = visit("/", 1440, scheme=scheme, forgive="404")
    wrong = "/detections/?plate=AXE&since=2026-02-01T00:00&until=2026-01-01T00:00&brand=none&colour=red"
    barriers = []
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": SIZES[width]})
        for address in (
            wrong,
            "/plates/AXE1B/",
            "/plates/AXE1C/",
            "/statistics/",
            "/statistics/?since=2026-02-01&until=2026-01-01",
        ):
            page.goto(site.url + address)
            for summary in page.locator(".chart summary").all():
                summary.click()
            page.wait_for_timeout(800)
            page.evaluate(axe)
            result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            barriers += [
                (width, address, violation["id"], node["html"][:150], node["failureSummary"][:200])
                for violation in result["violations"]
                for node in violation["nodes"]
            ]
    page.goto(site.url + wrong)
    page.locator("[data-keys-open]").click()
    page.evaluate(axe)
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [violation["id"] for violation in result["violations"]] == []
    assert barriers == []
