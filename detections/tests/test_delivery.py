"""Deliveries one by one: signatures, refusals, pauses, claims, filters, and addresses that are not called."""

from __future__ import annotations

import base64
import ipaddress
import json
import socket
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks import Webhook

from cameras.models import Camera
from detections import delivery
from detections.consequences import follow, recognize_plate
from detections.delivery import DeliveryLoop, claim, due, pause_after
from detections.delivery_models import Delivery, DeliveryStatus, Destination, EventType, Format, Transport
from detections.events import owe_test, tell
from detections.gate_forms import new_secret
from detections.registry_models import PlateList, RegisteredPlate
from detections.tests.receiver import Receiver
from detections.tests.rows import make_camera, make_detection, write_picture
from detections.transports import webhook
from detections.transports.guard import is_allowed

pytestmark = pytest.mark.django_db
HERE = [ipaddress.ip_network("127.0.0.0/8")]


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.DELIVERY_NETWORKS = HERE
    opened = Receiver().open()
    yield opened
    opened.close()


@pytest.fixture
def camera() -> Camera:
    return make_camera()


def make_destination(address: str = "https://198.41.0.4/", name: str = "Parking", **fields: Any) -> Destination:
    return Destination.objects.create(name=name, address=address, secret=new_secret(), **fields)


def send(row: Delivery) -> Delivery:
    DeliveryLoop().send_next(row.destination_id)
    row.refresh_from_db()
    return row


def test_a_webhook_is_signed_as_the_standard_says(receiver: Receiver) -> None:
    destination = make_destination(receiver.url)
    row = send(owe_test(destination))
    assert (row.status, row.attempts, row.last_error) == (DeliveryStatus.SENT, 1, "")
    got = receiver.requests[0]
    body = Webhook(destination.secret).verify(got.body, got.headers)
    assert body["type"] == "test"
    assert got.headers["webhook-id"] == row.event_id == body["id"]
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(new_secret()).verify(got.body, got.headers)


@pytest.mark.parametrize(
    ("mood", "said"),
    [
        ("error", "answered 500. the parking system is down"),
        ("hang", "No answer within"),
        ("drop", "The connection failed"),
        ("redirect", "redirects are not followed"),
    ],
)
def test_what_does_not_arrive_waits_with_words(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, mood: str, said: str
) -> None:
    monkeypatch.setattr(webhook, "ANSWER_WITHIN_S", 0.3)
    receiver.mood = mood
    row = send(owe_test(make_destination(receiver.url)))
    assert row.status == DeliveryStatus.PENDING
    assert said in row.last_error
    assert row.due_at > timezone.now() + timedelta(seconds=3)
    assert len(receiver.requests) == 1
    assert row.lease == ""


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_ä"])
def test_without_a_usable_secret_nothing_is_sent_and_the_row_says_so(receiver: Receiver, secret: str) -> None:
    destination = make_destination(receiver.url)
    Destination.objects.update(secret=secret)
    row = send(owe_test(destination))
    assert "make a new one" in row.last_error
    assert receiver.requests == []


def test_nobody_listens(settings: Settings) -> None:
    settings.DELIVERY_NETWORKS = HERE
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    row = send(owe_test(make_destination(f"http://127.0.0.1:{port}/")))
    assert "The connection failed" in row.last_error


def test_pauses_grow_to_hours_and_end_after_a_day(receiver: Receiver) -> None:
    receiver.mood = "error"
    row = owe_test(make_destination(receiver.url))
    pauses = [pause_after(attempts).total_seconds() for attempts in range(1, 12)]
    assert pauses == sorted(pauses[:8]) + pauses[8:]
    assert 4 < pauses[0] < 6
    assert max(pauses) < 3.5 * 3600
    now, tries = row.created_at, 0
    loop = DeliveryLoop()
    while row.status == DeliveryStatus.PENDING:
        assert not loop.send_next(row.destination_id, now)
        row.refresh_from_db()
        now, tries = max(now, row.due_at), tries + 1
        assert tries < 40
    assert row.status == DeliveryStatus.FAILED
    assert timedelta(hours=18) < now - row.created_at < timedelta(days=1)
    assert "500" in row.last_error
    assert row.attempts == tries > 10


