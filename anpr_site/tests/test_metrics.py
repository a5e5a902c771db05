"""What monitors read: metrics, readiness, and logs that hold no secret."""

from __future__ import annotations

import ipaddress
import json
import logging
import sys
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
import structlog
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from anpr_site.accounts.models import ApiToken
from anpr_site.logs import FORMATS, Json, Line
from cameras.models import CameraHealth
from cameras.worker.tally import Tally
from detections.delivery_models import Delivery, Destination
from detections.tests.rows import make_camera
from inference.types import Frame, FrameResult, Observation

pytestmark = pytest.mark.django_db


def token_of(user: User, *scopes: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {ApiToken.make(user, 'prometheus', scopes)[1]}"}


def figures(client: Client, **headers: str) -> dict[str, float]:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {
        " ".join([sample.name, *(f"{name}={value}" for name, value in sorted(sample.labels.items()))]): sample.value
        for family in families
        for sample in family.samples
    }


def test_metrics_are_for_the_staffs_tokens_and_named_addresses(client: Client, settings: Any) -> None:
    staff = User.objects.create_user("staff")
    staff.groups.add(Group.objects.get(name="staff"))
    operator = User.objects.create_user("operator")
    for headers in ({}, token_of(operator, "read"), token_of(staff, "recognize"), {"Authorization": "Bearer x"}):
        assert client.get("/metrics", headers=headers).status_code == 401
    assert client.get("/metrics", headers=token_of(staff, "read")).status_code == 200
    settings.METRICS_ADDRESSES = [ipaddress.ip_network("127.0.0.0/8")]
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.1").status_code == 401


def test_metrics_tell_cameras_steps_queues_and_requests(client: Client, settings: Any) -> None:
    settings.METRICS_ADDRESSES = [ipaddress.ip_network("127.0.0.1")]
    camera = make_camera()
    frame = Frame(np.zeros((2, 2, 3), np.uint8), 1, 0.0, 0.0)
    seen = (Observation(frame, None, reason="blur"), Observation(frame, None))
    tally = Tally()
    for detect_ms in (3.0, 30.0, 9000.0):
        tally.count(FrameResult(frame, observations=seen, ms={"detect": detect_ms}))
    tally.count(FrameResult(frame, observations=seen, is_still=True))
    CameraHealth.objects.create(
        camera=camera,
        state="online",
        heartbeat_at=timezone.now(),
        capture_fps=24.5,
        dropped_frames=7,
        tally=tally.told(),
    )
    desk = Destination.objects.create(name="Desk", address="https://desk.example")
    ago = timezone.now() - timedelta(minutes=2)
    Delivery.objects.create(destination=desk, event="test", payload={}, created_at=ago)
    client.get("/api/v1/cameras/")
    told = figures(client)
    assert told["anpr_camera_state camera=gate state=online"] == 1
    assert told["anpr_camera_state camera=gate state=offline"] == 0
    assert told["anpr_camera_capture_fps camera=gate"] == 24.5
    assert told["anpr_camera_dropped_frames_total camera=gate"] == 7
    assert told["anpr_looks_total camera=gate reason=blur result=failed"] == 3
    assert told["anpr_looks_total camera=gate reason= result=counted"] == 3
    assert told["anpr_step_seconds_bucket camera=gate le=0.005 step=detect"] == 1
    assert told["anpr_step_seconds_bucket camera=gate le=0.05 step=detect"] == 2
    assert told["anpr_step_seconds_count camera=gate step=detect"] == 3
    assert told["anpr_step_seconds_sum camera=gate step=detect"] == pytest.approx(9.033)
    assert told["anpr_deliveries destination=Desk status=pending"] == 1
    assert told["anpr_delivery_queue_age_seconds"] == pytest.approx(120, abs=20)
    assert told["anpr_disk_free_bytes"] > 0
    assert told["anpr_http_request_seconds_count method=GET status=401 view=api:camera-list"] >= 1


def test_alive_asks_nothing_and_ready_asks_everything(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok", "database": "ok", "cache": "ok", "pictures": "ok"}

    def refuse(*arguments: Any) -> None:
        raise ConnectionRefusedError("redis://:hunter2@host")

    monkeypatch.setattr("anpr_site.ready.cache.set", refuse, raising=False)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["cache"] == "Unavailable: the cache is away"
    assert b"hunter2" not in answer.content
    assert client.get("/healthz").status_code == 200


def test_a_request_has_an_id_that_no_client_chooses(client: Client) -> None:
    answers = [client.get("/healthz", headers={"X-Request-Id": "mine"}) for _ in range(2)]
    ids = {answer["X-Request-Id"] for answer in answers}
    assert len(ids) == 2
    assert "mine" not in ids


def line_of(formatter: logging.Formatter, message: str, *values: object, **extra: object) -> str:
    record = logging.LogRecord("cameras", logging.WARNING, "file.py", 1, message, values, None)
    record.__dict__.update(extra)
    return formatter.format(record)


@pytest.mark.parametrize("formatter", [Json(), Line(FORMATS["line"]["format"])])
def test_no_line_holds_a_password_or_a_token(formatter: logging.Formatter) -> None:
    secret = ApiToken().renew()
    line = line_of(formatter, "%s and redis://:hunter2@host and %s", "rtsp://user:hunter2@host/1", secret)
    assert "hunter2" not in line
    assert secret not in line
    assert "rtsp://user:***@host/1" in line


def test_json_lines_carry_what_is_bound() -> None:
    with structlog.contextvars.bound_contextvars(request_id="abc", detection=7):
        told = json.loads(line_of(Json(), "two\nlines %d", 2, ms=12, request=object()))
    assert told["event"] == "two\nlines 2"
    assert (told["request_id"], told["detection"], told["ms"], told["level"]) == ("abc", 7, 12, "warning")
    assert told["logger"] == "cameras"
    assert "request" not in told


def test_an_exception_stands_in_one_json_line() -> None:
    try:
        raise ValueError("rtsp://user:hunter2@host")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "failed", (), sys.exc_info())
    text = Json().format(record)
    assert "\n" not in text
    assert "ValueError" in json.loads(text)["exception"]
    assert "hunter2" not in text


def test_other_sites_pages_may_call_only_when_named(client: Client, settings: Any) -> None:
    origin = {"Origin": "https://gate.example.org"}
    assert "Access-Control-Allow-Origin" not in client.get("/api/v1/cameras/", headers=origin)
    settings.CORS_ALLOWED_ORIGINS = ["https://gate.example.org"]
    answer = client.get("/api/v1/cameras/", headers=origin)
    assert answer["Access-Control-Allow-Origin"] == "https://gate.example.org"
    for address in ("/recognize", "/v1/plate-reader/"):
        assert client.options(address, headers=origin)["Access-Control-Allow-Origin"] == "https://gate.example.org"
    assert "Access-Control-Allow-Origin" not in client.get("/login/", headers=origin)
    assert "Access-Control-Allow-Origin" not in client.get("/api/v1/cameras/", headers={"Origin": "https://x.example"})


def test_the_documentation_loads_nothing_from_elsewhere(client: Client) -> None:
    client.force_login(User.objects.create_user("olga"), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/api/docs/").content.decode()
    assert "swagger-ui-bundle.js" in page
    assert "https://" not in page.replace("http://www.w3.org", "")
    assert client.get("/api/schema/?format=json").json()["openapi"].startswith("3.1")
    assert Client().get("/api/schema/").status_code == 401
