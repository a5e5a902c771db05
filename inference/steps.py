"""The picture of each step of a look: for people who want to see why a plate was read as it was, or not at all."""

from __future__ import annotations

from inference.draw import draw
from inference.types import FrameResult, Image


def step_pictures(result: FrameResult) -> dict[str, Image]:
    """By name: the annotated frame, and for each observation its vehicle, the cut-out plate and the upright crop."""
    pictures: dict[str, Image] = {"annotated": draw(result, width=result.frame.image.shape[1])}
    for number, observation in enumerate(result.observations, 1):
        if observation.vehicle is not None:
            pictures[f"{number}-vehicle"] = observation.vehicle.box.crop(result.frame.image)
        if observation.plate is not None:
            pictures[f"{number}-plate"] = observation.plate.box.crop(result.frame.image)
            if observation.plate.crop is not None:
                pictures[f"{number}-upright"] = observation.plate.crop
    return {name: picture for name, picture in pictures.items() if picture.size}
