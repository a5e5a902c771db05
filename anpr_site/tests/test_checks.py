"""What keeps the product from starting, and what it says then."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management.base import SystemCheckError
from pytest_django import Settings

from anpr_site import checks
from anpr_site.checks import check_carriers, check_media, check_models, require_sound_start
from inference.weights import WeightsError


def test_workers_elsewhere_without_redis_are_an_error(settings: Settings) -> None:
    settings.EMBEDDED_WORKERS, settings.REDIS_URL = False, ""
    assert [(problem.id, bool(problem.hint)) for problem in check_carriers(None)] == [("anpr.E001", True)]
    with pytest.raises(SystemCheckError, match=r"anpr\.E001"):
        require_sound_start()


def test_several_processes_on_one_sqlite_are_a_warning(settings: Settings) -> None:
    settings.EMBEDDED_WORKERS, settings.REDIS_URL, settings.IS_SQLITE = False, "redis://redis", True
    assert [problem.id for problem in check_carriers(None)] == ["anpr.W001"]


def test_an_unknown_backend_is_named_with_those_that_exist(settings: Settings) -> None:
    settings.INFERENCE_BACKEND = "abacus"
    (problem,) = check_models(None)
    assert problem.id == "anpr.E002"
    assert "openvino" in str(problem.hint)


def test_damaged_weights_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(name: str, backend: str) -> None:
        raise WeightsError(f"{name}.onnx is damaged")

    monkeypatch.setattr(checks, "find_model", damaged)
    assert {problem.id for problem in check_models(None)} == {"anpr.E003"}
    assert "detector.onnx is damaged" in str(check_models(None)[0])


def test_pictures_need_a_folder_that_can_be_written(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "not" / "yet"
    assert check_media(None) == []
    (tmp_path / "file").write_text("")
    settings.MEDIA_ROOT = tmp_path / "file"
    assert [problem.id for problem in check_media(None)] == ["anpr.E004"]
