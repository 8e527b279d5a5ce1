"""Which GPU architectures a build is for: tools/cuda_archs.py on machines of every kind."""

import subprocess
import sys
from pathlib import Path

import cuda_archs
import pytest

KNOWN = [75, 80, 86, 87, 88, 89, 90, 100, 103, 110, 120, 121]


def program(folder, name, output, status=0):
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\nprintf '{output}'\nexit {status}\n")
    path.chmod(0o755)


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine whose PATH is tmp_path/bin alone, without a driver; returns that folder."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(cuda_archs, "capabilities_of_driver", list)
    return tmp_path / "bin"


@pytest.mark.parametrize(
    ("smi", "archs"),
    [
        ("9.0\\n", "90"),
        ("8.9\\n8.9\\n", "89"),
        ("9.0\\n8.0\\n", "80-real;90"),
        ("7.5\\n8.6\\n", "86"),
        ("12.1\\n", "121"),
        ("14.0\\n", "121-virtual"),  # newer than the compiler: its newest PTX
        ("9.0\\n14.0\\n", "90-real;121-virtual"),
        ("7.5\\n", cuda_archs.SETS["portable"]),
        ("[N/A]\\n", cuda_archs.SETS["portable"]),
        ("", cuda_archs.SETS["portable"]),
    ],
)
def test_the_gpus_that_nvidia_smi_lists(machine, smi, archs):
    program(machine, "nvidia-smi", smi)
    assert cuda_archs.choose("auto", KNOWN).archs == archs


def test_a_build_that_stays_here_compiles_least_without_a_gpu(machine):
    assert cuda_archs.choose("here", KNOWN).archs == "80-virtual"
    program(machine, "nvidia-smi", "9.0\\n")
    assert cuda_archs.choose("here", KNOWN).archs == "90"


def test_a_failing_nvidia_smi_counts_as_none_and_the_driver_is_asked(machine, monkeypatch):
    program(machine, "nvidia-smi", "9.0\\n", status=9)
    assert cuda_archs.choose("auto", KNOWN).archs == cuda_archs.SETS["portable"]
    monkeypatch.setattr(cuda_archs, "capabilities_of_driver", lambda: [80])
    assert cuda_archs.choose("auto", KNOWN).archs == "80"


@pytest.fixture
def driver(tmp_path):
    """Builds a libcuda that answers as a machine with the given GPUs does."""

    def build(capabilities, init=0):
        source = tmp_path / "driver.c"
        majors = ",".join(str(c // 10) for c in capabilities) or "0"
        minors = ",".join(str(c % 10) for c in capabilities) or "0"
        source.write_text(f"""
            static int majors[] = {{{majors}}}, minors[] = {{{minors}}};
            int cuInit(unsigned flags) {{ return {init}; }}
            int cuDeviceGetCount(int* n) {{ *n = {len(capabilities)}; return 0; }}
            int cuDeviceGetAttribute(int* value, int attribute, int device) {{
              *value = attribute == 75 ? majors[device] : attribute == 76 ? minors[device] : -1;
              return 0;
            }}""")
        library = tmp_path / f"libcuda{len(capabilities)}{init}.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
        return str(library)

    return build


def test_the_driver_is_asked_without_nvidia_smi(driver):
    assert cuda_archs.capabilities_of_driver(driver([90, 121])) == [90, 121]
    assert cuda_archs.capabilities_of_driver(driver([])) == []
    assert cuda_archs.capabilities_of_driver(driver([90], init=100)) == []
    assert cuda_archs.capabilities_of_driver("libnothing.so.1") == []


def test_sets_and_lists_are_taken_as_they_are(machine):
    program(machine, "nvidia-smi", "9.0\\n")
    assert cuda_archs.choose("all", KNOWN).archs == cuda_archs.SETS["all"]
    assert cuda_archs.choose("portable", KNOWN).archs == cuda_archs.SETS["portable"]
    assert cuda_archs.choose("80-real;90a-virtual;100f", KNOWN).archs == "80-real;90a-virtual;100f"
    assert cuda_archs.choose("250", []).archs == "250"  # a compiler that cannot be asked will say itself


@pytest.mark.parametrize(
    ("request_", "complaint"),
    [("75", "older than 80"), ("250", "not known to the CUDA compiler"), ("sm_90", "no architecture"), ("", "no arch")],
)
def test_what_is_wrong_with_a_list_is_said(request_, complaint):
    with pytest.raises(ValueError, match=complaint):
        cuda_archs.choose(request_, KNOWN)


def test_small_sets_have_ptx_of_the_oldest_and_what_is_given_away_has_hopper():
    for name in ("portable", "ptx"):
        assert f"{cuda_archs.OLDEST}-virtual" in cuda_archs.SETS[name].split(";")
    for name in ("portable", "all"):
        assert "90-real" in cuda_archs.SETS[name].split(";")  # cmake/CudaArchs.cmake builds *.sm90.cu with it


def test_the_compiler_tells_what_it_knows(machine):
    program(machine, "nvcc", "compute_90\\ncompute_80\\ncompute_100\\n")
    assert cuda_archs.known_to(str(machine / "nvcc")) == [80, 90, 100]
    assert cuda_archs.known_to(str(machine / "absent")) == []


def test_as_a_program_it_prints_list_and_reason():
    script = str(Path(cuda_archs.__file__))
    done = subprocess.run([sys.executable, script, "all"], capture_output=True, text=True, check=True)
    archs, reason = done.stdout.splitlines()
    assert archs == cuda_archs.SETS["all"] and "asked for" in reason
    wrong = subprocess.run([sys.executable, script, "nonsense"], capture_output=True, text=True)
    assert wrong.returncode == 1 and wrong.stderr.startswith('VT_CUDA_ARCHS: "nonsense" is no architecture')
