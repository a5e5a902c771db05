"""Found detections as a file that starts at once and is never held in memory, however many they are."""

from __future__ import annotations

import csv
import json
from collections.abc import AsyncIterator
from typing import Any

from asgiref.sync import sync_to_async
from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from detections.messages import DetectionPayload, detection_payload
from detections.models import Detection
from detections.paging import chunks

CHUNK = 500
COLUMNS = (
    "id",
    "camera",
    "plate_text",
    "region",
    "confidence",
    "votes",
    "looks",
    "first_seen",
    "last_seen",
    "direction",
    "kind",
    "brand",
    "color",
)


class Lines:
    """A file for ``csv`` that gives away what was written into it."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def write(self, line: str) -> None:
        self.written.append(line)

    def take(self) -> str:
        text = "".join(self.written)
        self.written.clear()
        return text


def harmless(value: object) -> object:
    """A text that a spreadsheet would take for a formula is shown as text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value


def csv_line(payload: DetectionPayload) -> list[object]:
    row: dict[str, Any] = {**payload, "camera": payload["camera"]["name"]}
    return [harmless(row[column]) for column in COLUMNS]


async def payloads(rows: QuerySet[Detection], sort: str) -> AsyncIterator[list[DetectionPayload]]:
    """Some rows at a time: MySQL's client would otherwise fetch all of them before the first."""
    parts = chunks(rows, sort, CHUNK)
    while some := await sync_to_async(lambda: [detection_payload(row) for row in next(parts, [])])():
        yield some


async def csv_lines(rows: QuerySet[Detection], sort: str = "") -> AsyncIterator[str]:
    file = Lines()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    yield file.take()
    async for some in payloads(rows, sort):
        writer.writerows(csv_line(payload) for payload in some)
        yield file.take()


async def json_lines(rows: QuerySet[Detection], sort: str = "") -> AsyncIterator[str]:
    before = "[\n"
    async for some in payloads(rows, sort):
        yield before + ",\n".join(json.dumps(payload) for payload in some)
        before = ",\n"
    yield "[]" if before == "[\n" else "\n]\n"


FORMATS = {"csv": (csv_lines, "text/csv; charset=utf-8"), "json": (json_lines, "application/json")}


def export(rows: QuerySet[Detection], kind: str, sort: str = "") -> StreamingHttpResponse:
    """Raises ``KeyError`` for a kind that is not in ``FORMATS``."""
    lines, content_type = FORMATS[kind]
    headers = {"Content-Disposition": f'attachment; filename="detections.{kind}"'}
    return StreamingHttpResponse(lines(rows, sort), content_type=content_type, headers=headers)
