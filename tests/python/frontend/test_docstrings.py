"""The examples in docstrings say what is true."""

import doctest
import importlib
import importlib.util
import pkgutil

import pytest
import vibetensor.torch

MODULES = ["vibetensor.torch"] + [
    module.name
    for module in pkgutil.walk_packages(vibetensor.torch.__path__, "vibetensor.torch.")
    if ".tensorboard" not in module.name or importlib.util.find_spec("tensorboard")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0


def test_there_are_examples():
    found = (test for name in MODULES for test in doctest.DocTestFinder().find(importlib.import_module(name)))
    assert sum(len(test.examples) for test in found) > 30
