"""One camera's page and the health page."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from cameras.models import Camera, CameraHealth
from detections.tests.rows import make_camera, make_detection

pytestmark = pytest.mark.django_db


def test_the_health_page_tells_every_camera_and_the_server(admin_client: Client) -> None:
    camera = make_camera()
    CameraHealth.objects.create(
        camera=camera, state="degraded", heartbeat_at=timezone.now(), capture_fps=24.9, last_error="the disk is full"
    )
    make_detection(camera, "")
    make_detection(camera, "AB12")
    text = admin_client.get("/cameras/").content.decode()
    for words in ("Gate", "degraded", "24.9", "the disk is full", "GiB free", "2 vehicles", "1 with a plate"):
        assert words in text, words


def test_the_health_page_of_an_empty_installation_leads_on(admin_client: Client) -> None:
    assert b"Set up the first camera" in admin_client.get("/cameras/").content


def test_a_camera_page_hides_the_password_of_its_source(admin_client: Client) -> None:
    camera = make_camera()
    Camera.objects.filter(pk=camera.pk).update(source_url="rtsp://user:secret@10.0.0.9/stream")
    text = admin_client.get("/cameras/gate/").content.decode()
    assert "10.0.0.9" in text
    assert "secret" not in text


def test_a_stranger_sees_neither(client: Client) -> None:
    make_camera()
    for address in ("/cameras/", "/cameras/gate/"):
        assert client.get(address)["Location"].startswith("/login/")
