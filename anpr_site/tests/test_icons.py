"""The icons that are stored are those that the script draws."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser

from anpr_site.tests.browsers import NEEDS_CHROMIUM
from anpr_site.tests.draw_icons import ICONS, IMAGES, Icon, draw

pytestmark = [pytest.mark.slow, NEEDS_CHROMIUM]


@pytest.mark.parametrize("icon", ICONS, ids=lambda icon: icon.name)
def test_an_icon_is_as_it_is_drawn(browser: Browser, icon: Icon) -> None:
    drawn = cv2.imdecode(np.frombuffer(draw(browser, icon), np.uint8), cv2.IMREAD_UNCHANGED)
    stored = cv2.imread(str(IMAGES / icon.name), cv2.IMREAD_UNCHANGED)
    assert drawn.shape == stored.shape
    assert drawn.shape[:2] == (icon.size, icon.size)
    assert np.abs(drawn.astype(int) - stored).mean() < 1.0, "edges are smoothed a little differently by each browser"
