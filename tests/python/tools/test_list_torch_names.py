"""tools/list_torch_names.py: the lists in the package are those that it writes."""

import json
import subprocess
import sys

import list_torch_names
import pytest


def test_the_lists_are_those_of_the_installed_pytorch(tmp_path):
    import torch

    if torch.__version__.partition("+")[0] != "2.13.0":
        pytest.skip("the lists are of PyTorch 2.13.0")
    package = list_torch_names.PACKAGE
    (tmp_path / "_dynamo").mkdir()
    # a process of its own: what other tests imported of PyTorch would be among its names
    subprocess.run([sys.executable, list_torch_names.__file__, tmp_path], check=True)
    written, kept = ((p / "_torch_names.txt").read_text().splitlines() for p in (tmp_path, package))
    assert [line.partition(":")[0] for line in written] == [line.partition(":")[0] for line in kept]
    for new, old in zip(written, kept, strict=True):
        assert set(new.split()) == set(old.split()), new.partition(":")[0]
    of = [json.loads((p / "_dynamo" / "settings.json").read_text()) for p in (tmp_path, package)]
    assert of[0] == of[1] and all(of[0].values())
