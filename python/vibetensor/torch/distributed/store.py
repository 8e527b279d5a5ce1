"""Values by key that the processes of a group share: here of one process."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from vibetensor.torch._not_there import RefusedType


class Store:
    """Base of stores."""


class HashStore(Store):
    """A store in this process; values are bytes.

    >>> import vibetensor.torch as torch
    >>> store = torch.distributed.HashStore()
    >>> store.set("key", "value"), store.get("key"), store.add("count", 2)
    (None, b'value', 2)
    """

    def __init__(self) -> None:
        self._values: dict[str, bytes] = {}
        self.timeout = timedelta(seconds=300)

    def set(self, key: str, value: str | bytes) -> None:
        """Returns None; stores `value`."""
        self._values[key] = value.encode() if isinstance(value, str) else bytes(value)

    def get(self, key: str) -> bytes:
        """The value of `key`; RuntimeError if there is none, for which nobody else could set it."""
        if key not in self._values:
            raise RuntimeError(f"HashStore: nothing set {key!r}, and there is no other process that could")
        return self._values[key]

    def add(self, key: str, amount: int) -> int:
        """The number stored at `key`, after adding `amount` to it."""
        number = int(self._values.get(key, b"0")) + amount
        self._values[key] = str(number).encode()
        return number

    def compare_set(self, key: str, expected_value: str, desired_value: str) -> bytes:
        """The value of `key`, after replacing `expected_value`, or an absent one if that is empty, by `desired_value`."""
        if self._values.get(key, b"") == expected_value.encode():
            self.set(key, desired_value)
        return self._values.get(key, expected_value.encode())

    def check(self, keys: list[str]) -> bool:
        """Whether all of `keys` are there."""
        return all(key in self._values for key in keys)

    def wait(self, keys: list[str], timeout: timedelta | None = None) -> None:
        """Returns None if all of `keys` are there; else RuntimeError, as get."""
        for key in keys:
            self.get(key)

    def delete_key(self, key: str) -> bool:
        """Whether there was a value at `key`, which is gone now."""
        return self._values.pop(key, None) is not None

    def num_keys(self) -> int:
        """How many values there are."""
        return len(self._values)

    def set_timeout(self, timeout: timedelta) -> None:
        """Returns None; keeps how long others would be waited for."""
        self.timeout = timeout


class PrefixStore(Store):
    """Another store, with `prefix` before its keys."""

    def __init__(self, prefix: str, store: Any):
        self.prefix, self.underlying_store = prefix, store

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.underlying_store, name)

        def call(key: Any, *args: Any) -> Any:
            keys = [f"{self.prefix}/{k}" for k in key] if isinstance(key, list) else f"{self.prefix}/{key}"
            return method(keys, *args)

        return call if name in ("set", "get", "add", "compare_set", "check", "wait", "delete_key") else method


class TCPStore(RefusedType, Store):
    """A store that a process serves to others."""

    refusal = "torch.distributed.TCPStore is not there yet: groups have one process, whose store is HashStore"


class FileStore(RefusedType, Store):
    """A store in a file."""

    refusal = "torch.distributed.FileStore is not there yet: groups have one process, whose store is HashStore"
