"""Boxes, frozen batch norm and image files, and what timm and transformers import of torchvision."""

import io
import subprocess
import sys

import pytest
import torch as reference
import vibetensor.torch as torch
import vibetensor.vision as vision
from vibetensor.vision import ops
from vibetensor.vision.transforms.v2 import functional as F

Image = pytest.importorskip("PIL.Image")

BOXES = [[0.0, 0, 4, 4], [2, 2, 6, 5], [10, 10, 11, 12]]


def test_overlaps_of_boxes():
    a, b = torch.tensor(BOXES), torch.tensor(BOXES[1:])
    assert ops.box_area(a).tolist() == [16, 12, 2]
    common = 4 / (16 + 12 - 4)
    assert torch.allclose(ops.box_iou(a, b), torch.tensor([[common, 0], [1, 0], [0, 1.0]]))
    around = torch.tensor([[30.0, 132], [12, 9 * 10], [90, 2]])
    union = torch.tensor([[24.0, 18], [12, 14], [14, 2]])
    assert torch.allclose(ops.generalized_box_iou(a, b), ops.box_iou(a, b) - (around - union) / around)


@pytest.mark.parametrize("fmt", ["xyxy", "xywh", "cxcywh"])
def test_formats_of_boxes(fmt):
    a = torch.tensor(BOXES)
    there = ops.box_convert(a, "xyxy", fmt)
    expected = {"xyxy": BOXES[1], "xywh": [2, 2, 4, 3], "cxcywh": [4, 3.5, 4, 3]}
    assert there[1].tolist() == expected[fmt] and torch.equal(ops.box_convert(there, fmt, "xyxy"), a)
    with pytest.raises(ValueError, match="xyzw"):
        ops.box_convert(a, "xyzw", fmt)


def test_boxes_are_clipped_and_dropped():
    a = torch.tensor([[-3.0, 1, 20, 30], [5, 5, 6, 6]])
    assert ops.clip_boxes_to_image(a, (10, 8)).tolist() == [[0, 1, 8, 10], [5, 5, 6, 6]]
    assert ops.remove_small_boxes(a, 2).tolist() == [0]


def test_batched_nms_keeps_boxes_of_other_classes():
    a = torch.tensor([[0.0, 0, 4, 4], [0, 0, 4, 4], [0, 0, 4, 3]])
    scores = torch.tensor([0.1, 0.9, 0.5])
    assert ops.nms(a, scores, 0.5).tolist() == [1]
    assert ops.batched_nms(a, scores, torch.tensor([0, 1, 0]), 0.5).tolist() == [1, 2]
    assert ops.batched_nms(a[:0], scores[:0], torch.zeros(0), 0.5).shape == (0,)


def test_roi_align_of_lists_of_boxes():
    x = torch.arange(32.0).reshape(2, 1, 4, 4)
    a, b = torch.tensor([[0.0, 0, 2, 2]]), torch.tensor([[1.0, 1, 3, 3], [0, 0, 4, 4]])
    rois = torch.tensor([[0.0, 0, 0, 2, 2], [1, 1, 1, 3, 3], [1, 0, 0, 4, 4]])
    got = ops.roi_align(x, [a, b], 2, sampling_ratio=2, aligned=True)
    assert got.shape == (3, 1, 2, 2) and torch.equal(got, ops.RoIAlign((2, 2), 1.0, 2, aligned=True)(x, rois))
    assert torch.allclose(got[2, 0], torch.nn.functional.avg_pool2d(x[1:], 2)[0, 0])


def test_frozen_batch_norm_is_batch_norm_in_evaluation():
    theirs = reference.nn.BatchNorm2d(3).eval()
    with reference.no_grad():
        for t in theirs.state_dict().values():
            if t.is_floating_point():
                t.uniform_(0.5, 2)
    ours = ops.FrozenBatchNorm2d(3)
    ours.load_state_dict({key: torch.tensor(t.numpy()) for key, t in theirs.state_dict().items()})
    x = reference.randn(2, 3, 4, 5)
    assert not list(ours.parameters()) and repr(ours) == "FrozenBatchNorm2d(3, eps=1e-05)"
    expected = theirs(x).detach().numpy()
    assert torch.allclose(ours(torch.tensor(x.numpy())), torch.tensor(expected), atol=1e-6)


def test_image_files(tmp_path):
    pixels = torch.randint(0, 256, (3, 5, 7), dtype=torch.uint8)
    vision.io.write_png(pixels, tmp_path / "a.png")
    assert torch.equal(vision.io.read_image(tmp_path / "a.png"), pixels)
    gray = vision.io.read_image(tmp_path / "a.png", vision.io.ImageReadMode.GRAY)
    assert gray.shape == (1, 5, 7) and torch.equal(vision.io.decode_image(tmp_path / "a.png", "gray"), gray)
    vision.io.write_jpeg(pixels, tmp_path / "a.jpeg", quality=90)
    decoded = Image.open(tmp_path / "a.jpeg").tobytes()
    assert vision.io.read_image(tmp_path / "a.jpeg").permute(1, 2, 0).contiguous().numpy().tobytes() == decoded
    file = io.BytesIO()
    Image.new("I;16", (4, 4)).save(file, "PNG")
    with pytest.raises(NotImplementedError, match="8 bits"):
        vision.io.decode_image(torch.frombuffer(bytearray(file.getvalue()), dtype=torch.uint8))
    palette = Image.new("RGB", (2, 2), (1, 2, 3)).convert("P", palette=Image.Palette.ADAPTIVE)
    palette.save(tmp_path / "p.png")
    assert vision.io.read_image(tmp_path / "p.png")[:, 0, 0].tolist() == [1, 2, 3]
    vision.io.write_file(tmp_path / "bytes", torch.tensor([1, 2, 3], dtype=torch.uint8))
    assert vision.io.read_file(tmp_path / "bytes").tolist() == [1, 2, 3]


def test_functions_of_the_second_namespace():
    x = torch.tensor([[[0, 255]]], dtype=torch.uint8)
    assert F.to_dtype(x, torch.float32).tolist() == [[[0, 255]]]
    assert F.to_dtype(x, torch.float32, scale=True).tolist() == [[[0, 1]]]
    assert F.grayscale_to_rgb(x).shape == (3, 1, 2) and F.to_image(x[0]).shape == (1, 1, 2)
    image = Image.new("L", (2, 1), 9)
    assert F.grayscale_to_rgb(image).mode == "RGB" and F.to_image(image).tolist() == [[[9, 9]]]
    assert F.resize(F.to_dtype(x), [2, 2]).shape == (1, 2, 2)
    with pytest.raises(AttributeError, match="RandomCrop"):
        _ = vision.transforms.v2.RandomCrop


def test_what_libraries_import_of_torchvision():
    code = (
        "import vibetensor; vibetensor.enable_torch()\n"
        "from torchvision.ops.misc import FrozenBatchNorm2d\n"
        "from torchvision.io import ImageReadMode, decode_image\n"
        "from torchvision.transforms.v2 import functional\n"
        "import torchvision.transforms.v2.functional as F\n"
        "from torchvision.transforms.functional import InterpolationMode\n"
        "assert functional is F and F.InterpolationMode is InterpolationMode\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=None, timeout=120)
    assert done.returncode == 0, done.stderr
