"""Transforms against what torchvision made with the same seeds: torchvision.json, which cases.py writes."""

import json
import random

import pytest

pytest.importorskip("PIL")

import cases
import vibetensor.torch as torch
import vibetensor.vision.transforms as T

RECORDED = json.loads(cases.RECORD.read_text())
# one shade apart: torchvision makes 8-bit pixels of tensors in integers, or rounds sums that lie between two shades
ROUNDED = {
    "resize",
    "blur",
    "jitter",
    "contrast",
    "saturation",
    "brightness",
    "hue",
    "grayscale",
    "random",
    "autocontrast",
}


def flat(value):
    return [value] if isinstance(value[0], str) else [part for each in value for part in flat(each)]


@pytest.mark.parametrize("key", RECORDED)
def test_transforms_match_torchvisions(key):
    kind, name, seed = key.split("/")
    expected, drawn, drawn_by_python = RECORDED[key]
    transforms, make = cases.inputs(torch)[kind]
    torch.manual_seed(int(seed))
    random.seed(int(seed))
    out = transforms[name](T)(make())
    assert torch.rand(1).item() == drawn and random.random() == drawn_by_python
    ours = flat(cases.packed(out, torch))
    theirs = flat(expected)
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs):
        (head, numbers), (other_head, other_numbers) = cases.unpacked(mine), cases.unpacked(other)
        assert head == other_head
        apart = max(abs(a - b) for a, b in zip(numbers, other_numbers))
        if head.startswith("torch.float"):
            assert apart < 2e-6
        else:
            assert apart <= (1 if kind == "uint8" and name.split()[0] in ROUNDED else 0)
