"""The version of PyTorch whose behaviour this is, which compares as versions do."""

from __future__ import annotations

from typing import Any

from vibetensor import __version__

FOLLOWED = "2.13.0"


class TorchVersion(str):
    """A version as text that compares with versions, with text and with tuples such as (2, 1) by its numbers.

    Text that is no version compares as text.

    >>> import vibetensor.torch as torch
    >>> torch.__version__ >= "2.10", torch.__version__ >= (2, 13), torch.__version__ < "2.9.1"
    (True, True, False)
    """

    def _sides(self, other: Any) -> tuple[Any, Any]:
        from re import fullmatch

        if isinstance(other, tuple | list):
            other = ".".join(str(part) for part in other)
        other = str(other)
        # release, then what comes before it (dev, alpha, beta, rc), after it (post), and the local part
        pattern = r"v?(\d+(?:\.\d+)*)(?:\.?(dev|a|b|rc)(\d*))?(?:\.?post(\d+))?(?:\+([\w.-]+))?"
        keys = []
        for text in (str(self), other):
            found = fullmatch(pattern, text.strip())
            if found is None:
                return str(self), other
            release, stage, number, post, local = found.groups()
            numbers = [int(n) for n in release.split(".")]
            while numbers and numbers[-1] == 0:
                numbers.pop()
            before = (["dev", "a", "b", "rc", None].index(stage), int(number or 0))
            keys.append((numbers, before, int(post or -1), local or ""))
        return keys[0], keys[1]

    def __eq__(self, other: object) -> bool:
        ours, theirs = self._sides(other)
        return ours == theirs

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __lt__(self, other: Any) -> bool:
        ours, theirs = self._sides(other)
        return ours < theirs

    def __le__(self, other: Any) -> bool:
        ours, theirs = self._sides(other)
        return ours <= theirs

    def __gt__(self, other: Any) -> bool:
        return not self <= other

    def __ge__(self, other: Any) -> bool:
        return not self < other

    __hash__ = str.__hash__


torch_version = f"{FOLLOWED}+vibetensor{__version__}"
__version__ = TorchVersion(torch_version)  # type: ignore[no-redef]
