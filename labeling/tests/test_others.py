"""Other people's plates are made illegible in what goes out; the labeled one stays as it was."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from detections.networks import product_models
from inference.synthetic import Street
from inference.types import Box, Image, Plate
from labeling.choices import State
from labeling.dataset_files import FolderTarget
from labeling.dataset_plan import Options
from labeling.export import export_dataset
from labeling.others import LEFT, hide, look_around
from labeling.tests.dataset_rows import make_sample

pytestmark = pytest.mark.django_db


@pytest.fixture
def seen() -> tuple[Image, list[Plate]]:
    """A drawn street in which at least two plates are found."""
    detector, street = product_models().detector, Street(3)
    for second in range(4, 40):
        image = np.ascontiguousarray(street.render(float(second))[0])
        plates = detector.detect(image)[1]
        if len(plates) >= 2:
            return image, plates
    raise AssertionError("the street shows no two plates")


def test_only_the_labeled_plate_stays_legible(seen: tuple[Image, list[Plate]]) -> None:
    image, plates = seen
    content = cv2.imencode(".jpg", image)[1].tobytes()
    scene = look_around(product_models(), content, image, [plates[0].box])
    assert np.array_equal(plates[0].box.crop(scene.image), plates[0].box.crop(image))
    hidden = plates[1].box.crop(scene.image)
    assert detail(hidden) < detail(plates[1].box.crop(image)) / 4
    assert scene.content != content
    assert scene.vehicles


def test_what_was_labeled_stays_whole_where_another_box_reaches_into_it(seen: tuple[Image, list[Plate]]) -> None:
    image, plates = seen
    box = plates[0].box
    corner = Box(box.x1, box.y1, box.x1 + box.width // 3, box.y2)
    content = cv2.imencode(".jpg", image)[1].tobytes()
    scene = look_around(product_models(), content, image, [corner])
    assert scene.content != content
    assert np.array_equal(corner.crop(scene.image), corner.crop(image))


@pytest.mark.parametrize("state", [State.NOT_A_PLATE, State.CORRECT])
def test_what_a_person_judged_is_exported_as_it_was(
    seen: tuple[Image, list[Plate]], tmp_path: Path, state: State
) -> None:
    """Also what is no plate: the detector took it for one and is to learn better."""
    image, plates = seen
    box, other = plates[0].box, plates[1].box
    sample = make_sample(0, state=state, corners=None, plate_box=[box.x1, box.y1, box.x2, box.y2])
    cv2.imwrite(sample.frame.path, image)
    before = cv2.imread(sample.frame.path)
    export_dataset(FolderTarget(tmp_path / "out"), Options(blur_others=True), lambda *_: None)
    after = cv2.imread(str(next((tmp_path / "out/images").rglob("*.jpg"))))
    assert detail(other.crop(after)) < detail(other.crop(before)) / 4
    assert detail(box.crop(after)) > detail(box.crop(before)) * 0.8


def test_a_picture_without_others_goes_out_byte_by_byte(seen: tuple[Image, list[Plate]]) -> None:
    image, plates = seen
    content = cv2.imencode(".jpg", image)[1].tobytes()
    scene = look_around(product_models(), content, image, [plate.box for plate in plates])
    assert scene.content == content


def test_a_few_pixels_are_left() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (40, 100, 3), np.uint8)
    few = cv2.resize(noise[5:35, 10:90], LEFT, interpolation=cv2.INTER_AREA)
    hide(noise, Box(10, 5, 90, 35))
    again = cv2.resize(noise[5:35, 10:90], LEFT, interpolation=cv2.INTER_AREA)
    assert np.abs(few.astype(int) - again.astype(int)).max() < 40
    hide(noise, Box(200, 200, 210, 210))


def detail(image: Image) -> float:
    return float(cv2.Laplacian(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.CV_32F).var())
