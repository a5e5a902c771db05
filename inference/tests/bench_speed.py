"""Frames a second through the whole pipeline at 1080p: `make bench-speed`, with the product's own models.

Twice: cars in view, each frame looked at; and the same picture with the grain of a sensor, nothing moving.
"""

from __future__ import annotations

import argparse
import sys
import time
from statistics import median

import cv2
import numpy as np

from inference.looks import load_models
from inference.pipeline import Models, Pipeline, PipelineSettings
from inference.synthetic import Street
from inference.types import Frame, FrameResult, Image

SIZE = (1920, 1080)
FPS = 25.0
SECONDS = 4


def street() -> list[Image]:
    """Pictures of successive moments in which vehicles are near enough to be read."""
    drawn = Street(3)
    return [cv2.resize(drawn.render(20 + n / FPS)[0], SIZE).astype(np.uint8) for n in range(round(SECONDS * FPS))]


def still(picture: Image) -> list[Image]:
    """The same view again and again, with a sensor's noise."""
    noise = np.random.default_rng(1)
    grain = [noise.integers(0, 5, picture.shape).astype(np.uint8) for _ in range(4)]
    return [np.asarray(cv2.add(picture, grain[n % 4]), np.uint8) for n in range(round(SECONDS * FPS))]


def measure(models: Models, pictures: list[Image], turns: int) -> tuple[float, float, list[FrameResult]]:
    """Frames a second, milliseconds of processor time a frame, and what came of them; the first turn warms up.

    Processor time counts all threads and hardly depends on what else the machine does.
    """
    pipeline = Pipeline(models, PipelineSettings())
    results: list[FrameResult] = []
    index = 0
    for turn in range(turns + 1):
        if turn == 1:
            results, started, worked = [], time.perf_counter(), time.process_time()
        for picture in pictures:
            results.append(pipeline.process(Frame(picture, index, index / FPS, index / FPS)))
            index += 1
    cpu_ms = (time.process_time() - worked) * 1000 / len(results)
    return len(results) / (time.perf_counter() - started), cpu_ms, results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--backend", default="openvino")
    parser.add_argument("--threads", type=int, default=0)
    options = parser.parse_args()
    models = load_models(options.backend, options.threads)
    moving = street()
    for name, pictures in (("cars in view", moving), ("nothing moving", still(moving[0]))):
        fps, cpu_ms, results = measure(models, pictures, options.turns)
        looks = [result for result in results if not result.is_still]
        steps = ", ".join(f"{step} {median(look.ms[step] for look in looks):.1f}" for step in looks[0].ms)
        vehicles = sum(len(look.vehicles) for look in looks) / len(looks)
        sys.stdout.write(
            f"{name}: {fps:.1f} frames a second at {SIZE[0]}×{SIZE[1]}, "
            f"{cpu_ms:.1f} ms of processor time each; {len(looks)} of {len(results)} looked at, "
            f"{vehicles:.1f} vehicles each; median ms of a look: {steps}\n"
        )


if __name__ == "__main__":
    main()
