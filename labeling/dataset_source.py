"""Where an import comes from: a folder or a zip. Names that leave it, links and zip bombs are refused before a byte is
unpacked."""

from __future__ import annotations

import io
import lzma
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

MOST_FILES = 3_000_000
MOST_PICTURE = 64 * 1024 * 1024
"""Bytes of one picture or label."""
MOST_TABLE = 2 * 1024 * 1024 * 1024
"""Bytes of one table: samples.jsonl of a million samples has about one gigabyte."""
MOST_RATIO = 100
"""Unpacked size by packed size of a whole zip from where on it is a bomb; tables shrink to a tenth, pictures not."""
MOST_LINE = 1024 * 1024
"""Characters of one line of a table."""
DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError)
"""What reading a damaged file raises, or one that is packed in a way that is not known here."""
TABLES = (".jsonl", ".json", ".csv", ".sha256")


class Refused(Exception):
    """The dataset cannot be imported; a line for each reason, each with its file."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Source(Protocol):
    """Files by their name with forward slashes."""

    name: str

    def has(self, name: str) -> bool: ...
    def size(self, name: str) -> int: ...
    def open(self, name: str) -> IO[bytes]: ...
    def close(self) -> None: ...


def open_source(path: Path, name: str) -> Source:
    """``name`` is what faults call it. Raises ``Refused``."""
    if path.is_dir():
        return FolderSource(path, name)
    if not path.is_file():
        raise Refused([f"{path}: no such folder or zip"])
    return ZipSource(path, name)


def is_safe(name: str) -> bool:
    """Whether the name stays below its folder on every system."""
    parts = PurePosixPath(name).parts
    has_root = name.startswith("/") or "\\" in name or ":" in name or "\0" in name
    return bool(parts) and not has_root and ".." not in parts


def read(source: Source, name: str) -> bytes:
    """Raises ``Refused`` for a file that is damaged, or larger than pictures and labels are."""
    if source.size(name) > MOST_PICTURE:
        raise Refused([f"{source.name}/{name}: {source.size(name)} bytes are too many for a picture or a label"])
    try:
        with source.open(name) as file:
            return file.read(MOST_PICTURE + 1)
    except DAMAGED as error:
        raise Refused([f"{source.name}/{name}: cannot be read ({error})"]) from error


def text_lines(source: Source, name: str) -> Iterator[tuple[int, str]]:
    """Number and text of each line. Raises ``Refused`` for what is no UTF-8, and for a line without an end."""
    number = 0
    try:
        with io.TextIOWrapper(source.open(name), encoding="utf-8", newline="") as file:
            while line := file.readline(MOST_LINE):
                number += 1
                if len(line) == MOST_LINE:
                    raise Refused([f"{source.name}/{name}:{number}: this line has more than {MOST_LINE} characters"])
                yield number, line.rstrip("\r\n")
    except UnicodeDecodeError:
        raise Refused([f"{source.name}/{name}:{number + 1}: this is not UTF-8 text"]) from None
    except DAMAGED as error:
        raise Refused([f"{source.name}/{name}:{number + 1}: cannot be read ({error})"]) from error


class FolderSource:
    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self._folder = folder.resolve()

    def has(self, name: str) -> bool:
        """Links that lead elsewhere are as if they were missing."""
        path = self._folder / name
        return is_safe(name) and path.is_file() and path.resolve().is_relative_to(self._folder)

    def size(self, name: str) -> int:
        return (self._folder / name).stat().st_size

    def open(self, name: str) -> IO[bytes]:
        return (self._folder / name).open("rb")

    def close(self) -> None:
        """Nothing is held open."""


class ZipSource:
    """Files may lie at the top or all in one folder. A file never gives more bytes than its entry says."""

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        try:
            self._zip = zipfile.ZipFile(path)
        except DAMAGED as error:
            raise Refused([f"{name}: this is no zip that can be read ({error})"]) from error
        faults = list(self._faults(path.stat().st_size))
        if faults:
            self._zip.close()
            raise Refused(faults)
        self._prefix = self._common_folder()

    def _faults(self, packed: int) -> Iterator[str]:
        entries = self._zip.infolist()
        if len(entries) > MOST_FILES:
            yield f"{self.name}: {len(entries)} files are too many"
            return
        total = 0
        seen: set[str] = set()
        for number, entry in enumerate(entries, 1):
            where = f"{self.name}:{number}: {entry.filename!r}"
            most = MOST_TABLE if entry.filename.endswith(TABLES) else MOST_PICTURE
            if not is_safe(entry.filename.rstrip("/")):
                yield f"{where} leads out of the dataset"
            elif stat.S_ISLNK(entry.external_attr >> 16):
                yield f"{where} is a link"
            elif entry.flag_bits & 1:
                yield f"{where} is encrypted"
            elif entry.filename in seen:
                yield f"{where} is there twice"
            elif entry.file_size > most:
                yield f"{where} would unpack to {entry.file_size} bytes, more than {most}"
            seen.add(entry.filename)
            total += entry.file_size
        if total > MOST_RATIO * packed:
            yield f"{self.name}: would unpack from {packed} to {total} bytes: this is a zip bomb"

    def _common_folder(self) -> str:
        names = self._zip.NameToInfo
        if "samples.jsonl" in names:
            return ""
        inside = [name for name in names if name.endswith("/samples.jsonl") and name.count("/") == 1]
        return inside[0].removesuffix("samples.jsonl") if len(inside) == 1 else ""

    def has(self, name: str) -> bool:
        return self._prefix + name in self._zip.NameToInfo

    def size(self, name: str) -> int:
        return self._zip.NameToInfo[self._prefix + name].file_size

    def open(self, name: str) -> IO[bytes]:
        return self._zip.open(self._prefix + name)

    def close(self) -> None:
        self._zip.close()
