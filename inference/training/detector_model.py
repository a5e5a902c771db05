"""The network of the detector, a YOLOv8n with four corners, and what it is taught by."""

from __future__ import annotations

import importlib.util
from functools import cache
from types import SimpleNamespace
from typing import Any

import torch
from PIL import Image

from inference.training.photos import CLASSES, PLATE

LOSS_GAINS = SimpleNamespace(box=7.5, cls=0.5, dfl=1.5, pose=4.0, kobj=0.0)


def stub_torchvision_ops() -> None:
    """Lets ultralytics import a torchvision whose compiled operators are missing; training needs none of them."""
    try:
        from torchvision.extension import _HAS_OPS

        if _HAS_OPS:
            return
    except (ImportError, RuntimeError):
        pass
    if importlib.util.find_spec("torchvision"):
        library = torch.library.Library("torchvision", "FRAGMENT")
        library.define("nms(Tensor dets, Tensor scores, float iou) -> Tensor")
        library.define("qnms(Tensor dets, Tensor scores, float iou) -> Tensor")
        _KEPT.append(library)


_KEPT: list[Any] = []


@cache
def import_ultralytics() -> None:
    """Leaves Pillow as it is: ultralytics puts an ``Image.open`` in its place that installs packages by itself."""
    stub_torchvision_ops()
    opened = Image.open
    import ultralytics.utils  # noqa: F401

    Image.open = opened


def build_model(start: str = "") -> Any:
    """A YOLOv8n with a pose head; ``start``, a file of ultralytics, gives every weight whose shape fits."""
    import_ultralytics()
    from ultralytics.nn.tasks import PoseModel

    model = PoseModel("yolov8n-pose.yaml", nc=len(CLASSES), data_kpt_shape=(4, 2), verbose=False)
    model.args = LOSS_GAINS
    if start:
        given = torch.load(start, map_location="cpu", weights_only=False)
        weights = (given.get("ema") or given["model"]).float().state_dict()
        own = model.state_dict()
        fitting = {name: value for name, value in weights.items() if name in own and own[name].shape == value.shape}
        for name in own.keys() - fitting.keys():
            if name in weights and ".cv3." in name:  # a plate detector's one class becomes ours
                own[name][PLATE] = weights[name][0]
        model.load_state_dict(own | fitting)
    return model


class CornerLoss(torch.nn.Module):
    """Mean distance of the known corners, in shares of the plate's size."""

    def forward(self, guessed: Any, wanted: Any, known: Any, area: Any) -> Any:
        distance = (guessed[..., :2] - wanted[..., :2]).norm(dim=-1) / area.sqrt().clamp(min=1.0)
        return (distance * known).sum() / known.sum().clamp(min=1)


class KnownLoss(torch.nn.Module):
    """Cross entropy of the classes, without those that nobody labelled in a picture; ``known`` is N × classes."""

    def __init__(self) -> None:
        super().__init__()
        self.known: Any = None

    def forward(self, scores: Any, wanted: Any) -> Any:
        loss = torch.nn.functional.binary_cross_entropy_with_logits(scores, wanted, reduction="none")
        return loss * self.known[:, None]


def build_loss(model: Any) -> Any:
    from ultralytics.utils.loss import v8PoseLoss

    loss = v8PoseLoss(model)
    loss.keypoint_loss, loss.bce = CornerLoss(), KnownLoss()
    return loss


class Exportable(torch.nn.Module):
    """The network as it is run: pictures → N × (4 + classes + 8) × cells, as ``inference.detector.decode`` reads it.

    All lengths are relative to their cell, so that half precision does not coarsen them and any picture size goes.
    """

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model
        head = model.model[-1]
        head.forward = lambda levels: head.forward_head(levels, **head.one2many)  # raw values, not decoded ones
        self.bins = head.reg_max
        self.eval()

    def forward(self, pictures: Any) -> Any:
        raw = self.model(pictures)
        batch = raw["boxes"].shape[0]
        shares = raw["boxes"].float().view(batch, 4, self.bins, -1).softmax(2)
        steps = torch.arange(self.bins, dtype=shares.dtype, device=shares.device).view(1, 1, -1, 1)
        corners = raw["kpts"].float() * 2 - 0.5
        return torch.cat([(shares * steps).sum(2), raw["scores"].float().sigmoid(), corners], 1)
