"""Real films with the real models: which plates are read, and how many rows each visit makes."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from inference.looks import load_models
from inference.pipeline import Pipeline, PipelineSettings
from inference.sources import EndOfSource, FileSource
from inference.synthetic import Street
from inference.types import Frame, PlateRead

CLIPS = Path(__file__).parents[3] / "shared" / "data" / "clips"
LEAST_READ = {"vn_toll_gate.mp4": 3, "nl_parking.mp4": 7, "vn_motorbikes.mp4": 7, "eu_night_ir.mp4": 1}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def frames_of(path: Path) -> Iterator[Frame]:
    source = FileSource(path, realtime=False)
    source.open()
    try:
        while True:
            yield source.read()
    except EndOfSource:
        return
    finally:
        source.close()


def visits(frames: Iterator[Frame]) -> list[PlateRead]:
    """The last word on each visit."""
    pipeline = Pipeline(load_models(), PipelineSettings())
    last: dict[str, PlateRead] = {}
    for frame in frames:
        last |= {read.track_id: read for read in pipeline.process(frame).reads}
    return list((last | {read.track_id: read for read in pipeline.flush()}).values())


@pytest.mark.data
@pytest.mark.skipif(not CLIPS.exists(), reason="needs ../shared/data")
@pytest.mark.parametrize("name", LEAST_READ)
def test_the_plates_of_a_clip_are_read_once_a_visit(name: str, capsys: pytest.CaptureFixture[str]):
    wanted = [plate["text"] for plate in json.loads((CLIPS / "truth.json").read_text())["clips"][name]["plates"]]
    found = visits(frames_of(CLIPS / name))
    texts = [read.text for read in found if read.text]
    with capsys.disabled():
        sys.stdout.write(
            f"\n{name}: read {sum(text in texts for text in wanted)} of {len(wanted)} plates, "
            f"{len(texts)} read visits, {len(found) - len(texts)} unread; "
            f"missed {sorted(set(wanted) - set(texts))}, other {sorted(set(texts) - set(wanted))}\n"
        )
    assert sum(text in texts for text in wanted) >= LEAST_READ[name]
    assert all(texts.count(text) <= 1 for text in wanted), "one visit, one row"
    for read in found:
        if read.text:
            assert read.best.reading is not None
            assert read.best.reading.text == read.text, "the evidence shows the text"


def test_the_plates_of_the_drawn_street_are_read(capsys: pytest.CaptureFixture[str]):
    street = Street(11)
    truth: dict[str, int] = {}

    def frames() -> Iterator[Frame]:
        for index in range(int(40 * street.fps)):
            image, vehicles = street.render(index / street.fps)
            for vehicle in vehicles:
                if vehicle.plate_corners is not None and vehicle.plate_corners[1][0] - vehicle.plate_corners[0][0] > 70:
                    truth[vehicle.plate_text] = truth.get(vehicle.plate_text, 0) + 1
            yield Frame(image, index, index / street.fps, index / street.fps)

    texts = [read.text for read in visits(frames()) if read.text]
    wanted = [text for text, looks in truth.items() if looks >= 3]
    with capsys.disabled():
        read = sum(text in texts for text in wanted)
        sys.stdout.write(f"\ndrawn street: read {read} of {len(wanted)} plates, {len(texts)} read visits\n")
    assert sum(text in texts for text in wanted) >= 0.6 * len(wanted)
