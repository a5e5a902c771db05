"""Finds, exports or erases everything about one plate."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from labeling.dossier import Dossier, erase, find, near_plates, write_zip
from labeling.privacy_log import check_reference, note
from labeling.privacy_models import Act


class Command(BaseCommand):
    help = "Finds, exports or erases everything about one plate. The log of it does not hold the plate."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=("find", "export", "erase"))
        parser.add_argument("plate")
        parser.add_argument("--also", nargs="+", default=[], metavar="TEXT", help="as which it was read, too")
        parser.add_argument("--out", type=Path, default=Path("plate-data.zip"), help="the zip of an export")
        parser.add_argument("--reference", default="", help="your number of the request; goes into the log")
        parser.add_argument("--yes", action="store_true", help="erase without asking")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            dossier = find([options["plate"], *options["also"]])
            check_reference(options["reference"], dossier.plates)
        except ValueError as error:
            raise CommandError(str(error)) from error
        act = {"find": self._find, "export": self._export, "erase": self._erase}[options["act"]]
        act(dossier, options)

    def _find(self, dossier: Dossier, options: dict[str, Any]) -> None:
        counts = dossier.counts()
        note(Act.FOUND, reference=options["reference"], counts=counts)
        self._tell(counts)
        for text, count in near_plates(dossier.plates[0]):
            if text not in dossier.plates:
                self.stdout.write(f"perhaps the same vehicle: {text}, {count} detections (--also {text})")

    def _export(self, dossier: Dossier, options: dict[str, Any]) -> None:
        if options["out"].exists():
            raise CommandError(f"{options['out']} is there already: choose another --out")
        counts = write_zip(dossier, options["out"])
        note(Act.EXPORTED, reference=options["reference"], counts=counts)
        self._tell(counts)
        self.stdout.write(f"written to {options['out']}")

    def _erase(self, dossier: Dossier, options: dict[str, Any]) -> None:
        self._tell(dossier.counts())
        if not options["yes"] and input("Erase all of this for ever? Type yes: ").strip().lower() != "yes":
            raise CommandError("nothing was erased")
        counts = erase(dossier)
        note(Act.ERASED, reference=options["reference"], counts=counts)
        self.stdout.write("erased:")
        self._tell(counts)

    def _tell(self, counts: dict[str, int]) -> None:
        for kind, count in counts.items():
            self.stdout.write(f"{count:8} {kind}")
