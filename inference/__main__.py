"""`python -m inference PATH...`: reads the plates of pictures, folders, films and stream addresses."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
from tqdm import tqdm

from inference.backends.base import BackendError
from inference.pictures import PICTURE_SUFFIXES, SourceError, load_picture, pictures_in
from inference.pipeline import Models, Pipeline, PipelineSettings, load_models, recognize
from inference.rapidocr_reader import RapidOcrReader
from inference.sources import EndOfSource, FrameSource, open_source, safe_source_url
from inference.steps import step_pictures
from inference.types import Attributes, Frame, FrameResult, Observation, PlateRead
from inference.weights import WeightsError

MIN_PLATE_WIDTH = 24
PICTURES_AHEAD = 8
LIVE = ("rtsp://", "rtsps://", "http://", "https://")


@dataclass(frozen=True, slots=True)
class Job:
    """What the command line asks for."""

    models: Models
    settings: PipelineSettings
    as_json: bool
    save: Path | None


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    cores = os.cpu_count() or 1
    pictures, films = _sort(options.paths)
    try:
        models = load_models(options.backend, 1 if len(pictures) > 1 else cores)
        if options.reader == "rapidocr":
            models = replace(models, reader=RapidOcrReader())
    except (WeightsError, BackendError) as error:
        print(error, file=sys.stderr)
        return 1
    settings = PipelineSettings(
        region=options.region, min_plate_width=MIN_PLATE_WIDTH, min_reading_confidence=options.min_confidence
    )
    job = Job(models, settings, options.json, options.save)
    failures = _read_pictures(job, pictures, cores)
    for film in films:
        failures += _read_film(job, film)
    return 1 if failures else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m inference", description=__doc__)
    parser.add_argument("paths", nargs="+", metavar="PATH", help="picture, folder, film, rtsp://..., 0, synthetic:")
    parser.add_argument("--json", action="store_true", help="one line of JSON for each picture, or visit of a film")
    parser.add_argument(
        "--save", type=Path, metavar="DIR", help="write annotated pictures and the picture of each step"
    )
    parser.add_argument("--region", help="plate formats to expect: de, eu, br, ...")
    parser.add_argument("--backend", default="openvino", help="openvino, onnx, ncnn or torch")
    parser.add_argument(
        "--reader",
        choices=("own", "rapidocr"),
        default="own",
        help="rapidocr knows more alphabets; pip install rapidocr",
    )
    parser.add_argument(
        "--min-confidence", type=float, default=0.2, help="least confidence of a text's weakest character"
    )
    return parser


def _sort(paths: list[str]) -> tuple[list[tuple[str, Path]], list[str]]:
    """Pictures, each as it was given and its path below the given folder; and everything that plays."""
    pictures: list[tuple[str, Path]] = []
    films: list[str] = []
    for given in paths:
        path = Path(given)
        if path.is_dir():
            pictures += [(str(found), found.relative_to(path)) for found in pictures_in(path)]
        elif path.suffix.lower() in PICTURE_SUFFIXES:
            pictures.append((given, Path(path.name)))
        elif _is_film(given):
            films.append(given)
        else:
            pictures.append((given, Path(path.name)))
    return pictures, films


def _is_film(given: str) -> bool:
    """Addresses, USB numbers and the drawn street play; a file does when a film can be opened in it."""
    if "://" in given or given.isdigit() or given.startswith("synthetic:"):
        return True
    try:
        source = open_source(given, realtime=False)
        source.open()
    except SourceError:
        return False
    source.close()
    return True


def _read_pictures(job: Job, pictures: list[tuple[str, Path]], cores: int) -> int:
    """Prints what each picture shows, in order; the number of those that cannot be read."""
    failures = 0
    with ThreadPoolExecutor(cores if len(pictures) > 1 else 1) as pool:
        outcomes = _in_order(pool, job, pictures)
        progress = tqdm(outcomes, total=len(pictures), unit="picture", disable=None if len(pictures) > 1 else True)
        for line, error in progress:
            if error:
                failures += 1
                tqdm.write(error, file=sys.stderr)
            else:
                tqdm.write(line, file=sys.stdout)
    return failures


def _in_order(pool: ThreadPoolExecutor, job: Job, pictures: list[tuple[str, Path]]) -> Iterator[tuple[str, str]]:
    """Results in the order of the pictures, with only a few pictures in memory."""
    waiting: deque[Future[tuple[str, str]]] = deque()
    for picture in pictures:
        waiting.append(pool.submit(_read_picture, job, *picture))
        if len(waiting) > PICTURES_AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _read_picture(job: Job, given: str, below: Path) -> tuple[str, str]:
    """The line to print, or the line that says what is wrong with the picture."""
    started = time.perf_counter()
    try:
        image = load_picture(Path(given))
    except SourceError as error:
        return "", str(error)
    decode = (time.perf_counter() - started) * 1000
    result = recognize(job.models, job.settings, Frame(image, 0, time.time(), 0.0))
    if job.save is not None:
        save_steps(job.save, below.with_suffix(""), result)
    found = report(given, result.observations, {"decode": decode, **result.ms, "total": decode + result.ms["total"]})
    return (json.dumps(found) if job.as_json else _in_words(found)), ""


def _read_film(job: Job, given: str) -> int:
    """Prints a line for each visit as it ends; 1 if the source fails, else 0."""
    is_live = given.lower().startswith(LIVE) or given.isdigit()
    pipeline = Pipeline(job.models, replace(job.settings, min_plate_width=PipelineSettings().min_plate_width))
    progress = tqdm(unit="frame", desc=safe_source_url(given), disable=None)
    failure = ""
    ms: dict[str, float] = {}
    try:
        for frame, decode in _frames(open_source(given, realtime=is_live)):
            result = pipeline.process(frame)
            ms = ms if result.is_still else {"decode": decode, **result.ms, "total": decode + result.ms["total"]}
            _print_visits(job, given, result.reads, ms)
            progress.update()
    except SourceError as error:
        failure = str(error)
    except KeyboardInterrupt:
        failure = f"{safe_source_url(given)}: stopped"
    _print_visits(job, given, pipeline.flush(), ms)
    progress.close()
    if failure:
        print(failure, file=sys.stderr)
    return 1 if failure else 0


def _frames(source: FrameSource) -> Iterator[tuple[Frame, float]]:
    """Every frame with the milliseconds it took to read. Raises ``SourceError``."""
    source.open()
    try:
        while True:
            started = time.perf_counter()
            frame = source.read()
            yield frame, (time.perf_counter() - started) * 1000
    except EndOfSource:
        return
    finally:
        source.close()


def _print_visits(job: Job, given: str, reads: Iterable[PlateRead], ms: dict[str, float]) -> None:
    for read in reads:
        if not read.ended:
            continue
        best = replace(read.best, attributes=read.attributes)
        found = report(safe_source_url(given), [best], ms)
        for plate in found["plates"][:1]:
            plate |= {"text": read.text, "confidence": round(read.confidence, 4), "region": read.region}
            plate["char_confidences"] = [round(value, 4) for value in read.char_confidences]
        found |= {"track": read.track_id, "votes": read.votes, "looks": read.looks, "direction": read.direction}
        found |= {"first_seen": read.first_seen, "last_seen": read.last_seen}
        if job.save is not None:
            shown = FrameResult(best.frame, observations=(best,), labels=(read.text,))
            save_steps(job.save, Path(f"{read.text or 'unread'}-{read.track_id[:8]}"), shown)
        tqdm.write(json.dumps(found) if job.as_json else _in_words(found), file=sys.stdout)


def report(given: str, observations: Iterable[Observation], ms: dict[str, float]) -> dict[str, Any]:
    """What is printed for a picture; boxes are x1, y1, x2, y2 in its pixels."""
    plates, vehicles = [], []
    for observation in observations:
        if observation.plate is not None:
            plates.append(_plate_report(observation))
        if observation.vehicle is not None:
            vehicle, shown = observation.vehicle, observation.attributes or Attributes()
            vehicles.append(
                {
                    "box": [vehicle.box.x1, vehicle.box.y1, vehicle.box.x2, vehicle.box.y2],
                    "kind": vehicle.kind,
                    "confidence": round(vehicle.confidence, 4),
                    "brand": shown.brand,
                    "brand_confidence": round(shown.brand_confidence, 4),
                    "color": shown.color,
                    "color_confidence": round(shown.color_confidence, 4),
                }
            )
    return {
        "image": given,
        "plates": plates,
        "vehicles": vehicles,
        "ms": {name: round(value, 2) for name, value in ms.items()},
    }


def _plate_report(observation: Observation) -> dict[str, Any]:
    """``reason`` says why a plate has no text."""
    plate, reading = observation.plate, observation.reading if observation.reason is None else None
    assert plate is not None
    return {
        "text": reading.text if reading else "",
        "box": [plate.box.x1, plate.box.y1, plate.box.x2, plate.box.y2],
        "corners": plate.corners.astype(float).round(1).tolist() if plate.corners is not None else None,
        "confidence": round(reading.confidence, 4) if reading else 0.0,
        "char_confidences": [round(value, 4) for value in reading.char_confidences] if reading else [],
        "region": reading.region if reading else None,
        "detection_confidence": round(plate.confidence, 4),
        "reason": observation.reason,
    }


def _in_words(found: dict[str, Any]) -> str:
    plates = [
        f"{p['text']} {p['confidence']:.2f}{' ' + p['region'] if p['region'] else ''}"
        for p in found["plates"]
        if p["text"]
    ]
    vehicles = [
        " ".join(v[key] for key in ("color", "brand", "kind") if v[key] != "unknown") for v in found["vehicles"]
    ]
    return f"{found['image']}: {', '.join(plates) or 'no plate read'}" + (
        f" ({', '.join(vehicles)})" if vehicles else ""
    )


def save_steps(folder: Path, name: Path, result: FrameResult) -> None:
    """Writes the annotated picture and, for each plate, its vehicle, the cut-out and the upright crop that was read."""
    target = folder / name.parent
    target.mkdir(parents=True, exist_ok=True)
    for step, picture in step_pictures(result).items():
        (target / f"{name.name}-{step}.jpg").write_bytes(cv2.imencode(".jpg", picture)[1].tobytes())


if __name__ == "__main__":
    sys.exit(main())
