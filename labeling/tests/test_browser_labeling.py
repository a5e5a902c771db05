"""Labeling as people do it: by keys, by mouse, two at a time, with a server that goes away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from statistics import median

import pytest
from playwright.sync_api import Browser, expect

from anpr_site.tests.browsers import IN_A_BROWSER
from anpr_site.tests.running_site import RunningSite
from labeling.tests.browser import facts, is_sent, open_desk, press, seed, shell, shown, sign_in
from labeling.tests.rows import CORNERS

pytestmark = IN_A_BROWSER
PAGES = (
    "",
    "?view=table",
    "label/",
    "mode/",
    "misreads/",
    "misreads/?read=AXE001&write=AXE009",
    "progress/",
    "exports/",
    "imports/",
    "privacy/",
)
ALIKE = """
from labeling.models import Sample
Sample.objects.update(others=[["XX1", 1]])
Sample.objects.filter(pk__in=list(Sample.objects.values_list("pk", flat=True)[:3])).update(group="one")
"""

JUDGED = """
from django.contrib.auth.models import User
from labeling.answers import Answer, give
from labeling.choices import State
from labeling.models import DatasetSettings, Sample
DatasetSettings(second_opinions=100).save()
lena, ben = (User.objects.get(username=name) for name in ("lena", "ben"))
for place, row in enumerate(Sample.objects.order_by("-id")[:4]):
    state = State.CORRECT if place % 2 else State.CORRECTED
    given = Answer(state, row.text if place % 2 else row.text[:-1], brand="Toyota", color="red")
    give(lena, row, given)
    give(ben, Sample.objects.get(pk=row.pk), given if place < 3 else Answer(State.UNREADABLE))
DatasetSettings(second_opinions=0).save()
"""
CHARTS = 8
"""Of the page of progress, once people have judged and agreed."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    running = RunningSite(tmp_path_factory.mktemp("site"))
    running.start()
    running.order("user", name="olga")
    yield running
    running.close()


@pytest.fixture(autouse=True)
def _fresh(site: RunningSite) -> None:
    shell(site, "from labeling.models import Sample; Sample.objects.all().delete()")


def test_twenty_samples_by_keyboard_while_another_labels_beside(site: RunningSite, browser: Browser) -> None:
    seed(site, 44)
    lena, ben = sign_in(browser, site, "lena"), sign_in(browser, site, "ben")
    met: dict[str, list[int]] = {"lena": [open_desk(lena, site)], "ben": [open_desk(ben, site)]}
    verdicts: dict[int, str] = {}
    for number in range(20):
        current = met["lena"][-1]
        match number % 5:
            case 0 | 1:
                following, verdicts[current] = press(lena, "Enter"), "correct"
            case 2:
                following, verdicts[current] = press(lena, "e", "Q", "Enter"), "corrected"
            case 3:
                following, verdicts[current] = press(lena, "u"), "unreadable"
            case 4:
                following, verdicts[current] = press(lena, "n"), "not_a_plate"
        met["lena"].append(following)
        if number % 2:
            met["ben"].append(press(ben, "Enter"))
    assert len(set(met["lena"])) == 21
    assert len(set(met["ben"])) == 11
    assert not set(met["lena"]) & set(met["ben"]), "the two never met the same sample"
    is_sent(lena)
    undone = [press(lena, "z") for _ in range(3)]
    assert undone == met["lena"][19:16:-1], "the last ones come back, the newest first"
    left = {row["id"]: row for row in facts(site)}
    assert sum(row["labeled_by__username"] == "lena" for row in left.values()) == 17
    for pk in undone:
        assert left[pk]["state"] == "pending"
        assert left[pk]["labels"] == ["answer", "undo"]
    for again in reversed(undone):
        assert shown(lena) == again
        press(lena, "Enter")
        verdicts[again] = "correct" if verdicts[again] != "corrected" else "corrected"
    is_sent(lena)
    is_sent(ben)
    rows = {row["id"]: row for row in facts(site) if row["labeled_by__username"] == "lena"}
    assert {pk: row["state"] for pk, row in rows.items()} == verdicts
    corrected = [row for row in rows.values() if row["state"] == "corrected"]
    assert all("Q" in row["true_text"] and len(row["true_text"]) == len(row["text"]) for row in corrected)
    times = lena.evaluate("performance.getEntriesByName('next-sample').map(entry => entry.duration)")
    assert len(times) >= 20
    assert median(times) < 100, f"ms from key to next sample: {sorted(round(time) for time in times)}"


