"""The documents agree with the code: variables, compose file, make targets."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from anpr_site.tests.containers import APP_SERVICES, compose, dockerfile, environment_of

ROOT = Path(__file__).resolve().parents[2]
DOT_ENV = {"SECRET_KEY": "secret", "MYSQL_PASSWORD": "word"}


def variables_of_settings() -> set[str]:
    text = (ROOT / "anpr_site/settings.py").read_text(encoding="utf-8")
    return set(re.findall(r"""env(?:\.\w+)?\(\s*["']([A-Z][A-Z0-9_]+)["']""", text))


def test_env_example_lists_every_variable_of_the_settings() -> None:
    listed = set(re.findall(r"^#?\s*([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.M))
    assert variables_of_settings()
    assert listed == variables_of_settings()


def test_the_settings_page_explains_every_variable() -> None:
    listed = set(
        re.findall(r"^\| `([A-Z][A-Z0-9_]+)`", (ROOT / "docs/ref/settings.md").read_text(encoding="utf-8"), re.M)
    )
    assert listed == variables_of_settings()


def test_compose_starts_the_commands_that_exist_with_variables_that_exist() -> None:
    services = compose(DOT_ENV)
    assert {"mysql", "redis", *APP_SERVICES} <= set(services)
    for name in APP_SERVICES:
        assert set(services[name]["environment"]) <= variables_of_settings()
        seen = environment_of(services[name], {**DOT_ENV, "HTTPS": "true", "REDIS_URL": "redis://elsewhere"})
        assert seen["HTTPS"] == "true", "what stands in .env reaches every service"
        assert seen["REDIS_URL"] == "redis://redis:6379/0", "but not what belongs to the containers"
        words = services[name]["command"].split()
        if words[:2] == ["python", "manage.py"] and words[2] != "migrate":
            assert list(ROOT.glob(f"*/management/commands/{words[2]}.py")), words


def test_the_image_lets_its_user_write_where_the_volumes_are() -> None:
    """Docker gives a new volume the owner of the image's folder at that place, and root where there is none."""
    user = re.search(r"^USER (\w+)$", dockerfile(), re.M)
    assert user
    assert user[1] != "root"
    owned = re.search(rf"install -d -o {user[1]} -g {user[1]} ([^&\n]+)", dockerfile())
    assert owned
    mounts = {volume.split(":")[1] for name in APP_SERVICES for volume in compose(DOT_ENV)[name]["volumes"]}
    assert mounts
    assert mounts <= set(owned[1].split())


def test_readme_is_short_and_names_only_targets_that_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    assert readme.count("\n") <= 120
    assert set(re.findall(r"`make ([a-z-]+)", readme)) <= targets


def test_an_old_python_is_refused_in_words_before_anything_is_made(tmp_path: Path) -> None:
    python = tmp_path / "python3.10"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -c "import sys; sys.version_info = (3, 10); $2"\n')
    python.chmod(0o755)
    command = ["make", "-f", str(ROOT / "Makefile"), ".venv/bin/pip", f"PYTHON={python}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode
    assert "Python 3.11 or newer is needed" in done.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.slow
def test_a_venv_that_was_left_without_pip_is_made_whole(tmp_path: Path) -> None:
    """As Debian leaves it where python3-venv is missing."""
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").symlink_to(sys.executable)
    command = ["make", "-f", str(ROOT / "Makefile"), ".venv/bin/pip", f"PYTHON={sys.executable}"]
    subprocess.run(command, cwd=tmp_path, check=True)
    assert (tmp_path / ".venv/bin/pip").exists()


def test_relative_links_of_the_documents_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.relative_to(ROOT)}: {target}"
