"""Draws the icons of the phone page from ``static/img/mark.svg``: ``python -m anpr_site.tests.draw_icons``."""

from __future__ import annotations

from typing import NamedTuple

from playwright.sync_api import Browser

from anpr_site.tests.browsers import chromium
from anpr_site.tests.running_site import ROOT

IMAGES = ROOT / "static/img"
GROUND = "#122336"


class Icon(NamedTuple):
    """``mark`` is the width of the mark and ``corner`` the radius, as shares of the size in pixels."""

    name: str
    size: int
    mark: float
    corner: float


ICONS = (
    Icon("icon-192.png", 192, 0.8, 0.2),
    Icon("icon-512.png", 512, 0.8, 0.2),
    Icon("icon-mask.png", 512, 0.62, 0.0),
)


def draw(browser: Browser, icon: Icon) -> bytes:
    """PNG, transparent around the corners."""
    page = browser.new_page(viewport={"width": icon.size, "height": icon.size})
    mark = (IMAGES / "mark.svg").read_text(encoding="utf-8")
    page.set_content(
        f"<style>body{{margin:0}}div{{width:{icon.size}px;height:{icon.size}px;border-radius:{icon.corner:.0%};"
        f"background:{GROUND};display:grid;place-items:center}}svg{{width:{icon.mark:.0%}}}</style><div>{mark}</div>"
    )
    png = page.screenshot(omit_background=True)
    page.close()
    return png


def main() -> None:
    with chromium() as browser:
        for icon in ICONS:
            (IMAGES / icon.name).write_bytes(draw(browser, icon))


if __name__ == "__main__":
    main()
