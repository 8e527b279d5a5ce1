"""Saves that fail or are killed: the old file or the new one is there, whole, and nothing beside it."""

import errno
import io
import os
import pickle
import signal
import stat
import subprocess
import sys
import textwrap
import threading
import time

import pytest
import vibetensor.torch as vt
from vibetensor import _C
from vibetensor.torch.cuda import _memory_history

SIZE = 300_000  # elements of the checkpoint that is written


def old_checkpoint(path):
    vt.save({"x": vt.full((1000,), 1.0)}, path)
    return path.read_bytes()


def python(code, *args, **options):
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(code), *map(str, args)], **options)


SAVE_UNDER_A_LIMIT = """
    import resource, signal, sys
    import vibetensor.torch as vt
    path, limit, action = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL if action == "die" else signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        vt.save({"x": vt.full((300_000,), 2.0)}, path)
    except OSError as error:
        print(error.errno, error.filename)
"""


@pytest.mark.parametrize("limit", [0, 1, 100, 500_000, 4 * SIZE])
@pytest.mark.parametrize("action", ["die", "fail"])
def test_a_save_that_ends_at_a_byte_leaves_the_old_file(tmp_path, limit, action):
    path = tmp_path / "c.pt"
    old = old_checkpoint(path)
    process = python(SAVE_UNDER_A_LIMIT, path, limit, action, stdout=subprocess.PIPE, text=True)
    out, _ = process.communicate(timeout=60)
    if action == "die":
        assert process.returncode == -signal.SIGXFSZ
    else:
        assert process.returncode == 0 and out.strip() == f"{errno.EFBIG} {path}"
    assert path.read_bytes() == old and os.listdir(tmp_path) == ["c.pt"]


SAVE_FOR_EVER = """
    import sys
    import vibetensor.torch as vt
    values = [vt.full((300_000,), float(i)) for i in range(4)]
    print("ready", flush=True)
    while True:
        for value in values:
            vt.save({"x": value}, sys.argv[1])
"""


def test_a_process_killed_while_it_saves_leaves_a_whole_file(tmp_path):
    path = tmp_path / "c.pt"
    for i in range(6):
        process = python(SAVE_FOR_EVER, path, stdout=subprocess.PIPE)
        assert process.stdout.readline() == b"ready\n"
        time.sleep(0.03 + 0.017 * i)
        process.kill()
        process.communicate()
        if path.exists():
            loaded = vt.load(path)["x"]
            assert loaded.numel() == SIZE and bool((loaded == loaded[0]).all())
    assert path.exists()


@pytest.fixture
def small_disk(tmp_path):
    place = tmp_path / "disk"
    place.mkdir()
    options = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)]
    try:
        mounted = os.geteuid() == 0 and subprocess.run(options, capture_output=True).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("a small disk can only be mounted by root")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_leaves_the_old_file(small_disk):
    path = small_disk / "c.pt"
    old = old_checkpoint(path)
    with pytest.raises(OSError, match=r"what was there before is untouched.*c\.pt") as caught:
        vt.save({"x": vt.zeros(SIZE)}, path)
    assert caught.value.errno == errno.ENOSPC and caught.value.filename == str(path)
    assert path.read_bytes() == old and os.listdir(small_disk) == ["c.pt"]


def test_what_cannot_be_saved_leaves_the_old_file(tmp_path):
    path = tmp_path / "c.pt"
    old = old_checkpoint(path)
    with pytest.raises((pickle.PicklingError, AttributeError)):
        vt.save({"x": lambda: None}, path)
    assert path.read_bytes() == old and os.listdir(tmp_path) == ["c.pt"]


def test_links_and_modes_survive(tmp_path):
    (tmp_path / "store").mkdir()
    target, link = tmp_path / "store" / "real.pt", tmp_path / "latest.pt"
    old_checkpoint(target)
    target.chmod(0o640)
    link.symlink_to("store/real.pt")
    vt.save({"x": vt.zeros(2)}, link)
    assert link.is_symlink() and vt.load(target)["x"].tolist() == [0.0, 0.0]
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    fresh = tmp_path / "fresh.pt"
    before = os.umask(0o027)
    try:
        vt.save(vt.zeros(2), fresh)
    finally:
        os.umask(before)
    assert stat.S_IMODE(fresh.stat().st_mode) == 0o640
    assert sorted(os.listdir(tmp_path)) == ["fresh.pt", "latest.pt", "store"]


def test_long_and_odd_names(tmp_path):
    for name in ["n" * 255, "sp ace", "ünï", "-dash", b"\xff\xfe".decode("utf-8", "surrogateescape")]:
        vt.save(vt.ones(2), tmp_path / name)
        assert vt.load(tmp_path / name).tolist() == [1.0, 1.0]
    assert len(os.listdir(tmp_path)) == 5


def test_a_relative_path_in_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    vt.save(vt.ones(2), "c.pt")
    assert vt.load("c.pt").tolist() == [1.0, 1.0] and os.listdir(tmp_path) == ["c.pt"]


