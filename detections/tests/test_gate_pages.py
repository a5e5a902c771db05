"""The pages of lists, gates, stays, destinations and deliveries: what they show and who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from cameras.models import Camera
from detections.consequences import follow, recognize_plate
from detections.delivery_models import Delivery, DeliveryStatus, Destination, EventType
from detections.gate_models import AccessDecision, Gate, Site, Stay
from detections.models import Detection
from detections.registry_models import PlateList, RegisteredPlate
from detections.tests.rows import make_camera, make_detection

pytestmark = pytest.mark.django_db


def signed_in(group: str) -> Client:
    user = User.objects.create_user(group, password=group)
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def staff() -> Client:
    return signed_in("staff")


@pytest.fixture
def operator() -> Client:
    return signed_in("operator")


@pytest.fixture
def camera() -> Camera:
    return make_camera()


@pytest.fixture
def residents() -> PlateList:
    return PlateList.objects.create(name="Residents")


@pytest.fixture
def gate(camera: Camera) -> Gate:
    return Gate.objects.create(name="North", camera=camera, site=Site.objects.create(name="Yard", limit=2))


def pass_by(camera: Camera, text: str) -> Detection:
    row = make_detection(camera, text, seconds_ago=3)
    recognize_plate(row)
    row.save()
    follow(row, text_before="", ended=False)
    follow(row, text_before=text, ended=True)
    return row


def test_a_table_is_imported_after_a_look_at_what_would_happen(staff: Client, residents: PlateList) -> None:
    RegisteredPlate.objects.create(list=residents, plate_text="B-AX 1234", owner="Olga")
    address = f"/registry/lists/{residents.pk}/import/"
    text = "plate;owner;valid_until\nB-AX 1234;Otto;\nM-XY 77;Ida;2030-01-31\n!!;nobody;\nHH-A 1;Eva;soon\n"
    shown = staff.post(address, {"file": SimpleUploadedFile("plates.csv", text.encode())})
    assert "1 new, 1 changed" in shown.content.decode()
    assert "2 lines cannot be used" in shown.content.decode()
    assert residents.plates.count() == 1, "a dry run writes nothing"
    done = staff.post(address, {"text": text}, follow=True)
    assert "1 plates added, 1 changed." in done.content.decode()
    assert residents.plates.get(plate_norm="BAX1234").owner == "Otto"
    until = residents.plates.get(plate_norm="MXY77").valid_until
    assert until is not None
    assert timezone.localtime(until).isoformat() == "2030-02-01T00:00:00+00:00", "the last day counts"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"name,owner\nA,B\n", "must name the columns"),
        (b"plate\n\x00\x01", "no text file"),
        (b"plate,owner\n" + b"x" * 2_000_001, "2 MB"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(staff: Client, residents: PlateList, content: bytes, said: str) -> None:
    file = SimpleUploadedFile("plates.csv", content)
    answer = staff.post(f"/registry/lists/{residents.pk}/import/", {"file": file})
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_what_is_exported_can_be_imported_again(staff: Client, residents: PlateList, camera: Camera) -> None:
    entry = RegisteredPlate.objects.create(
        list=residents, plate_text="B-AX 1234", owner='=SUM("x")', valid_until=timezone.now(), note="Dock; left"
    )
    entry.cameras.add(camera)
    answer = staff.get(f"/registry/lists/{residents.pk}/export.csv")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[arg-type]
    assert "'=SUM" in text
    entry.refresh_from_db()
    RegisteredPlate.objects.update(valid_until=entry.valid_until.replace(microsecond=0))
    shown = staff.post(f"/registry/lists/{residents.pk}/import/", {"file": SimpleUploadedFile("a.csv", text.encode())})
    assert "0 new, 0 changed, 1 as they are" in shown.content.decode()


def test_the_plate_page_shows_misreads_and_rivals(staff: Client) -> None:
    plates = PlateList.objects.create(name="Fleet", matching="distance", max_distance=1)
    entry = RegisteredPlate.objects.create(list=plates, plate_text="B-AO 18")
    RegisteredPlate.objects.create(list=plates, plate_text="B-AX 18")
    page = staff.get(f"/registry/plates/{entry.pk}/").content.decode()
    assert "8AO18" in page
    assert "BA018" in page
    assert "B-AX 18" in page, "two texts within twice the distance are rivals"


def test_a_text_is_tried_against_the_lists(operator: Client, residents: PlateList) -> None:
    RegisteredPlate.objects.create(list=residents, plate_text="B-AX 1234", owner="Olga")
    assert "is taken for" in operator.get("/registry/?q=bax1234").content.decode()
    assert "no registered plate" in operator.get("/registry/?q=bax1235").content.decode()


def test_the_form_of_a_plate_says_what_is_wrong(staff: Client, residents: PlateList) -> None:
    RegisteredPlate.objects.create(list=residents, plate_text="B-AX 1234")
    values = {"list": residents.pk, "plate_text": "bax 1234"}
    assert "in the list already" in staff.post("/registry/plates/new/", values).content.decode()
    values |= {"plate_text": "B-X 1", "valid_from": "2026-01-02T00:00", "valid_until": "2026-01-01T00:00"}
    assert "end must lie after" in staff.post("/registry/plates/new/", values).content.decode()


def test_operators_look_and_open_but_do_not_change(operator: Client, gate: Gate, residents: PlateList) -> None:
    entry = RegisteredPlate.objects.create(list=residents, plate_text="B-AX 1234")
    for address in ("/registry/", f"/registry/plates/{entry.pk}/", "/gates/", "/gates/decisions/", "/gates/stays/"):
        assert operator.get(address).status_code == 200, address
    refused = (
        "/registry/lists/new/",
        f"/registry/lists/{residents.pk}/import/",
        "/registry/plates/new/",
        "/gates/new/",
        "/gates/destinations/",
        "/gates/deliveries/",
    )
    for address in refused:
        assert operator.get(address).status_code == 403, address
    assert operator.post(f"/registry/plates/{entry.pk}/delete/").status_code == 403


def test_opening_by_hand_needs_a_reason_and_is_written_down(operator: Client, gate: Gate) -> None:
    Destination.objects.create(name="Relay", transport="relay", address="http://203.0.113.5/on")
    operator.post(f"/gates/{gate.pk}/open/", {"reason": " "})
    assert not AccessDecision.objects.exists()
    operator.post(f"/gates/{gate.pk}/open/", {"reason": "Fire brigade"})
    decision = AccessDecision.objects.get()
    assert (decision.stage, decision.reason, decision.opened) == ("manual", "Fire brigade", True)
    assert decision.user is not None
    assert decision.user.username == "operator"
    delivery = Delivery.objects.get()
    assert delivery.event == EventType.GATE_OPEN
    assert delivery.expires_at < timezone.now() + timedelta(seconds=21)
    assert "Fire brigade" in operator.get("/gates/decisions/").content.decode()


def test_a_gate_that_nothing_opens_says_so(operator: Client, gate: Gate) -> None:
    assert "Nothing opens it" in operator.get("/gates/").content.decode()
    page = operator.post(f"/gates/{gate.pk}/open/", {"reason": "Fire brigade"}, follow=True).content.decode()
    assert "no destination takes its order" in page
    relay = Destination.objects.create(name="Relay", transport="relay", address="https://198.41.0.4/")
    relay.cameras.add(gate.camera)
    assert "Nothing opens it" not in operator.get("/gates/").content.decode()
    Destination.objects.update(enabled=False)
    assert "Nothing opens it" in operator.get("/gates/").content.decode()


def test_whether_the_order_to_open_arrived_is_shown(operator: Client, gate: Gate) -> None:
    for name in ("Relay", "Weighbridge"):
        Destination.objects.create(name=name, address="https://198.41.0.4/", events=["gate.open"])
    pass_by(gate.camera, "BAX1234")
    assert "data-order" not in operator.get("/gates/").content.decode(), "nothing was to open"
    operator.post(f"/gates/{gate.pk}/open/", {"reason": "Fire brigade"})
    assert 'data-order="pending"' in operator.get("/gates/").content.decode()
    orders = list(Delivery.objects.filter(event=EventType.GATE_OPEN))
    for order, status in zip(orders, ("sent", "failed"), strict=True):
        Delivery.objects.filter(pk=order.pk).update(status=status)
    assert 'data-order="failed"' in operator.get("/gates/").content.decode(), "one of the two did not open"
    Delivery.objects.update(status="sent")
    assert 'data-order="sent"' in operator.get("/gates/").content.decode()


def test_a_relay_belongs_to_a_gate(staff: Client, camera: Camera) -> None:
    values = {"name": "Relay", "transport": "relay", "address": "https://198.41.0.4/", "format": "native"}
    values |= {"method": "GET", "min_confidence": "0"}
    refused = staff.post("/gates/destinations/new/", values).content.decode()
    assert "it would open for every gate" in refused
    assert staff.post("/gates/destinations/new/", {**values, "cameras": [camera.pk]}).status_code == 302


def test_gates_of_hidden_cameras_are_hidden(operator: Client, gate: Gate) -> None:
    pass_by(gate.camera, "SECRET1")
    Camera.objects.update(is_restricted=True)
    for address in ("/gates/", "/gates/decisions/", "/gates/stays/"):
        page = operator.get(address).content.decode()
        assert "North" not in page
        assert "SECRET1" not in page
        assert "Yard" not in page
    assert operator.post(f"/gates/{gate.pk}/open/", {"reason": "Let me in"}).status_code == 404


def test_the_pages_tell_of_a_pass(staff: Client, gate: Gate, residents: PlateList) -> None:
    RegisteredPlate.objects.create(list=residents, plate_text="B-AX 1234", owner="Olga", color="red")
    pass_by(gate.camera, "BAX1234")
    decisions = staff.get("/gates/decisions/?decision=allow&plate=bax").content.decode()
    assert "another color than expected" in decisions
    assert "Nothing matches" in staff.get("/gates/decisions/?decision=deny").content.decode()
    assert "1 of 2 places taken" in staff.get("/gates/").content.decode()
    stays = staff.get("/gates/stays/?state=inside").content.decode()
    assert "Olga" in stays
    staff.post(f"/gates/stays/{Stay.objects.get().pk}/end/")
    assert "ended by hand" in staff.get("/gates/stays/").content.decode()


def test_a_secret_is_shown_once(staff: Client) -> None:
    values = {"name": "Parking", "transport": "webhook", "address": "https://user:pass@203.0.113.9/hook?key=abc"}
    values |= {"format": "native", "method": "GET", "min_confidence": "0", "enabled": "on", "topic": "platewatch"}
    refused = staff.post("/gates/destinations/new/", values)
    assert "inside the network" in refused.content.decode(), "203.0.113.0/24 is reserved for documents"
    values["address"] = "https://user:pass@198.41.0.4/hook?key=abc"
    shown = staff.post("/gates/destinations/new/", values, follow=True).content.decode()
    destination = Destination.objects.get()
    assert destination.secret in shown
    for address in ("/gates/destinations/", f"/gates/destinations/{destination.pk}/"):
        page = staff.get(address).content.decode()
        for hidden in (destination.secret, "pass", "abc"):
            assert hidden not in page
    edit = f"/gates/destinations/{destination.pk}/edit/"
    assert "abc" not in staff.get(edit).content.decode()
    staff.post(edit, {**values, "address": "", "name": "Car park"})
    destination.refresh_from_db()
    assert (destination.name, destination.address) == ("Car park", "https://user:pass@198.41.0.4/hook?key=abc")


@pytest.mark.parametrize(
    ("transport", "address", "said"),
    [
        ("webhook", "ftp://example.com/", "begins with http"),
        ("webhook", "http://127.0.0.1:8000/", "inside the network"),
        ("webhook", "http://[::ffff:10.0.0.1]/", "inside the network"),
        ("webhook", "http://169.254.169.254/latest/meta-data", "inside the network"),
        ("relay", "http://192.168.1.5/relay/0", "inside the network"),
        ("mqtt", "http://example.com/", "begins with mqtt"),
        ("mqtt", "mqtt://user:pass@10.1.2.3", "inside the network"),
        ("notify", "hello", "No service has this address"),
        ("notify", "json://127.0.0.1/hook", "inside the network"),
        ("notify", "dbus://", "this machine itself"),
    ],
)
def test_addresses_that_are_refused(staff: Client, transport: str, address: str, said: str) -> None:
    values = {"name": "X", "transport": transport, "address": address, "format": "native", "method": "GET"}
    answer = staff.post("/gates/destinations/new/", {**values, "min_confidence": "0", "topic": "platewatch"})
    assert said in answer.content.decode()
    assert not Destination.objects.exists()


def test_a_failed_delivery_is_sent_again_but_never_a_gate(staff: Client, settings: Settings) -> None:
    destination = Destination.objects.create(name="Parking", address="https://198.41.0.4/")
    rows = [
        Delivery.objects.create(destination=destination, event=event, payload={"data": {}}, status="failed", attempts=9)
        for event in (EventType.VISIT_ENDED, EventType.GATE_OPEN)
    ]
    for row in rows:
        staff.post(f"/gates/deliveries/{row.pk}/again/")
        row.refresh_from_db()
    assert [row.status for row in rows] == [DeliveryStatus.PENDING, DeliveryStatus.FAILED]
    assert rows[0].attempts == 0
    Delivery.objects.filter(pk=rows[0].pk).update(status="failed")
    page = staff.post(f"/gates/destinations/{destination.pk}/again/", follow=True).content.decode()
    assert "1 failed deliveries are sent again" in page
    assert "waiting" in staff.get("/gates/deliveries/?status=pending").content.decode()


def test_a_test_event_ignores_the_filters(staff: Client, camera: Camera) -> None:
    destination = Destination.objects.create(name="Parking", address="https://198.41.0.4/", min_confidence=1.0)
    destination.cameras.add(camera)
    staff.post(f"/gates/destinations/{destination.pk}/test/")
    assert Delivery.objects.get().event == EventType.TEST


def test_a_detection_leads_to_its_plate_and_to_a_list(staff: Client, gate: Gate, residents: PlateList) -> None:
    entry = RegisteredPlate.objects.create(list=residents, plate_text="B-AX 1234", owner="Olga")
    page = staff.get(f"/detections/{pass_by(gate.camera, 'BAX1234').pk}/").content.decode()
    assert f'href="/registry/plates/{entry.pk}/"' in page
    assert "Residents · Olga" in page
    assert "North" in page
    page = staff.get(f"/detections/{pass_by(gate.camera, 'OTHER1').pk}/").content.decode()
    assert 'href="/registry/plates/new/?plate=OTHER1"' in page
    assert "/registry/plates/new/?plate=OTHER1" in staff.get("/plates/OTHER1/").content.decode()
    assert 'value="OTHER1"' in staff.get("/registry/plates/new/?plate=OTHER1").content.decode()
