"""How log lines look: for people, or as JSON with the ids of request and detection; never with a password."""

from __future__ import annotations

import logging
import re
from typing import Any

import structlog

PASSWORD = re.compile(r"(://[^\s/:@]*:)[^\s/@]+@")
SECRETS = re.compile(r"\bpw_[\w-]{20,}|(?<=[?&]token=)[^&\s]+")
EXTRAS = ("ms", "user", "status_code", "camera", "detection")
"""What a line may bring along; Django's own brings whole requests."""


def without_secrets(text: str) -> str:
    """Passwords in addresses and API tokens, wherever they have got into a line."""
    return SECRETS.sub("***", PASSWORD.sub(r"\1***@", text))


class Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


class Json(structlog.stdlib.ProcessorFormatter):
    """One object a line: what is bound with ``structlog.contextvars`` stands beside the message."""

    def __init__(self) -> None:
        super().__init__(
            foreign_pre_chain=[
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.CallsiteParameterAdder([structlog.processors.CallsiteParameter.THREAD_NAME]),
                structlog.stdlib.ExtraAdder(EXTRAS),
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


FORMATS: dict[str, Any] = {
    "line": {"()": Line, "format": "%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"},
    "json": {"()": Json},
}
