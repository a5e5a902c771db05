"""The environment decides, and what makes no sense stops the start by name."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHOW = """
import json, anpr_site.settings as s
names = ["IS_SQLITE", "REDIS_URL", "EMBEDDED_WORKERS", "TIME_ZONE", "SECRET_KEY"]
values = {name: getattr(s, name) for name in names}
values |= {"LAYER": s.CHANNEL_LAYERS["default"]["BACKEND"], "CACHE": s.CACHES["default"]["BACKEND"]}
print(json.dumps(values | {"DATABASE": {k: v for k, v in s.DATABASE.items() if k in ("NAME", "OPTIONS", "CONN_MAX_AGE",
    "CONN_HEALTH_CHECKS", "PASSWORD")}}, default=str))
"""


def start(tmp_path: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "DATABASE_URL": f"sqlite:///{tmp_path}/a.sqlite3"} | variables
    command = command or ("-c", SHOW)
    return subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True)


def settings_of(tmp_path: Path, **variables: str) -> dict[str, object]:
    done = start(tmp_path, **variables)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_alone_it_is_one_process_on_sqlite(tmp_path: Path) -> None:
    values = settings_of(tmp_path)
    assert values["IS_SQLITE"]
    assert values["EMBEDDED_WORKERS"]
    assert values["LAYER"] == "anpr_site.layers.ThreadSafeInMemoryChannelLayer"
    assert str(values["CACHE"]).endswith("LocMemCache")
    assert values["DATABASE"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_two_variables_make_it_many_processes(tmp_path: Path) -> None:
    values = settings_of(
        tmp_path, DATABASE_URL="mysql://anpr:secret@db:3306/anpr", REDIS_URL="redis://redis:6379/0", SECRET_KEY="x" * 50
    )
    assert not values["IS_SQLITE"]
    assert not values["EMBEDDED_WORKERS"]
    assert values["LAYER"] == "channels_redis.core.RedisChannelLayer"
    assert values["DATABASE"]["CONN_HEALTH_CHECKS"]
    assert values["DATABASE"]["CONN_MAX_AGE"] == 60


def test_a_secret_key_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    assert settings_of(tmp_path)["SECRET_KEY"] == settings_of(tmp_path)["SECRET_KEY"]
    assert (tmp_path / "a.sqlite3.secret-key").stat().st_mode & 0o777 == 0o600


def test_each_variable_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "zone").write_text("Europe/Berlin\n")
    assert settings_of(tmp_path, TIME_ZONE_FILE=str(tmp_path / "zone"))["TIME_ZONE"] == "Europe/Berlin"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "flase"),
        ("TIME_ZONE", "Berlin"),
        ("DETECTION_DAYS", "many"),
        ("ATTEMPT_ROWS", "-1"),
        ("LOG_LEVEL", "LOUD"),
        ("DATABASE_URL", "postgres://db/anpr"),
        ("SECRET_KEY_FILE", "/does/not/exist"),
    ],
)
def test_a_value_that_makes_no_sense_stops_the_start_by_name(tmp_path: Path, name: str, value: str) -> None:
    done = start(tmp_path, **{name: value})
    assert done.returncode != 0
    assert f"ImproperlyConfigured: {name.removesuffix('_FILE')}:" in done.stderr


def test_mysql_needs_a_secret_key(tmp_path: Path) -> None:
    done = start(tmp_path, DATABASE_URL="mysql://anpr@db/anpr")
    assert "SECRET_KEY: set it" in done.stderr


def test_the_deployment_check_is_clean_in_production_settings(tmp_path: Path) -> None:
    done = start(
        tmp_path,
        "manage.py",
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
        REDIS_URL="redis://redis:6379/0",
        EMBEDDED_WORKERS="true",
        ALLOWED_HOSTS="anpr.example.org",
        HTTPS="true",
    )
    assert done.returncode == 0, done.stderr
