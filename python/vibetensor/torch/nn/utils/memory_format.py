"""Weights of convolutions in channels_last."""

from __future__ import annotations

from typing import Any

from vibetensor.torch.nn.modules import conv


def convert(module: Any, memory_format: Any, kinds: tuple[type, ...]) -> Any:
    if isinstance(module, kinds):
        layer: Any = module
        layer.weight.data = layer.weight.detach().clone().contiguous(memory_format=memory_format)
    for child in module.children():
        convert(child, memory_format, kinds)
    return module


def convert_conv2d_weight_memory_format(module: Any, memory_format: Any) -> Any:
    """`module`, with the weights of its Conv2d and ConvTranspose2d in `memory_format`, other tensors as they were."""
    return convert(module, memory_format, (conv.Conv2d, conv.ConvTranspose2d))


def convert_conv3d_weight_memory_format(module: Any, memory_format: Any) -> Any:
    """`module`, with the weights of its Conv3d and ConvTranspose3d in `memory_format`, other tensors as they were."""
    return convert(module, memory_format, (conv.Conv3d, conv.ConvTranspose3d))
