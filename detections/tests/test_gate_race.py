"""Two processes store the same plate at once: its gate opens once."""

from __future__ import annotations

import contextlib
import threading

import pytest
from django.conf import settings
from django.db import connection, transaction

from cameras.models import Camera
from detections.access import judge
from detections.consequences import recognize_plate
from detections.gate_models import AccessDecision, Gate
from detections.registry_models import PlateList, RegisteredPlate
from detections.tests.rows import make_camera, make_detection

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(settings.IS_SQLITE, reason="SQLite has one writer at a time"),
]


def pass_by(camera: Camera, decided: threading.Barrier) -> None:
    """The transaction stays open until the other one has decided as well, or has waited for this one."""
    try:
        with transaction.atomic():
            row = make_detection(camera, seconds_ago=3)
            recognize_plate(row)
            row.save()
            judge(row, ended=False)
            with contextlib.suppress(threading.BrokenBarrierError):
                decided.wait(1)
    finally:
        connection.close()


def test_the_gate_opens_once() -> None:
    camera = make_camera()
    Gate.objects.create(name="North", camera=camera)
    RegisteredPlate.objects.create(list=PlateList.objects.create(name="Residents"), plate_text="BAX1234")
    make_detection(camera, seconds_ago=86400)  # of a plate that was never seen, its place in the index is awaited, too
    decided = threading.Barrier(2)
    threads = [threading.Thread(target=pass_by, args=(camera, decided)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(AccessDecision.objects.values_list("opened", flat=True)) == [False, True]
