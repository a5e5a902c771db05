"""Found detections as a file that starts at once and is never held in memory, however many they are."""

from __future__ import annotations

import csv
import json
from collections.abc import AsyncIterator
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from detections.messages import DetectionPayload, detection_payload
from detections.models import Detection

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


class Echo:
    """A file for ``csv`` that gives each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def harmless(value: object) -> object:
    """A text that a spreadsheet would take for a formula is shown as text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value


def csv_line(payload: DetectionPayload) -> list[object]:
    row: dict[str, Any] = {**payload, "camera": payload["camera"]["name"]}
    return [harmless(row[column]) for column in COLUMNS]


async def payloads(rows: QuerySet[Detection]) -> AsyncIterator[DetectionPayload]:
    async for row in rows.aiterator(chunk_size=CHUNK):
        yield detection_payload(row)


async def csv_lines(rows: QuerySet[Detection]) -> AsyncIterator[str]:
    writer = csv.writer(Echo())
    yield writer.writerow(COLUMNS)
    async for payload in payloads(rows):
        yield writer.writerow(csv_line(payload))


async def json_lines(rows: QuerySet[Detection]) -> AsyncIterator[str]:
    before = "[\n"
    async for payload in payloads(rows):
        yield before + json.dumps(payload)
        before = ",\n"
    yield "[]" if before == "[\n" else "\n]\n"


FORMATS = {"csv": (csv_lines, "text/csv; charset=utf-8"), "json": (json_lines, "application/json")}


def export(rows: QuerySet[Detection], kind: str) -> StreamingHttpResponse:
    """Raises ``KeyError`` for a kind that is not in ``FORMATS``."""
    lines, content_type = FORMATS[kind]
    headers = {"Content-Disposition": f'attachment; filename="detections.{kind}"'}
    return StreamingHttpResponse(lines(rows), content_type=content_type, headers=headers)
