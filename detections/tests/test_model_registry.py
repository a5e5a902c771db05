"""Models are known, added once they run, chosen, rolled back; what they read carries their name."""

from __future__ import annotations

import json
import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.test import Client

from detections import networks
from detections.model_registry import (
    UnusableModelError,
    add_model,
    choose,
    known_models,
    model_before,
    roll_back,
    running_model,
)
from detections.model_versions import ModelChoice, ModelVersion
from inference.weights import MODELS, WeightsError, digest, find_model

pytestmark = pytest.mark.django_db


FILE = find_model("reader")[0].name
"""What the product runs of a reader that has all files."""


@pytest.fixture(autouse=True)
def _own_models(settings: object, tmp_path: Path) -> None:
    settings.MODELS_ROOT = tmp_path / "models"  # type: ignore[attr-defined]


def exported(folder: Path, task: str = "reader", **changes: object) -> Path:
    """What ``make export`` writes, with something about it changed."""
    shutil.copytree(MODELS / task, folder, ignore=shutil.ignore_patterns("*.bin", "*.param", "README.md"))
    path = folder / "config.json"
    config = json.loads(path.read_text())
    config["sha256"] = {name: value for name, value in config["sha256"].items() if name.endswith(".onnx")}
    path.write_text(json.dumps(config | {"version": "ours"} | changes))
    return folder


def test_the_models_of_the_product_are_known_and_run() -> None:
    models = known_models()
    assert {(model.task, model.is_builtin) for model in models} == {
        ("detector", True),
        ("reader", True),
        ("attributes", True),
    }
    assert known_models() == models
    assert networks.chosen_folders() == ()
    reader = running_model("reader")
    assert reader is not None
    assert f"reader {reader.name}" in networks.product_version()


def test_another_release_brings_other_models_under_the_same_row() -> None:
    known_models()
    ModelVersion.objects.filter(task="reader").update(name="old", digest="x", figures={"exact": 1})
    row = next(model for model in known_models() if model.task == "reader")
    assert (row.name != "old", row.figures) == (True, {})
    assert ModelVersion.objects.count() == 3


def test_an_added_model_is_chosen_and_rolled_back(tmp_path: Path) -> None:
    user = User.objects.create_user("sam", is_staff=True)
    model = add_model(exported(tmp_path / "run"), "ours", "400 plates of the gate")
    shutil.rmtree(tmp_path / "run")
    assert (model.task, model.note) == ("reader", "400 plates of the gate")
    before = running_model("reader")
    choose(model, user)
    assert running_model("reader") == model
    assert dict(networks.chosen_folders()) == {"reader": Path(settings.MODELS_ROOT) / "ours"}
    assert "reader ours" in networks.product_version()
    assert networks.newest_choice() == ModelChoice.objects.get().pk
    assert networks.product_models().reader.read([]) == []
    assert model_before("reader") == before
    roll_back("reader", user)
    assert running_model("reader") == before
    assert networks.chosen_folders() == ()
    assert "ours" not in networks.product_version()
    roll_back("reader")
    assert running_model("reader") == model
    assert [choice.by for choice in ModelChoice.objects.order_by("id")] == [user, user, None]


def test_choosing_what_runs_restarts_nobody(tmp_path: Path) -> None:
    model = add_model(exported(tmp_path / "run"), "ours")
    first = choose(model)
    assert choose(model) == first
    assert ModelChoice.objects.count() == 1


def test_without_another_model_there_is_nothing_to_go_back_to() -> None:
    assert roll_back("reader") is None


@pytest.mark.parametrize("name", ["", "../up", "a b", "x" * 21, ".hidden"])
def test_a_name_is_a_plain_word(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnusableModelError, match="letters, digits"):
        add_model(exported(tmp_path / "run"), name)


def test_what_cannot_run_is_not_added(tmp_path: Path) -> None:
    with pytest.raises(UnusableModelError, match=r"config\.json"):
        add_model(tmp_path, "ours")
    for file in (FILE, "reader.onnx"):
        broken = exported(tmp_path / f"broken-{file}")
        (broken / file).write_bytes(b"no model")
        with pytest.raises(UnusableModelError, match="damaged"):
            add_model(broken, "ours")
    lying = exported(tmp_path / "lying", sha256={FILE: digest(broken / "reader.onnx")})
    (lying / FILE).write_bytes(b"no model")
    with pytest.raises(UnusableModelError, match="reader"):
        add_model(lying, "ours")
    with pytest.raises(UnusableModelError, match="does not answer"):
        add_model(exported(tmp_path / "other", classes=["", "A", "B"]), "ours")
    with pytest.raises(UnusableModelError, match="no file beside it"):
        add_model(exported(tmp_path / "way-out", sha256={"../reader.onnx": "0"}), "ours")
    assert not list(Path(settings.MODELS_ROOT).glob("*/*"))
    assert ModelVersion.objects.filter(is_builtin=False).count() == 0


def test_a_model_is_added_once(tmp_path: Path) -> None:
    folder = exported(tmp_path / "run")
    add_model(folder, "ours")
    with pytest.raises(UnusableModelError, match="There is a model reader ours"):
        add_model(folder, "ours")
    with pytest.raises(UnusableModelError, match="known already"):
        add_model(folder, "again")


def test_a_model_whose_files_are_damaged_is_not_chosen(tmp_path: Path) -> None:
    model = add_model(exported(tmp_path / "run"), "ours")
    (model.folder / "reader" / FILE).write_bytes(b"gone bad")
    with pytest.raises(WeightsError, match="damaged"):
        choose(model)
    assert not ModelChoice.objects.exists()


def test_the_commands(tmp_path: Path) -> None:
    said = StringIO()
    call_command("add_model", str(exported(tmp_path / "run")), "ours", stdout=said)
    call_command("use_model", "reader", "ours", stdout=said)
    assert "* ours" in said.getvalue()
    call_command("use_model", "reader", "--roll-back", stdout=said)
    assert said.getvalue().rstrip().splitlines()[-1].startswith("* ")
    assert "(built in)" in said.getvalue()
    with pytest.raises(CommandError, match="there is no such model"):
        call_command("use_model", "reader", "nobody")


def test_staff_choose_in_the_admin_and_see_the_figures(client: Client, tmp_path: Path) -> None:
    model = add_model(exported(tmp_path / "run"), "ours")
    ModelVersion.objects.filter(pk=model.pk).update(figures={"plates": 40, "exact": 97.5, "characters": 99.1})
    user = User.objects.create_user("sam")
    user.groups.add(Group.objects.get(name="staff"))
    client.force_login(user)
    page = client.get("/admin/detections/modelversion/").content.decode()
    assert "97.5" in page
    answer = client.post(
        "/admin/detections/modelversion/", {"action": "run_model", "_selected_action": [model.pk]}, follow=True
    )
    assert "ours" in answer.content.decode()
    assert running_model("reader") == model
    assert ModelChoice.objects.get().by == user
    client.post("/admin/detections/modelversion/", {"action": "go_back", "_selected_action": [model.pk]})
    assert running_model("reader") != model
    (model.folder / "reader" / FILE).write_bytes(b"gone bad")
    answer = client.post(
        "/admin/detections/modelversion/", {"action": "run_model", "_selected_action": [model.pk]}, follow=True
    )
    assert "damaged" in answer.content.decode()
    client.force_login(User.objects.create_user("olga"))
    assert client.get("/admin/detections/modelversion/").status_code == 302
