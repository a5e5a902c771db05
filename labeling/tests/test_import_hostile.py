"""Datasets that somebody made to do harm, or that a disk has spoiled: refused, or taken in and harmless."""

from __future__ import annotations

import hashlib
import json
import math
import random
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from labeling import dataset_format as form
from labeling.dataset_check import check
from labeling.dataset_files import FolderTarget
from labeling.dataset_plan import Options
from labeling.dataset_source import Refused, open_source
from labeling.desk import visible_samples
from labeling.export import export_dataset
from labeling.importer import import_dataset
from labeling.models import Label, Sample
from labeling.payload import sample_payload
from labeling.tests.dataset_rows import make_sample
from labeling.tests.rows import make_labeler

pytestmark = pytest.mark.django_db
STRANGE: list[Any] = [
    *(None, True, -1, 0, 1, 0.5, 7, 10**12, 10**400, -1e308, math.inf, math.nan),
    *("", "x", "0x1", "-1", "AB1", "<b>", "x" * 300, "\0", "../../x", "2026-01-01", "0001-01-01T00:00:00+14:00"),
    *([], [[]], [None], [1], [0.5, 2], ["x", "y"], [["AB1", 1]], [["AB1", "x"]], [["AB1"] * 3], [{}], {}, {"a": 1}),
    *([1, 2, 30, 40], [30, 40, 1, 2], [1.5, 2, 30, 40], [True] * 4, [math.nan] * 4, [10**400] * 4, [0, 0, 0, 0]),
    *([[1, 2]] * 4, [[1, 2]] * 3, [[1, 2, 3]] * 4, [["a", "b"]] * 4, [[math.inf, 1]] * 4, [[10**400, 1]] * 4),
    [[1, 1], [60, 1], [60, 30], [1, 30]],
]
"""Values that a field of a record may be given."""


def silent(step: str, done: int, total: int) -> None:
    """For tests that look at the result only."""


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    for number in range(4):
        make_sample(number)
    export_dataset(FolderTarget(tmp_path / "dataset"), Options(), silent)
    Sample.objects.all().delete()
    return tmp_path / "dataset"


def sign_again(folder: Path, name: str) -> None:
    """As whoever changed the file on purpose would."""
    sums = folder / "checksums.sha256"
    digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    lines = [line for line in sums.read_text().splitlines() if not line.endswith(f"  {name}")]
    sums.write_text("\n".join([*lines, f"{digest}  {name}"]) + "\n")


def accepted(folder: Path, lines: list[str]) -> list[str]:
    """Those of the lines that the check has nothing against; it may find fault, and nothing else."""
    table = folder / form.SAMPLES
    kept = table.read_text()
    table.write_text("\n".join(lines) + "\n")
    sign_again(folder, form.SAMPLES)
    refused: set[int] = set()
    try:
        check(open_source(folder, "dataset"), silent)
    except Refused as error:
        for fault in error.faults:
            if f"{form.SAMPLES}:" in fault:
                refused.add(int(fault.split(f"{form.SAMPLES}:")[1].split(":")[0]))
    table.write_text(kept)
    return [line for number, line in enumerate(lines, 1) if number not in refused]


@pytest.mark.slow
def test_what_the_check_lets_through_harms_no_page_and_no_export(
    dataset: Path, tmp_path: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labeling.dataset_check.MOST_FAULTS", 100_000)
    good = (dataset / form.SAMPLES).read_text().splitlines()
    record = json.loads(good[0])
    strange = [
        record | {name: value, "uid": str(uuid.uuid4())} for name in record for value in STRANGE if name != "uid"
    ]
    strange += [record | {"uid": value} for value in STRANGE]
    lines = accepted(dataset, [json.dumps(one) for one in strange])
    assert len(STRANGE) < len(lines) < len(strange) / 2
    (dataset / form.SAMPLES).write_text("\n".join([*good, *lines]) + "\n")
    sign_again(dataset, form.SAMPLES)
    assert import_dataset(dataset, silent) == {"new": len(good) + len(lines)}
    user = make_labeler()
    client.force_login(user)
    for view in ("grid", "table"):
        assert client.get(f"/dataset/?view={view}").status_code == 200
    assert client.get("/dataset/progress/").status_code == 200
    for row in visible_samples(user):
        sample_payload(row, user)
        assert client.get(row.get_absolute_url()).status_code == 200
    counts = export_dataset(FolderTarget(tmp_path / "again"), Options(only_verified=False), silent)
    assert counts.samples.total() > 0
    Sample.objects.all().delete()
    import_dataset(tmp_path / "again", silent)


@pytest.mark.parametrize("name", [form.SAMPLES, form.READER, form.CARD, "brand/labels.csv", "checksums.sha256"])
def test_spoiled_tables_are_refused_and_nothing_comes_in(dataset: Path, name: str) -> None:
    good = (dataset / name).read_bytes()
    for seed in range(40):
        bad = spoiled(good, random.Random(seed))
        if bad == good:
            continue
        (dataset / name).write_bytes(bad)
        with pytest.raises(Refused):
            import_dataset(dataset, silent)
        assert not Sample.objects.exists()
        assert not Label.objects.exists()


def spoiled(content: bytes, rng: random.Random) -> bytes:
    """Some bytes changed, lost, doubled or of another kind."""
    place = rng.randrange(len(content))
    length = rng.choice((1, 3, 20))
    noise = rng.choice((rng.randbytes(length), b"\0", b"\n", b'"', b"\xff\xfe", b"[" * 50_000, b"\r", b",,,", b"1e999"))
    match rng.randrange(4):
        case 0:
            return content[:place] + noise + content[place + length :]
        case 1:
            return content[:place] + content[place + length :]
        case 2:
            return content[: place + length] + content[place:]
        case _:
            return content[:place]
