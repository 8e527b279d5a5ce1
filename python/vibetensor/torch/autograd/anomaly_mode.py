"""Anomaly mode: an error in backward tells the line of the forward call that it goes back to."""

from __future__ import annotations

import warnings
from typing import Any

from vibetensor import _C


def report(node: str, frames: list[dict[str, Any]]) -> None:
    """Warn that `node` failed, with the stack of its forward call; called by the extension while the error passes."""
    if not frames:
        warnings.warn(
            f"Error detected in {node}. No forward pass information available. Enable detect anomaly during "
            "forward pass for more information.",
            stacklevel=2,
        )
        return
    import linecache

    lines = []
    for frame in reversed(frames):
        lines.append(f'  File "{frame["filename"]}", line {frame["line"]}, in {frame["name"]}\n')
        source = linecache.getline(frame["filename"], frame["line"]).strip()
        if source:
            lines.append(f"    {source}\n")
    warnings.warn(
        f"Error detected in {node}. Traceback of forward call that caused the error:\n{''.join(lines)}", stacklevel=2
    )


class set_detect_anomaly:
    """Turns anomaly mode on or off, for ever or as a context manager for its block.

    mode: on or off, for all threads. check_nan: a backward function that returns NaN is an error too.
    In this mode each forward call remembers its line, and an error in backward warns with it.
    """

    def __init__(self, mode: bool, check_nan: bool = True):
        self.before = _C.is_anomaly_enabled(), _C.is_anomaly_check_nan_enabled()
        _C.set_anomaly(mode, check_nan)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exception: object) -> None:
        _C.set_anomaly(*self.before)


class detect_anomaly:
    """Anomaly mode for a block: `with detect_anomaly():`.

    >>> import vibetensor.torch as torch, warnings
    >>> warnings.simplefilter("ignore")
    >>> x = torch.tensor([-1.0], requires_grad=True)
    >>> with torch.autograd.detect_anomaly():
    ...     try:
    ...         x.sqrt().backward()
    ...     except RuntimeError as error:
    ...         print(error)
    Function 'SqrtBackward0' returned nan values in its 0th output.
    """

    def __init__(self, check_nan: bool = True):
        self.check_nan = check_nan
        warnings.warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled "
            "for debugging.",
            stacklevel=2,
        )

    def __enter__(self) -> None:
        self.inner = set_detect_anomaly(True, self.check_nan)

    def __exit__(self, *exception: object) -> None:
        self.inner.__exit__(*exception)
