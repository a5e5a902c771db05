"""A receiver of webhooks that really listens, drops what it has seen by its id, and misbehaves when told to."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Received:
    """One request: the headers in lower case, and the body as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """``mood`` is ``well``, ``error`` (500), ``hang``, ``drop`` (reads and says nothing) or ``redirect``."""

    port: int = 0
    mood: str = "well"
    hang_s: float = 30.0
    requests: list[Received] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    """The ids in the order in which they were first taken in."""

    def open(self) -> Receiver:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.requests.append(Received(self.command, self.path, headers, body))
                with contextlib.suppress(OSError):
                    receiver.answer(self, headers.get("webhook-id", ""))

            do_GET = do_POST = handle_any

            def log_message(self, format: str, *args: object) -> None:
                """Silence."""

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def answer(self, handler: BaseHTTPRequestHandler, event_id: str) -> None:
        if self.mood == "hang":
            time.sleep(self.hang_s)
            return
        if self.mood == "drop":
            handler.connection.close()
            return
        if self.mood == "well" and event_id not in self.log:
            self.log.append(event_id)
        handler.send_response({"error": 500, "redirect": 302}.get(self.mood, 200))
        if self.mood == "redirect":
            handler.send_header("location", f"http://127.0.0.1:{self.port}/elsewhere")
        words = b"the parking system is down for a moment" if self.mood == "error" else b"thanks"
        handler.send_header("content-length", str(len(words)))
        handler.end_headers()
        handler.wfile.write(words)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def close(self) -> None:
        """Nothing listens at the port any more."""
        self._server.shutdown()
        self._server.server_close()
