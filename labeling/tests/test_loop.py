"""The whole loop on a real film: seen, labeled, exported, trained on, compared, chosen, named by what comes next."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections
from pytest_django import Settings
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from anpr_site.tests.processes import wait_until
from cameras.choices import DatasetMode
from cameras.models import Camera, claim
from cameras.worker import CameraWorker
from detections.models import Detection, ModelVersion
from detections.networks import product_models, product_version
from detections.pictures import sighting
from detections.record import record
from inference.pipeline import Pipeline
from inference.sources import EndOfSource, FileSource
from labeling.answers import Answer, change
from labeling.choices import Action, State
from labeling.collect import Collector
from labeling.models import DatasetSettings, Sample

ROOT = Path(__file__).resolve().parents[2]
CLIPS = ROOT.parent / "shared" / "data" / "clips"
CLIP = "nl_parking.mp4"
FEW = [
    "--minutes",
    "0.002",
    "--round-steps",
    "3",
    "--batch",
    "4",
    "--workers",
    "0",
    "--threads",
    "1",
    "--patience",
    "1",
]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.data,
    pytest.mark.timeout(1500),
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CLIPS.exists(), reason="needs ../shared/data"),
    pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="needs torch (requirements/train.txt)"),
]


def collect(camera: Camera) -> None:
    """What the camera's worker would keep of the film, without waiting for its frames."""
    pipeline, collector = Pipeline(product_models(), camera.pipeline_settings()), Collector(camera.pk)
    source = FileSource(CLIPS / CLIP, realtime=False)
    source.open()
    reads = []
    try:
        while True:
            frame = source.read()
            if frame.index % 4 == 0:
                reads += pipeline.process(frame).reads
    except EndOfSource:
        reads += pipeline.flush()
    finally:
        source.close()
    for read in reads:
        seen = sighting(read)
        row = record(camera.pk, seen.read, seen.pictures, product_version())
        if row.detection is not None:
            collector.keep(row.detection, seen, product_version())


def label() -> None:
    """What somebody who knows the film says: the true text where a reading is near one, else that none can be read."""
    told = json.loads((CLIPS / "truth.json").read_text())["clips"][CLIP]["plates"]
    texts = [plate["text"] for plate in told]
    for sample in Sample.objects.all():
        found = process.extractOne(sample.text, texts, scorer=Levenshtein.distance, score_cutoff=2)
        state = State.UNREADABLE if found is None else State.CORRECT if found[1] == 0 else State.CORRECTED
        said = Answer(state, found[0] if found else "", sample.vehicle_box, sample.corners, sample.brand, sample.color)
        change(sample, None, said, action=Action.ANSWER, batch="film")


def run(*arguments: str) -> None:
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_what_a_camera_saw_trains_the_model_that_reads_next(tmp_path: Path, settings: Settings) -> None:
    settings.MODELS_ROOT = tmp_path / "models"
    DatasetSettings.objects.create(is_on=True)
    camera = Camera.objects.create(name="Park", source_url=str(CLIPS / CLIP), dataset_mode=DatasetMode.EVERYTHING)
    collect(camera)
    assert Sample.objects.count() >= 5
    label()
    call_command("export_dataset", str(tmp_path / "dataset"), stdout=StringIO())
    trained = tmp_path / "run"
    run("-m", "inference.training.train_reader", "--data", str(tmp_path / "dataset"), "--out", str(trained), *FEW)
    out = tmp_path / "exported/reader"
    run("-m", "inference.training.export", "reader", "--checkpoint", str(trained / "best.pt"), "--out", str(out))
    said = StringIO()
    call_command("add_model", str(out), "few-steps", "--note", "three steps", stdout=said)
    call_command("compare_models", "builtin", "few-steps", "--splits", "all", stdout=said)
    own, few = ModelVersion.objects.get(task="reader", is_builtin=True), ModelVersion.objects.get(name="few-steps")
    assert own.figures["plates"] == few.figures["plates"] >= 3
    assert own.figures["exact"] > 50
    assert 0 <= few.figures["exact"] <= 100
    assert set(few.figures["by_camera"]) == {"Park"}
    call_command("use_model", "reader", "few-steps", stdout=said)
    Detection.objects.all().delete()
    assert claim(camera, "host:1")
    worker = CameraWorker(camera, "host:1")
    worker.start()
    try:
        wait_until(lambda: Detection.objects.exists(), 120)
    finally:
        worker.stop()
        assert worker.join(10)
        connections.close_all()
    assert "reader few-steps" in Detection.objects.all()[0].model_version
    call_command("use_model", "reader", "--roll-back", stdout=said)
    assert "few-steps" not in product_version()
