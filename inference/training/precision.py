"""The number format to train in."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch


def mixed_precision(device: str) -> AbstractContextManager[object]:
    """bfloat16 where the processor or the GPU computes in it; emulated it is ten times slower than single precision."""
    if device == "cuda":
        return torch.autocast("cuda", torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16)
    fast = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return torch.autocast("cpu", torch.bfloat16) if fast else nullcontext()
