"""Opens a source and says what comes, or in words why nothing does."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from inference.sources import EndOfSource, SourceError, open_source, safe_source_url

FRAMES = 10


class Command(BaseCommand):
    help = "Says size and frame rate of a source, or what is wrong with it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", help="as in a camera's form: rtsp://…, a file, a folder, a USB number")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            source = open_source(options["source"])
            source.open()
            try:
                first = last = source.read()
                count = 1
                for _ in range(FRAMES):
                    last = source.read()
                    count += 1
            except EndOfSource:
                pass
            finally:
                source.close()
        except SourceError as error:
            raise CommandError(str(error)) from None
        height, width = first.image.shape[:2]
        elapsed = last.clock - first.clock
        rate = f"{(count - 1) / elapsed:.1f} frames a second" if elapsed > 0 else "one picture"
        self.stdout.write(f"{safe_source_url(options['source'])}: {width}×{height}, {rate}")
