"""Posts waiting pictures to the server, one after the other, until each has been taken or refused for good."""

from __future__ import annotations

import http.client
import json
import logging
import ssl
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from inference.edge_outbox import Outbox, Waiting

logger = logging.getLogger("platewatch.edge")

LIMIT_S = 30.0
IDLE_S = 0.1
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
LATER = {401, 403, 404, 408, 409, 425, 429}
"""Answers that say nothing about the picture: a token, a camera or a moment is wrong."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``fields`` are what the server finds wrong by name; ``wait_s`` is what it asks for, 0 when it does not."""

    status: int
    words: str
    fields: tuple[str, ...] = ()
    wait_s: float = 0.0

    @property
    def is_final(self) -> bool:
        """Whether the picture need not be sent again: a camera that is not there may be set up yet."""
        is_refused = 400 <= self.status < 500 and self.status not in LATER and "camera" not in self.fields
        return 200 <= self.status < 300 or is_refused


class Server:
    """One address of the service, one connection for each picture. Raises ``ValueError`` for a certificate file."""

    def __init__(self, address: str, token: str, camera: str, ca_file: Path | None = None) -> None:
        self._parts = urlsplit(address)
        self._token = token
        self._camera = camera
        self._tls = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
        if self._parts.scheme == "http" and self._parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            logger.warning("the token and the pictures travel unencrypted: use https")

    def post(self, waiting: Waiting) -> Answer:
        """Raises ``OSError`` and ``HTTPException`` when there is no answer."""
        taken_at = datetime.fromtimestamp(waiting.taken_at, UTC).isoformat()
        query = urlencode({"store": "true", "camera": self._camera, "taken_at": taken_at})
        headers = {
            "Authorization": f"Token {self._token}",
            "Content-Type": "image/jpeg",
            "Idempotency-Key": waiting.key,
            "User-Agent": "Platewatch-edge",
        }
        connection = self._connect()
        try:
            path = f"{self._parts.path}/api/v1/recognize?{query}"
            connection.request("POST", path, waiting.path.read_bytes(), headers)
            answer = connection.getresponse()
            if 300 <= answer.status < 400:
                return Answer(answer.status, f"it redirects to {answer.headers.get('Location')}; give that address")
            wait = answer.headers.get("Retry-After", "0")
            return read_answer(answer.status, answer.read(2**20), float(wait) if wait.isdecimal() else 0.0)
        finally:
            connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        host = self._parts.hostname or ""
        if self._parts.scheme == "https":
            return http.client.HTTPSConnection(host, self._parts.port, timeout=LIMIT_S, context=self._tls)
        return http.client.HTTPConnection(host, self._parts.port, timeout=LIMIT_S)


class Sender:
    """The oldest picture first; after a failure it pauses, longer each time, and says so once."""

    def __init__(self, server: Server, outbox: Outbox) -> None:
        self._server = server
        self._outbox = outbox
        self._pause_s = 0.0

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            stop.wait(self.step() or 0.0)

    def step(self) -> float:
        """Sends one picture; the seconds to wait before the next."""
        waiting = self._outbox.oldest()
        if waiting is None:
            return IDLE_S
        try:
            answer = self._server.post(waiting)
        except FileNotFoundError:
            self._outbox.done(waiting)
            return 0.0
        except (OSError, http.client.HTTPException) as error:
            return self._hold(f"the server does not answer ({error or type(error).__name__})", 0.0)
        if not answer.is_final:
            return self._hold(f"the server answers {answer.status}: {answer.words}", answer.wait_s)
        self._outbox.done(waiting)
        if self._pause_s:
            logger.info("the server takes pictures again; %d wait", len(self._outbox))
        self._pause_s = 0.0
        if answer.status >= 400:
            logger.warning("a picture was refused (%d): %s", answer.status, answer.words)
        elif answer.words:
            logger.info("%s", answer.words)
        return 0.0

    def _hold(self, why: str, asked_s: float) -> float:
        if not self._pause_s:
            logger.warning("%s; pictures are kept until it does", why)
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S) if self._pause_s else FIRST_PAUSE_S
        return max(self._pause_s, asked_s)


def read_answer(status: int, body: bytes, wait_s: float = 0.0) -> Answer:
    """Its words are the plates of a good answer, the reason of another."""
    try:
        told: Any = json.loads(body)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        return Answer(status, "", wait_s=wait_s)
    if status >= 400:
        errors = [error for error in told.get("errors") or [] if isinstance(error, dict)]
        reasons = [f"{error.get('field')}: {error.get('message')}" for error in errors]
        fields = tuple(str(error.get("field")) for error in errors)
        return Answer(status, "; ".join(reasons) or str(told.get("detail", "")), fields, wait_s)
    plates = [plate for picture in told.get("pictures", []) for plate in picture.get("plates", [])]
    return Answer(status, ", ".join(f"{plate['text']} {plate['confidence']:.2f}" for plate in plates if plate["text"]))
