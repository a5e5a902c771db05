"""What a search finds, in which order, page by page; and what it says of filters that make no sense."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from cameras.models import Camera
from detections import plate_index
from detections.models import Detection, PlateTag
from detections.paging import ORDERS, page_of, read_cursor
from detections.plate_index import alike_to, plates_like, plates_near
from detections.search import occurring
from detections.tests.rows import make_camera, make_detection

pytestmark = pytest.mark.django_db

PLATES = ("BAX1234", "8AX1234", "BAXI234", "BAX1235", "AX1234", "KLM777", "XBAX12", "0O1I", "")


@pytest.fixture
def page(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("olga"), "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def camera() -> Camera:
    return make_camera()


@pytest.fixture
def rows(camera: Camera) -> None:
    for number, plate in enumerate(PLATES):
        make_detection(camera, plate, seconds_ago=number + 1)


def found(page: Client, query: str) -> set[str]:
    answer = page.get(f"/detections/?{query}")
    assert answer.context["refused"] == []
    return {row["plate_text"] for row in answer.context["detections"]}


@pytest.mark.parametrize(
    ("query", "plates"),
    [
        ("plate=bax 1234&match=exact", {"BAX1234"}),
        ("plate=AX123", {"BAX1234", "8AX1234", "BAX1235", "AX1234"}),
        ("plate=AX123&match=contains", {"BAX1234", "8AX1234", "BAX1235", "AX1234"}),
        ("plate=7", {"KLM777"}),
        ("plate=BAX*", {"BAX1234", "BAXI234", "BAX1235"}),
        ("plate=*1234", {"BAX1234", "8AX1234", "AX1234"}),
        ("plate=B?X*4", {"BAX1234", "BAXI234"}),
        ("plate=??????", {"AX1234", "KLM777", "XBAX12"}),
        ("plate=*X*2", {"XBAX12"}),
        ("plate=8AX1234&match=alike", {"BAX1234", "8AX1234", "BAXI234"}),
        ("plate=8AXI*&match=alike", {"BAX1234", "8AX1234", "BAXI234", "BAX1235"}),
        ("plate=O011&match=alike", {"0O1I"}),
        ("plate=BAX1234&match=near1", {"BAX1234", "8AX1234", "BAXI234", "BAX1235", "AX1234"}),
        ("plate=BAX124&match=near2", {"BAX1234", "8AX1234", "BAXI234", "BAX1235", "AX1234", "XBAX12"}),
        ("plate=QQQ", set()),
    ],
)
@pytest.mark.parametrize("most", [2000, 1])
def test_each_mode_finds_its_plates_whether_they_are_listed_or_met(
    page: Client, rows: None, monkeypatch: pytest.MonkeyPatch, query: str, plates: set[str], most: int
) -> None:
    if "near" not in query:
        monkeypatch.setattr(plate_index, "MOST_PLATES", most)
    assert found(page, query) == plates


def test_plates_within_a_distance_are_all_found_and_the_nearest_are_first(camera: Camera) -> None:
    near = ("ABC1234", "ABC123", "BC1234", "ABCX1234", "ABX1234", "ACB1234", "ABC12", "XABC1234X", "AC124")
    far = ("ABC4321", "XYZ1234", "ABC", "A1234BC")
    for plate in (*near, *far):
        make_detection(camera, plate)
    assert plates_near("ABC1234", 2)[0] == "ABC1234"
    assert set(plates_near("ABC1234", 2)) == set(near)
    assert set(plates_near("ABC1234", 1)) == {"ABC1234", "ABC123", "BC1234", "ABCX1234", "ABX1234"}


def test_plates_that_could_be_taken_for_another(rows: None) -> None:
    assert alike_to("BAX1234")[:2] == ["8AX1234", "BAXI234"]
    assert set(alike_to("BAX1234")) == {"8AX1234", "BAXI234", "BAX1235", "AX1234"}


def test_the_last_letter_of_the_alphabet_ends_no_range_too_soon(camera: Camera) -> None:
    for plate in ("KZZ", "ZZ9", "A99"):
        make_detection(camera, plate)
    assert plates_like("%99%") == ["A99"]
    assert plates_like("K%") == ["KZZ"]
    assert set(plates_like("%9%") or []) == {"ZZ9", "A99"}


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("plate=%2D%2D", "Plate"),
        ("plate=BA*&match=exact", "What is typed"),
        ("plate=BA&match=near1", "What is typed"),
        ("match=roughly", "What is typed"),
        ("since=2026-01-02T00:00&until=2026-01-01T00:00", "Until"),
        ("since=yesterday", "From"),
        ("confidence=2", "Confidence"),
        ("camera=nowhere", "Camera"),
        ("camera=999", "Camera"),
        ("brand=Tesla", "Brand"),
        ("color=plaid", "Color"),
        ("kind=boat", "Kind"),
        ("tag=guest", "Tag"),
        ("sort=weight", "Order"),
        ("colour=red", "“colour”"),
    ],
)
def test_a_filter_that_cannot_be_used_is_named_and_the_others_are_kept(
    page: Client, rows: None, query: str, name: str
) -> None:
    answer = page.get(f"/detections/?has_plate=true&direction=approaching&{query}")
    assert [words.startswith(name) for words in answer.context["refused"]] == [True], answer.context["refused"]
    shown = [row["plate_text"] for row in answer.context["detections"]]
    assert shown
    assert "" not in shown
    assert answer.context["refused"][0][:12] in answer.content.decode()


def test_values_are_known_in_any_case_and_cameras_by_their_short_name(page: Client, camera: Camera) -> None:
    make_detection(camera, "RED1", color="red", brand="BMW")
    make_detection(make_camera("Yard"), "BLUE1", color="blue", brand="Opel")
    assert found(page, "color=RED") == {"RED1"}
    assert found(page, "brand=bmw") == {"RED1"}
    assert found(page, "camera=yard") == {"BLUE1"}
    assert found(page, f"camera={camera.pk}") == {"RED1"}


def test_every_value_that_occurs_is_found_once_without_reading_the_whole_index(
    camera: Camera, django_assert_num_queries: Any
) -> None:
    for number, brand in enumerate(("Toyota", "BMW", "unknown", "BMW", "Škoda", "BMW")):
        make_detection(camera, f"P{number}", brand=brand)
    with django_assert_num_queries(5) as asked:
        assert set(occurring("brand")) == {"BMW", "Toyota", "unknown", "Škoda"}
    assert not any("DISTINCT" in query["sql"] for query in asked)


def test_tags_find_their_plates(page: Client, rows: None) -> None:
    PlateTag.objects.create(plate="KLM777", name="guest")
    assert found(page, "tag=guest") == {"KLM777"}


@pytest.mark.parametrize("sort", ORDERS)
def test_every_order_leads_through_all_rows_and_back(camera: Camera, sort: str) -> None:
    for number in range(11):
        make_detection(camera, f"AB{number % 4}", seconds_ago=number // 2, confidence=0.5 + 0.1 * (number % 3))
    rows = Detection.objects.all()
    seen: list[int] = []
    page = page_of(rows, size=3, sort=sort)
    pages = [page]
    while page.older:
        page = page_of(rows, older=page.older, size=3, sort=sort)
        pages.append(page)
    seen = [row.pk for page in pages for row in page.rows]
    assert seen == [row.pk for row in rows.order_by(*ORDERS[sort])]
    back = page_of(rows, newer=pages[-1].newer or "", size=3, sort=sort)
    assert [row.pk for row in back.rows] == [row.pk for row in pages[-2].rows]
    assert pages[0].newer is None


@pytest.mark.parametrize("cursor", ["", "x", "WzFd", "W10", "bnVsbA", "WyJhIiwiYiJd", "WzFlOTk5LDFd", "é", "[" * 5000])
def test_an_invented_place_is_the_first_page(page: Client, rows: None, cursor: str) -> None:
    assert read_cursor(cursor, ORDERS[""]) is None
    assert len(page.get("/detections/", {"older": cursor}).context["detections"]) == len(PLATES)


def test_a_place_in_another_order_is_the_first_page(page: Client, rows: None) -> None:
    older = page_of(Detection.objects.all(), size=2).older
    assert len(page.get("/detections/", {"older": older, "sort": "plate"}).context["detections"]) == len(PLATES) - 1


def test_the_same_question_costs_as_many_queries_for_many_rows(
    page: Client, camera: Camera, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        make_detection(camera, f"AB{number}", seconds_ago=number)
    with django_assert_max_num_queries(19):
        assert len(page.get("/detections/?plate=AB").context["detections"]) == 50
