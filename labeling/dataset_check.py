"""Whether a dataset may be imported: everything is looked at first, and every fault is told with file and line."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sqlite3
from collections.abc import Callable, Iterator

from PIL import Image, UnidentifiedImageError

from detections.choices import Kind
from inference.plate_format import normalize
from labeling import dataset_format as form
from labeling.choices import Reason, State
from labeling.dataset_files import CHECKSUMS
from labeling.dataset_plan import SPLITS
from labeling.dataset_record import record_faults, record_of_line
from labeling.dataset_source import DAMAGED, Refused, Source, is_safe, read, text_lines

MOST_FAULTS = 50
MOST_PIXELS = 64_000_000
UNKNOWN = ("", "unknown")
Fault = Iterator[str]
Tell = Callable[[str, int, int], None]


def check(source: Source, tell: Tell) -> int:
    """How many samples it holds. Raises ``Refused`` with up to ``MOST_FAULTS`` faults."""
    faults: list[str] = []
    table = sqlite3.connect("", isolation_level=None)
    table.execute("CREATE TABLE files (name TEXT PRIMARY KEY, width INT, height INT) WITHOUT ROWID")
    table.execute("CREATE TABLE samples (uid TEXT PRIMARY KEY) WITHOUT ROWID")
    try:
        for fault in Check(source, table, tell).faults():
            faults.append(f"{source.name}/{fault}")
            if len(faults) >= MOST_FAULTS:
                faults.append(f"{source.name}: there may be more")
                break
        if faults:
            raise Refused(faults)
        found: tuple[int] = table.execute("SELECT count(*) FROM samples").fetchone()
        return found[0]
    finally:
        table.close()


class Check:
    """One pass over a dataset; ``table`` remembers names and samples outside of memory."""

    def __init__(self, source: Source, table: sqlite3.Connection, tell: Tell) -> None:
        self._source, self._table, self._tell = source, table, tell
        self._known = {
            "state": State.values,
            "kind": Kind.values,
            "reason": Reason.values,
            "brand": [*UNKNOWN, *form.brands()],
            "color": [*UNKNOWN, *form.colors()],
        }

    def faults(self) -> Fault:
        missing = [name for name in (form.CARD, form.SAMPLES, CHECKSUMS) if not self._source.has(name)]
        if missing:
            yield from (f"{name}: is missing: this is not a dataset that export_dataset wrote" for name in missing)
            return
        yield from self._card()
        yield from self._files()
        yield from self._samples()
        yield from self._reader()
        yield from self._classes("brand")
        yield from self._classes("color")

    def _card(self) -> Fault:
        try:
            card = json.loads(read(self._source, form.CARD))
            version = card.get("format") if isinstance(card, dict) else None
            for name in ("brand", "color"):
                self._known[name] += map(str, card["classes"][f"{name}s"])
        except (ValueError, KeyError, TypeError, RecursionError):
            yield f"{form.CARD}:1: this is not the JSON of a dataset card"
            return
        if version != form.VERSION:
            yield f"{form.CARD}:1: format {version!r} is not known here: {form.VERSION} is"

    def _files(self) -> Fault:
        """Every file that the sums name is there and the same, pictures are pictures, labels are in them."""
        for number, line in text_lines(self._source, CHECKSUMS):
            digest, gap, name = line.partition("  ")
            where = f"{CHECKSUMS}:{number}"
            if not gap or len(digest) != 64 or not is_safe(name):
                yield f"{where}: expected a sha256, two spaces and a file of the dataset, got {line[:120]!r}"
                continue
            if not self._source.has(name):
                yield f"{where}: {name} is missing"
                continue
            self._table.execute("INSERT OR IGNORE INTO files (name) VALUES (?)", (name,))
            if number % 100 == 0:
                self._tell("checking", number, 0)
            inside = list(self._content(name))
            yield from inside
            if not inside and self._digest(name) != digest:
                yield f"{where}: {name} has changed since the export; answers are changed by labeling, not in the files"

    def _digest(self, name: str) -> str:
        try:
            with self._source.open(name) as file:
                digest = hashlib.sha256()
                while part := file.read(1 << 20):
                    digest.update(part)
        except DAMAGED:
            return ""
        return digest.hexdigest()

    def _content(self, name: str) -> Fault:
        try:
            if name.endswith(".jpg"):
                yield from self._picture(name, read(self._source, name))
            elif name.startswith(("labels/", "vehicles/")):
                last = 0 if name.startswith("labels/") else len(form.OBJECTS) - 2
                yield from yolo_faults(name, read(self._source, name), last)
        except Refused as refused:
            yield refused.faults[0].removeprefix(f"{self._source.name}/")

    def _picture(self, name: str, content: bytes) -> Fault:
        """Looks at the head of the file only: a picture of a million by a million pixels is never unpacked."""
        try:
            with Image.open(io.BytesIO(content), formats=("JPEG",)) as picture:
                width, height = picture.size
        except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
            yield f"{name}: this is not a JPEG picture"
            return
        if width * height > MOST_PIXELS or min(width, height) < 1:
            yield f"{name}: {width} × {height} pixels are too many"
        self._table.execute("UPDATE files SET width = ?, height = ? WHERE name = ?", (width, height, name))

    def _samples(self) -> Fault:
        for number, line in text_lines(self._source, form.SAMPLES):
            if number % 1000 == 0:
                self._tell("checking", number, 0)
            for fault in self._sample(line):
                yield f"{form.SAMPLES}:{number}: {fault}"

    def _sample(self, line: str) -> Fault:
        try:
            record = record_of_line(line)
        except ValueError as error:
            yield str(error)
            return
        faults = list(record_faults(record, self._known))
        yield from faults
        if faults:
            return
        added = self._table.execute("INSERT OR IGNORE INTO samples VALUES (?)", (record["uid"],))
        if not added.rowcount:
            yield f"sample {record['uid']} is there twice"
        for name in record["files"].values():
            if not self._is_listed(name):
                yield f"picture {name} is missing, or not in {CHECKSUMS}"
        said, wanted = (record["width"], record["height"]), "SELECT width, height FROM files WHERE name = ?"
        size = self._table.execute(wanted, (record["files"]["frame"],)).fetchone()
        if size is not None and None not in size and size != said:
            yield f"width and height are {said[0]} × {said[1]}, those of the frame {size[0]} × {size[1]}"

    def _is_listed(self, name: str) -> bool:
        return self._table.execute("SELECT 1 FROM files WHERE name = ?", (name,)).fetchone() is not None

    def _has_sample(self, uid: str) -> bool:
        return self._table.execute("SELECT 1 FROM samples WHERE uid = ?", (uid,)).fetchone() is not None

    def _rows(self, name: str, wanted: set[str]) -> Iterator[tuple[int, dict[str, str]]]:
        if not self._source.has(name):
            return
        lines = (line for _, line in text_lines(self._source, name))
        reader = csv.DictReader(lines, restkey="", restval="")
        try:
            if not wanted <= set(reader.fieldnames or ()):
                raise Refused([f"{self._source.name}/{name}:1: the columns {', '.join(sorted(wanted))} are needed"])
            for row in reader:
                yield reader.line_num, row
        except csv.Error as error:
            raise Refused([f"{self._source.name}/{name}:{reader.line_num + 1}: {error}"]) from error

    def _reader(self) -> Fault:
        for number, row in self._rows(form.READER, {"file", "text", "split", "sample"}):
            where = f"{form.READER}:{number}"
            if not self._is_listed(row["file"]):
                yield f"{where}: picture {row['file']} is missing"
            if not form.is_readable(row["text"]) or normalize(row["text"]) != row["text"]:
                yield f"{where}: text {row['text']!r} must be 1 to {form.MOST_CHARACTERS} of A-Z 0-9"
            if row["split"] not in SPLITS:
                yield f"{where}: split {row['split']!r} is none of {', '.join(SPLITS)}"
            if not self._has_sample(row["sample"]):
                yield f"{where}: sample {row['sample']!r} is not in {form.SAMPLES}"

    def _classes(self, part: str) -> Fault:
        known = [name for name in dict.fromkeys(self._known[part]) if name not in UNKNOWN]
        for number, row in self._rows(f"{part}/labels.csv", {"file", part}):
            where = f"{part}/labels.csv:{number}"
            if row[part] not in known:
                yield f"{where}: unknown {part} {row[part]!r}; known: {', '.join(known)}"
            if not self._is_listed(f"{part}/{row['file']}"):
                yield f"{where}: picture {row['file']} is missing"


def yolo_faults(name: str, content: bytes, last_class: int) -> Fault:
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
        words = line.split()
        try:
            label, values = int(words[0]), [float(word) for word in words[1:]]
        except (ValueError, IndexError):
            yield f"{name}:{number}: not numbers: {line[:80]!r}"
            continue
        if not 0 <= label <= last_class:
            yield f"{name}:{number}: unknown class {label}; known: 0 to {last_class}"
        elif len(values) not in (4, 5, 16):
            yield f"{name}:{number}: expected x y width height, and for plates x y visible of four corners"
        elif not all(0 <= value <= 1 for value in corners_of(values)):
            yield f"{name}:{number}: the label lies outside the picture"


def corners_of(values: list[float]) -> list[float]:
    """All that must lie within 0-1: the edges of the box and the corners."""
    x, y, width, height = values[:4]
    edges = [x - width / 2, x + width / 2, y - height / 2, y + height / 2]
    points = [value for place, value in enumerate(values[4:16]) if place % 3 != 2] if len(values) == 16 else []
    return [min(max(edge, 0.0), 1.0) if abs(edge - round(edge)) < 1e-5 else edge for edge in edges] + points
