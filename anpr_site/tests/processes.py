"""The product's own commands as processes, a person who signs in, and a wire that can be cut."""

from __future__ import annotations

import contextlib
import fcntl
import http.cookiejar
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

ROOT = Path(__file__).resolve().parents[2]


def free_port(first: int = 8100, last: int = 8199) -> int:
    """A port that nothing listens on and that no other run of tests has; its lock stays until this run ends."""
    for port in range(first, last):
        with contextlib.suppress(OSError):
            lock = os.open(Path(tempfile.gettempdir()) / f"platewatch-port-{port}", os.O_CREAT | os.O_RDWR, 0o666)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                with socket.socket() as attempt:
                    attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    attempt.bind(("127.0.0.1", port))
            except OSError:
                os.close(lock)
                raise
            return port
    raise RuntimeError(f"no free port from {first} to {last}")


def wait_until(what: Callable[[], Any], seconds: float, every: float = 0.1) -> Any:
    """The first true answer; fails the test when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (answer := what()):
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s"
        time.sleep(every)
    return answer


class Product:
    """Processes with one environment and one log each; ``root`` holds the code that they run."""

    root = ROOT

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        self.environment = {
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "DATABASE_URL": f"sqlite:///{folder / 'anpr.sqlite3'}",
            "MEDIA_ROOT": str(folder / "media"),
            **variables,
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        """Ends at Ctrl-C, also where the tests themselves were started to ignore it: in the background of a script."""
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=self.root, env=self.environment, stdout=log, stderr=subprocess.STDOUT
            )
        self.processes[name] = process
        return process

    def manage(self, *arguments: str, text: str | None = None) -> str:
        """Runs to its end; the output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            input=text,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def shell(self, expression: str) -> Any:
        """A JSON value computed with the models at hand."""
        lines = f"import json\nfrom cameras.models import CameraHealth\nprint(json.dumps({expression}))"
        return json.loads(self.manage("shell", "-v0", "-c", lines).splitlines()[-1])

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def end(self, name: str, number: int = signal.SIGTERM) -> tuple[int, float]:
        """Exit code and how many seconds it took."""
        process = self.processes.pop(name)
        started = time.monotonic()
        process.send_signal(number)
        return process.wait(15), time.monotonic() - started

    def close(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(12)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class Person:
    """Signed in on a site, with a live socket."""

    def __init__(self, url: str, name: str, password: str) -> None:
        self.url = url
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        page = self.get("/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token, page
        form = {"csrfmiddlewaretoken": token[1], "username": name, "password": password}
        with self.opener.open(url + "/login/", urllib.parse.urlencode(form).encode(), timeout=10) as answer:
            assert not answer.url.endswith("/login/"), "the password is refused"

    def get(self, address: str) -> str:
        with self.opener.open(self.url + address, timeout=10) as answer:
            return str(answer.read().decode())

    @contextlib.contextmanager
    def live(self, path: str = "/ws/live/") -> Iterator[ClientConnection]:
        cookie = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.cookies)
        address = self.url.replace("http", "ws", 1) + path
        with connect(address, additional_headers={"Cookie": cookie}, origin=Origin(self.url)) as socket:
            socket.send(json.dumps({"type": "here", "page": "/"}))
            yield socket


def messages(socket: ClientConnection, kind: str, seconds: float) -> Iterator[dict[str, Any]]:
    """Messages of one type as they come, until the time is over."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        try:
            said = json.loads(socket.recv(timeout=left))
        except TimeoutError:
            return
        if said["type"] == kind:
            yield said


class Wire:
    """A TCP connection to a service that can be cut and mended, for all who go through it."""

    def __init__(self, port: int, target: int) -> None:
        self.target = target
        self.is_cut = False
        self.ends: list[socket.socket] = []
        self.listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self.is_cut = True
        for end in self.ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.ends.clear()

    def mend(self) -> None:
        self.is_cut = False

    def close(self) -> None:
        self.cut()
        self.listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            if self.is_cut:
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self.target))
            self.ends += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    @staticmethod
    def _carry(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while block := source.recv(65536):
                sink.sendall(block)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


def children(pid: int) -> list[int]:
    """The processes that this one has started."""
    with contextlib.suppress(FileNotFoundError):
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        return [int(word) for word in text.split()]
    return []


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
