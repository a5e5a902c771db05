"""A test's end of a WebSocket that waits as long as a busy machine needs: the package's own gives up after a second."""

from __future__ import annotations

from typing import Any

from channels.testing import WebsocketCommunicator

PATIENCE_S = 15.0


class Communicator(WebsocketCommunicator):  # type: ignore[misc]
    async def connect(self, timeout: float = PATIENCE_S) -> tuple[bool, Any]:
        answer: tuple[bool, Any] = await super().connect(timeout)
        return answer

    async def receive_output(self, timeout: float = PATIENCE_S) -> Any:
        return await super().receive_output(timeout)

    async def receive_from(self, timeout: float = PATIENCE_S) -> Any:
        return await super().receive_from(timeout)

    async def receive_json_from(self, timeout: float = PATIENCE_S) -> Any:
        return await super().receive_json_from(timeout)

    async def disconnect(self, code: int = 1000, timeout: float = PATIENCE_S) -> None:
        await super().disconnect(code, timeout)

    async def wait(self, timeout: float = PATIENCE_S) -> None:
        await super().wait(timeout)
