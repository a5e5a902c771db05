"""Services start with the server and end with it."""

from __future__ import annotations

import atexit
import contextlib
import http.client
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from anpr_site import services
from anpr_site.tests.processes import Person, Product, free_port
from anpr_site.tests.running_site import wait_for_answer


class Patient:
    def __init__(self, deaf: bool = False) -> None:
        self.deaf = deaf
        self.ended = threading.Event()
        self.freed = threading.Event()

    def run(self, stop: threading.Event) -> None:
        (self.freed if self.deaf else stop).wait(30)
        self.ended.set()


def test_all_services_end_within_two_seconds() -> None:
    patients = [Patient(), Patient()]
    stop = services.start(*patients)
    threads = [thread for thread in threading.enumerate() if thread.name == "patient"]
    started = time.monotonic()
    services.finish(threads, stop)
    atexit.unregister(services.finish)
    assert time.monotonic() - started < 2
    assert all(patient.ended.is_set() for patient in patients)
    assert not any(thread.is_alive() for thread in threads)


def test_one_that_does_not_listen_is_named_and_left(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(services, "STOP_WITHIN_S", 0.05)
    deaf = Patient(deaf=True)
    stop = services.start(deaf)
    services.finish([thread for thread in threading.enumerate() if thread.name == "patient"], stop)
    atexit.unregister(services.finish)
    assert "patient did not stop" in caplog.text
    deaf.freed.set()


@pytest.mark.slow
def test_a_request_that_waits_for_the_database_does_not_hold_up_the_end(tmp_path: Path) -> None:
    product = Product(tmp_path, REDIS_URL="redis://127.0.0.1:6379/7", EMBEDDED_WORKERS="false")
    product.manage("migrate", "--noinput", "-v0")
    port = free_port()
    server = product.start("web", "daphne", "-b", "127.0.0.1", "-p", str(port), "anpr_site.asgi:application")
    try:
        wait_for_answer(f"http://127.0.0.1:{port}/health", server)
        with contextlib.closing(sqlite3.connect(tmp_path / "anpr.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            asking = threading.Thread(target=sign_in_wrongly, args=(f"http://127.0.0.1:{port}",), daemon=True)
            asking.start()
            time.sleep(2)
            assert asking.is_alive(), "it waits for the database"
            _, seconds = product.end("web")
        assert seconds < 2
        asking.join(15)
    finally:
        product.close()


def sign_in_wrongly(url: str) -> None:
    with contextlib.suppress(OSError, http.client.HTTPException):
        Person(url, "nobody", "wrong")
