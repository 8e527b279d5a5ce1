"""tools/list_torch_names.py: the lists in the package are those that it writes."""

import json

import list_torch_names
import pytest


def test_the_lists_are_those_of_the_installed_pytorch(tmp_path, monkeypatch):
    import torch

    if torch.__version__.partition("+")[0] != "2.13.0":
        pytest.skip("the lists are of PyTorch 2.13.0")
    package = list_torch_names.PACKAGE
    monkeypatch.setattr(list_torch_names, "PACKAGE", tmp_path)
    (tmp_path / "_dynamo").mkdir()
    list_torch_names.main()
    written, kept = ((p / "_torch_names.txt").read_text().splitlines() for p in (tmp_path, package))
    assert [line.partition(":")[0] for line in written] == [line.partition(":")[0] for line in kept]
    for new, old in zip(written, kept, strict=True):
        assert set(new.split()) == set(old.split()), new.partition(":")[0]
    of = [json.loads((p / "_dynamo" / "settings.json").read_text()) for p in (tmp_path, package)]
    assert of[0] == of[1] and all(of[0].values())
