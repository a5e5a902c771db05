"""A real server in a process of its own, with a database file, Redis and pictures of its own."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, TextIO

from anpr_site.tests.processes import free_port

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN_S = 30
HAS_REDIS = shutil.which("redis-server") is not None


def answers(port: int) -> bool:
    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", port)) == 0


class OwnRedis:
    """Can be stopped and started again without harming anybody else."""

    def __init__(self, log: TextIO) -> None:
        self.port = free_port(8170, 8199)
        self.log = log
        self.start()

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + STARTS_WITHIN_S
        while not answers(self.port):
            assert time.monotonic() < deadline, "redis-server does not start"
            time.sleep(0.05)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(10)


class RunningSite:
    """``order`` plays the workers: see ``stage.py``."""

    def __init__(self, folder: Path) -> None:
        self.log: TextIO = (folder / "server.log").open("a")
        self.redis = OwnRedis(self.log)
        self.port = free_port(8220, 8299)
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            "PATH": "/usr/bin:/bin",
            "DJANGO_SETTINGS_MODULE": "anpr_site.settings",
            "DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
            "REDIS_URL": f"redis://127.0.0.1:{self.redis.port}",
            "MEDIA_ROOT": str(folder / "media"),
            "SECRET_KEY": "only-for-this-test-" + "x" * 40,
        }
        self.server: subprocess.Popen[bytes] | None = None
        self.run("manage.py", "migrate", "-v0", "--skip-checks")
        self.stage = subprocess.Popen(
            [sys.executable, "-m", "anpr_site.tests.stage"],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )

    def run(self, *arguments: str) -> None:
        subprocess.run([sys.executable, *arguments], cwd=ROOT, env=self.environment, stderr=self.log, check=True)

    def start(self) -> None:
        command = ["-m", "daphne", "-b", "127.0.0.1", "-p", str(self.port), "anpr_site.asgi:application"]
        self.server = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=self.environment, stderr=self.log, stdout=self.log
        )
        wait_for_answer(f"{self.url}/health", self.server)

    def stop(self) -> None:
        if self.server is not None:
            self.server.terminate()
            self.server.wait(10)
            self.server = None

    def close(self) -> None:
        self.stop()
        self.stage.kill()
        self.stage.wait(10)
        self.redis.stop()
        for pipe in (self.stage.stdin, self.stage.stdout, self.log):
            if pipe is not None:
                pipe.close()

    def order(self, do: str, **values: Any) -> dict[str, Any]:
        assert self.stage.stdin is not None
        assert self.stage.stdout is not None
        self.stage.stdin.write(json.dumps({"do": do, **values}) + "\n")
        self.stage.stdin.flush()
        answer: dict[str, Any] = json.loads(self.stage.stdout.readline())
        return answer


def wait_for_answer(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline:
        assert server.poll() is None, f"the server ended with {server.returncode}"
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"{address} did not answer within {STARTS_WITHIN_S} s")
