"""Values by key that processes share: in this process, in a file, or served by one of them (tcp_store.py)."""

from __future__ import annotations

import fcntl
import os
import struct
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from vibetensor.torch.distributed.errors import DistStoreError

Value = str | bytes


def as_bytes(value: Value) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)


class Store:
    """Base of stores: values, as bytes, by key, with waiting for keys that others set.

    A subclass has `_apply`, which runs a function on the dict of all values while nobody else does, and `_until`, which
    waits until a condition of that dict holds.
    """

    def __init__(self) -> None:
        self.timeout = timedelta(seconds=300)

    def _apply(self, change: Callable[[dict[str, bytes]], Any]) -> Any:
        raise NotImplementedError(
            f"{type(self).__name__} has no values of its own: use HashStore, FileStore or TCPStore"
        )

    def _until(self, holds: Callable[[dict[str, bytes]], bool], seconds: float) -> bool:
        raise NotImplementedError(
            f"{type(self).__name__} has no values of its own: use HashStore, FileStore or TCPStore"
        )

    def set_timeout(self, timeout: timedelta) -> None:
        """Returns None; sets how long `get` and `wait` wait."""
        self.timeout = timeout

    def set(self, key: str, value: Value) -> None:
        """Returns None; stores `value`."""
        self._apply(lambda values: values.__setitem__(key, as_bytes(value)))

    def get(self, key: str) -> bytes:
        """The value of `key`, once somebody has set it; DistStoreError if nobody does within the timeout."""
        self.wait([key])
        found: bytes = self._apply(lambda values: values.get(key, b""))
        return found

    def add(self, key: str, amount: int) -> int:
        """The number stored at `key`, after adding `amount` to it."""

        def change(values: dict[str, bytes]) -> int:
            number = int(values.get(key, b"0")) + amount
            values[key] = str(number).encode()
            return number

        number: int = self._apply(change)
        return number

    def append(self, key: str, value: Value) -> None:
        """Returns None; adds `value` to the end of what `key` has."""
        self._apply(lambda values: values.__setitem__(key, values.get(key, b"") + as_bytes(value)))

    def compare_set(self, key: str, expected_value: Value, desired_value: Value) -> bytes:
        """The value of `key`, after replacing `expected_value`, or an absent one if that is empty, by `desired_value`."""
        expected, desired = as_bytes(expected_value), as_bytes(desired_value)

        def change(values: dict[str, bytes]) -> bytes:
            if values.get(key, b"") == expected:
                values[key] = desired
            return values.get(key, expected)

        found: bytes = self._apply(change)
        return found

    def check(self, keys: list[str]) -> bool:
        """Whether all of `keys` are there."""
        found: bool = self._apply(lambda values: all(key in values for key in keys))
        return found

    def wait(self, keys: list[str], timeout: timedelta | None = None) -> None:
        """Returns None once all of `keys` are there; DistStoreError after `timeout`, else after the store's."""
        seconds = (timeout or self.timeout).total_seconds()
        if not self._until(lambda values: all(key in values for key in keys), seconds):
            raise DistStoreError(f"wait timeout after {round(seconds * 1000)}ms, keys: {', '.join(keys)}")

    def delete_key(self, key: str) -> bool:
        """Whether there was a value at `key`, which is gone now."""
        found: bool = self._apply(lambda values: values.pop(key, None) is not None)
        return found

    def num_keys(self) -> int:
        """How many values there are."""
        count: int = self._apply(len)
        return count

    def multi_get(self, keys: list[str]) -> list[bytes]:
        """The values of `keys`, once all are there."""
        self.wait(keys)
        found: list[bytes] = self._apply(lambda values: [values[key] for key in keys])
        return found

    def multi_set(self, keys: list[str], values: Sequence[Value]) -> None:
        """Returns None; stores a value for each of `keys`."""
        self._apply(lambda all_values: all_values.update(zip(keys, map(as_bytes, values), strict=True)))

    def has_extended_api(self) -> bool:
        """True: append, multi_get and multi_set are there."""
        return True


