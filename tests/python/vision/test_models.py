"""Residual networks: their sizes, the names of their parameters, and what PyTorch computes of the same code."""

import types
from pathlib import Path

import pytest
import torch
import vibetensor.torch as vt
from compare import same
from vibetensor.vision import models

SIZES = {  # as published
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "resnet101": 44_549_160,
    "resnet152": 60_192_808,
    "resnext50_32x4d": 25_028_904,
    "resnext101_32x8d": 88_791_336,
    "resnext101_64x4d": 83_455_272,
    "wide_resnet50_2": 68_883_240,
    "wide_resnet101_2": 126_886_696,
}


def under_pytorch():
    """The module with PyTorch's layers."""
    text = Path(models.resnet.__file__).read_text().replace("from vibetensor.torch import nn", "from torch import nn")
    module = types.ModuleType("resnet")
    exec(compile(text, "resnet.py", "exec"), module.__dict__)
    return module


@pytest.mark.parametrize("name", SIZES)
def test_sizes(name):
    with vt.device("meta"):
        model = getattr(models, name)()
    assert sum(p.numel() for p in model.parameters()) == SIZES[name]
    names = list(model.state_dict())
    assert names[:3] == ["conv1.weight", "bn1.weight", "bn1.bias"] and names[-2:] == ["fc.weight", "fc.bias"]
    assert {"layer2.0.downsample.0.weight", "layer2.0.downsample.1.running_var", "layer4.1.conv2.weight"} <= set(names)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("resnet18", {"num_classes": 5}),
        (
            "resnet50",
            {"num_classes": 3, "zero_init_residual": True, "replace_stride_with_dilation": [False, True, True]},
        ),
    ],
)
def test_against_pytorch(name, options):
    found = []
    for t, module in ((vt, models.resnet), (torch, under_pytorch())):
        t.manual_seed(0)
        model = getattr(module, name)(**options)
        x = t.linspace(-1, 1, 2 * 3 * 33 * 33).view(2, 3, 33, 33).sin()
        model.train()
        out = model(x)
        out.pow(2).sum().backward()
        found.append(
            [str(model), model.eval()(x), model.fc.weight.grad, model.layer1[0].conv1.weight.grad, model.conv1.weight]
        )
    same(found[0], found[1], rtol=1e-3, atol=1e-4)


def test_what_is_not_there_says_so():
    assert models.ResNet18_Weights.DEFAULT == "ResNet18_Weights.DEFAULT"
    for call in (
        lambda: models.resnet18(weights=models.ResNet18_Weights.IMAGENET1K_V1),
        lambda: models.resnet50(pretrained=True),
    ):
        with pytest.raises(NotImplementedError, match="nothing is downloaded"):
            call()
    with pytest.raises(NotImplementedError, match=r"torchvision\.models\.vgg16 is not there yet"):
        models.vgg16()
    for name in ("nonsense", "_Weights"):
        with pytest.raises(AttributeError, match="has no"):
            getattr(models, name)
    with pytest.raises(AttributeError, match="has no 'OTHER'"):
        _ = models.ResNet18_Weights.OTHER
    with pytest.raises(ValueError, match="groups=1"):
        models.ResNet(models.resnet.BasicBlock, [1, 1, 1, 1], groups=2)


def test_names_of_torchvision_are_answered_for():
    from vibetensor.check.names import absence

    for name in ("torchvision.models.resnet18", "torchvision.datasets.MNIST", "torchvision.transforms.ToTensor"):
        assert absence(name) is None
    for name in ("torchvision.models.vgg16", "torchvision.prototype"):
        assert absence(name) is not None
