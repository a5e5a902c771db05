"""The whole product, as one process and as many: a plate passes the camera and arrives at a signed-in person."""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from anpr_site.tests.containers import compose, copy_image, dockerfile, environment_of, health_check
from anpr_site.tests.processes import Person, Product, Wire, children, free_port, messages, wait_until

logger = logging.getLogger(__name__)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

DOT_ENV = {
    "SECRET_KEY": "for this test only, " * 4,
    "MYSQL_PASSWORD": "lettersAnd4Digits",
    "ALLOWED_HOSTS": "plates.example.org",
    "TIME_ZONE": "Europe/Berlin",
}
OPERATOR = """
from django.contrib.auth.models import Group, User
user = User.objects.create_user("olga", password="a-long-password")
user.groups.add(Group.objects.get(name="operator"))
"""


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[tuple[Product, str]]:
    product = Product(tmp_path)
    port = free_port()
    product.start("demo", sys.executable, "-u", "manage.py", "demo", "--port", str(port))
    wait_until(lambda: "Watching" in product.log("demo") or product.processes["demo"].poll() is not None, 90)
    assert product.processes["demo"].poll() is None, product.log("demo")
    yield product, f"http://127.0.0.1:{port}"
    product.close()


def sign_in(product: Product, url: str) -> Person:
    password = re.search(r"operator +password (\S+)", product.log("demo"))
    assert password
    return wait_until(lambda: try_to_sign_in(url, password[1]), 60)


def try_to_sign_in(url: str, password: str) -> Person | None:
    try:
        return Person(url, "operator", password)
    except OSError:
        return None


def test_embedded_a_plate_arrives_and_ctrl_c_ends_it(demo: tuple[Product, str]) -> None:
    product, url = demo
    started = time.monotonic()
    person = sign_in(product, url)
    with person.live() as socket:
        first = next(messages(socket, "detection.new", 60))
        assert first["detection"]["plate_picture"]
        logger.info("first detection %.1f s after the start", time.monotonic() - started)
        with person.opener.open(url + first["detection"]["picture"], timeout=5) as picture:
            assert picture.headers["Content-Type"] == "image/jpeg"
    code, seconds = product.end("demo", signal.SIGINT)
    logger.info("Ctrl-C: out within %.2f s", seconds)
    assert code == 0, product.log("demo")
    assert seconds < 2
    assert "Traceback" not in product.log("demo")


