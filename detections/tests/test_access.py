"""What a gate is told: only allow opens it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cameras.models import Camera
from detections.access import FRESH, Why, decide, judge
from detections.consequences import follow, recognize_plate
from detections.delivery_models import Delivery, Destination, EventType
from detections.gate_models import AccessDecision, Decision, Gate, Role, Site, Stay, Way
from detections.models import Detection
from detections.registry_models import ListKind, Matching, PlateList, RegisteredPlate
from detections.tests.rows import make_camera, make_detection

pytestmark = pytest.mark.django_db


@pytest.fixture
def camera() -> Camera:
    return make_camera()


@pytest.fixture
def gate(camera: Camera) -> Gate:
    return Gate.objects.create(name="North", camera=camera)


@pytest.fixture
def residents() -> PlateList:
    return PlateList.objects.create(name="Residents")


def seen(camera: Camera, text: str = "BAX1234", **fields: Any) -> Detection:
    row = make_detection(camera, text, **{"seconds_ago": 3, **fields})
    recognize_plate(row)
    row.save()
    return row


def register(plates: PlateList, text: str = "B-AX 1234", **fields: Any) -> RegisteredPlate:
    return RegisteredPlate.objects.create(list=plates, plate_text=text, **fields)


def verdict(row: Detection, gate: Gate) -> tuple[Decision, Why]:
    return decide(row, gate)[:2]


def test_a_registered_plate_may_pass(gate: Gate, residents: PlateList) -> None:
    register(residents)
    assert verdict(seen(gate.camera), gate) == (Decision.ALLOW, Why.REGISTERED)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"confidence": 0.5}, (Decision.LOW_CONFIDENCE, Why.UNSURE)),
        ({"votes": 1}, (Decision.LOW_CONFIDENCE, Why.FEW_LOOKS)),
        ({"text": ""}, (Decision.UNKNOWN, Why.NO_PLATE)),
        ({"text": "OTHER1"}, (Decision.UNKNOWN, Why.NOT_LISTED)),
    ],
)
def test_what_is_not_certain_stays_outside(
    gate: Gate, residents: PlateList, fields: dict[str, Any], expected: tuple[Decision, Why]
) -> None:
    register(residents)
    assert verdict(seen(gate.camera, **fields), gate) == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(ListKind.DENY, (Decision.DENY, Why.DENIED)), (ListKind.WATCH, (Decision.UNKNOWN, Why.WATCHED))],
)
def test_other_lists_do_not_open(gate: Gate, kind: ListKind, expected: tuple[Decision, Why]) -> None:
    register(PlateList.objects.create(name="List", kind=kind))
    assert verdict(seen(gate.camera), gate) == expected


def test_outside_its_validity_a_plate_stays_outside(gate: Gate, residents: PlateList) -> None:
    entry = register(residents, valid_until=timezone.now() - timedelta(seconds=1))
    assert verdict(seen(gate.camera), gate) == (Decision.EXPIRED, Why.NOT_VALID)
    RegisteredPlate.objects.filter(pk=entry.pk).update(valid_from=timezone.now() + timedelta(days=1), valid_until=None)
    assert verdict(seen(gate.camera), gate) == (Decision.EXPIRED, Why.NOT_VALID)


def test_two_that_are_as_near_stay_outside(gate: Gate, residents: PlateList) -> None:
    residents.matching = Matching.DISTANCE
    residents.save()
    register(residents, "BAX1235")
    register(residents, "BAX1236")
    row = seen(gate.camera)
    assert verdict(row, gate) == (Decision.AMBIGUOUS, Why.AMBIGUOUS)
    assert row.registered is None
    assert row.plate_text == "BAX1234", "what was read is not touched"


def test_another_car_than_expected_is_told_but_does_not_decide(gate: Gate, residents: PlateList) -> None:
    register(residents, brand="Skoda", color="Blue")
    found = decide(seen(gate.camera), gate)
    assert (found.decision, [name.value for name in found.exceptions]) == (Decision.ALLOW, ["brand"])


@pytest.mark.parametrize(
    ("role", "inward", "direction", "way"),
    [
        (Role.ENTRY, True, "receding", Way.IN),
        (Role.EXIT, True, "unknown", Way.OUT),
        (Role.BOTH, True, "approaching", Way.IN),
        (Role.BOTH, True, "receding", Way.OUT),
        (Role.BOTH, False, "receding", Way.IN),
        (Role.BOTH, True, "unknown", Way.UNKNOWN),
    ],
)
def test_the_way_follows_from_role_and_direction(
    gate: Gate, role: Role, inward: bool, direction: str, way: Way
) -> None:
    gate.role, gate.inward_is_approaching = role, inward
    assert decide(seen(gate.camera, direction=direction), gate).way == way


def test_a_gate_may_want_to_know_the_way(gate: Gate, residents: PlateList) -> None:
    register(residents)
    gate.role, gate.needs_direction = Role.BOTH, True
    assert verdict(seen(gate.camera, direction="unknown"), gate) == (Decision.LOW_CONFIDENCE, Why.NO_DIRECTION)
    assert verdict(seen(gate.camera, direction="approaching"), gate)[0] == Decision.ALLOW


def test_it_opens_once_early_and_the_end_is_told_too(gate: Gate, residents: PlateList) -> None:
    Destination.objects.create(name="All", address="https://198.41.0.4/")
    register(residents)
    row = seen(gate.camera)
    for _ in range(2):
        judge(row, ended=False)
    judge(row, ended=True)
    rows = {decision.stage: decision for decision in AccessDecision.objects.all()}
    assert {stage: (row.decision, row.opened) for stage, row in rows.items()} == {
        "preview": ("allow", True),
        "final": ("allow", False),
    }
    told = list(Delivery.objects.order_by("id").values_list("event", flat=True))
    assert told == [EventType.ACCESS_DECIDED, EventType.GATE_OPEN, EventType.ACCESS_DECIDED]
    payload = Delivery.objects.filter(event=EventType.GATE_OPEN).get().payload
    assert (payload["data"]["decision"], payload["data"]["opened"], payload["data"]["stage"]) == (
        "allow",
        True,
        "preview",
    )


def test_a_better_text_opens_what_a_worse_one_did_not(gate: Gate, residents: PlateList) -> None:
    register(residents)
    row = seen(gate.camera, "BAX1Z34")
    first = judge(row, ended=False)
    assert first is not None
    assert not first.opened
    row.plate_text = row.plate_norm = "BAX1234"
    recognize_plate(row)
    row.save()
    second = judge(row, ended=False)
    assert second is not None
    assert (second.pk, second.decision, second.opened) == (first.pk, "allow", True)


def test_a_vehicle_of_a_while_ago_opens_nothing(gate: Gate, residents: PlateList) -> None:
    register(residents)
    row = seen(gate.camera, seconds_ago=60)
    assert row.last_seen < timezone.now() - FRESH
    decision = judge(row, ended=True)
    assert decision is not None
    assert (decision.decision, decision.opened) == ("allow", False)


def test_the_same_plate_does_not_open_twice_within_the_pause(gate: Gate, residents: PlateList) -> None:
    register(residents)
    opened = []
    for _ in range(2):
        decision = judge(seen(gate.camera), ended=False)
        assert decision is not None
        opened.append(decision.opened)
    assert opened == [True, False]
    AccessDecision.objects.update(at=timezone.now() - timedelta(seconds=gate.pause_s + 1))
    decision = judge(seen(gate.camera), ended=False)
    assert decision is not None
    assert decision.opened


def test_a_gate_may_leave_the_opening_to_people(gate: Gate, residents: PlateList) -> None:
    register(residents)
    Gate.objects.update(opens_by_itself=False)
    decision = judge(seen(gate.camera), ended=False)
    assert decision is not None
    assert (decision.decision, decision.opened) == ("allow", False)


def test_without_a_gate_nothing_is_decided(camera: Camera) -> None:
    assert judge(seen(camera), ended=True) is None


@pytest.fixture
def yard(camera: Camera, gate: Gate) -> Site:
    site = Site.objects.create(name="Yard", limit=1)
    Gate.objects.update(site=site, opens_by_itself=False)
    way_out = make_camera("Exit")
    Gate.objects.create(name="South", camera=way_out, site=site, role=Role.EXIT, opens_by_itself=False)
    return site


def drive(gate: str, text: str, seconds_ago: float) -> None:
    row = seen(Gate.objects.get(name=gate).camera, text, seconds_ago=seconds_ago)
    follow(row, text_before="", ended=True)


def test_entry_and_exit_make_a_stay(yard: Site) -> None:
    Destination.objects.create(name="All", address="https://198.41.0.4/", events=["stay.started", "stay.ended"])
    drive("North", "BAX1234", 3600)
    assert yard.inside == 1
    drive("South", "BAX1Z34", 10)
    stay = Stay.objects.get()
    assert stay.duration.total_seconds() == pytest.approx(3590, abs=10), "one character off, but the only one inside"
    assert yard.inside == 0
    events = Delivery.objects.order_by("id").values_list("event", "payload__data__inside")
    assert list(events) == [("stay.started", 1), ("stay.ended", 0)]


def test_a_second_entry_ends_a_stay_whose_exit_was_not_seen(yard: Site) -> None:
    drive("North", "BAX1234", 3600)
    drive("North", "BAX1234", 3590)
    assert Stay.objects.count() == 1, "the same pass, told twice"
    drive("North", "BAX1234", 60)
    assert (Stay.objects.count(), yard.inside) == (2, 1)
    assert Stay.objects.exclude(left_at=None).get().exit is None


def test_an_exit_without_an_entry_changes_nothing(yard: Site) -> None:
    drive("South", "BAX1234", 10)
    assert not Stay.objects.exists()


def test_a_full_site_stays_shut_for_newcomers(yard: Site, residents: PlateList) -> None:
    Site.objects.update(shut_when_full=True)
    register(residents)
    drive("North", "OTHER1", 3600)
    north = Gate.objects.get(name="North")
    assert verdict(seen(north.camera), north) == (Decision.DENY, Why.FULL)
    drive("South", "OTHER1", 60)
    assert verdict(seen(north.camera), north)[0] == Decision.ALLOW


def test_who_is_not_let_in_does_not_count_as_inside(yard: Site, residents: PlateList) -> None:
    Gate.objects.update(opens_by_itself=True)
    register(residents)
    drive("North", "OTHER1", 6)
    assert yard.inside == 0
    row = seen(Gate.objects.get(name="North").camera)
    follow(row, text_before="", ended=False)
    follow(row, text_before="BAX1234", ended=True)
    assert yard.inside == 1
