"""Files that want something else than to be read: each is refused by name, none runs anything, none leaves its memory."""

import io
import os
import pickle
import struct
import zipfile

import pytest
import torch
import vibetensor.torch as vt
from vibetensor.torch.serialization import get_unsafe_globals_in_checkpoint

from serialization import hostile
from serialization.contents import Settings
from serialization.watch import nothing_runs

REFUSALS = (pickle.UnpicklingError, RuntimeError, ValueError, EOFError, NotImplementedError)


@pytest.fixture(autouse=True, scope="module")
def loaded_before():
    """What load() imports on first use is there."""
    vt.load(io.BytesIO(hostile.GOOD))
    vt.load(io.BytesIO(hostile.legacy()))


@pytest.fixture(autouse=True)
def little_memory():
    """Large sizes in a file must not become memory."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + (1 << 30), before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


def refused(data, **options):
    with nothing_runs(), pytest.raises(REFUSALS) as caught:
        vt.load(io.BytesIO(data), **options)
    assert not os.path.exists("/tmp/it-ran")
    return str(caught.value)


def test_a_watched_load_sees_what_runs():
    with pytest.raises(AssertionError, match=r"os\.system|pickle\.find_class"), nothing_runs():
        vt.load(
            io.BytesIO(hostile.archive(hostile.pickled(hostile.call("os.system", hostile.text("true"))))),
            weights_only=False,
        )
    assert vt.load(io.BytesIO(hostile.GOOD)).tolist() == [1.0, 2.0]
    assert vt.load(io.BytesIO(hostile.legacy()))["a"].tolist() == [0.0, 1.0, 2.0, 3.0]


@pytest.mark.parametrize("name", hostile.CODE)
def test_code_is_refused(name):
    message = refused(hostile.archive(hostile.CODE[name]))
    assert message.startswith("Weights only load failed")


@pytest.mark.parametrize("name", hostile.SENSELESS)
def test_what_is_senseless_or_too_large_is_refused(name):
    refused(hostile.archive(hostile.SENSELESS[name]))


@pytest.mark.parametrize("name", hostile.OUTSIDE)
def test_memory_outside_is_refused(name):
    refused(hostile.archive(hostile.OUTSIDE[name]))
    if name == "a flag that is a number":
        return  # to pickle it is true
    with pytest.raises((*REFUSALS, TypeError, AttributeError, OverflowError)):  # pickle itself says how
        vt.load(io.BytesIO(hostile.archive(hostile.OUTSIDE[name])), weights_only=False)


def test_memory_outside_is_refused_of_mapped_files(tmp_path):
    for i, data in enumerate(hostile.OUTSIDE.values()):
        path = tmp_path / str(i)
        path.write_bytes(hostile.archive(data))
        with pytest.raises(REFUSALS):
            vt.load(path, mmap=True)


@pytest.mark.parametrize("name", hostile.ARCHIVES)
def test_damaged_files_are_refused(name):
    refused(hostile.ARCHIVES[name])


@pytest.mark.parametrize("make", [lambda: hostile.GOOD, hostile.legacy], ids=["zip", "legacy"])
def test_truncated_files_are_refused(make):
    whole = make()
    for cut in range(len(whole)):
        refused(whole[:cut])


def test_names_are_never_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as out:
        out.writestr("../archive/data.pkl", hostile.pickled(hostile.tensor()))
        out.writestr("../archive/data/0", hostile.DATA)
    with pytest.raises(RuntimeError, match=r"data\.pkl"):
        vt.load(io.BytesIO(file.getvalue()))
    assert os.listdir(tmp_path) == []


def test_deep_containers_do_not_overflow():
    for data in (b"]" * 100_000 + b"a" * 99_999, b")" + b"\x85" * 100_000, b"}" + b"K\x01}" * 100_000 + b"s" * 100_000):
        with nothing_runs():
            value = vt.load(io.BytesIO(hostile.archive(hostile.pickled(data))))
        del value


def test_attributes_of_a_tensor_stay_data():
    state = b"}" + b"".join(
        hostile.text(n) + b"K\x01s" for n in ("__class__", "backward", "grad", "requires_grad", "tag")
    )
    loaded = vt.load(io.BytesIO(hostile.archive(hostile.pickled(hostile.tensor(), state, b"b"))))
    assert type(loaded) is vt.Tensor and loaded.grad is None and not loaded.requires_grad and loaded.tag == 1


class Dangerous:
    calls = 0

    def __reduce__(self):
        return Dangerous.run, ()

    @staticmethod
    def run():
        Dangerous.calls += 1
        return Dangerous()


def file_of(value):
    file = io.BytesIO()
    vt.save(value, file)
    file.seek(0)
    return file


def test_what_is_allowed_is_called_and_nothing_else():
    assert vt.serialization.get_safe_globals() == []
    with pytest.raises(pickle.UnpicklingError, match="add_safe_globals") as caught:
        vt.load(file_of(Dangerous()))
    assert Dangerous.calls == 0 and "weights_only=False" in str(caught.value)
    settings = Settings(names=["b"])
    module = Settings.__module__
    with pytest.raises(pickle.UnpicklingError, match=rf"Unsupported global: GLOBAL {module}.Settings.*safe_globals"):
        vt.load(file_of({"s": settings}))
    assert get_unsafe_globals_in_checkpoint(file_of([settings, vt.nn.Linear(1, 1)])) == [
        f"{module}.Settings",
        "torch.nn.modules.linear.Linear",
    ]
    with vt.serialization.safe_globals([Settings]):
        assert vt.load(file_of({"s": settings}))["s"] == settings
        assert get_unsafe_globals_in_checkpoint(file_of(settings)) == []
    with vt.serialization.safe_globals([(Settings, f"{module}.Settings")]):
        assert vt.load(file_of(settings)) == settings
    assert vt.serialization.get_safe_globals() == []
    vt.serialization.add_safe_globals([Settings])
    try:
        assert vt.serialization.get_safe_globals() == [Settings]
        assert vt.load(file_of(settings)) == settings
        with pytest.raises(pickle.UnpicklingError):
            vt.load(file_of(Dangerous()))
    finally:
        vt.serialization.clear_safe_globals()
    assert vt.serialization.get_safe_globals() == []


def test_whole_modules_when_they_are_allowed():
    model = vt.nn.Sequential(vt.nn.Linear(2, 3), vt.nn.ReLU())
    with vt.serialization.safe_globals([vt.nn.Sequential, vt.nn.Linear, vt.nn.ReLU]):
        loaded = vt.load(file_of(model))
    assert loaded(vt.ones(1, 2)).tolist() == model(vt.ones(1, 2)).tolist()
    theirs = io.BytesIO()
    torch.save(torch.nn.Linear(2, 2), theirs)
    theirs.seek(0)
    with vt.serialization.safe_globals([vt.nn.Linear]):
        assert isinstance(vt.load(theirs), vt.nn.Linear)


def test_some_modules_stay_blocked_whatever_is_allowed():
    with vt.serialization.safe_globals([(print, "os.system"), (print, "posix.system")]):
        assert "blocked" in refused(hostile.archive(hostile.CODE["os.system"]))
    with pytest.raises(TypeError):
        vt.serialization.add_safe_globals([3])


def test_an_explicit_pickle_module_is_not_safe():
    with pytest.raises(RuntimeError, match="explicit pickle_module"):
        vt.load(file_of([1]), pickle_module=pickle, weights_only=True)
    assert vt.load(file_of(Dangerous()), pickle_module=pickle).__class__ is Dangerous


def test_a_user_may_force_it_by_the_environment(monkeypatch):
    monkeypatch.setenv("TORCH_FORCE_WEIGHTS_ONLY_LOAD", "1")
    with pytest.raises(pickle.UnpicklingError):
        vt.load(file_of(Settings()), weights_only=False)
    monkeypatch.delenv("TORCH_FORCE_WEIGHTS_ONLY_LOAD")
    monkeypatch.setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "1")
    assert vt.load(file_of(Settings())) == Settings()
    with pytest.raises(pickle.UnpicklingError):
        vt.load(file_of(Settings()), weights_only=True)


def test_compressed_archives_are_read():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("archive/data.pkl", hostile.pickled(hostile.tensor()))
        out.writestr("archive/data/0", struct.pack("<4f", 1, 2, 3, 4))
    assert vt.load(io.BytesIO(file.getvalue())).tolist() == [1.0, 2.0]
