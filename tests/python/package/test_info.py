"""vibetensor.info: the same facts as text and as JSON, also from the command line."""

import json
import subprocess
import sys

import vibetensor
import vibetensor.torch as torch
from vibetensor import info


def test_facts_are_plain_values():
    found = info.collect()
    assert json.loads(json.dumps(found)).keys() == found.keys()
    assert found["cpu"]["simd"] in ("x86-64-v2", "x86-64-v3", "x86-64-v4")
    assert found["cpu"]["threads"] == torch.get_num_threads()
    assert found["version"] == vibetensor.__version__


def test_cuda_is_there_or_one_sentence_says_why():
    cuda = info.collect()["cuda"]
    assert cuda["available"] == torch.cuda.is_available()
    if cuda["available"]:
        assert cuda["reason"] == ""
        assert len(cuda["devices"]) == torch.cuda.device_count()
    else:
        assert cuda["devices"] == []
        assert cuda["reason"]
        assert "\n" not in cuda["reason"]


def test_a_library_has_a_path_or_a_reason():
    for library in info.collect()["cuda"]["libraries"].values():
        assert bool(library["path"]) != bool(library["reason"])


def test_command_line_prints_text_and_json():
    command = [sys.executable, "-m", "vibetensor.info"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert text == info.describe(info.collect()) + "\n"
    printed = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True).stdout
    assert json.loads(printed)["build"] == info.collect()["build"]


def test_version_reads_as_people_write_it():
    assert info.cuda_release(13000) == "13.0"
    assert info.cuda_release(12080) == "12.8"
    assert info.cuda_release(0) == "none"
