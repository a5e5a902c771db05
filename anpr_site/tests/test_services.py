"""Services start with the server and end with it."""

from __future__ import annotations

import atexit
import threading
import time

import pytest

from anpr_site import services


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
