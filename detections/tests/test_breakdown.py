"""How a look is told: in figures, in words, and on the page of its detection."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client

from cameras.models import Camera
from detections.breakdown import Look, breakdown_of, explain, look_of_detection, measures_of
from detections.choices import Reason
from detections.models import Attempt, Detection
from detections.pictures import kept_looks, sighting
from detections.record import record, record_attempts
from detections.tests.rows import make_camera, make_detection
from detections.tests.test_record import observation, plate_read
from inference.types import FrameResult, Reading, Standing

READING = Reading("AB123CD", 0.91, (0.99, 0.98, 0.97, 0.55, 0.96, 0.95, 0.94), "A8123CD", "IT", (("AB128CD", 0.2),))


def test_a_look_is_measured_while_its_pixels_are_there() -> None:
    measures = measures_of(observation())
    assert measures["frame"] == [160, 90]
    assert (measures["kind"], measures["plate_width"], measures["plate_confidence"]) == ("car", 30, 0.8)
    assert 0 <= measures["sharpness"] <= 1


def test_the_evidence_says_what_it_read_itself_not_what_the_vote_made_of_it() -> None:
    kept = breakdown_of(plate_read("AB128CD", best=replace(observation(), reading=READING, ms={"read": 3.21})))
    assert kept["reading"]["text"] == "AB123CD"
    assert kept["reading"]["alternatives"] == [["AB128CD", 0.2]]
    assert kept["ms"] == {"read": 3.2}


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_its_words(reason: Reason) -> None:
    measures = {"plate_width": 31, "plate_confidence": 0.28, "sharpness": 0.01}
    words = explain(reason, measures, {"text": "AB1", "char_confidences": [0.9, 0.2, 0.8]}, 40)
    assert words.endswith(".")
    assert words != reason


def test_the_figures_are_in_the_words() -> None:
    assert "31 pixels" in explain("plate_too_small", {"plate_width": 31}, {}, 40)
    assert "from 40 on" in explain("plate_too_small", {"plate_width": 31}, {}, 40)
    assert "20 % sure" in explain("low_reading_confidence", {}, {"text": "AB1", "char_confidences": [0.9, 0.2]}, 40)


def test_the_view_around_a_plate_holds_its_corners() -> None:
    look = Look("read", "", {"frame": [1920, 1080]}, {}, corners=[[100, 50], [200, 60], [200, 90], [100, 80]])
    x, y, width, height = map(float, look.plate_view.split())
    assert x < 100
    assert x + width > 200
    assert y < 50
    assert y + height > 90


@pytest.mark.django_db
def test_the_page_shows_each_step_with_its_milliseconds_and_the_looks(admin_client: Client) -> None:
    camera = make_camera()
    best = replace(observation(), reading=READING, stage="read", ms={"detect": 21.4, "read": 3.2, "total": 30.0})
    seen = sighting(plate_read(best=best, tallies=(("AB123CD", 3, 0.8), ("AB128CD", 1, 0.2))))
    small = replace(observation(), reason="plate_too_small")
    result = FrameResult(
        best.frame, (), (best, small), ms={"total": 30.0}, standings=(Standing("one"), Standing("one"))
    )
    record_attempts(camera.pk, kept_looks(result, [0, 1]))
    row = record(camera.pk, seen.read, seen.pictures, breakdown=seen.breakdown).detection
    page = admin_client.get(f"/detections/{row.pk}/").content.decode()
    for words in ("21.4 ms", "3.2 ms", "Read as A8123CD", "AB128CD", "3 of 4 looks agree", "30 pixels wide", "IT"):
        assert words in page, words
    assert page.count('class="look"') == 2
    assert "this camera reads from 40 on" in page
    assert 'points="50.0,60.0 80.0,60.0 80.0,68.0 50.0,68.0"' in page
    german = admin_client.get(f"/detections/{row.pk}/", headers={"Accept-Language": "de"}).content.decode()
    assert 'cx="50.0"' in german, "numbers of a drawing are not those of a language"


@pytest.mark.django_db
def test_a_row_from_before_the_breakdown_shows_what_it_has(admin_client: Client) -> None:
    row = make_detection(make_camera(), others=[["BAX1284", 2]])
    page = admin_client.get(f"/detections/{row.pk}/").content.decode()
    assert "BAX1284" in page
    assert "are not kept any more" in page
    unread = make_detection(row.camera, "", votes=0)
    assert admin_client.get(f"/detections/{unread.pk}/").status_code == 200


@pytest.mark.django_db
def test_looks_of_a_visit_are_found_before_its_row_links_them(admin_client: Client) -> None:
    row = make_detection(make_camera())
    Attempt.objects.create(camera=row.camera, track_id=row.track_id, at=row.first_seen, reason="blur", stage="rectify")
    Attempt.objects.create(camera=row.camera, track_id="another", at=row.first_seen, reason="zone", stage="detect")
    page = admin_client.get(f"/detections/{row.pk}/").content.decode()
    assert page.count('class="look"') == 1


def test_an_unread_vehicle_has_no_reading_and_no_votes() -> None:
    look = look_of_detection(Detection(camera=Camera(name="Gate")), {})
    assert (look.votes, look.reading, look.text) == ([], None, "")
