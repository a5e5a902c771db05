"""A worker on a real network camera that is played, cut, silenced and played again."""

from __future__ import annotations

import logging
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from anpr_site.tests.processes import Product, free_port, wait_until

logger = logging.getLogger(__name__)

STARTS_WITHIN_S = 90
SYSTEM_PYTHON = "/usr/bin/python3"
HAS_GSTREAMER = (
    Path(SYSTEM_PYTHON).exists()
    and subprocess.run(
        [SYSTEM_PYTHON, "-c", "import gi; gi.require_version('GstRtspServer', '1.0')"], capture_output=True, check=False
    ).returncode
    == 0
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(240),
    pytest.mark.skipif(not HAS_GSTREAMER, reason="needs gir1.2-gst-rtsp-server-1.0"),
]


class NetworkCamera:
    def __init__(self, port: int) -> None:
        self.port = port
        self.process: subprocess.Popen[bytes] | None = None

    def play(self, width: int = 640, height: int = 360) -> None:
        script = Path(__file__).with_name("rtsp_server.py")
        self.process = subprocess.Popen([SYSTEM_PYTHON, str(script), str(self.port), str(width), str(height)])
        wait_until(self.listens, 10)

    def listens(self) -> bool:
        with socket.socket() as attempt:
            return attempt.connect_ex(("127.0.0.1", self.port)) == 0

    def signal(self, number: int) -> None:
        assert self.process
        self.process.send_signal(number)

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()


def health(folder: Path) -> tuple[str, str, int, int]:
    """State, last error, width and reconnects of the one camera."""
    with closing(sqlite3.connect(f"file:{folder / 'anpr.sqlite3'}?mode=ro", uri=True)) as database:
        query = "SELECT state, last_error, width, reconnects FROM cameras_camerahealth"
        return database.execute(query).fetchone() or ("none", "", 0, 0)


class Watch:
    """A worker process and what its row says."""

    def __init__(self, folder: Path, source: str) -> None:
        self.product = Product(folder, EMBEDDED_WORKERS="true")
        self.product.manage("migrate", "-v0")
        create = f"Camera.objects.create(name='Gate', source_url={source!r})"
        self.product.manage("shell", "-v0", "-c", create)
        self.worker = self.product.start("worker", sys.executable, "manage.py", "run_camera", "gate")

    def health(self) -> tuple[str, str, int, int]:
        return health(self.product.folder)

    def waits_for(self, state: str, seconds: float) -> float:
        """How long it took."""
        started = time.monotonic()
        wait_until(lambda: self.health()[0] == state, seconds)
        return time.monotonic() - started


@pytest.fixture
def camera() -> Iterator[NetworkCamera]:
    camera = NetworkCamera(free_port(8120))
    yield camera
    camera.kill()


@pytest.fixture
def watch(tmp_path: Path, camera: NetworkCamera) -> Iterator[Watch]:
    camera.play()
    watch = Watch(tmp_path, f"rtsp://olga:secret@127.0.0.1:{camera.port}/live")
    try:
        watch.waits_for("online", STARTS_WITHIN_S)
        yield watch
    finally:
        watch.product.close()
    assert "secret" not in watch.product.log("worker")


def test_a_camera_that_is_cut_for_20_s_is_offline_soon_and_online_soon_after(
    watch: Watch, camera: NetworkCamera
) -> None:
    cut = time.monotonic()
    camera.kill()
    watch.waits_for("offline", 12)
    logger.info("cut: offline after %.1f s, because: %s", time.monotonic() - cut, watch.health()[1])
    assert watch.health()[1]
    time.sleep(max(0, cut + 20 - time.monotonic()))
    camera.play(width=960, height=540)
    logger.info("played again, larger: online after %.1f s", watch.waits_for("online", 5))
    wait_until(lambda: watch.health()[2] == 960, 6)
    assert watch.worker.poll() is None
    code, seconds = watch.product.end("worker")
    assert (code, seconds < 2) == (0, True)


def test_a_camera_that_falls_silent_is_offline_soon_and_online_soon_after(watch: Watch, camera: NetworkCamera) -> None:
    camera.signal(signal.SIGSTOP)
    logger.info("silent: offline after %.1f s", watch.waits_for("offline", 12))
    wait_until(lambda: "no answer within 5 s" in watch.health()[1], 6)
    camera.signal(signal.SIGCONT)
    logger.info("speaks: online after %.1f s", watch.waits_for("online", 8))
    assert watch.worker.poll() is None


def test_a_worker_on_a_silent_camera_still_ends_within_two_seconds(watch: Watch, camera: NetworkCamera) -> None:
    camera.signal(signal.SIGSTOP)
    watch.waits_for("offline", 12)
    code, seconds = watch.product.end("worker")
    logger.info("SIGTERM beside a silent camera: out within %.1f s", seconds)
    assert (code, seconds < 2) == (0, True)


def test_a_server_that_runs_its_workers_ends_within_two_seconds_beside_a_silent_camera(
    tmp_path: Path, camera: NetworkCamera
) -> None:
    camera.play()
    product = Product(tmp_path, EMBEDDED_WORKERS="true")
    product.manage("migrate", "-v0")
    source = f"rtsp://127.0.0.1:{camera.port}/live"
    server = product.start("demo", sys.executable, "manage.py", "demo", "--source", source, "--port", str(free_port()))
    try:
        wait_until(lambda: health(tmp_path)[0] in ("online", "degraded") or server.poll() is not None, STARTS_WITHIN_S)
        camera.signal(signal.SIGSTOP)
        wait_until(lambda: health(tmp_path)[0] == "offline", 12)
        code, seconds = product.end("demo")
        logger.info("SIGTERM of the server beside a silent camera: out within %.1f s", seconds)
        assert (code, seconds < 2) == (0, True)
        assert "Traceback" not in product.log("demo")
        assert "did not stop" not in product.log("demo")
    finally:
        product.close()


def test_a_path_that_the_camera_does_not_have_is_told_in_words(tmp_path: Path, camera: NetworkCamera) -> None:
    camera.play()
    watch = Watch(tmp_path, f"rtsp://127.0.0.1:{camera.port}/nothing")
    try:
        watch.waits_for("offline", 30)
        assert "404" in watch.health()[1] or "not found" in watch.health()[1].lower(), watch.health()
        assert watch.health()[3] >= 2
    finally:
        watch.product.close()
