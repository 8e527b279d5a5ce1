"""Pickles and archives that want something else than to be read."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from collections.abc import Callable
from typing import Any

import torch

STORAGE = b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x04tQ"
V2 = b"ctorch._utils\n_rebuild_tensor_v2\n"
ORDERED = b"ccollections\nOrderedDict\n)R"
DATA = struct.pack("<4f", 1, 2, 3, 4)


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value.encode())) + value.encode()


def number(value: int) -> bytes:
    data = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + bytes([len(data)]) + data


def row(*values: int) -> bytes:
    return b"(" + b"".join(map(number, values)) + b"t"


def pickled(*parts: bytes) -> bytes:
    return b"\x80\x02" + b"".join(parts) + b"."


def call(name: str, *args: bytes) -> bytes:
    module, _, path = name.rpartition(".")
    return f"c{module}\n{path}\n".encode() + b"(" + b"".join(args) + b"tR"


def tensor(
    offset: bytes = b"K\x00",
    size: bytes = row(2),
    stride: bytes = row(1),
    flag: bytes = b"\x89",
    hooks: bytes = ORDERED,
) -> bytes:
    return V2 + b"(" + STORAGE + offset + size + stride + flag + hooks + b"tR"


def storage(kind: str = "torch FloatStorage", key: str = "0", location: str = "cpu", count: bytes = b"K\x04") -> bytes:
    name = kind.replace(" ", "\n")
    return b"(" + text("storage") + f"c{name}\n".encode() + text(key) + text(location) + count + b"tQ"


def over(memory: bytes) -> bytes:
    return V2 + b"(" + memory + b"K\x00" + row(2) + row(1) + b"\x89" + ORDERED + b"tR"


RUN = text("touch /tmp/it-ran")
LISTED = b"(" + RUN + b"l"

# what would run
CODE: dict[str, bytes] = {
    "os.system": pickled(call("os.system", RUN)),
    "posix.system": pickled(call("posix.system", RUN)),
    "nt.system": pickled(call("nt.system", RUN)),
    "subprocess": pickled(call("subprocess.Popen", RUN)),
    "eval": pickled(call("builtins.eval", text("1"))),
    "eval of Python 2": pickled(call("__builtin__.eval", text("1"))),
    "exec": pickled(call("builtins.exec", text("1"))),
    "import": pickled(call("builtins.__import__", text("os"))),
    "getattr": pickled(call("builtins.getattr", b"ccollections\nOrderedDict\n", text("fromkeys"))),
    "open": pickled(call("builtins.open", text("/tmp/it-ran"), text("w"))),
    "type": pickled(call("builtins.type", text("X"), b")", b"}")),
    "object": pickled(call("builtins.object")),
    "within a dict": pickled(b"}", text("a"), call("os.system", RUN), b"s"),
    "within a tensor's arguments": pickled(V2, b"(", call("os.system", RUN), b"tR"),
    "a name with dots": pickled(b"ctorch\nserialization.os.system\n(", RUN, b"tR"),
    "a module of torch": pickled(call("torch.hub.load", text("x"), text("y"))),
    "torch.load": pickled(call("torch.load", text("/tmp/x"))),
    "torch.save": pickled(call("torch.save", b"N", text("/tmp/it-ran"))),
    "a layer": pickled(b"ctorch.nn.modules.linear\nLinear\n)\x81}b"),
    "our own name for it": pickled(call("vibetensor.torch.hub.load", text("x"), text("y"))),
    "functions of another module": pickled(call("vibetensor.run.main")),
    "numpy": pickled(call("numpy.core.multiarray._reconstruct", b"cnumpy\nndarray\n", b"K\x00\x85", text("b"))),
    "numpy's loader": pickled(call("numpy.load", text("/tmp/x"))),
    "copyreg": pickled(call("copyreg._reconstructor", b"cos\n_wrap_close\n", b"cbuiltins\nobject\n", b"N")),
    "functools": pickled(call("functools.partial", b"cos\nsystem\n", RUN)),
    "a stack global": b"\x80\x04\x8c\x02os\x8c\x06system\x93" + RUN + b"\x85R.",
    "a stack global from the memo": b"\x80\x04\x8c\x06system\x94\x8c\x02os\x94h\x01h\x00\x93" + RUN + b"\x85R.",
    "a stack global of something else": b"\x80\x04)\x8c\x06system\x93.",
    "a text that says it is a function": pickled(text("os.system"), b"(", RUN, b"tR"),
    "calling a dict": pickled(b"})R"),
    "calling a list": pickled(b"])R"),
    "calling None": pickled(b"N)R"),
    "calling a dtype": pickled(b"ctorch\nfloat32\n)R"),
    "calling Tensor": pickled(b"ctorch\nTensor\n(K\x05tR"),
    "calling a storage": pickled(b"ctorch\nFloatStorage\n(", number(2**50), b"tR"),
    "calling list": pickled(call("builtins.list", text("abc"))),
    "calling int": pickled(call("builtins.int", text("1"))),
    "arguments that are no tuple": pickled(b"ccollections\nOrderedDict\n]R"),
    "a new tensor": pickled(b"ctorch\nTensor\n)\x81"),
    "a new dict": pickled(b"cbuiltins\ndict\n)\x81"),
    "a new object with names": b"\x80\x04ccollections\nOrderedDict\n)}\x92.",
    "an instance": b"\x80\x02(ios\nsystem\n.",
    "an object": b"\x80\x02(cos\nsystem\no.",
    "an extension": b"\x80\x02\x82\x01.",
    "a reference as text": b"\x80\x02Pstorage\n.",
    "a buffer": b"\x80\x05\x97.",
    "text of Python 2 as a program": b"\x80\x02S'a'\n.",
    "a state for a dict": pickled(b"}", b"}", text("a"), b"Ksb"),
    "a state for a list": pickled(b"]}b"),
    "a state for a function": pickled(V2, b"}b"),
    "a state for a class": pickled(b"ccollections\nOrderedDict\n}b"),
    "a state for a tensor that is no dict": pickled(tensor(), b"]b"),
    "a state of numbers": pickled(tensor(), b"}K\x01K\x02sb"),
    "a state of slots": pickled(tensor(), b"}}", text("grad"), b"K\x01s\x86b"),
    "a type of tensors that is none": pickled(call("torch._tensor._rebuild_from_type_v2", V2, b"cbuiltins\ndict\n", b")", b"}")),
    "a tensor by another function": pickled(
        call("torch._tensor._rebuild_from_type_v2", b"cos\nsystem\n", b"ctorch\nTensor\n", RUN + b"\x85", b"}")
    ),
    "a tensor by what is no tensor's maker": pickled(
        call("torch._tensor._rebuild_from_type_v2", b"cbuiltins\nset\n", b"ctorch\nTensor\n", b")", b"}")
    ),
    "hooks": pickled(tensor(hooks=ORDERED + b"K\x00ctorch._utils\n_rebuild_tensor_v2\ns")),
    "hooks of a parameter": pickled(call("torch._utils._rebuild_parameter", tensor(), b"\x88", b"}K\x00K\x00s")),
    "a factory that is a function": pickled(call("collections.defaultdict", b"cos\nsystem\n")),
    "a factory that is ours": pickled(call("collections.defaultdict", V2)),
    "sparse": pickled(call("torch._utils._rebuild_sparse_tensor", b"N", b"N")),
}  # fmt: skip

# what is too large or makes no sense
SENSELESS: dict[str, bytes] = {
    "no pickle": b"",
    "no stop": b"\x80\x02}",
    "an empty stack": b"\x80\x02.",
    "two objects": b"\x80\x02NN.",
    "an open mark": b"\x80\x02(N.",
    "no mark": b"\x80\x02t.",
    "pop of nothing": b"\x80\x020.",
    "a tuple of nothing": b"\x80\x02\x85.",
    "an unknown opcode": b"\x80\x02\xff.",
    "a memo that is empty": b"\x80\x02h\x07.",
    "put of nothing": b"\x80\x02q\x00.",
    "a key without a value": pickled(b"}(K\x01u"),
    "a key that has no hash": pickled(b"}]Ks"),
    "append to a tuple": pickled(b")K\x01a"),
    "items of a list": pickled(b"]K\x01K\x02s"),
    "set items of a tensor": pickled(tensor(), b"K\x00K\x01s"),
    "text that is not UTF-8": b"\x80\x02X\x02\x00\x00\x00\xff\xfe.",
    "text longer than the file": b"\x80\x02X\xff\xff\xff\x7fabc.",
    "text of 2^62": b"\x80\x04\x8d" + struct.pack("<Q", 2**62) + b".",
    "bytes of 2^62": b"\x80\x04\x8e" + struct.pack("<Q", 2**62) + b".",
    "a bytearray of 2^62": b"\x80\x05\x96" + struct.pack("<Q", 2**62) + b".",
    "a number of 2 GB": b"\x80\x02\x8b\xff\xff\xff\x7f.",
    "a number of a negative size": b"\x80\x02\x8b\xff\xff\xff\xff.",
    "a name without an end": b"\x80\x02c" + b"a" * 10_000,
    "a bytearray by its size": pickled(call("builtins.bytearray", number(2**40))),
    "bytes by their size": pickled(call("builtins.bytes", number(2**40))),
    "bytes by a strange encoding": pickled(call("_codecs.encode", text("a"), text("zip"))),
    "complex of text": pickled(call("builtins.complex", text("1"))),
    "a set of a dict": pickled(call("builtins.set", b"}")),
    "a set of lists": pickled(call("builtins.set", b"]]a")),
    "a counter of text": pickled(call("collections.Counter", text("aaa"))),
    "an ordered dict of numbers": pickled(call("collections.OrderedDict", b"]K\x01a")),
    "a size of text": pickled(call("torch.Size", b"]" + text("1") + b"a")),
    "a size of 2^70": pickled(call("torch.Size", b"]" + number(2**70) + b"a")),
    "a device on the moon": pickled(call("torch.device", text("moon"))),
    "a device with a long name": pickled(call("torch.device", text("cpu" * 1000))),
    "an unknown layout": pickled(call("torch.serialization._get_layout", text("torch.os"))),
    "a layout by a number": pickled(call("torch.serialization._get_layout", b"K\x01")),
    "a key that never ends to hash": pickled(b"})", b"".join(b"q%c(h%ch%ctq%c" % (0, 0, 0, 0) for _ in range(200)), b"K\x01s"),
    "a very deep key": pickled(b"})", b"\x85" * 200_000, b"K\x01s"),
    "a very deep member": b"\x80\x04\x8f()" + b"\x85" * 200_000 + b"\x90.",
    "a very deep frozen set": b"\x80\x04()" + b"\x85" * 200_000 + b"\x91.",
    "a parameter of a list": pickled(call("torch._utils._rebuild_parameter", b"]", b"\x88", b"N")),
    "a generator of text": pickled(call("torch.Generator", text("cpu"))),
    "a generator's state of numbers": pickled(call("torch.Generator"), b"K\x01K\x02K\x03\x87b"),
    "a generator's state of floats": pickled(call("torch.Generator"), b"K\x01N", tensor(), b"\x87b"),
}  # fmt: skip

# what would look at memory that is not the tensor's
OUTSIDE: dict[str, bytes] = {
    "an offset after the end": pickled(tensor(offset=b"K\x04")),
    "a negative offset": pickled(tensor(offset=number(-1))),
    "an offset of 2^62": pickled(tensor(offset=number(2**62))),
    "an offset of 2^70": pickled(tensor(offset=number(2**70))),
    "a size after the end": pickled(tensor(size=row(5))),
    "a negative size": pickled(tensor(size=row(-1))),
    "a size of 2^62": pickled(tensor(size=row(2**62), stride=row(1))),
    "sizes that overflow": pickled(tensor(size=row(2**32, 2**32), stride=row(2**32, 1))),
    "sizes that overflow without strides": pickled(tensor(size=row(2**32, 2**32, 2), stride=row(0, 0, 0))),
    "a stride after the end": pickled(tensor(stride=row(4))),
    "a negative stride": pickled(tensor(offset=b"K\x03", stride=row(-1))),
    "a stride of 2^62": pickled(tensor(stride=row(2**62))),
    "strides that overflow": pickled(tensor(size=row(3, 3), stride=row(2**62, 2**62))),
    "more strides than sizes": pickled(tensor(stride=row(1, 1))),
    "a hundred dims": pickled(tensor(size=row(*[1] * 100), stride=row(*[1] * 100))),
    "a size that is text": pickled(tensor(size=text("ab"))),
    "a size that is a float": pickled(tensor(size=b"G" + struct.pack(">d", 2.0) + b"\x85")),
    "a flag that is a number": pickled(tensor(flag=b"K\x07")),
    "no storage": pickled(over(b"N")),
    "a storage that is text": pickled(over(text("storage"))),
    "a storage of a larger type": pickled(over(storage("torch DoubleStorage"))),
    "a storage of fewer elements": pickled(over(storage(count=b"K\x03"))),
    "a storage of more elements": pickled(over(storage(count=b"K\x05"))),
    "a storage of 2^40 elements": pickled(over(storage(count=number(2**40)))),
    "a storage of 2^70 elements": pickled(over(storage(count=number(2**70)))),
    "a storage of -1 elements": pickled(over(storage(count=number(-1)))),
    "a storage of True elements": pickled(over(storage(count=b"\x88"))),
    "a storage that is not there": pickled(over(storage(key="1"))),
    "a path": pickled(over(storage(key="../../../../etc/passwd"))),
    "an absolute path": pickled(over(storage(key="/etc/passwd"))),
    "a place on the moon": pickled(over(storage(location="moon"))),
    "a GPU that is not there": pickled(over(storage(location="cuda:77"))),
    "a GPU without a number": pickled(over(storage(location="cuda:x"))),
    "a storage of no class": pickled(b"(", text("storage"), text("torch.FloatStorage"), text("0"), text("cpu"), b"K\x04tQ"),
    "a storage of a tensor's class": pickled(over(storage("torch Tensor"))),
    "a storage without a dtype": pickled(over(storage("torch.storage TypedStorage"))),
    "a short reference": pickled(b"(", text("storage"), b"tQ"),
    "a reference to something else": pickled(b"(", text("module"), b"NNNNtQ"),
    "a reference that is text": pickled(text("storage"), b"Q"),
    "a tensor with too few arguments": pickled(V2, b"(", STORAGE, b"tR"),
    "a tensor of no dtype": pickled(
        b"ctorch._utils\n_rebuild_tensor_v3\n(", STORAGE, b"K\x00", row(2), row(1), b"\x89", ORDERED, text("float32"), b"tR"
    ),
    "a tensor of a wider dtype": pickled(
        b"ctorch._utils\n_rebuild_tensor_v3\n(", STORAGE, b"K\x00", row(4), row(1), b"\x89", ORDERED, b"ctorch\nfloat64\ntR"
    ),
    "a meta tensor whose sizes overflow": pickled(
        b"ctorch._utils\n_rebuild_meta_tensor_no_storage\n(ctorch\nfloat32\n", row(2**40, 2**40), row(1, 1), b"\x89tR"
    ),
}  # fmt: skip


def archive(data: bytes, storages: dict[str, bytes] | None = None, **more: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as out:
        out.writestr("archive/data.pkl", data)
        for key, value in ({"0": DATA} if storages is None else storages).items():
            out.writestr(f"archive/data/{key}", value)
        for name, value in more.items():
            out.writestr(f"archive/{name}", value)
    return file.getvalue()


GOOD = archive(pickled(tensor()))


def changed(change: Callable[[bytearray], Any]) -> bytes:
    data = bytearray(GOOD)
    change(data)
    return bytes(data)


def bomb(size: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("archive/data.pkl", pickled(tensor()))
        out.writestr("archive/data/0", bytes(size))
    return file.getvalue()


def twice() -> bytes:
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w") as out:
        warnings.simplefilter("ignore")
        for data in (pickled(b"N"), pickled(tensor())):
            out.writestr("archive/data.pkl", data)
        out.writestr("archive/data/0", DATA)
    return file.getvalue()


def entry_of(data: bytearray, name: bytes) -> int:
    """Where the table of contents has a record."""
    at = data.find(b"PK\x01\x02")
    while not data[at + 46 :].startswith(name):
        at = data.index(b"PK\x01\x02", at + 1)
    return at


def field(name: bytes, at: int, value: bytes) -> bytes:
    """GOOD with a field of a record in the table of contents changed."""

    def change(data: bytearray) -> None:
        begin = entry_of(data, name) + at
        data[begin : begin + len(value)] = value

    return changed(change)


def legacy(change: Callable[[dict[str, Any]], Any] = lambda parts: None) -> bytes:
    file = io.BytesIO()
    torch.save({"a": torch.arange(4.0)}, file, _use_new_zipfile_serialization=False)
    data = file.getvalue()
    at = data.rindex(struct.pack("<q", 4))
    parts = {"head": data[:at], "count": struct.pack("<q", 4), "data": data[at + 8 :]}
    change(parts)
    return b"".join(parts.values())


ARCHIVES: dict[str, bytes] = {
    "an empty archive": b"PK\x05\x06" + bytes(18),
    "only the magic": b"PK\x03\x04",
    "the magic and rubbish": b"PK\x03\x04" + bytes(range(256)) * 4,
    "no table of contents": GOOD[: GOOD.index(b"PK\x01\x02")],
    "cut in the table of contents": GOOD[:-30],
    "no pickle": archive(b"", {}),
    "two records of one name": twice(),
    "a bomb": bomb(50_000_000),
    "another name in the record": changed(lambda d: d.__setitem__(slice(30, 46), b"archive/data.pkx")),
    "a record elsewhere": field(b"archive/data/0", 42, struct.pack("<L", 7)),
    "a record over another": field(b"archive/data/0", 42, struct.pack("<L", 0)),
    "a record after the end": field(b"archive/data/0", 42, struct.pack("<L", 2**31)),
    "a record longer than the file": field(b"archive/data/0", 20, struct.pack("<LL", 2**31, 2**31)),
    "a pickle longer than the file": field(b"archive/data.pkl", 20, struct.pack("<LL", 2**31 + 7, 2**31 + 7)),
    "a record that reaches into the next": field(b"archive/data.pkl", 20, struct.pack("<LL", 400, 400)),
    "two sizes": field(b"archive/data/0", 20, struct.pack("<LL", 8, 16)),
    "a checksum that is wrong": field(b"archive/data/0", 16, struct.pack("<L", 12345)),
    "encrypted": field(b"archive/data/0", 8, struct.pack("<H", 1)),
    "an unknown compression": field(b"archive/data/0", 10, struct.pack("<H", 93)),
    "another compression": field(b"archive/data/0", 10, struct.pack("<H", 8)),
    "a byte that changed": changed(lambda d: d.__setitem__(d.index(DATA) + 2, 1)),
    "an unknown byte order": archive(pickled(tensor()), byteorder=b"middle"),
    "a byte order of a megabyte": archive(pickled(tensor()), byteorder=b"x" * 10**6),
    "a program of torch.jit": archive(pickled(tensor()), **{"constants.pkl": b""}),
    "an old file cut in its data": legacy(lambda p: p.update(data=p["data"][:-1])),
    "an old file cut before its data": legacy(lambda p: p.update(count=b"", data=b"")),
    "an old file with another count": legacy(lambda p: p.update(count=struct.pack("<q", 3))),
    "an old file with a count of 2^62": legacy(lambda p: p.update(count=struct.pack("<q", 2**62))),
    "an old file with a negative count": legacy(lambda p: p.update(count=struct.pack("<q", -4))),
    "an old file of a large storage": legacy(lambda p: p.update(head=p["head"].replace(b"K\x04N", b"J\x00\x00\x00\x7fN"))),
    "an old file that is a view": legacy(lambda p: p.update(head=p["head"].replace(b"K\x04N", b"K\x04K\x01"))),
    "an old file with another magic": b"\x80\x02\x8a\x03abc." + legacy()[15:],
    "an old file that runs": legacy(lambda p: p.update(head=CODE["os.system"])),
    "an old file that runs later": legacy()[: legacy().index(b".") + 1] + CODE["os.system"] * 4,
    "a tar archive": b"\x80".ljust(257, b"\0") + b"ustar" + bytes(500),
    "one byte": b"\x80",
    "nothing": b"",
    "a text": b"hello, world\n" * 10,
}  # fmt: skip