def test_embedded_a_row_follows_its_read_within_a_second(demo: tuple[Product, str]) -> None:
    """From the frame in which a text was last read to its message: the camera's clock is this machine's."""
    product, url = demo
    person = sign_in(product, url)
    delays = []
    with person.live() as socket:
        for told in messages(socket, "detection.new", 60):
            seen = datetime.fromisoformat(told["detection"]["last_seen"]).timestamp()
            delays.append(time.time() - seen)
    delays.sort()
    logger.info("last look to message: %s", [round(delay, 3) for delay in delays])
    assert len(delays) >= 3
    assert delays[int(len(delays) * 0.95)] < 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--source", "/no/such/film.mp4"), "there is no such file"),
        (("--source", "ftp://gate/1"), "addresses start with"),
        (("--port", "99999"), "port 99999"),
    ],
)
def test_the_demo_refuses_in_one_line(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    product = Product(tmp_path)
    process = product.start("demo", sys.executable, "manage.py", "demo", *arguments)
    assert process.wait(30) == 1
    assert words in product.log("demo")
    assert "Traceback" not in product.log("demo")


@pytest.mark.parametrize("command", [("demo",), ("run_cameras",)])
def test_an_unknown_backend_stops_the_start_with_those_that_exist(tmp_path: Path, command: tuple[str, ...]) -> None:
    product = Product(tmp_path, INFERENCE_BACKEND="abacus", EMBEDDED_WORKERS="true")
    process = product.start("start", sys.executable, "manage.py", *command)
    assert process.wait(60) == 1
    assert "there is no backend 'abacus'" in product.log("start")
    assert "openvino" in product.log("start")


@pytest.fixture
def wires() -> Iterator[dict[str, Wire]]:
    both = {"mysql": Wire(free_port(8150), 3306), "redis": Wire(free_port(8170), 6379)}
    yield both
    for wire in both.values():
        wire.close()


@pytest.fixture
def fleet(tmp_path: Path, wires: dict[str, Wire]) -> Iterator[tuple[Product, Person]]:
    """The containers of docker-compose.yml without Docker: their files, environment and commands."""
    import MySQLdb

    name = f"fleet_{os.getpid()}"
    server = MySQLdb.connect(host="127.0.0.1", user="root")
    server.cursor().execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
    server.cursor().execute(f"GRANT ALL ON {name}.* TO {name}@'%' IDENTIFIED BY '{DOT_ENV['MYSQL_PASSWORD']}'")
    services = compose(DOT_ENV)
    port = free_port()
    mysql, redis = (wire.listener.getsockname()[1] for wire in wires.values())
    places = {"0.0.0.0": "127.0.0.1", "8000": str(port), "/data/media": str(tmp_path / "media")}
    places |= {"mysql:3306": f"127.0.0.1:{mysql}", "redis:6379/0": f"127.0.0.1:{redis}/7", "platewatch": name}
    environment = environment_of(services["web"], DOT_ENV)
    product = Product(tmp_path, **{name: here(value, places) for name, value in environment.items()})
    product.root = tmp_path / "app"
    copy_image(product.root)
    assert product.start("migrate", *here(services["migrate"]["command"], places).split()).wait(120) == 0
    product.manage("shell", "-v0", "-c", OPERATOR)
    product.manage("shell", "-v0", "-c", "Camera.objects.create(name='Gate', source_url='synthetic:', max_fps=6)")
    for service in ("web", "cameras", "deliveries"):
        product.start(service, *here(services[service]["command"], places).split())
    url = f"http://127.0.0.1:{port}"
    person = wait_until(lambda: signed_in(url), 90)
    yield product, person
    product.close()
    server.cursor().execute(f"DROP DATABASE {name}")
    server.cursor().execute(f"DROP USER {name}@'%'")
    server.close()


def here(words: str, places: dict[str, str]) -> str:
    """The words with this machine's places in the stead of the containers'."""
    for there, place in places.items():
        words = words.replace(there, place)
    return words


def signed_in(url: str) -> Person | None:
    try:
        return Person(url, "olga", "a-long-password")
    except OSError:
        return None


def test_as_processes_a_plate_arrives_a_killed_worker_returns_and_all_end_quickly(
    fleet: tuple[Product, Person],
) -> None:
    product, person = fleet
    with person.live() as socket:
        first = next(messages(socket, "detection.new", 60))
        assert first["detection"]["camera"]["name"] == "Gate"
        supervisor = product.processes["cameras"].pid
        (worker,) = children(supervisor)
        os.kill(worker, signal.SIGKILL)
        killed = time.monotonic()
        (again,) = wait_until(lambda: [pid for pid in children(supervisor) if pid != worker], 5)
        logger.info("killed worker: another process after %.1f s", time.monotonic() - killed)
        state = (message["camera"]["state"] for message in messages(socket, "camera.health", 20))
        assert "online" in state
        logger.info("killed worker: online again after %.1f s", time.monotonic() - killed)
        assert again != worker
        next(messages(socket, "detection.new", 60))
        os.kill(again, signal.SIGTERM)
        wait_until(lambda: set(children(supervisor)) - {worker, again}, 60)
        next(messages(socket, "detection.new", 60))
    assert product.shell("__import__('django').conf.settings.TIME_ZONE") == DOT_ENV["TIME_ZONE"], "what .env says"
    assert is_healthy(product, person.url)
    for name in ("deliveries", "cameras", "web"):
        code, seconds = product.end(name)
        logger.info("SIGTERM: %s out within %.2f s, exit code %s", name, seconds, code)
        assert seconds < 2
        assert code in (0, -signal.SIGTERM) if name == "web" else code == 0
        assert "Traceback" not in product.log(name), product.log(name)
    assert not is_healthy(product, person.url)
    health = product.shell("list(CameraHealth.objects.values_list('state', 'lease'))")
    assert health == [["stopped", ""]]


def is_healthy(product: Product, url: str) -> bool:
    """What Docker says of the web container."""
    words = [word.replace("http://127.0.0.1:8000", url) for word in health_check()]
    return subprocess.run(words, env=product.environment, capture_output=True, check=False).returncode == 0


def test_behind_a_proxy_that_speaks_https_the_container_is_healthy(tmp_path: Path) -> None:
    product = Product(tmp_path, HTTPS="true", ALLOWED_HOSTS="plates.example.org,127.0.0.1", EMBEDDED_WORKERS="false")
    product.environment |= {"REDIS_URL": "redis://127.0.0.1:6379/7"}
    product.manage("migrate", "--noinput", "-v0")
    port = free_port()
    product.start("web", "daphne", "-b", "127.0.0.1", "-p", str(port), "anpr_site.asgi:application")
    try:
        wait_until(lambda: is_healthy(product, f"http://127.0.0.1:{port}"), 60)
    finally:
        product.close()


def test_the_image_is_built_without_a_database(tmp_path: Path) -> None:
    """The command of the Dockerfile that gathers CSS and scripts, on the files that the image holds."""
    found = re.search(r"^RUN (\w+)=(\S+) (python .*collectstatic.*)$", dockerfile(), re.M)
    assert found
    product = Product(tmp_path, **{found[1]: found[2]})
    product.root = tmp_path / "app"
    copy_image(product.root)
    del product.environment["DATABASE_URL"]
    assert product.start("build", *found[3].split()).wait(120) == 0, product.log("build")
    assert (product.root / "staticfiles/js/live.js").exists()
    assert not list(product.root.glob("**/tests")), "the image holds no tests"


AWAY_S = 25


def test_a_database_that_is_away_loses_no_read_and_restarts_no_worker(
    fleet: tuple[Product, Person], wires: dict[str, Wire]
) -> None:
    product, person = fleet
    with person.live() as socket:
        next(messages(socket, "detection.new", 60))
    (worker,) = children(product.processes["cameras"].pid)
    wires["mysql"].cut()
    gone = time.time()
    time.sleep(AWAY_S)
    back = time.time()
    wires["mysql"].mend()
    count = f"sum({gone + 2} < row.first_seen.timestamp() < {back - 4} for row in Detection.objects.all())"
    stored = wait_until(lambda: (n := product.shell(count)) >= 3 and n, 40, every=1)
    logger.info("database away for %d s: %d visits of that time are stored", AWAY_S, stored)
    assert children(product.processes["cameras"].pid) == [worker]
    wait_until(lambda: product.shell("CameraHealth.objects.get().state") == "online", 15)
    assert "the database refuses" in product.log("cameras")
    assert "the database is back" in product.log("cameras")


def test_a_redis_that_is_away_loses_no_row_and_news_return(
    fleet: tuple[Product, Person], wires: dict[str, Wire]
) -> None:
    product, person = fleet
    with person.live() as socket:
        next(messages(socket, "detection.new", 60))
    (worker,) = children(product.processes["cameras"].pid)
    before = product.shell("Detection.objects.count()")
    wires["redis"].cut()
    time.sleep(AWAY_S)
    assert product.shell("Detection.objects.count()") >= before + 2
    wires["redis"].mend()
    with person.live() as socket:
        assert next(messages(socket, "detection.new", 60))
    assert children(product.processes["cameras"].pid) == [worker]
    assert "live messages go out again" in product.log("cameras")