class HashStore(Store):
    """A store in this process, which threads may share; values are bytes.

    >>> import vibetensor.torch as torch
    >>> store = torch.distributed.HashStore()
    >>> store.set("key", "value"), store.get("key"), store.add("count", 2)
    (None, b'value', 2)
    """

    def __init__(self) -> None:
        super().__init__()
        self._values: dict[str, bytes] = {}
        self._changed = threading.Condition()

    def _apply(self, change: Callable[[dict[str, bytes]], Any]) -> Any:
        with self._changed:
            result = change(self._values)
            self._changed.notify_all()
            return result

    def _until(self, holds: Callable[[dict[str, bytes]], bool], seconds: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: holds(self._values), seconds)


class PrefixStore(Store):
    """Another store, with `prefix` before its keys."""

    def __init__(self, prefix: str, store: Any):
        self.prefix, self.underlying_store = prefix, store

    @property
    def timeout(self) -> timedelta:  # type: ignore[override]
        """How long the store below waits."""
        below: timedelta = self.underlying_store.timeout
        return below

    def __getattribute__(self, name: str) -> Any:
        if name not in PREFIXED:
            return super().__getattribute__(name)
        method, prefix = getattr(self.underlying_store, name), self.prefix

        def call(key: Any, *args: Any, **options: Any) -> Any:
            keys = [f"{prefix}/{k}" for k in key] if isinstance(key, (list, tuple)) else f"{prefix}/{key}"
            return method(keys, *args, **options)

        return call

    def num_keys(self) -> int:
        """How many values the store below has."""
        count: int = self.underlying_store.num_keys()
        return count

    def set_timeout(self, timeout: timedelta) -> None:
        """Returns None; sets how long the store below waits."""
        self.underlying_store.set_timeout(timeout)


PREFIXED = frozenset(
    ["set", "get", "add", "append", "compare_set", "check", "wait", "delete_key", "multi_get", "multi_set"]
)


class FileStore(Store):
    """A store in a file that processes of one machine, or of one file system with locks, share.

    file_name: made if it is not there; it has to be empty or written by processes of this run. world_size: how many use it;
    the last of them to end removes the file.
    """

    POLL = 0.01  # seconds between looks at the file

    def __init__(self, file_name: str, world_size: int = -1):
        super().__init__()
        self.path, self.world_size = os.fspath(file_name), world_size
        self._lock = threading.Lock()
        self.add(" users", 1)

    def _apply(self, change: Callable[[dict[str, bytes]], Any]) -> Any:
        with self._lock, open(self.path, "a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            before = file.read()
            values = unpacked(before, self.path)
            result = change(values)
            after = packed(values)
            if after != before:
                file.truncate(0)
                file.write(after)
            return result

    def _until(self, holds: Callable[[dict[str, bytes]], bool], seconds: float) -> bool:
        end = time.monotonic() + seconds
        while not self._apply(holds):
            if time.monotonic() > end:
                return False
            time.sleep(self.POLL)
        return True

    def num_keys(self) -> int:
        """How many values there are."""
        return super().num_keys() - 1

    def __del__(self) -> None:
        try:
            if self.add(" users", -1) == 0 and self.world_size > 0:
                os.unlink(self.path)
        except (OSError, AttributeError, TypeError):  # the folder is gone, or the interpreter nearly
            pass


def packed(values: dict[str, bytes]) -> bytes:
    """Keys and values in a row, each after its length."""
    parts = [part for key, value in values.items() for part in (key.encode(), value)]
    return b"".join(struct.pack("<Q", len(part)) + part for part in parts)


def unpacked(data: bytes, path: str) -> dict[str, bytes]:
    parts, at = [], 0
    while at < len(data):
        if at + 8 > len(data) or at + 8 + (length := struct.unpack_from("<Q", data, at)[0]) > len(data):
            raise DistStoreError(f"FileStore: {path} was not written by a store of this kind")
        parts.append(data[at + 8 : at + 8 + length])
        at += 8 + length
    if len(parts) % 2:
        raise DistStoreError(f"FileStore: {path} was not written by a store of this kind")
    return {key.decode(): value for key, value in zip(parts[::2], parts[1::2], strict=True)}