def test_corners_and_box_by_mouse_and_by_keys(site: RunningSite, browser: Browser) -> None:
    seed(site, 3)
    page = sign_in(browser, site, "lena")
    first = open_desk(page, site)
    before = page.evaluate("document.querySelector('[data-rectified]').toDataURL()")
    expect(page.locator("[data-viewers-list] li").first).to_be_attached(timeout=60_000)  # no banner moves the page now
    corner = page.locator("[data-handle=plate]").nth(0)
    corner.hover()
    page.mouse.down()
    bounds = corner.bounding_box()
    assert bounds is not None
    page.mouse.move(bounds["x"] + 33, bounds["y"] + 3, steps=4)
    page.mouse.up()
    assert page.evaluate("document.querySelector('[data-rectified]').toDataURL()") != before, "the preview follows"
    page.keyboard.press("Escape")
    for key in ("x", "Tab", "Tab", "ArrowRight"):
        page.keyboard.press(key)
    page.keyboard.press("Shift+ArrowDown")
    press(page, "Enter")
    is_sent(page)
    saved = {row["id"]: row for row in facts(site)}[first]["true_corners"]
    assert saved[0][0] > CORNERS[0][0] + 3
    assert saved[0][1] < CORNERS[0][1]
    assert saved[2] == [CORNERS[2][0] + 1, CORNERS[2][1] + 10]
    assert [saved[1], saved[3]] == [CORNERS[1], CORNERS[3]]


def test_brand_and_color_by_type_ahead(site: RunningSite, browser: Browser) -> None:
    seed(site, 2)
    page = sign_in(browser, site, "lena")
    first = open_desk(page, site)
    page.keyboard.press("b")
    page.keyboard.type("merc")
    page.keyboard.press("Enter")
    page.keyboard.press("c")
    page.keyboard.type("gr")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    press(page, "Enter")
    is_sent(page)
    row = {row["id"]: row for row in facts(site)}[first]
    assert (row["true_brand"], row["true_color"]) == ("Mercedes-Benz", "green")


def test_letters_that_are_keys_can_be_written(site: RunningSite, browser: Browser) -> None:
    seed(site, 2)
    page = sign_in(browser, site, "lena")
    first = open_desk(page, site)
    page.keyboard.press("e")
    selected = page.evaluate(
        "(() => { const f = document.querySelector('[data-text]'); return [f.selectionStart, f.selectionEnd]; })()"
    )
    assert selected == [2, 3], "the weakest character"
    page.keyboard.type("wunsz")
    press(page, "Enter")
    is_sent(page)
    row = {row["id"]: row for row in facts(site)}[first]
    assert (row["state"], row["true_text"]) == ("corrected", "SEWUNSZD000")


def test_a_capital_is_written_over_the_marked_character(site: RunningSite, browser: Browser) -> None:
    seed(site, 3)
    page = sign_in(browser, site, "lena")
    first = open_desk(page, site)
    expect(page.locator("[data-text]")).to_have_value("SEED000")
    marked = page.locator("[data-marks] mark")
    expect(marked).to_have_text("E")
    assert page.locator("[data-marks]").inner_text() == "SEED000"
    page.keyboard.press("Shift+S")
    expect(page.locator("[data-text]")).to_have_value("SESD000")
    expect(marked).to_have_count(0)
    page.keyboard.press("w")
    second = press(page, "Enter")
    page.keyboard.press("Shift+Digit4")
    press(page, "Enter")
    is_sent(page)
    rows = {row["id"]: row for row in facts(site)}
    assert [rows[first]["true_text"], rows[second]["true_text"]] == ["SESWD000", "SE4D001"]


def test_an_answer_outlives_a_server_that_goes_away(site: RunningSite, browser: Browser) -> None:
    seed(site, 8)
    page = sign_in(browser, site, "lena")
    first = open_desk(page, site)
    page.wait_for_timeout(1500)
    site.stop()
    second = press(page, "Enter")
    expect(page.locator("[data-away]")).to_be_visible()
    press(page, "u")
    site.start()
    expect(page.locator("[data-away]")).to_be_hidden(timeout=30_000)
    is_sent(page)
    states = {row["id"]: row["state"] for row in facts(site)}
    assert (states[first], states[second]) == ("correct", "unreadable")


def test_what_somebody_answers_who_was_signed_out_comes_back(site: RunningSite, browser: Browser) -> None:
    seed(site, 4)
    page = sign_in(browser, site, "lena")
    first = open_desk(page, site)
    page.wait_for_timeout(1500)
    page.context.clear_cookies(name="sessionid")
    page.keyboard.press("Shift+Q")
    page.keyboard.press("Enter")
    expect(page.locator("[data-trouble]")).to_contain_text("signed out")
    expect(page.locator("[data-desk]")).to_have_attribute("data-sample", str(first))
    expect(page.locator("[data-text]")).to_have_value("SEQD000")
    assert facts(site)[0]["state"] == "pending"


