"""Which registered plate a text is taken for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from detections import registry
from detections.registry_models import ListKind, Matching, PlateList, RegisteredPlate
from detections.tests.rows import make_camera

pytestmark = pytest.mark.django_db


def make_list(name: str = "Residents", **fields: Any) -> PlateList:
    return PlateList.objects.create(name=name, **fields)


def register(plates: PlateList, text: str, **fields: Any) -> RegisteredPlate:
    return RegisteredPlate.objects.create(list=plates, plate_text=text, **fields)


def taken_for(text: str, camera: int | None = None) -> str | None:
    found = registry.match(text, camera)
    return found and ("ambiguous" if found["ambiguous"] else found["plate"])


def test_a_plate_is_the_same_however_it_is_written() -> None:
    register(make_list(), "B-ÄX 1234")
    found = registry.match("bax1234")
    assert found is not None
    assert (found["plate"], found["mode"], found["distance"], found["list"]) == ("B-ÄX 1234", "exact", 0, "Residents")
    assert registry.match("BAX123") is None
    assert registry.match("") is None


def test_look_alikes_count_only_where_the_list_says_so() -> None:
    register(make_list("Exact"), "BO18")
    assert taken_for("B018") is None
    PlateList.objects.update(matching=Matching.LOOK_ALIKE)
    found = registry.match("8OI8")
    assert found is not None
    assert (found["plate"], found["mode"], found["distance"]) == ("BO18", "look_alike", 2)
    assert taken_for("BX18") is None


@pytest.mark.parametrize(
    ("reach", "text", "is_found"), [(1, "ABC12X", True), (1, "ABC1XX", False), (2, "ABC1XX", True)]
)
def test_the_distance_is_that_of_the_list(reach: int, text: str, is_found: bool) -> None:
    register(make_list(matching=Matching.DISTANCE, max_distance=reach), "ABC123")
    assert (taken_for(text) == "ABC123") is is_found


def test_look_alikes_cost_nothing_to_watch_and_one_each_to_allow() -> None:
    allow = make_list("Allow", matching=Matching.DISTANCE, max_distance=1)
    register(allow, "BOSS18")
    assert taken_for("8O5518") is None
    watch = make_list("Watch", kind=ListKind.WATCH, matching=Matching.DISTANCE, max_distance=1)
    register(watch, "BOSS18")
    found = registry.match("8O5518")
    assert found is not None
    assert found["list"] == "Watch"


def test_two_that_are_equally_near_are_ambiguous() -> None:
    plates = make_list(matching=Matching.DISTANCE, max_distance=1)
    register(plates, "ABC124")
    register(plates, "ABC125")
    found = registry.match("ABC123")
    assert found is not None
    assert found["ambiguous"]
    assert found["registered_id"] is None
    assert [candidate["plate"] for candidate in found["candidates"]] == ["ABC124", "ABC125"]
    assert taken_for("ABC124") == "ABC124", "an exact one is nearer than any other"


def test_of_one_plate_on_two_lists_the_one_that_counts_first_is_taken() -> None:
    register(make_list("Allow"), "ABC123")
    deny = register(make_list("Deny", kind=ListKind.DENY), "ABC123")
    found = registry.match("ABC123")
    assert found is not None
    assert found["list"] == "Deny"
    assert len(found["lists"]) == 2
    deny.valid_until = timezone.now() - timedelta(days=1)
    deny.save()
    found = registry.match("ABC123")
    assert found is not None
    assert (found["list"], found["valid"]) == ("Allow", True), "what is over counts after what is valid"


def test_a_plate_may_count_at_some_cameras_only() -> None:
    one, other = make_camera("One"), make_camera("Two")
    register(make_list(), "ABC123").cameras.add(one)
    assert taken_for("ABC123", one.pk) == "ABC123"
    assert taken_for("ABC123", other.pk) is None


def test_only_plates_that_nobody_else_wants_are_ignored() -> None:
    plates = make_list("Ours", kind=ListKind.IGNORE)
    entry = register(plates, "ABC123")
    assert registry.is_ignored("ABC123")
    assert not registry.is_ignored("ABC124")
    register(make_list("Watch", kind=ListKind.WATCH), "ABC123")
    assert not registry.is_ignored("ABC123")
    PlateList.objects.filter(name="Watch").delete()
    entry.valid_until = timezone.now() - timedelta(seconds=1)
    entry.save()
    assert not registry.is_ignored("ABC123")


def test_the_preview_of_misreads_holds() -> None:
    plates = make_list(matching=Matching.DISTANCE, max_distance=1)
    entry = register(plates, "B-OS 185")
    texts = registry.misreads(entry)
    assert "80S185" not in texts, "two look-alikes are two characters off"
    assert "8OS185" in texts
    assert all(taken_for(text) == "B-OS 185" for text in texts)
    plates.matching = Matching.LOOK_ALIKE
    plates.save()
    entry.list.refresh_from_db()
    many = registry.misreads(entry)
    assert len(many) == registry.MOST_MISREADS
    assert all(taken_for(text) == "B-OS 185" for text in many)


def test_ten_thousand_plates_are_searched_in_a_moment() -> None:
    plates = make_list(matching=Matching.DISTANCE, max_distance=2)
    texts = [f"{chr(65 + n % 26)}{chr(65 + n // 26 % 26)}{n:05d}" for n in range(10_000)]
    RegisteredPlate.objects.bulk_create(RegisteredPlate(list=plates, plate_text=t, plate_norm=t) for t in texts)
    found = registry.match("ZZZZZZZ")
    assert found is None
    assert registry.match(texts[77]) is not None