def test_what_failed_follows_in_its_order_once_the_receiver_is_back(receiver: Receiver, camera: Camera) -> None:
    destination = make_destination(receiver.url)
    rows = [owe_test(destination) for _ in range(4)]
    loop, now = DeliveryLoop(), timezone.now()
    receiver.mood = "error"
    for _ in rows:
        assert not loop.send_next(destination.pk, now)
    Delivery.objects.update(due_at=now + timedelta(hours=3))
    Delivery.objects.filter(pk=rows[2].pk).update(due_at=now)
    receiver.mood = "well"
    (newest,) = tell(EventType.GATE_OPEN, {}, key="1")
    while loop.send_next(destination.pk, newest.due_at):
        pass
    expected = [newest, rows[2], rows[0], rows[1], rows[3]]
    assert receiver.log == [row.event_id for row in expected], "a gate first, then what was due, then all the others"


def test_a_gate_is_not_opened_late(receiver: Receiver) -> None:
    destination = make_destination(receiver.url, transport=Transport.RELAY)
    (row,) = tell(EventType.GATE_OPEN, {}, key="1")
    Delivery.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    row = send(Delivery.objects.get(destination=destination))
    assert row.status == DeliveryStatus.FAILED
    assert "too late" in row.last_error
    assert receiver.requests == []


def test_a_relay_gets_a_bare_request(receiver: Receiver) -> None:
    make_destination(receiver.url + "?turn=on", transport=Transport.RELAY)
    assert not tell(EventType.ACCESS_DECIDED, {}, key="1")
    tell(EventType.GATE_OPEN, {}, key="1")
    assert send(Delivery.objects.get()).status == DeliveryStatus.SENT
    got = receiver.requests[0]
    assert (got.method, got.path, got.body) == ("GET", "/hook?turn=on", b"")


def test_a_user_and_password_of_the_address_are_sent_as_such(receiver: Receiver) -> None:
    address = receiver.url.replace("http://", "http://olga:s3cret@")
    send(owe_test(make_destination(address)))
    assert receiver.requests[0].headers["authorization"] == "Basic b2xnYTpzM2NyZXQ="
    assert receiver.requests[0].headers["host"] == f"127.0.0.1:{receiver.port}"


def test_a_stream_webhook_may_carry_the_picture(receiver: Receiver, camera: Camera) -> None:
    make_destination(receiver.url, format=Format.PLATE_RECOGNIZER_STREAM, with_picture=True)
    detection = make_detection(camera, picture=write_picture(camera))
    follow(detection, text_before="", ended=True)
    row = send(Delivery.objects.get())
    assert row.status == DeliveryStatus.SENT
    got = receiver.requests[0]
    head = f"Content-Type: {got.headers['content-type']}\r\n\r\n".encode()
    parts = {
        part.get_param("name", header="content-disposition"): part
        for part in message_from_bytes(head + got.body).walk()
    }
    assert json.loads(parts["json"].get_payload(decode=True))["hook"]["event"] == "recognition"
    assert parts["upload"].get_payload(decode=True)[:3] == b"\xff\xd8\xff"


def test_a_group_may_carry_the_crops(receiver: Receiver, camera: Camera) -> None:
    make_destination(receiver.url, format=Format.OPENALPR_GROUP, with_picture=True, events=["visit.ended"])
    detection = make_detection(camera, vehicle_picture=write_picture(camera), plate_picture=write_picture(camera))
    follow(detection, text_before="", ended=True)
    assert send(Delivery.objects.get()).status == DeliveryStatus.SENT
    body = json.loads(receiver.requests[0].body)
    for crop in (body["vehicle_crop_jpeg"], body["best_plate"]["plate_crop_jpeg"]):
        assert base64.b64decode(crop, validate=True)[:3] == b"\xff\xd8\xff"


def test_people_are_told_in_words(receiver: Receiver, camera: Camera) -> None:
    address = f"json://127.0.0.1:{receiver.port}/hook"
    make_destination(address, transport=Transport.NOTIFY, events=["plate.recognized"])
    follow(make_detection(camera), text_before="", ended=True)
    assert send(Delivery.objects.get()).status == DeliveryStatus.SENT
    said = json.loads(receiver.requests[0].body)
    assert said["title"] == "BAX1234 · Gate"
    assert "a plate was read" in said["message"]
    receiver.mood = "redirect"
    refused = send(owe_test(Destination.objects.get()))
    assert "did not take the message" in refused.last_error
    assert len(receiver.requests) == 2, "the redirect was not followed"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.9",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
    ],
)
def test_addresses_inside_the_network(address: str, settings: Settings) -> None:
    settings.DELIVERY_NETWORKS = []
    assert not is_allowed(address)