def test_two_who_disagree_and_a_third_who_settles(site: RunningSite, browser: Browser) -> None:
    seed(site, 1)
    shell(site, "from labeling.models import DatasetSettings; DatasetSettings(second_opinions=100).save()")
    for name, keys in {"lena": ("Enter",), "ben": ("e", "Q", "Enter")}.items():
        page = sign_in(browser, site, name)
        open_desk(page, site)
        expect(page.locator("[data-second]")).to_be_visible(visible=name == "ben")
        for key in keys:
            page.keyboard.press(key)
        expect(page.locator("[data-empty]")).to_be_visible(timeout=30_000)
        is_sent(page)
    page = sign_in(browser, site, "olga")
    open_desk(page, site, "?order=disputed")
    expect(page.locator("[data-dispute-list] button")).to_have_text(
        [re.compile("lena: correct"), re.compile("ben: corrected .*Q")]
    )
    page.keyboard.press("2")
    expect(page.locator("[data-empty]")).to_be_visible(timeout=30_000)
    is_sent(page)
    row = facts(site)[0]
    assert row["labels"] == ["answer", "second", "settle"]
    assert (row["state"], row["labeled_by__username"]) == ("corrected", "olga")
    assert "Q" in row["true_text"]
    shell(site, "from labeling.models import DatasetSettings; DatasetSettings(second_opinions=0).save()")


def test_a_sample_without_its_picture_can_still_be_judged(site: RunningSite, browser: Browser) -> None:
    seed(site, 1)
    shell(site, "from labeling.models import Sample; s = Sample.objects.get(); s.frame.storage.delete(s.frame.name)")
    page = sign_in(browser, site, "lena")
    first = open_desk(page, site)
    expect(page.locator("[data-no-picture]")).to_be_visible()
    page.keyboard.press("u")
    expect(page.locator("[data-empty]")).to_be_visible(timeout=30_000)
    is_sent(page)
    row = facts(site)[0]
    assert (row["id"], row["state"], row["true_corners"]) == (first, "unreadable", CORNERS)


def test_a_sample_that_somebody_else_holds_is_not_shown(site: RunningSite, browser: Browser) -> None:
    seed(site, 12)
    ben, lena = sign_in(browser, site, "ben"), sign_in(browser, site, "lena")
    taken = open_desk(ben, site)
    other = open_desk(lena, site, f"?sample={taken}")
    expect(lena.locator("[data-trouble]")).to_contain_text("Somebody else is looking")
    assert other != taken
    press(lena, "Enter")
    expect(lena.locator("[data-trouble]")).to_be_hidden()


def test_the_end_of_the_queue_and_what_was_skipped(site: RunningSite, browser: Browser) -> None:
    seed(site, 2)
    page = sign_in(browser, site, "lena")
    open_desk(page, site)
    last = press(page, "s")
    page.keyboard.press("Enter")
    expect(page.locator("[data-empty]")).to_be_visible()
    page.get_by_role("button", name="skipped").click()
    assert shown(page, last) != last


def test_many_are_judged_and_taken_back_from_the_list(site: RunningSite, browser: Browser) -> None:
    seed(site, 6)
    page = sign_in(browser, site, "lena")
    page.goto(site.url + "/dataset/")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+Space")
    expect(page.locator("[data-selected]")).to_have_text("3 selected")
    expect(page.locator("[data-peek]")).to_be_visible()
    page.select_option("#bulk-action", "not_a_plate")
    page.get_by_role("button", name="Do it").click()
    expect(page.locator(".state-mark[data-state=not_a_plate]")).to_have_count(3)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".state-mark[data-state=pending]")).to_have_count(6)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_barrier(site: RunningSite, browser: Browser, scheme: str) -> None:
    seed(site, 8, "AXE")
    shell(site, ALIKE)
    shell(site, JUDGED)
    axe = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    pk = facts(site)[0]["id"]
    found = []
    page = sign_in(browser, site, "olga", scheme=scheme)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900 if width > 800 else 844})
        for name in (*PAGES, f"samples/{pk}/"):
            page.goto(f"{site.url}/dataset/{name}")
            page.wait_for_timeout(1200)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
            if name == "progress/":
                expect(page.locator("[data-chart] canvas")).to_have_count(CHARTS)
            page.evaluate(axe)
            result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            found += [
                (width, name, violation["id"], node["html"][:150], node["failureSummary"][:200])
                for violation in result["violations"]
                for node in violation["nodes"]
            ]
    assert found == []
    assert complaints == []
