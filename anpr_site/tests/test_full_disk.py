"""A disk that is really full: recognition goes on, rows are stored without pictures, and the health page says why."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.sync.client import ClientConnection

from anpr_site.tests.processes import Person, Product, free_port, messages, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
SIZE_MB = 96


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs", str(folder)]
    mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"needs root, to mount a small disk: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(disk: Path, leave_mb: int) -> Path:
    """One file that takes the rest of the disk; to the last byte where nothing is to be left."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk).free - max(1, leave_mb) * 2**20)
        file.seek(0, os.SEEK_END)
        with contextlib.suppress(OSError):
            while not leave_mb:
                file.write(bytes(4096))
    return filler


def plates(socket: ClientConnection, count: int, *, with_picture: bool) -> set[str]:
    """The next plates that are stored with pictures, or without them."""
    found: set[str] = set()
    for told in messages(socket, "detection.new", 60):
        row = told["detection"]
        if row["plate_text"] and bool(row["picture"]) == with_picture:
            found.add(row["plate_text"])
        if len(found) == count:
            return found
    raise AssertionError(f"only {found}")


@pytest.mark.parametrize(
    ("database", "reserve_mb", "left_mb", "words"),
    [
        ("anpr.sqlite3", 0, 0, "pictures are not stored: No space left on device"),
        ("disk/anpr.sqlite3", 32, 24, "pictures are not stored: less than 32 MB are free on the disk"),
    ],
    ids=["a disk for the pictures", "one disk for all"],
)
def test_rows_go_on_without_pictures_until_there_is_room(
    tmp_path: Path, disk: Path, database: str, reserve_mb: int, left_mb: int, words: str
) -> None:
    product = Product(
        tmp_path,
        DATABASE_URL=f"sqlite:///{tmp_path / database}",
        MEDIA_ROOT=str(disk / "media"),
        DISK_RESERVE_MB=str(reserve_mb),
    )
    port = free_port()
    product.start("demo", sys.executable, "-u", "manage.py", "demo", "--port", str(port))
    try:
        wait_until(lambda: "Watching" in product.log("demo"), 120)
        found = re.search(r"operator +password (\S+)", product.log("demo"))
        assert found
        person = wait_until(lambda: signed_in(f"http://127.0.0.1:{port}", found[1]), 90)
        with person.live() as socket:
            plates(socket, 1, with_picture=True)
            filler = fill(disk, left_mb)
            plates(socket, 3, with_picture=False)
            wait_until(lambda: words in person.get("/cameras/"), 15, every=1)
            assert "degraded" in person.get("/cameras/")
            filler.unlink()
            plates(socket, 2, with_picture=True)
        wait_until(lambda: 'health-reason" data-reason hidden' in person.get("/cameras/"), 15, every=1)
        assert product.log("demo").count("camera demo starts") == 1
        assert "Traceback" not in product.log("demo")
    finally:
        product.close()


def signed_in(url: str, password: str) -> Person | None:
    try:
        return Person(url, "operator", password)
    except OSError:
        return None
