"""Lists of plates as CSV: a plan of what an import would do, its execution, and the export."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from cameras.models import Camera
from detections.export import harmless
from detections.registry_models import PlateList, RegisteredPlate
from inference.plate_format import normalize

COLUMNS = ("plate", "owner", "valid_from", "valid_until", "cameras", "brand", "color", "note")
MOST_ROWS = 20_000
MOST_BYTES = 2_000_000
Action = Literal["add", "change", "same", "error"]


class UnreadableFileError(Exception):
    """The file as a whole makes no sense; the message says what to do."""


@dataclass(slots=True)
class PlannedRow:
    """One line of the file: ``values`` are fields of the plate, ``cameras`` ids."""

    line: int
    plate: str
    action: Action
    values: dict[str, Any] = field(default_factory=dict)
    cameras: list[int] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    rows: list[PlannedRow]

    def count(self, action: Action) -> int:
        return sum(row.action == action for row in self.rows)

    @property
    def added(self) -> int:
        return self.count("add")

    @property
    def changed(self) -> int:
        return self.count("change")

    @property
    def same(self) -> int:
        return self.count("same")

    @property
    def faulty(self) -> int:
        return self.count("error")


def text_of(content: bytes) -> str:
    """As spreadsheets write it: UTF-8 with or without its mark, else Windows' own. Raises ``UnreadableFileError``."""
    if len(content) > MOST_BYTES:
        raise UnreadableFileError(_("The file is larger than 2 MB; split it."))
    if b"\x00" in content:
        raise UnreadableFileError(_("This is no text file; save the table as CSV."))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def plan(plates: PlateList, text: str, visible: Iterable[Camera]) -> Plan:
    """What an import would do; nothing is written. ``visible`` cameras may be named. Raises ``UnreadableFileError``."""
    known = {entry.plate_norm: entry for entry in plates.plates.prefetch_related("cameras")}
    cameras = {name: camera.pk for camera in visible for name in (camera.slug, camera.name)}
    seen: dict[str, int] = {}
    rows = []
    for line, given in lines_of(text):
        row = planned(line, given, cameras)
        if row.plate and row.plate in seen:
            row.errors.append(_("The same plate as in line {line}.").format(line=seen[row.plate]))
        seen.setdefault(row.plate, line)
        row.action = "error" if row.errors else action_of(row, known.get(row.plate))
        rows.append(row)
    return Plan(rows)


def lines_of(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and the filled cells by column."""
    if not text.strip():
        raise UnreadableFileError(_("The file is empty."))
    first = text.lstrip().splitlines()[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        header = [name.strip().lower().replace(" ", "_") for name in next(reader)]
        unknown = [name for name in header if name and name not in COLUMNS]
        if "plate" not in header or unknown:
            raise UnreadableFileError(
                _("The first line must name the columns: plate, and any of {columns}. Not known: {unknown}.").format(
                    columns=", ".join(COLUMNS[1:]), unknown=", ".join(unknown) or "–"
                )
            )
        for count, cells in enumerate(filter(any, reader)):
            if count == MOST_ROWS:
                raise UnreadableFileError(_("More than 20,000 plates; split the file."))
            pairs = zip(header, cells, strict=False)
            yield reader.line_num, {name: cell.strip() for name, cell in pairs if cell.strip()}
    except csv.Error as error:
        raise UnreadableFileError(
            _("Line {line} cannot be read: {error}").format(line=reader.line_num, error=error)
        ) from error


def planned(line: int, given: dict[str, str], cameras: dict[str, int]) -> PlannedRow:
    row = PlannedRow(line, normalize(given.get("plate", "")), "error")
    values: dict[str, Any] = {name: plain(given.get(name, "")) for name in ("owner", "brand", "color", "note")}
    values["plate_text"] = plain(given.get("plate", "")).upper()
    for name, is_end in (("valid_from", False), ("valid_until", True)):
        try:
            values[name] = moment_of(given.get(name, ""), is_end=is_end)
        except ValueError:
            row.errors.append(
                _("{column}: {value} is no date; write 2026-12-31 or 2026-12-31 18:00.").format(
                    column=name, value=given[name]
                )
            )
    for name in filter(None, (part.strip() for part in given.get("cameras", "").split("|"))):
        if name in cameras:
            row.cameras.append(cameras[name])
        else:
            row.errors.append(_("There is no camera {name}.").format(name=name))
    row.values = values
    if not row.errors:
        row.errors += problems(values)
    return row


def problems(values: dict[str, Any]) -> list[str]:
    """What the model says against the values."""
    try:
        RegisteredPlate(**values).clean_fields(exclude=["list", "plate_norm"])
        RegisteredPlate(**values).clean()
    except ValidationError as error:
        return [f"{name}: {text}" for name, texts in error.message_dict.items() for text in texts]
    return []


def plain(text: str) -> str:
    """Without the apostrophe that the export puts before what a spreadsheet would take for a formula."""
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@", "\t") else text


def moment_of(text: str, *, is_end: bool) -> datetime | None:
    """A bare date begins or ends with its day, in the zone of the viewer. Raises ``ValueError``."""
    if not text:
        return None
    try:
        day: date | None = parse_date(text)
    except ValueError:
        day = None
    if day is not None:
        return timezone.make_aware(datetime.combine(day + timedelta(days=1 if is_end else 0), time.min))
    found = parse_datetime(text)
    if found is None:
        raise ValueError(text)
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def action_of(row: PlannedRow, known: RegisteredPlate | None) -> Action:
    if known is None:
        return "add"
    is_same = all(getattr(known, name) == value for name, value in row.values.items())
    return "same" if is_same and {camera.pk for camera in known.cameras.all()} == set(row.cameras) else "change"


@transaction.atomic
def execute(plates: PlateList, wanted: Plan) -> None:
    """Adds and changes; faulty lines are left out, and plates that the file does not name stay."""
    for row in wanted.rows:
        if row.action in ("add", "change"):
            entry, _created = RegisteredPlate.objects.update_or_create(
                list=plates, plate_norm=row.plate, defaults=row.values
            )
            entry.cameras.set(row.cameras)


def export_lines(plates: PlateList) -> Iterator[str]:
    """The list as the import reads it again; times with their offset."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for entry in plates.plates.prefetch_related("cameras").iterator(chunk_size=500):
        cells = (
            entry.plate_text,
            entry.owner,
            written(entry.valid_from),
            written(entry.valid_until),
            "|".join(camera.slug for camera in entry.cameras.all()),
            entry.brand,
            entry.color,
            entry.note,
        )
        writer.writerow([harmless(cell) for cell in cells])
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()


def written(moment: datetime | None) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else ""
