"""Where an export goes: a folder, or a zip that is written as it comes. Both keep the sha256 of every file."""

from __future__ import annotations

import hashlib
import pickle
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any, Protocol

CHECKSUMS = "checksums.sha256"
OLD = (1980, 1, 1, 0, 0, 0)
"""The time of every file in a zip: the same pictures make the same bytes."""


class Target(Protocol):
    """Takes files by their name with forward slashes; each name once."""

    def put(self, name: str, content: bytes) -> None: ...
    def put_file(self, name: str, source: Path) -> None: ...
    def close(self) -> None: ...
    def abandon(self) -> None: ...


class TargetError(Exception):
    """Nothing can be written there; the message says what to do."""


class FolderTarget:
    def __init__(self, folder: Path) -> None:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise TargetError(f"{folder} is not empty: choose another one, for what is there stays")
        self._folder = folder
        self._made: set[Path] = set()
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, name: str, content: bytes) -> None:
        self._path(name).write_bytes(content)

    def put_file(self, name: str, source: Path) -> None:
        with source.open("rb") as read, self._path(name).open("wb") as written:
            while part := read.read(1 << 20):
                written.write(part)

    def close(self) -> None:
        """Nothing is left to do."""

    def abandon(self) -> None:
        """What was written stays: it is the caller's folder."""

    def _path(self, name: str) -> Path:
        path = self._folder / name
        if path.parent not in self._made:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(path.parent)
        return path


class ZipTarget:
    """Appears under its name when it is complete."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._partial = path, path.with_name(path.name + ".part")
        self._zip = zipfile.ZipFile(self._partial, "w", zipfile.ZIP_STORED, allowZip64=True)
        self._listed = ListOnDisk()
        self._zip.filelist = self._listed  # type: ignore[assignment]  # 300,000 entries would be 150 MB of memory
        self._zip.NameToInfo = Forgetful()

    def put(self, name: str, content: bytes) -> None:
        self._zip.writestr(_entry(name), content)

    def put_file(self, name: str, source: Path) -> None:
        entry = _entry(name)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.file_size = source.stat().st_size
        with source.open("rb") as read, self._zip.open(entry, "w") as written:
            while part := read.read(1 << 20):
                written.write(part)

    def close(self) -> None:
        self._zip.close()
        self._listed.close()
        self._partial.replace(self._path)

    def abandon(self) -> None:
        self._zip.close()
        self._listed.close()
        self._partial.unlink(missing_ok=True)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, OLD)
    entry.external_attr = 0o644 << 16
    return entry


class ListOnDisk:
    """What ``ZipFile`` needs of its list of entries: it appends to it, counts it, and reads it once at the end."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._count = 0

    def append(self, entry: zipfile.ZipInfo) -> None:
        pickle.dump({name: getattr(entry, name, None) for name in zipfile.ZipInfo.__slots__}, self._file)
        self._count += 1

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[zipfile.ZipInfo]:
        self._file.seek(0)
        for _ in range(self._count):
            entry = zipfile.ZipInfo()
            for name, value in pickle.load(self._file).items():
                setattr(entry, name, value)
            yield entry

    def close(self) -> None:
        self._file.close()


class Forgetful(dict[str, Any]):
    """``ZipFile`` looks names up to warn of one that is written twice; an export has none."""

    def __setitem__(self, name: str, entry: Any) -> None:
        return


class Dataset:
    """The files of an export on their way to a target, and their sha256, which become the last file."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._folder = tempfile.TemporaryDirectory(prefix="dataset-")
        self._spools: dict[str, IO[str]] = {}
        self._sums = self._spool_file("sums")
        self.files = 0
        self.bytes = 0

    def put(self, name: str, content: bytes) -> str:
        """The sha256 of what was written."""
        self._target.put(name, content)
        return self._note(name, hashlib.sha256(content).hexdigest(), len(content))

    def line(self, name: str, text: str) -> None:
        """One line of a table that is written when all are known."""
        if name not in self._spools:
            self._spools[name] = self._spool_file(f"spool-{len(self._spools)}")
        self._spools[name].write(text + "\n")

    def lines_of(self, name: str) -> Iterator[str]:
        """The lines of a table so far."""
        spool = self._spools.get(name)
        if spool is not None:
            spool.flush()
            with Path(spool.name).open(encoding="utf-8") as lines:
                yield from (line.rstrip("\n") for line in lines)

    def finish_table(self, name: str) -> None:
        spool = self._spools.pop(name, None)
        if spool is None:
            return
        spool.close()
        path = Path(spool.name)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self._target.put_file(name, path)
        self._note(name, digest, path.stat().st_size)
        path.unlink()

    def finish(self) -> str:
        """Writes the sums; their own sha256 stands for the whole dataset."""
        self._sums.close()
        path = Path(self._sums.name)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self._target.put_file(CHECKSUMS, path)
        return digest

    def close(self) -> None:
        for spool in (*self._spools.values(), self._sums):
            spool.close()
        self._folder.cleanup()

    def _note(self, name: str, digest: str, size: int) -> str:
        self._sums.write(f"{digest}  {PurePosixPath(name)}\n")
        self.files += 1
        self.bytes += size
        return digest

    def _spool_file(self, name: str) -> IO[str]:
        return (Path(self._folder.name) / name).open("w", encoding="utf-8", newline="\n")
