"""What a person sees in a real browser, at the widths of a desk, a tablet and a phone."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from importlib import resources

import pytest
from playwright.sync_api import Browser, Page, expect

from anpr_site.tests.browsers import ARTIFACTS, IN_A_BROWSER, SIZES, watch
from anpr_site.tests.running_site import RunningSite

pytestmark = IN_A_BROWSER

Visit = Callable[..., Page]
ENDLESS = {"results": [], "next": "/api/v1/detections/?cursor=more"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    running = RunningSite(tmp_path_factory.mktemp("site"))
    running.start()
    running.order("user", name="olga")
    running.order("health", state="online")
    yield running
    running.close()


@pytest.fixture
def visit(browser: Browser, site: RunningSite) -> Iterator[Visit]:
    """Opens a page as a signed-in person; its console must stay clean and nothing may leave the machine."""
    contexts = []
    complaints: list[str] = []

    def open_page(address: str = "/", width: int = 1440, *, scheme: str = "light", forgive: str = "$^") -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": SIZES[width]}, color_scheme=scheme, timezone_id="Europe/Berlin"
        )
        contexts.append(context)
        page = context.new_page()
        watch(page, complaints, forgive)
        page.goto(site.url + "/login/")
        page.fill("#id_username", "olga")
        page.fill("#id_password", "olga")
        page.click("main button")
        page.wait_for_url(site.url + "/")
        if address != "/":
            page.goto(site.url + address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def shoot(page: Page, name: str) -> None:
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}.png", animations="disabled")


def is_live(page: Page) -> None:
    expect(page.locator("[data-viewers-list] li").first).to_be_attached()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (820, "dark"), (390, "dark"), (390, "light")])
def test_a_live_row_and_a_moving_picture(site: RunningSite, visit: Visit, width: int, scheme: str) -> None:
    page = visit(width=width, scheme=scheme)
    is_live(page)
    site.order("pictures", on=True)
    text = f"LIVE{width}{scheme[0].upper()}"
    row = site.order("row", text=text)
    shown = page.locator(f'.row-card[data-id="{row["id"]}"]')
    expect(shown.locator(".plate-text")).to_have_text(text, timeout=2000)
    expect(page.locator("[data-rows] > li").first).to_have_attribute("data-id", str(row["id"]))
    canvas = page.locator(".tile canvas").first
    expect(canvas).to_have_attribute("data-index", re.compile(r"\d+"), timeout=5000)
    seen = {canvas.get_attribute("data-index")}
    began = time.monotonic()
    for _ in range(10):
        page.wait_for_timeout(300)
        seen.add(canvas.get_attribute("data-index"))
    rate = (len(seen) - 1) / (time.monotonic() - began)
    assert 0.7 < rate < 2.7, "about two pictures a second on the wall"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    shoot(page, f"dashboard-{width}-{scheme}")


def test_an_update_replaces_its_row_in_place(site: RunningSite, visit: Visit) -> None:
    page = visit()
    is_live(page)
    first = site.order("row", text="UPD8")
    second = site.order("row", text="NEXT1")
    expect(page.locator("[data-rows] > li").first).to_have_attribute("data-id", str(second["id"]))
    site.order("row", text="UPDB", pk=first["id"])
    rows = page.locator(f'[data-rows] > li[data-id="{first["id"]}"]')
    expect(rows.locator(".plate-text")).to_have_text("UPDB")
    expect(rows).to_have_count(1)
    expect(page.locator("[data-rows] > li").nth(1)).to_have_attribute("data-id", str(first["id"]))


def test_a_lost_message_is_found_without_a_reload(site: RunningSite, visit: Visit) -> None:
    page = visit()
    is_live(page)
    row = site.order("row", text="SILENT1", silent=True)
    expect(page.locator(f'[data-rows] > li[data-id="{row["id"]}"]')).to_be_visible(timeout=15_000)


def test_after_the_server_was_away_the_page_catches_up(site: RunningSite, visit: Visit) -> None:
    page = visit(forgive="WebSocket|ERR_|Failed to load")
    is_live(page)
    absorbed = site.order("row", text="")["id"]
    expect(page.locator(f'[data-rows] > li[data-id="{absorbed}"]')).to_be_visible()
    page.evaluate("window.sameDocument = true")
    site.stop()
    banner = page.locator("[data-link-banner]")
    expect(banner).to_be_visible(timeout=10_000)
    expect(banner).to_contain_text("Not live", timeout=5000)
    expect(page.locator("[data-health-words]").first).to_have_text("Disconnected")
    camera = page.locator(".tile-state [data-words]")
    expect(camera).to_have_text("not known")
    shoot(page, "disconnected-1440")
    missed = [site.order("row", text=f"AWAY{number}", silent=True)["id"] for number in range(3)]
    site.order("gone", pk=absorbed)
    site.start()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(banner).to_be_hidden(timeout=30_000)
    expect(camera).not_to_have_text("not known")
    for pk in missed:
        expect(page.locator(f'[data-rows] > li[data-id="{pk}"]')).to_be_visible(timeout=5000)
    expect(page.locator(f'[data-rows] > li[data-id="{absorbed}"]')).to_have_count(0)
    assert page.evaluate("window.sameDocument")


def test_while_redis_is_away_the_page_says_so(site: RunningSite, visit: Visit) -> None:
    page = visit(forgive="WebSocket|Failed to load")
    is_live(page)
    site.redis.stop()
    banner = page.locator("[data-link-banner]")
    expect(banner).to_contain_text("the message service is away", timeout=40_000)
    other = visit("/detections/", forgive="WebSocket|Failed to load")
    expect(other.locator("h1")).to_have_text("Detections")
    row = site.order("row", text="NEWS1", silent=True)
    site.redis.start()
    expect(banner).to_be_hidden(timeout=40_000)
    expect(page.locator(f'[data-rows] > li[data-id="{row["id"]}"]')).to_be_visible(timeout=15_000)


def test_an_old_picture_is_greyed_and_says_its_age(site: RunningSite, visit: Visit) -> None:
    site.order("pictures", on=True)
    page = visit("/cameras/gate/")
    expect(page.locator(".tile canvas")).to_have_attribute("data-index", re.compile(r"\d+"), timeout=5000)
    expect(page.locator("[data-fps]")).to_have_text("10 fps")
    seen = set()
    for _ in range(20):
        page.wait_for_timeout(100)
        seen.add(page.locator(".tile canvas").get_attribute("data-index"))
    assert len(seen) >= 12, "every picture in the single view"
    shoot(page, "camera-1440")
    site.order("pictures", on=False)
    expect(page.locator(".screen[data-stale]")).to_be_visible(timeout=8000)
    expect(page.locator("[data-note]")).to_contain_text(re.compile(r"This picture is \d"))
    shoot(page, "stale-1440")
    site.order("pictures", on=True)
    expect(page.locator(".screen[data-stale]")).to_have_count(0, timeout=8000)


def test_a_hidden_page_asks_for_no_pictures(site: RunningSite, visit: Visit) -> None:
    page = visit("/cameras/gate/")
    site.order("pictures", on=True)
    expect(page.locator(".tile canvas")).to_have_attribute("data-index", re.compile(r"\d+"), timeout=5000)
    page.evaluate(
        "Object.defineProperty(document, 'hidden', {value: true, configurable: true});"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    page.wait_for_timeout(11_000)
    before = site.order("pictures", on=True)["drawn"]
    page.wait_for_timeout(1500)
    assert site.order("pictures", on=True)["drawn"] == before, "nothing is drawn while nobody looks"


def test_the_status_display_tells_cameras_viewers_and_time(site: RunningSite, visit: Visit) -> None:
    site.order("health", state="online")
    page = visit()
    is_live(page)
    other = visit("/detections/", 390)
    is_live(other)
    viewers = page.locator("[data-viewers-list]")
    expect(viewers).to_contain_text("/detections/", timeout=3000)
    other.close()
    expect(viewers).not_to_contain_text("/detections/", timeout=3000)
    expect(page.locator("[data-clock-note]")).to_contain_text("Europe/Berlin", timeout=3000)
    expect(page.locator("[data-clock-note]")).to_contain_text(
        re.compile(r"this device: [+−]\d+ ± [\d.]+ ms"), timeout=5000
    )
    site.order("health", state="offline", reason="10.0.0.9 does not answer")
    expect(page.locator("[data-health-words]").first).to_have_text("Camera offline", timeout=12_000)
    expect(page.locator(".dropdown-item [data-reason]").first).to_have_text("10.0.0.9 does not answer", timeout=12_000)
    site.order("health", state="online")


def test_every_page_fits_every_width(site: RunningSite, visit: Visit) -> None:
    site.order("health", state="online")
    pk = site.order("row", text="WIDE99")["id"]
    pages = {"detections": "/detections/", "detection": f"/detections/{pk}/", "nothing": "/detections/?plate=zz*z9"}
    for width in SIZES:
        page = visit("/detections/", width)
        for name, address in {**pages, "camera": "/cameras/gate/", "health": "/cameras/"}.items():
            page.goto(site.url + address)
            page.wait_for_timeout(300)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
            small = page.evaluate(
                "[...document.querySelectorAll('nav .btn, nav .nav-link, main .btn, main input, main select')]"
                ".filter(e => e.offsetParent && e.type !== 'hidden' && e.getBoundingClientRect().height < 43.5)"
                ".map(e => e.outerHTML.slice(0, 90))"
            )
            assert small == [], (name, width)
            shoot(page, f"{name}-{width}")


def test_a_camera_that_comes_or_goes_comes_and_goes_on_the_pages(site: RunningSite, visit: Visit) -> None:
    wall = visit()
    is_live(wall)
    expect(wall.locator(".tile")).to_have_count(1)
    site.order("second_camera", name="Yard", there=True)
    expect(wall.locator(".tile")).to_have_count(2, timeout=15_000)
    other = visit("/detections/")
    is_live(other)
    named = other.locator("nav [data-camera-state]").filter(has_text="Yard")
    expect(named).not_to_have_count(0)
    site.order("second_camera", name="Yard", there=False)
    expect(wall.locator(".tile")).to_have_count(1, timeout=15_000)
    expect(named).to_have_count(0, timeout=15_000)


def test_a_page_that_missed_very_much_is_made_anew(site: RunningSite, visit: Visit) -> None:
    page = visit(forgive="Failed to load|ERR_")
    is_live(page)
    asked = []
    page.route("**/api/v1/detections/*", lambda route: (asked.append(1), route.fulfill(json=ENDLESS))[1])
    with page.expect_navigation(timeout=20_000):
        site.order("row", text="MUCH1", silent=True)
    assert len(asked) >= 10
    page.unroute_all(behavior="ignoreErrors")


def test_the_clock_finds_offset_and_drift(site: RunningSite, visit: Visit) -> None:
    page = visit("/detections/")
    found = page.evaluate(
        """async () => {
          const { ServerClock } = await import("/static/js/clock.js");
          let local = 0;
          const clock = new ServerClock(() => local);
          const server = (at) => 1e12 + at * (1 + 80e-6) + 5000;
          for (let turn = 0; turn < 60; turn += 1) {
            local = turn * 10000;
            const sent = local, there = 5 + (turn % 7) * 4, back = 5 + (turn % 5) * 9;
            local = sent + there + back + 1;
            clock.add({ sent, received: server(sent + there), answered: server(sent + there + 1), arrived: local });
          }
          return { error: clock.now() - server(local), drift: clock.drift * 1e6, trip: clock.roundTrip };
        }"""
    )
    assert abs(found["error"]) < 5
    assert 60 < found["drift"] < 100
    assert 9.9 < found["trip"] < 10.1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_barrier_on_any_page(site: RunningSite, visit: Visit, scheme: str) -> None:
    site.order("pictures", on=True)
    site.order("row", text="")
    pk = site.order("row", text="AXE123")["id"]
    axe = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    page = visit("/", 1440, scheme=scheme, forgive="404")
    found = []
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": SIZES[width]})
        for address in ("/", "/detections/", f"/detections/{pk}/", "/cameras/gate/", "/cameras/", "/nowhere/"):
            page.goto(site.url + address)
            page.wait_for_timeout(1500)
            page.evaluate(axe)
            result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            found += [
                (width, address, violation["id"], node["html"][:150], node["failureSummary"][:200])
                for violation in result["violations"]
                for node in violation["nodes"]
            ]
    assert found == []


def test_rows_can_be_held_and_let_go(site: RunningSite, visit: Visit) -> None:
    page = visit()
    is_live(page)
    page.locator("[data-pause-rows]").click()
    row = site.order("row", text="HELD1")
    expect(page.locator("[data-held]")).to_have_text("1 new")
    expect(page.locator(f'[data-rows] > li[data-id="{row["id"]}"]')).to_have_count(0)
    page.locator("[data-pause-rows]").click()
    expect(page.locator(f'[data-rows] > li[data-id="{row["id"]}"]')).to_be_visible()
