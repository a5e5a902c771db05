"""The edge client against the real server, which goes away and comes back: every visit arrives, no picture twice."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest

from anpr_site.tests.processes import Product, free_port, wait_until
from anpr_site.tests.running_site import wait_for_answer
from inference.synthetic import Street

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
PLATE = "996EEV56"
PICTURES = 5
PEOPLE = """
from django.contrib.auth.models import User
from anpr_site.accounts.models import ApiToken
from cameras.models import Camera
user = User.objects.create_superuser("sam", password="a-long-password")
Camera.objects.create(name="Gate", source_url="synthetic:", enabled=False)
print(ApiToken.make(user, "edge", ["recognize", "ingest"])[1])
"""
STORED = "[[row.plate_text, row.votes] for row in __import__('detections.models').models.Detection.objects.all()]"


class Site:
    """One that can be stopped and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        self.product = Product(folder)
        self.product.manage("migrate", "-v0")
        self.token = self.product.manage("shell", "-v0", "-c", PEOPLE).split()[-1]
        self.port = free_port(8490, 8499)

    def start(self) -> None:
        command = ("-m", "daphne", "-p", str(self.port), "anpr_site.asgi:application")
        server = self.product.start("web", sys.executable, *command)
        wait_for_answer(f"http://127.0.0.1:{self.port}/login/", server)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    running = Site(tmp_path)
    yield running
    running.product.close()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A van drives up."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(PICTURES):
        cv2.imwrite(str(folder / f"{number}.jpg"), Street(3).render(number / 8)[0])
    return folder


def test_pictures_wait_while_the_server_is_away(site: Site, pictures: Path, tmp_path: Path) -> None:
    product, keep = site.product, tmp_path / "keep"
    (tmp_path / "token.txt").write_text(site.token)
    address = f"http://127.0.0.1:{site.port}"
    options = ["--source", str(pictures), "--server", address, "--token-file", str(tmp_path / "token.txt")]
    edge = product.start(
        "edge", sys.executable, "-m", "inference.edge", *options, "--camera", "gate", "--keep", str(keep)
    )
    wait_until(lambda: len(list(keep.glob("*.jpg"))) == PICTURES, 60)
    assert "does not answer" in product.log("edge")
    site.start()
    wait_until(lambda: edge.poll() is not None, 180, 0.5)
    assert edge.returncode == 0, product.log("edge")
    assert list(keep.iterdir()) == []
    stored = dict(product.shell(STORED))
    assert PLATE in stored
    assert stored[PLATE] >= 2, "later pictures of the same visit agree"
