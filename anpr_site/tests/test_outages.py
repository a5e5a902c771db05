"""A minute without the database, and one without Redis: all that the camera showed is in the table afterwards."""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from anpr_site.tests.processes import Person, Product, free_port, messages, wait_until
from anpr_site.tests.running_site import OwnRedis, answers
from anpr_site.tests.test_end_to_end import OPERATOR, signed_in

logger = logging.getLogger(__name__)

AWAY_S = 60
STORED_WITHIN_S = 60
MARIADBD = shutil.which("mariadbd") or "/usr/sbin/mariadbd"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not Path(MARIADBD).exists(), reason="needs mariadb-server"),
    pytest.mark.skipif(not shutil.which("redis-server"), reason="needs redis-server"),
]


class OwnMariaDB:
    """Can be killed and started again without harming anybody else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port(8130, 8149)
        user = ["--user=root"] if os.getuid() == 0 else []
        self.options = ["--no-defaults", f"--datadir={folder / 'data'}", *user]
        install = ["mariadb-install-db", *self.options, "--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.start()

    def start(self) -> None:
        network = [f"--port={self.port}", "--bind-address=127.0.0.1", f"--socket={self.folder / 'socket'}"]
        with (self.folder / "mariadb.log").open("ab") as log:
            command = [MARIADBD, *self.options, *network, "--innodb-buffer-pool-size=32M"]
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        wait_until(lambda: answers(self.port), 60)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(20)


class Services:
    def __init__(self, folder: Path) -> None:
        self.log = (folder / "redis.log").open("a")
        self.redis = OwnRedis(self.log)
        self.database = OwnMariaDB(folder)

    def close(self) -> None:
        self.redis.stop()
        self.database.stop()
        self.log.close()


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    services = Services(tmp_path)
    yield services
    services.close()


@pytest.fixture
def site(tmp_path: Path, services: Services) -> Iterator[tuple[Product, Person]]:
    import MySQLdb

    server = MySQLdb.connect(host="127.0.0.1", port=services.database.port, user="root")
    server.cursor().execute("CREATE DATABASE anpr CHARACTER SET utf8mb4")
    server.close()
    product = Product(
        tmp_path,
        DATABASE_URL=f"mysql://root@127.0.0.1:{services.database.port}/anpr",
        REDIS_URL=f"redis://127.0.0.1:{services.redis.port}",
        SECRET_KEY="for this test only, " * 4,
        DJANGO_SETTINGS_MODULE="anpr_site.settings",
    )
    product.manage("migrate", "--noinput", "-v0")
    create = "Camera.objects.create(name='Gate', source_url='synthetic:', max_fps=6)"
    product.manage("shell", "-v0", "-c", OPERATOR + "\n" + create)
    port = free_port()
    product.start("web", "daphne", "-b", "127.0.0.1", "-p", str(port), "anpr_site.asgi:application")
    product.start("cameras", sys.executable, "-m", "cameras.tests.known_street", str(tmp_path / "shown.jsonl"))
    url = f"http://127.0.0.1:{port}"
    yield product, wait_until(lambda: signed_in(url), 90)
    product.close()


def shown(product: Product) -> list[str]:
    path = product.folder / "shown.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [json.loads(line)["text"] for line in lines]


def stored(product: Product) -> Counter[str]:
    return Counter(product.shell("[row.plate_text for row in Detection.objects.all()]"))


def page(person: Person, address: str) -> tuple[int, str]:
    try:
        return 200, person.get(address)
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def require_all(product: Product, what: str) -> None:
    """Every plate shown until now is in the table, once, within a minute."""
    wanted = set(shown(product))
    started = time.monotonic()
    wait_until(lambda: wanted <= set(stored(product)), STORED_WITHIN_S, every=2)
    rows = stored(product)
    logger.warning(
        "%s: %d plates shown, %d of them stored after %.0f s, most rows of one plate %d",
        *(what, len(wanted), len(wanted & set(rows)), time.monotonic() - started, max(rows.values())),
    )
    assert max(rows.values()) == 1


def test_a_minute_without_the_database_and_one_without_redis_lose_no_plate(
    site: tuple[Product, Person], services: Services
) -> None:
    product, person = site
    with person.live() as socket:
        next(messages(socket, "detection.new", 90))
    before = len(shown(product))
    starts = product.log("cameras").count("camera gate starts")

    services.database.stop()
    time.sleep(AWAY_S / 2)
    code, words = page(person, "/")
    assert code == 503
    assert "database" in words.lower()
    time.sleep(AWAY_S / 2)
    services.database.start()
    assert len(shown(product)) >= before + 5
    require_all(product, "database away for a minute")
    wait_until(lambda: product.shell("CameraHealth.objects.get().state") == "online", 30, every=1)
    assert "the database is back" in product.log("cameras")
    with person.live() as socket:
        assert next(messages(socket, "detection.new", 60))

    before = len(shown(product))
    services.redis.stop()
    time.sleep(AWAY_S / 2)
    code, words = page(person, "/health")
    assert code == 503
    assert json.loads(words)["cache"] == "away"
    assert page(person, "/detections/")[0] == 200
    time.sleep(AWAY_S / 2)
    services.redis.start()
    assert len(shown(product)) >= before + 5
    require_all(product, "Redis away for a minute")
    with person.live() as socket:
        assert next(messages(socket, "detection.new", 60))
    assert "live messages go out again" in product.log("cameras")
    assert product.log("cameras").count("camera gate starts") == starts, product.log("cameras")
    assert "Traceback" not in product.log("cameras")
    code, _ = product.end("cameras", signal.SIGTERM)
    assert code == 0
