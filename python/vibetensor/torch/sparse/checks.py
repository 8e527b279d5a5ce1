"""Checks of sparse tensors: of their indices as they are made, and of gradients."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ContextDecorator
from typing import Any

from vibetensor import _C
from vibetensor.torch.sparse.constructors import sparse_compressed_tensor, sparse_coo_tensor
from vibetensor.torch.sparse.parts import parts_of

Tensor: Any = _C.Tensor


class check_sparse_tensor_invariants(ContextDecorator):
    """Whether constructors check their indices, for a block or a function; here they do whatever this says.

    What enable, disable and the blocks set, is_enabled tells; a program that asked for no checks gets them too.

    >>> import vibetensor.torch as torch
    >>> with torch.sparse.check_sparse_tensor_invariants():
    ...     torch.sparse.check_sparse_tensor_invariants.is_enabled()
    True
    """

    asked_for = False

    @staticmethod
    def is_enabled() -> bool:
        """Whether the checks were asked for."""
        return check_sparse_tensor_invariants.asked_for

    @staticmethod
    def enable() -> None:
        """Asks for the checks."""
        check_sparse_tensor_invariants.asked_for = True

    @staticmethod
    def disable() -> None:
        """Does without asking for the checks; indices are checked nevertheless."""
        check_sparse_tensor_invariants.asked_for = False

    def __init__(self, enable: bool = True):
        self.state = enable
        self.before: bool | None = None

    def _recreate_cm(self) -> check_sparse_tensor_invariants:
        return check_sparse_tensor_invariants(self.state)  # for a call of a decorated function

    def __enter__(self) -> None:
        if self.before is not None:
            raise RuntimeError(
                "This context manager instance is already activated. Use a different context manager instance for context "
                "nesting."
            )
        self.before = self.is_enabled()
        check_sparse_tensor_invariants.asked_for = self.state

    def __exit__(self, *error: Any) -> None:
        check_sparse_tensor_invariants.asked_for = bool(self.before)
        self.before = None


def is_sparse(value: Any) -> bool:
    return isinstance(value, Tensor) and value.layout is not _C.strided


def with_all_entries(tensor: Any) -> Any:
    """The tensor with an entry at every place, zeros where it had none."""
    blocksize = None
    if tensor.layout in (_C.sparse_bsr, _C.sparse_bsc):
        blocksize = tuple(tensor.values().shape[1:])
    mask = _C.ops.ones(tensor.shape, dtype=_C.bool, device=tensor.device)
    dense_dim = tensor.dense_dim() if tensor.layout is _C.sparse_coo else None
    return tensor.to_dense().sparse_mask(mask.to_sparse(layout=tensor.layout, blocksize=blocksize, dense_dim=dense_dim))


def with_values(parts: tuple[Any, ...], values: Any) -> Any:
    """A sparse tensor of a layout and what parts_of gave, with other values."""
    if parts[0] is _C.sparse_coo:
        _, indices, _, size, is_coalesced = parts
        return sparse_coo_tensor(indices, values, size, is_coalesced=is_coalesced)
    layout, compressed, plain, _, size = parts
    return sparse_compressed_tensor(compressed, plain, values, size, layout=layout)


def as_sparse_gradcheck(gradcheck: Callable[..., bool]) -> Callable[..., bool]:
    """gradcheck, or a partial of it, for functions of sparse tensors: it gets their values as variables.

    The function that is returned takes `masked` too: True checks the gradients at the entries alone; False, the default,
    at every place, by adding entries of zeros. Sparse outputs are compared as to_dense() has them.

    >>> import vibetensor.torch as torch
    >>> gradcheck = torch.sparse.as_sparse_gradcheck(torch.autograd.gradcheck)
    >>> x = torch.tensor([[0, 1], [2, 3]], dtype=torch.float64).to_sparse().requires_grad_()
    >>> gradcheck(lambda x: x.to_sparse_csr(), x)
    True
    """

    def check(func: Callable[..., Any], inputs: Any, **options: Any) -> bool:
        masked = options.pop("masked", False)
        given = list(inputs) if isinstance(inputs, (tuple, list)) else [inputs]
        parts: dict[int, tuple[Any, ...]] = {}
        for i, value in enumerate(given):
            if is_sparse(value) and value.requires_grad:
                made = value.detach() if masked else with_all_entries(value.detach())
                parts[i] = (made.layout, *parts_of(made))
                given[i] = made._values() if made.layout is _C.sparse_coo else made.values()
                given[i] = given[i].clone().requires_grad_()

        def of_values(*args: Any) -> Any:
            restored = list(args)
            for i, of in parts.items():
                restored[i] = with_values(of, args[i])
            outputs = func(*restored)
            several = isinstance(outputs, (tuple, list))
            dense = tuple(o.to_dense() if is_sparse(o) else o for o in (outputs if several else (outputs,)))
            return dense if several else dense[0]

        return gradcheck(of_values, tuple(given), **options)

    return check
