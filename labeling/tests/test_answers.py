"""What people say about samples: verdicts, groups, undo, second opinions, disputes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from cameras.models import Camera
from detections.tests.rows import make_camera
from labeling.answers import Answer, Refused, give, give_many, last_batch, undo
from labeling.choices import Action, Review, State
from labeling.models import DatasetSettings, Label, Sample
from labeling.tests.rows import CORNERS, VEHICLE, make_labeler, make_sample

pytestmark = pytest.mark.django_db


@pytest.fixture
def camera() -> Camera:
    return make_camera()


@pytest.fixture
def lena() -> User:
    return make_labeler("lena")


@pytest.fixture
def ben() -> User:
    return make_labeler("ben")


def answer(state: str, text: str = "") -> Answer:
    return Answer(State(state), text, VEHICLE, CORNERS, "Toyota", "blue")


@pytest.mark.parametrize(
    ("state", "text", "true_text", "has_corners", "has_vehicle"),
    [
        ("correct", "BAX1234", "BAX1234", True, True),
        ("corrected", "8AX1234", "8AX1234", True, True),
        ("wrong", "", "", True, True),
        ("unreadable", "", "", True, True),
        ("not_a_plate", "", "", False, True),
        ("skipped", "", "", False, False),
    ],
)
def test_each_verdict_says_what_the_picture_shows(
    camera: Camera, lena: User, state: str, text: str, true_text: str, has_corners: bool, has_vehicle: bool
) -> None:
    sample = make_sample(camera, "BAX1234")
    give(lena, sample, answer(state, text))
    sample.refresh_from_db()
    assert (sample.state, sample.true_text, sample.labeled_by) == (state, true_text, lena)
    assert (bool(sample.true_corners), bool(sample.true_vehicle_box)) == (has_corners, has_vehicle)
    assert sample.text == "BAX1234", "what the model said stays"
    label = sample.labels.get()
    assert (label.by, label.state, label.before["state"]) == (lena, state, "pending")
    assert label.after["true_text"] == true_text


def test_undo_restores_everything_and_is_a_row_of_its_own(camera: Camera, lena: User) -> None:
    sample = make_sample(camera)
    give(lena, sample, answer("corrected", "XYZ9"))
    give(lena, sample, answer("unreadable"))
    assert undo(lena, last_batch(lena))[0].true_text == "XYZ9"
    assert undo(lena, last_batch(lena))[0].state == State.PENDING
    sample.refresh_from_db()
    assert (sample.state, sample.true_text, sample.labeled_by, sample.labeled_at) == ("pending", "", None, None)
    assert [label.action for label in sample.labels.order_by("id")] == ["answer", "answer", "undo", "undo"]
    with pytest.raises(Refused, match="nothing left"):
        undo(lena, last_batch(lena))


def test_an_answer_that_somebody_has_changed_since_is_not_undone(camera: Camera, lena: User, ben: User) -> None:
    sample = make_sample(camera)
    first = give(lena, sample, answer("correct", "BAX1234"))
    give(ben, sample, answer("unreadable"))
    with pytest.raises(Refused, match="changed again"):
        undo(lena, first.batch)
    with pytest.raises(Refused, match="nothing left"):
        undo(ben, first.batch)
    sample.refresh_from_db()
    assert sample.state == "unreadable"


def test_what_looks_alike_is_answered_and_undone_together(camera: Camera, lena: User) -> None:
    sample = make_sample(camera, "8AX1234")
    same = make_sample(camera, "8AX1234", group=sample.group, corners=[[1, 1], [50, 1], [50, 20], [1, 20]])
    other_text = make_sample(camera, "BAX1234", group=sample.group)
    judged = make_sample(camera, "KLM1", group=sample.group, state="wrong")
    stranger = make_sample(camera, "8AX1234")
    together = [row.pk for row in (same, other_text, judged, stranger)]
    given = give(lena, sample, answer("corrected", "BAX1234"), together=together)
    assert {row.pk for row in given.samples} == {sample.pk, same.pk, other_text.pk}
    for row in (same, other_text, judged, stranger):
        row.refresh_from_db()
    assert (same.state, same.true_text, same.true_corners) == ("corrected", "BAX1234", same.corners)
    assert (other_text.state, other_text.true_text) == ("correct", "BAX1234")
    assert (judged.state, stranger.state) == ("wrong", "pending")
    assert len(undo(lena, given.batch)) == 3
    assert Sample.objects.filter(state="pending").count() == 4


def test_nobody_judges_what_somebody_else_holds(camera: Camera, lena: User, ben: User) -> None:
    soon = timezone.now() + timedelta(minutes=5)
    sample = make_sample(camera, claimed_by=ben, claimed_tab="b", claimed_until=soon)
    with pytest.raises(Refused, match="Somebody else"):
        give(lena, sample, answer("correct", "BAX1234"), tab="a")
    with pytest.raises(Refused, match="Somebody else"):
        give(ben, sample, answer("correct", "BAX1234"), tab="another page")
    assert give_many(lena, [sample.pk], answer("unreadable")).samples == []
    Sample.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    give(lena, sample, answer("correct", "BAX1234"), tab="a")
    with pytest.raises(Refused, match="meanwhile"):
        give(ben, sample, answer("unreadable"), tab="b")


def second_round(camera: Camera, lena: User, ben: User, said: Answer) -> Sample:
    DatasetSettings(second_opinions=100).save()
    sample = make_sample(camera, "8AX1234")
    give(lena, sample, answer("corrected", "BAX1234"))
    sample.refresh_from_db()
    assert sample.review == Review.WAITING
    give(ben, sample, said)
    sample.refresh_from_db()
    return sample


def test_an_answer_that_is_sent_again_is_not_given_again(camera: Camera, lena: User, ben: User) -> None:
    DatasetSettings(second_opinions=100).save()
    sample = make_sample(camera)
    alike = make_sample(camera, group=sample.group)
    for person, batch in ((lena, "1" * 32), (ben, "2" * 32)):
        said = answer("correct", "BAX1234")
        first = give(person, Sample.objects.get(pk=sample.pk), said, together=[alike.pk], batch=batch)
        again = give(person, Sample.objects.get(pk=sample.pk), said, together=[alike.pk], batch=batch)
        assert (again.batch, {row.pk for row in again.samples}) == (batch, {row.pk for row in first.samples})
    assert [label.action for label in sample.labels.order_by("id")] == ["answer", "second"]
    sample.refresh_from_db()
    assert (sample.labeled_by, sample.second_by, sample.review) == (lena, ben, Review.AGREED)
    other = make_sample(camera)
    give(ben, other, answer("unreadable"), batch="1" * 32)
    assert other.labels.count() == 1, "another person's name of an answer is another answer"


def test_a_second_opinion_that_agrees_changes_nothing_else(camera: Camera, lena: User, ben: User) -> None:
    sample = second_round(camera, lena, ben, answer("corrected", "BAX1234"))
    assert (sample.review, sample.labeled_by, sample.second_by) == (Review.AGREED, lena, ben)
    undo(ben, last_batch(ben))
    sample.refresh_from_db()
    assert (sample.review, sample.second_by) == (Review.WAITING, None)


@pytest.mark.parametrize(
    "said", [answer("corrected", "BAX123A"), answer("unreadable"), Answer(State.CORRECTED, "BAX1234", color="red")]
)
def test_a_second_opinion_that_differs_is_a_dispute_until_it_is_settled(
    camera: Camera, lena: User, ben: User, said: Answer
) -> None:
    sample = second_round(camera, lena, ben, said)
    assert (sample.review, sample.true_text) == (Review.DISPUTED, "BAX1234"), "the first stands meanwhile"
    chief = make_labeler("chief", "staff")
    give(chief, sample, answer("corrected", "BAX1239"))
    sample.refresh_from_db()
    assert (sample.review, sample.true_text, sample.labeled_by) == (Review.SETTLED, "BAX1239", chief)
    assert Label.objects.filter(action=Action.SETTLE, by=chief).exists()


def test_many_at_once_keep_their_own_boxes_and_go_back_together(camera: Camera, lena: User) -> None:
    rows = [make_sample(camera, f"BAX12{number}", corners=[[number, 0], [9, 0], [9, 5], [0, 5]]) for number in range(5)]
    given = give_many(lena, [row.pk for row in rows], Answer(State.CORRECT))
    assert list(Sample.objects.order_by("pk").values_list("true_text", flat=True)) == [row.text for row in rows]
    assert Sample.objects.filter(state="correct").count() == 5
    assert rows[3].corners == Sample.objects.get(pk=rows[3].pk).true_corners
    give_many(lena, [rows[0].pk], Answer(State.PENDING))
    assert Sample.objects.get(pk=rows[0].pk).labeled_by is None
    undo(lena, last_batch(lena))
    undo(lena, given.batch)
    assert Sample.objects.filter(state="pending").count() == 5
