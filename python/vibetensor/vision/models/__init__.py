"""Models by torchvision's names: residual networks. The others can be imported, and raise when they are called."""

from __future__ import annotations

from typing import Any

from vibetensor.torch._not_there import Refused
from vibetensor.vision.models import resnet
from vibetensor.vision.models.resnet import (
    ResNet,
    resnet18,
    resnet34,
    resnet50,
    resnet101,
    resnet152,
    resnext50_32x4d,
    resnext101_32x8d,
    resnext101_64x4d,
    wide_resnet50_2,
    wide_resnet101_2,
)

__all__ = [
    "ResNet",
    "resnet",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    "resnet152",
    "resnext50_32x4d",
    "resnext101_32x8d",
    "resnext101_64x4d",
    "wide_resnet50_2",
    "wide_resnet101_2",
]

WAY_ROUND = "torchvision itself, where it is installed, runs with vibetensor.run; timm has it too"
OTHERS = """
    alexnet convnext_base convnext_large convnext_small convnext_tiny densenet121 densenet161 densenet169 densenet201
    efficientnet_b0 efficientnet_b1 efficientnet_b2 efficientnet_b3 efficientnet_b4 efficientnet_b5 efficientnet_b6
    efficientnet_b7 efficientnet_v2_l efficientnet_v2_m efficientnet_v2_s get_model get_model_weights get_weight googlenet
    inception_v3 list_models maxvit_t mnasnet0_5 mnasnet1_0 mobilenet_v2 mobilenet_v3_large mobilenet_v3_small
    regnet_y_16gf regnet_y_400mf shufflenet_v2_x0_5 shufflenet_v2_x1_0 squeezenet1_0 squeezenet1_1 swin_b swin_s swin_t
    swin_v2_b swin_v2_s swin_v2_t vgg11 vgg11_bn vgg13 vgg13_bn vgg16 vgg16_bn vgg19 vgg19_bn vit_b_16 vit_b_32 vit_h_14
    vit_l_16 vit_l_32
"""


class Weights:
    """Stands for weights that torchvision downloads: reading any of them gives a name, which models refuse."""

    def __init__(self, name: str):
        self.name = name

    def __getattr__(self, member: str) -> str:
        if member == "DEFAULT" or member.startswith("IMAGENET1K"):
            return f"{self.name}.{member}"
        raise AttributeError(f"{self.name} has no {member!r}")


def __getattr__(name: str) -> Any:
    if name in OTHERS.split():
        return Refused(f"torchvision.models.{name}", WAY_ROUND)
    if name.endswith("_Weights") and not name.startswith("_"):
        return Weights(name)
    raise AttributeError(f"torchvision.models has no {name!r} here: {WAY_ROUND}")