def test_a_setting_opens_a_network(settings: Settings) -> None:
    settings.DELIVERY_NETWORKS = [ipaddress.ip_network("10.0.0.0/8")]
    assert is_allowed("10.1.2.3")
    assert is_allowed("::ffff:10.1.2.3")
    assert not is_allowed("192.168.1.1")
    assert is_allowed("198.41.0.4")


def test_the_address_is_checked_when_it_is_called(receiver: Receiver, settings: Settings) -> None:
    row = owe_test(make_destination(f"http://localhost:{receiver.port}/"))
    settings.DELIVERY_NETWORKS = []
    row = send(row)
    assert "inside the network" in row.last_error
    assert receiver.requests == []


def test_one_bad_address_of_a_name_is_enough(receiver: Receiver, settings: Settings, monkeypatch: Any) -> None:
    """A name that answers with a public and an inner address, as in an attack by rebinding."""
    settings.DELIVERY_NETWORKS = []

    def both(host: str, port: int, **options: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in ("198.41.0.4", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    row = send(owe_test(make_destination(f"http://example.com:{receiver.port}/")))
    assert "inside the network" in row.last_error


def test_a_row_is_sent_by_one_deliverer_only() -> None:
    row = owe_test(make_destination())
    now = timezone.now()
    assert claim(row, "one", now)
    assert not claim(row, "two", now)
    assert not due(now).exists()
    later = now + delivery.LEASE + timedelta(seconds=1)
    assert due(later).exists(), "the deliverer is gone, its lease is over"
    assert claim(row, "two", later)
    delivery.finish(row, "one")
    row.refresh_from_db()
    assert row.status == DeliveryStatus.PENDING, "who lost the lease has no say any more"


def test_a_destination_that_is_off_gets_nothing() -> None:
    row = owe_test(make_destination())
    Destination.objects.update(enabled=False)
    assert not due(timezone.now()).filter(pk=row.pk).exists()


def recorded(camera: Camera, text: str = "BAX1234", **fields: Any) -> list[str]:
    """What is owed for one pass of a vehicle, as names of destinations and events."""
    Delivery.objects.all().delete()
    row = make_detection(camera, text, **fields)
    recognize_plate(row)
    row.save()
    follow(row, text_before="", ended=False)
    follow(row, text_before=text, ended=True)
    return [f"{owed.destination.name} {owed.event}" for owed in Delivery.objects.order_by("id")]


def test_filters_of_destinations(camera: Camera) -> None:
    residents = PlateList.objects.create(name="Residents")
    RegisteredPlate.objects.create(list=residents, plate_text="B-AX 1234")
    make_destination(name="all")
    make_destination(name="end", events=["visit.ended"])
    make_destination(name="elsewhere").cameras.add(make_camera("Other"))
    make_destination(name="residents", events=["plate.recognized"]).lists.add(residents)
    make_destination(name="sure", events=["plate.recognized"], min_confidence=0.95)
    make_destination(name="stream", format=Format.PLATE_RECOGNIZER_STREAM)
    everything = ["all plate.recognized", "stream plate.recognized", "all visit.ended", "end visit.ended"]
    assert sorted(recorded(camera)) == sorted([*everything, "residents plate.recognized"])
    assert sorted(recorded(camera, "OTHER1")) == sorted(everything)
    assert "sure plate.recognized" in recorded(camera, confidence=0.97)
    assert recorded(camera, "") == ["all visit.ended", "end visit.ended"]


def test_the_same_event_twice_is_owed_once(camera: Camera) -> None:
    make_destination()
    row = make_detection(camera)
    for _ in range(2):
        follow(row, text_before="", ended=True)
    assert Delivery.objects.count() == 2


def test_what_is_not_stored_is_not_told(camera: Camera) -> None:
    make_destination()
    row = make_detection(camera)

    @transaction.atomic
    def fail_in_the_end() -> None:
        follow(row, text_before="", ended=True)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_in_the_end()
    assert not Delivery.objects.exists()


def test_safe_addresses() -> None:
    shown = {
        "https://olga:pw@example.com:8443/hook?key=1": "https://…@example.com:8443/hook?…",
        "mqtts://user:pw@[2001:db8::1]:8883": "mqtts://…@[2001:db8::1]:8883",
        "http://example.com/x": "http://example.com/x",
        "http://127.0.0.1:8541/hook": "http://127.0.0.1:8541/hook",
    }
    assert {address: Destination(address=address).safe_address for address in shown} == shown
    assert Destination(address="tgram://123:token/4/", transport=Transport.NOTIFY).safe_address == "tgram://…"
