"""The threads that look at pictures: few at once, a bounded number waiting, and no process that cannot end."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.utils import translation

from detections.recognition import Busy, PicturePool

ROOT = Path(__file__).resolve().parents[2]
ENDING = """
import threading, time
import django
django.setup()
from detections.recognition import picture_pool
pool = picture_pool()
jobs = [pool.submit(lambda: time.sleep(0.5)) for _ in range(40)]
waiting = threading.Thread(target=lambda: jobs[-1].exception())
waiting.start()
print("ends", flush=True)
"""


def test_no_more_wait_than_there_is_room_for() -> None:
    pool, gate = PicturePool(1, 2), threading.Event()
    jobs = [pool.submit(lambda: gate.wait(10)) for _ in range(3)]
    with pytest.raises(Busy):
        pool.submit(lambda: True)
    gate.set()
    assert [job.result(10) for job in jobs] == [True] * 3
    assert pool.submit(lambda: 7).result(10) == 7
    pool.close()
    with pytest.raises(Busy):
        pool.submit(lambda: 7)


def test_a_job_speaks_the_language_of_who_asked() -> None:
    pool = PicturePool(1)
    with translation.override("de"):
        spoken = pool.submit(translation.get_language)
    assert spoken.result(10) == "de"
    pool.close()


def test_a_process_ends_though_pictures_wait(tmp_path: Path) -> None:
    environment = {
        "PATH": "/usr/bin:/bin",
        "DJANGO_SETTINGS_MODULE": "anpr_site.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'x.sqlite3'}",
    }
    process = subprocess.Popen([sys.executable, "-c", ENDING], cwd=ROOT, env=environment, stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout as said:
        assert said.readline() == b"ends\n"
    started = time.monotonic()
    assert process.wait(30) == 0
    assert time.monotonic() - started < 15, "forty pictures would take twenty seconds"
