"""The reader's network: a plate crop of one or two rows in, character scores per step out."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

ROWS, COLUMNS = 2, 48
"""The last feature map: its upper row is read first, then the lower one, so 96 steps."""


def _conv(inputs: int, outputs: int, stride: int | tuple[int, int] = 1, kernel: int = 3) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class Residual(nn.Module):
    """Two convolutions with a way around them."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _conv(channels, channels), nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels)
        )

    def forward(self, features: Tensor) -> Tensor:
        return torch.relu(features + self.body(features))


class Attention(nn.Module):
    """Lets every step see all others: which row it is in and whether there is a second one is decided here."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.before = nn.LayerNorm(width)
        self.queries_keys_values = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.feed = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )

    def forward(self, steps: Tensor) -> Tensor:
        count, length, width = steps.shape
        mixed = self.queries_keys_values(self.before(steps)).chunk(3, -1)
        queries, keys, values = (part.view(count, length, self.heads, -1).transpose(1, 2) for part in mixed)
        seen = (queries @ keys.transpose(-2, -1) * (width // self.heads) ** -0.5).softmax(-1) @ values
        steps = steps + self.out(seen.transpose(1, 2).reshape(count, length, width))
        return steps + cast(Tensor, self.feed(steps))


class ReaderNetwork(nn.Module):
    """Gray N × 1 × 64 × 192, 0-1, in; scores N × 96 × classes out, class 0 being the CTC blank.

    Light and contrast of the crop are evened out first.
    """

    def __init__(self, classes: int, width: int = 192, blocks: int = 2, heads: int = 4) -> None:
        super().__init__()
        self.features = nn.Sequential(
            _conv(1, 32, 2),
            _conv(32, 64, 2),
            Residual(64),
            _conv(64, 128, (2, 1)),
            Residual(128),
            _conv(128, width, (2, 1)),
            Residual(width),
            _conv(width, width, (2, 1)),
        )
        self.places = nn.Parameter(torch.randn(1, ROWS * COLUMNS, width) * 0.02)
        self.context = nn.Sequential(*(Attention(width, heads) for _ in range(blocks)))
        self.classify = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, classes))

    def forward(self, images: Tensor) -> Tensor:
        centered = images - images.mean((2, 3), keepdim=True)
        contrast = (centered * centered).mean((2, 3), keepdim=True)
        features = self.features(centered * torch.rsqrt(contrast + 1e-4))
        steps = features.flatten(2).transpose(1, 2) + self.places
        return cast(Tensor, self.classify(self.context(steps)))