def test_a_pipe_and_an_open_descriptor_are_written_straight(tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    got = []
    reader = threading.Thread(target=lambda: got.append(fifo.read_bytes()))
    reader.start()
    vt.save({"x": vt.zeros(SIZE)}, fifo)
    reader.join()
    assert vt.load(io.BytesIO(got[0]))["x"].numel() == SIZE and stat.S_ISFIFO(fifo.stat().st_mode)

    code = 'import vibetensor.torch as vt; vt.save(vt.ones(2), "/dev/stdout")'
    piped, _ = python(code, stdout=subprocess.PIPE).communicate(timeout=60)
    assert vt.load(io.BytesIO(piped)).tolist() == [1.0, 1.0]
    with open(tmp_path / "out", "w+b") as out:
        assert python(code, stdout=out).wait(timeout=60) == 0
        out.seek(0)
        assert vt.load(out).tolist() == [1.0, 1.0]


def test_a_device_is_not_replaced():
    vt.save(vt.ones(2), "/dev/null")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    if os.path.exists("/dev/full"):
        with pytest.raises(OSError) as caught:
            vt.save(vt.ones(2), "/dev/full")
        assert caught.value.errno == errno.ENOSPC


def test_a_raw_file_that_takes_a_part_at_a_time():
    class Slow(io.RawIOBase):
        def __init__(self):
            self.data = b""

        def writable(self):
            return True

        def write(self, data):
            self.data += bytes(data[:7])
            return min(7, len(data))

    file = Slow()
    vt.save(vt.arange(20), file)
    assert vt.load(io.BytesIO(file.data)).tolist() == list(range(20))


def test_places_that_cannot_be_written_say_which(tmp_path):
    loop = tmp_path / "loop"
    loop.symlink_to("loop")
    cases = [
        (tmp_path / "none" / "c.pt", FileNotFoundError),
        (tmp_path, IsADirectoryError),
        (f"{tmp_path}/", IsADirectoryError),
        (f"{tmp_path}/file/", OSError),
        ("", FileNotFoundError),
        (loop, OSError),
        (tmp_path / ("n" * 256), OSError),
    ]
    for path, kind in cases:
        with pytest.raises(kind) as caught:
            vt.save(vt.ones(1), path)
        assert caught.value.filename == str(path) and caught.value.errno
    with pytest.raises(ValueError, match="null"):
        vt.save(vt.ones(1), "a\0b")
    assert os.listdir(tmp_path) == ["loop"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_protected_file_is_not_replaced(tmp_path):
    path = tmp_path / "c.pt"
    old = old_checkpoint(path)
    path.chmod(0o444)
    with pytest.raises(PermissionError):
        vt.save(vt.ones(1), path)
    assert path.read_bytes() == old


def test_the_file_object():
    with pytest.raises(TypeError):
        _C.AtomicFile(3)


def test_a_file_is_there_only_after_commit(tmp_path):
    path = tmp_path / "f"
    file = _C.AtomicFile(path)
    assert file.write(b"abc") == 3 and file.write(memoryview(b"de")) == 2
    assert not path.exists()
    file.commit()
    assert path.read_bytes() == b"abcde"
    for use in (lambda: file.write(b"x"), file.commit):
        with pytest.raises(ValueError, match="committed or discarded"):
            use()
    with pytest.raises(KeyError), _C.AtomicFile(path) as file:
        file.write(b"half")
        raise KeyError
    assert path.read_bytes() == b"abcde" and os.listdir(tmp_path) == ["f"]


def test_a_forked_child_leaves_the_file_to_its_parent(tmp_path):
    path = tmp_path / "f"
    file = _C.AtomicFile(path)
    file.write(b"abc")
    child = os.fork()
    if child == 0:
        file.discard()
        os._exit(0)
    os.waitpid(child, 0)
    file.commit()
    assert path.read_bytes() == b"abc"


def test_a_snapshot_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "snapshot.pickle"
    monkeypatch.setattr(_memory_history, "_snapshot", lambda **_: {"segments": [1]})
    _memory_history._dump_snapshot(str(path))
    assert pickle.loads(path.read_bytes()) == {"segments": [1]}
    monkeypatch.setattr(_memory_history, "_snapshot", lambda **_: {"segments": [bytes(200_000), lambda: None]})
    with pytest.raises((pickle.PicklingError, AttributeError)):
        _memory_history._dump_snapshot(str(path))
    assert pickle.loads(path.read_bytes()) == {"segments": [1]} and os.listdir(tmp_path) == ["snapshot.pickle"]


def test_many_threads_save_to_one_place(tmp_path):
    path = tmp_path / "c.pt"

    def save(value):
        for _ in range(5):
            vt.save(vt.full((5000,), value), path)

    threads = [threading.Thread(target=save, args=(float(i),)) for i in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        if path.exists():
            loaded = vt.load(path)
            assert loaded.numel() == 5000 and bool((loaded == loaded[0]).all())
    for thread in threads:
        thread.join()
    assert os.listdir(tmp_path) == ["c.pt"]
