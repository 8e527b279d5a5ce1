"""Datasets: their files read, damaged ones refused, nothing in a pickle run, and torchvision's name under vibetensor.run."""

import contextlib
import gzip
import os
import pickle
import random
import struct
import subprocess
import sys
import textwrap

import numpy
import pytest
import vibetensor.torch as torch
from vibetensor import vision
from vibetensor.vision.datasets import batch_file, mnist
from vibetensor.vision.transforms import functional as F

PIL = pytest.importorskip("PIL.Image")


def idx(array, code):
    head = bytes([0, 0, code, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


def write_mnist(folder, images, labels, train=True, compress=False):
    folder.mkdir(parents=True, exist_ok=True)
    name = "train" if train else "t10k"
    for kind, array in (("images-idx3-ubyte", images), ("labels-idx1-ubyte", labels)):
        data = idx(array, 8)
        (folder / f"{name}-{kind}{'.gz' * compress}").write_bytes(gzip.compress(data) if compress else data)


@pytest.fixture
def digits():
    rng = numpy.random.default_rng(0)
    return rng.integers(0, 256, (5, 28, 28), dtype=numpy.uint8), numpy.array([3, 1, 4, 1, 5], dtype=numpy.uint8)


@pytest.mark.parametrize("place", ["MNIST/raw", "MNIST", "."])
@pytest.mark.parametrize("compress", [False, True])
def test_mnist(tmp_path, digits, place, compress):
    images, labels = digits
    write_mnist(tmp_path / place, images, labels, compress=compress)
    data = vision.datasets.MNIST(tmp_path, download=True, transform=vision.transforms.ToTensor())
    assert len(data) == 5 and data.targets.tolist() == labels.tolist() and data.data.dtype == torch.uint8
    image, label = data[2]
    assert label == 4 and type(label) is int and image.shape == (1, 28, 28) and image.dtype == torch.float32
    assert numpy.array_equal(image[0].numpy(), images[2].astype(numpy.float32) / 255)
    plain = vision.datasets.MNIST(str(tmp_path))
    assert plain[0][0].mode == "L" and plain[0][0].size == (28, 28) and plain.class_to_idx["4 - four"] == 4
    assert repr(plain).splitlines()[:2] == ["Dataset MNIST", "    Number of datapoints: 5"]
    with pytest.raises(RuntimeError, match=r"t10k-images-idx3-ubyte\.gz and put it into"):
        vision.datasets.MNIST(tmp_path, train=False)
    with pytest.raises(RuntimeError, match="Nothing is downloaded here"):
        vision.datasets.FashionMNIST(tmp_path / "none", download=True)


def test_fashion_has_its_own_folder(tmp_path, digits):
    write_mnist(tmp_path / "FashionMNIST" / "raw", *digits, train=False)
    data = vision.datasets.FashionMNIST(tmp_path, train=False, target_transform=lambda t: t + 10)
    assert data[0][1] == 13 and data.classes[9] == "Ankle boot" and "Split: Test" in repr(data)


@pytest.mark.parametrize("code, dtype", [(8, "u1"), (9, "i1"), (11, "i2"), (12, "i4"), (13, "f4"), (14, "f8")])
def test_every_idx_dtype(tmp_path, code, dtype):
    array = numpy.arange(-6, 6).astype(dtype).reshape(3, 4)
    (tmp_path / "a").write_bytes(idx(array, code))
    assert numpy.array_equal(mnist.read_idx(tmp_path / "a").numpy(), array)


def test_damaged_idx_files_are_refused(tmp_path, digits):
    whole = idx(digits[0], 8)
    path = tmp_path / "file"
    rng = random.Random(0)
    damaged = [b"", whole[:3], whole[:10], whole[:-1], whole + b"x", b"\x1f\x8b" + whole, gzip.compress(whole)[:50]]
    for data in damaged:
        path.write_bytes(data)
        with pytest.raises(ValueError):
            mnist.read_idx(path)
    for _ in range(300):
        data = bytearray(whole[:40])
        for _ in range(3):
            data[rng.randrange(16)] = rng.randrange(256)
        path.write_bytes(data)
        with pytest.raises(ValueError):
            mnist.read_image_file(path)


def write_cifar(folder, protocol=2, as_bytes=False, fine=False):
    folder.mkdir(parents=True, exist_ok=True)
    rng = numpy.random.default_rng(1)
    key = "fine_labels" if fine else "labels"
    batches = {}
    for name in ["train", "test"] if fine else [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]:
        batch = {"data": rng.integers(0, 256, (3, 3072), dtype=numpy.uint8), key: [1, 0, 2], "batch_label": name}
        batches[name] = batch
        stored = {k.encode(): v for k, v in batch.items()} if as_bytes else batch
        (folder / name).write_bytes(pickle.dumps(stored, protocol=protocol))
    meta = {"fine_label_names" if fine else "label_names": ["cat", "dog", "ship"]}
    (folder / ("meta" if fine else "batches.meta")).write_bytes(pickle.dumps(meta, protocol=protocol))
    return batches


@pytest.mark.parametrize("protocol", [0, 2, 4])
@pytest.mark.parametrize("as_bytes", [False, True])
def test_cifar10(tmp_path, protocol, as_bytes):
    batches = write_cifar(tmp_path / "cifar-10-batches-py", protocol, as_bytes)
    data = vision.datasets.CIFAR10(str(tmp_path), train=True, download=True)
    assert len(data) == 15 and data.data.shape == (15, 32, 32, 3) and data.targets == [1, 0, 2] * 5
    expected = batches["data_batch_2"]["data"][1].reshape(3, 32, 32).transpose(1, 2, 0)
    assert numpy.array_equal(data.data[4], expected)
    image, target = data[4]
    assert target == 0 and image.mode == "RGB" and numpy.array_equal(numpy.asarray(image), expected)
    assert data.classes == ["cat", "dog", "ship"] and data.class_to_idx["ship"] == 2
    test = vision.datasets.CIFAR10(tmp_path, train=False, transform=vision.transforms.ToTensor())
    assert len(test) == 3 and test[0][0].shape == (3, 32, 32)
    with pytest.raises(RuntimeError, match=r"get cifar-100-python\.tar\.gz, unpack it and put it into"):
        vision.datasets.CIFAR100(tmp_path)


def test_cifar100(tmp_path):
    write_cifar(tmp_path / "cifar-100-python", fine=True)
    data = vision.datasets.CIFAR100(tmp_path)
    assert len(data) == 3 and data.targets == [1, 0, 2] and data.classes[0] == "cat"


class Harm:
    def __reduce__(self):
        return os.system, ("touch harm_was_done",)


class Sneaky:
    def __reduce__(self):
        return eval, ("open('harm_was_done', 'w')",)


def test_nothing_in_a_batch_is_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "batch"
    for harm in (Harm(), Sneaky(), numpy.dtype("O"), numpy.zeros(2), print, os.system, [Harm()], {"data": Sneaky()}):
        for protocol in range(6):
            path.write_bytes(pickle.dumps({"data": harm}, protocol=protocol))
            with pytest.raises(ValueError, match="is not a batch of CIFAR"):
                batch_file.read_batch(path)
    whole = pickle.dumps({"data": numpy.zeros((1, 3072), numpy.uint8), "labels": [1]}, protocol=2)
    rng = random.Random(0)
    for _ in range(500):
        data = bytearray(whole[:200] + whole[-60:])
        for _ in range(rng.randrange(1, 6)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        path.write_bytes(data)
        with contextlib.suppress(ValueError):
            batch_file.read_batch(path)
    assert os.listdir(tmp_path) == ["batch"]


def test_folders_of_images(tmp_path):
    for name, color in (("b", (1, 2, 3)), ("a", (4, 5, 6))):
        (tmp_path / name / "deep").mkdir(parents=True)
        PIL.new("RGB", (2, 2), color).save(tmp_path / name / "deep" / "x.png")
        PIL.new("L", (2, 2), 9).save(tmp_path / name / "y.PNG")
        (tmp_path / name / "notes.txt").write_text("no image")
    data = vision.datasets.ImageFolder(str(tmp_path), transform=vision.transforms.PILToTensor())
    assert data.classes == ["a", "b"] and data.targets == [0, 0, 1, 1] and data.imgs == data.samples
    assert sorted(data[i][0][:, 0, 0].tolist() for i in range(2)) == [[4, 5, 6], [9, 9, 9]]
    (tmp_path / "c").mkdir()
    with pytest.raises(FileNotFoundError, match="no valid file for the classes c"):
        vision.datasets.ImageFolder(tmp_path)
    assert len(vision.datasets.ImageFolder(tmp_path, allow_empty=True)) == 4
    odd = vision.datasets.DatasetFolder(
        tmp_path, loader=os.path.basename, is_valid_file=lambda path: path.endswith("txt"), allow_empty=True
    )
    assert [odd[i] for i in range(2)] == [("notes.txt", 0), ("notes.txt", 1)]


def test_fake_data_is_the_same_again():
    data = vision.datasets.FakeData(3, (3, 4, 5), transform=vision.transforms.ToTensor())
    state = torch.get_rng_state()
    assert torch.equal(data[1][0], data[1][0]) and not torch.equal(data[1][0], data[2][0])
    assert torch.equal(torch.get_rng_state(), state) and isinstance(data[0][1], int)


def test_grids_and_files(tmp_path):
    images = torch.arange(5 * 3 * 2 * 2).reshape(5, 3, 2, 2) / 60
    grid = vision.utils.make_grid(images, nrow=3, padding=1, pad_value=0.5)
    assert grid.shape == (3, 7, 10) and torch.equal(grid[:, 4:6, 4:6], images[4]) and grid[0, 0, 0] == 0.5
    assert vision.utils.make_grid(images[0]).shape == (3, 2, 2) and vision.utils.make_grid(images[0, 0]).shape == (
        3,
        2,
        2,
    )
    scaled = vision.utils.make_grid([images[1], images[2]], normalize=True, scale_each=True)
    assert scaled.max() == 1 and scaled.min() == 0
    vision.utils.save_image(images, tmp_path / "grid.png", nrow=3, padding=1)
    with PIL.open(tmp_path / "grid.png") as saved:
        assert saved.size == (10, 7) and saved.getpixel((1, 1)) == tuple(
            round(v * 255) for v in images[0, :, 0, 0].tolist()
        )


def test_pictures_of_other_modes():
    for mode, value, dtype in (
        ("1", 1, torch.uint8),
        ("L", 7, torch.uint8),
        ("I", 70000, torch.int32),
        ("F", 0.5, torch.float32),
    ):
        tensor = F.pil_to_tensor(PIL.new(mode, (3, 2), value))
        assert tensor.shape == (1, 2, 3) and tensor.dtype == dtype
    assert F.to_tensor(PIL.new("1", (3, 2), 1)).unique().tolist() == [1.0]
    for tensor in (torch.zeros(4, 2, 3, dtype=torch.uint8), torch.zeros(2, 3), torch.zeros(1, 2, 3, dtype=torch.int32)):
        assert torch.equal(F.pil_to_tensor(F.to_pil_image(tensor)), tensor.reshape(-1, 2, 3))
    assert F.convert_image_dtype(torch.tensor([0.0, 0.5, 1.0]), torch.uint8).tolist() == [0, 127, 255]
    assert F.convert_image_dtype(torch.tensor([0, 255], dtype=torch.uint8), torch.float32).tolist() == [0.0, 1.0]
    with pytest.raises(TypeError, match="pic should be PIL Image or ndarray"):
        F.to_tensor([1, 2])
    with pytest.raises(NotImplementedError, match="rotate of tensors is not there yet"):
        F.rotate(torch.zeros(3, 4, 4), 30)


def run(program, *options, blocked=()):
    block = "".join(f"sys.modules[{name!r}] = None\n" for name in blocked)
    return subprocess.run(
        [sys.executable, *options, "-c", f"import sys\n{block}{textwrap.dedent(program)}"],
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_torchvision_is_ours_under_run(tmp_path, digits):
    write_mnist(tmp_path / "MNIST" / "raw", *digits)
    done = run(
        f"""
        import importlib.util
        import torch
        import torchvision
        import torchvision.transforms as T
        import torchvision.transforms.functional as TF
        from torchvision import datasets
        from torchvision.datasets import CIFAR10
        from torchvision.utils import save_image

        data = datasets.MNIST(root={str(tmp_path)!r}, train=True, download=True, transform=T.ToTensor())
        loader = torch.utils.data.DataLoader(data, batch_size=5, num_workers=1)
        x, y = next(iter(loader))
        print(x.shape, y.tolist(), torchvision.__version__.split("+")[0], importlib.util.find_spec("torchvision") is not None)
        try:
            import torchvision.prototype
        except ModuleNotFoundError as error:
            print(error)
        """,
        "-m",
        "vibetensor.run",
    )
    lines = done.stdout.splitlines()
    assert lines[0] == "torch.Size([5, 1, 28, 28]) [3, 1, 4, 1, 5] 0.28.0 True", done.stderr
    assert "torchvision.prototype is not there: vibetensor.vision has datasets" in lines[1]


def test_without_pil_images_are_tensors(tmp_path, digits):
    write_mnist(tmp_path, *digits)
    done = run(
        f"""
        from vibetensor import vision
        T = vision.transforms
        usual = T.Compose([T.RandomCrop(28, padding=2), T.RandomHorizontalFlip(), T.ToTensor(), T.Normalize((0.5,), (0.5,))])
        data = vision.datasets.MNIST({str(tmp_path)!r}, transform=usual)
        print(data[0][0].shape, vision.datasets.MNIST({str(tmp_path)!r})[0][0].dtype)
        try:
            T.ToPILImage()(data[0][0])
        except ImportError as error:
            print(error)
        """,
        blocked=("PIL", "numpy"),
    )
    assert done.stdout.splitlines() == [
        "torch.Size([1, 28, 28]) torch.uint8",
        "to_pil_image needs PIL (`pip install pillow`)",
    ], done.stderr
