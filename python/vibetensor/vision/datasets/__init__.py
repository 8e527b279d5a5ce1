"""Datasets of images, read from the files that they come in."""

from vibetensor.vision.datasets.cifar import CIFAR10, CIFAR100
from vibetensor.vision.datasets.fakedata import FakeData
from vibetensor.vision.datasets.folder import DatasetFolder, ImageFolder
from vibetensor.vision.datasets.mnist import KMNIST, MNIST, FashionMNIST
from vibetensor.vision.datasets.vision import VisionDataset

__all__ = [
    "CIFAR10",
    "CIFAR100",
    "KMNIST",
    "MNIST",
    "DatasetFolder",
    "FakeData",
    "FashionMNIST",
    "ImageFolder",
    "VisionDataset",
]
