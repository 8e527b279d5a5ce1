"""The build backend's choice of a CUDA compiler, the requirement lists, and the checker of binaries."""

import shutil
import stat
import subprocess
import zipfile

import build_backend
import check_binary
import dependencies
import pytest


def fake_nvcc(folder, release):
    folder.mkdir(parents=True)
    nvcc = folder / "nvcc"
    nvcc.write_text(f"#!/bin/sh\necho 'Cuda compilation tools, release {release}, V{release}.88'\n")
    nvcc.chmod(nvcc.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def bare_machine(monkeypatch, tmp_path):
    """No CUDA compiler anywhere that the backend looks; PATH holds only tmp_path/bin and the shell."""
    for name in ("CUDACXX", "CUDA_HOME", "CUDA_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def test_without_a_compiler_the_toolkit_is_required(bare_machine):
    assert build_backend.cuda_requirements() == ["cuda-toolkit[nvcc,cccl,nvtx]==13.0.*"]


@pytest.mark.parametrize(("release", "taken"), [("13.0", True), ("13.2", False), ("12.8", False)])
def test_nvcc_on_path_counts_if_it_is_of_the_release(bare_machine, release, taken):
    fake_nvcc(bare_machine / "bin", release)
    assert (build_backend.cuda_requirements() == []) == taken


def test_the_environment_names_a_compiler(bare_machine, monkeypatch):
    monkeypatch.setenv("CUDA_HOME", str(bare_machine / "nothing"))
    assert build_backend.cuda_requirements()
    fake_nvcc(bare_machine / "cuda" / "bin", "12.0")
    monkeypatch.setenv("CUDA_HOME", str(bare_machine / "cuda"))
    assert build_backend.cuda_requirements() == []
    monkeypatch.delenv("CUDA_HOME")
    monkeypatch.setenv("CUDACXX", "/somewhere/nvcc")
    assert build_backend.cuda_requirements() == []


def test_the_gpus_of_a_build_come_from_its_settings_or_the_environment(monkeypatch):
    key = "cmake.define.VT_CUDA_ARCHS"
    monkeypatch.delenv("VT_CUDA_ARCHS", raising=False)
    assert build_backend.with_archs(None) == {key: "auto"}
    monkeypatch.setenv("VT_CUDA_ARCHS", "80-real;90")
    assert build_backend.with_archs({"cmake.verbose": "1"}) == {"cmake.verbose": "1", key: "80-real;90"}
    for name in (key, f"skbuild.{key}"):
        assert build_backend.with_archs({name: "all"}) == {name: "all"}


@pytest.mark.parametrize(("version", "taken"), [("3.25.1", True), ("4.4.4", True), ("3.22.1", False)])
def test_the_machines_cmake_counts_if_it_is_recent(bare_machine, version, taken):
    assert dependencies.missing_tools() == ["cmake>=3.25", "ninja>=1.10"]
    cmake = bare_machine / "bin" / "cmake"
    cmake.parent.mkdir()
    cmake.write_text(f"#!/bin/sh\necho 'cmake version {version}'\n")
    cmake.chmod(0o755)
    assert ("cmake>=3.25" in dependencies.missing_tools()) == (not taken)


def test_requirements_come_from_pyproject(bare_machine):
    pyproject = dependencies.tomllib.loads(dependencies.PYPROJECT.read_text())
    build = dependencies.requirements("build", pyproject)
    assert any(line.startswith("nanobind") for line in build)
    assert build_backend.TOOLKIT in build
    assert any(line.startswith("pytest") for line in dependencies.requirements("test", pyproject))


@pytest.fixture
def library(tmp_path):
    """Builds a shared library with the given linker flags."""
    if shutil.which("g++") is None:
        pytest.skip("needs g++")

    def build(*flags, source_text="int vt_answer() { return 42; }\n"):
        source = tmp_path / "empty.cpp"
        source.write_text(source_text)
        path = tmp_path / "lib" / "libempty.so"
        path.parent.mkdir(exist_ok=True)
        subprocess.run(["g++", "-shared", "-fPIC", "-o", path, source, *flags], check=True)
        return path

    return build


def test_a_library_that_needs_only_the_system_is_fine(library):
    assert list(check_binary.complaints_of_folder(library("-Wl,-rpath,$ORIGIN").parent)) == []


def test_a_needed_library_and_a_run_path_are_named(library, tmp_path):
    other = tmp_path / "libcublasLt.so.13"
    subprocess.run(["g++", "-shared", "-fPIC", "-o", other, "-x", "c++", "/dev/null"], check=True)
    path = library("-Wl,--no-as-needed", f"-L{tmp_path}", "-l:libcublasLt.so.13", "-Wl,-rpath,/usr/local/cuda/lib64")
    complaints = list(check_binary.complaints_of_folder(path.parent))
    assert len(complaints) == 2
    assert "needs libcublasLt.so.13" in complaints[0]
    assert "/usr/local/cuda/lib64" in complaints[1]


def test_static_tls_is_named(library):
    text = '__thread int t __attribute__((tls_model("{}"))); int get() {{ return t; }}\n'
    assert list(check_binary.complaints_of_library(library(source_text=text.format("global-dynamic")))) == []
    (line,) = check_binary.complaints_of_library(library(source_text=text.format("initial-exec")))
    assert "initial-exec" in line


def test_a_wheel_is_looked_into(library, tmp_path, monkeypatch):
    wheel = tmp_path / "x.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(library(), "x/libempty.so")
        archive.writestr("x/stray.h", "")
    assert list(check_binary.complaints_of_wheel(wheel)) == ["x.whl: x/stray.h is of no use in a wheel"]
    monkeypatch.setattr(check_binary, "MAX_WHEEL_MB", 0.0001)
    assert any("more than" in line for line in check_binary.complaints_of_wheel(wheel))


def test_an_empty_folder_is_not_clean(tmp_path):
    assert list(check_binary.complaints_of_folder(tmp_path))
