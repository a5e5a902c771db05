"""Twenty clients post pictures to the embedded server for a minute, while a camera runs and a person watches."""

from __future__ import annotations

import http.client
import itertools
import json
import logging
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from anpr_site.tests.processes import Person, Product, free_port, wait_until
from anpr_site.tests.running_site import wait_for_answer
from detections.tests.sent_pictures import street_picture

logger = logging.getLogger(__name__)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
CLIENTS = 20
WARM_S, LOAD_S = 20.0, 60.0
LOOK_EVERY_S = 0.5
PEOPLE = """
from django.contrib.auth.models import User
from anpr_site.accounts.models import ApiToken
from cameras.models import Camera
user = User.objects.create_user("olga", password="a-long-password")
Camera.objects.create(name="Street", source_url="synthetic:", max_fps=2)
print(ApiToken.make(user, "load", ["recognize"])[1])
"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Product, int, str]]:
    product = Product(tmp_path, RECOGNITION_CACHE_S="0", API_RATE="0", API_RATE_ADDRESS="0")
    product.manage("migrate", "-v0")
    token = product.manage("shell", "-v0", "-c", PEOPLE).split()[-1]
    port = free_port(8450, 8489)
    server = product.start("web", sys.executable, "-m", "daphne", "-p", str(port), "anpr_site.asgi:application")
    wait_for_answer(f"http://127.0.0.1:{port}/login/", server)
    yield product, port, token
    product.close()


class Load:
    """Clients that post one picture after the other, each another one, and note what they were answered."""

    def __init__(self, port: int, token: str) -> None:
        self.port = port
        self.headers = {"Authorization": f"Token {token}", "Content-Type": "image/jpeg"}
        self.pictures = [street_picture(3, second / 10, 1920)[0] for second in range(6)]
        self.number = itertools.count()
        self.answers: list[tuple[float, float, int, int]] = []
        self.failures: list[str] = []
        self.over = threading.Event()

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while not self.over.is_set():
            number = next(self.number)
            body = self.pictures[number % len(self.pictures)] + number.to_bytes(4, "big")
            started = time.monotonic()
            try:
                connection.request("POST", "/api/v1/recognize", body, self.headers)
                answer = connection.getresponse()
                told = json.loads(answer.read())
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.failures.append(repr(error))
                connection.close()
                continue
            plates = sum(bool(plate["text"]) for picture in told.get("pictures", []) for plate in picture["plates"])
            self.answers.append((started, time.monotonic() - started, answer.status, plates))
        connection.close()


def sign_in(url: str) -> Person | None:
    try:
        return Person(url, "olga", "a-long-password")
    except OSError:
        return None


def watch(person: Person, delays: list[float], load: Load) -> None:
    """The dashboard and the live socket, as a person has them open."""
    try:
        with person.live() as socket:
            while not load.over.wait(LOOK_EVERY_S):
                started = time.monotonic()
                person.get("/")
                delays.append(time.monotonic() - started)
                started = time.monotonic()
                socket.send(json.dumps({"type": "clock", "sent": 0}))
                while json.loads(socket.recv(timeout=10))["type"] != "clock":
                    pass
                delays.append(time.monotonic() - started)
    except OSError as error:
        load.failures.append(f"the dashboard: {error!r}")


def p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def test_twenty_clients_for_a_minute(site: tuple[Product, int, str]) -> None:
    product, port, token = site
    url = f"http://127.0.0.1:{port}"
    person = wait_until(lambda: sign_in(url), 90)
    process = psutil.Process(product.processes["web"].pid)
    load = Load(port, token)
    threads = [threading.Thread(target=load.run, daemon=True) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    time.sleep(WARM_S)
    delays: list[float] = []
    watcher = threading.Thread(target=watch, args=(person, delays, load), daemon=True)
    watcher.start()
    began, memory = time.monotonic(), [process.memory_info().rss / 2**20]
    while time.monotonic() - began < LOAD_S:
        time.sleep(2)
        memory.append(process.memory_info().rss / 2**20)
    load.over.set()
    for thread in [*threads, watcher]:
        thread.join(70)
    took = [took for started, took, _, _ in load.answers if started >= began]
    assert load.failures == []
    assert {status for _, _, status, _ in load.answers} == {200}
    logger.warning(
        "%d pictures in %.0f s: %.1f a second, median %.0f ms, p95 %.0f ms; dashboard median %.0f ms, p95 %.0f ms; "
        "memory %.0f MiB, grown by %.1f MiB",
        len(took),
        LOAD_S,
        len(took) / LOAD_S,
        statistics.median(took) * 1000,
        p95(took) * 1000,
        statistics.median(delays) * 1000,
        p95(delays) * 1000,
        memory[0],
        statistics.mean(memory[-5:]) - statistics.mean(memory[:5]),
    )
    assert all(plates for _, _, _, plates in load.answers)
    assert p95(delays) < 1.0
    assert statistics.mean(memory[-5:]) - statistics.mean(memory[:5]) < 40
    assert "Traceback" not in product.log("web")
