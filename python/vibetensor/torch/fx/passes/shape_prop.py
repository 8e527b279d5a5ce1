"""Finding the shapes of all values of a graph by running it."""

from __future__ import annotations

from typing import Any, NamedTuple

from vibetensor import _C
from vibetensor.torch.fx.interpreter import Interpreter
from vibetensor.torch.fx.node import Node, map_aggregate

__all__ = ["ShapeProp", "TensorMetadata"]


class TensorMetadata(NamedTuple):
    """What a graph may want to know of a tensor."""

    shape: Any
    dtype: Any
    requires_grad: bool
    stride: tuple[int, ...]
    memory_format: Any
    is_quantized: bool
    qparams: dict[str, Any]


def extract_tensor_metadata(result: Any, include_contiguity: bool = True) -> TensorMetadata:
    """What there is to know of `result`, a tensor."""
    found = None
    if include_contiguity:
        for memory_format, dims in ((_C.contiguous_format, None), (_C.channels_last, 4), (_C.channels_last_3d, 5)):
            if dims in (None, result.dim()) and result.is_contiguous(memory_format=memory_format):
                found = memory_format
                break
    return TensorMetadata(result.shape, result.dtype, result.requires_grad, result.stride(), found, False, {})


class ShapeProp(Interpreter):
    """Runs a graph, and keeps in `node.meta` what each value is: "tensor_meta" and "type"."""

    def run_node(self, n: Node) -> Any:
        """The value of a node."""
        result = super().run_node(n)
        found = False

        def describe(leaf: Any) -> Any:
            nonlocal found
            if not isinstance(leaf, _C.Tensor):
                return leaf
            found = True
            return extract_tensor_metadata(leaf)

        meta = map_aggregate(result, describe)
        if found:
            n.meta["tensor_meta"] = meta
        n.meta["type"] = type(result)
        return result

    def propagate(self, *args: Any) -> Any:
        """What the graph returns for `args`; every node knows its shape then."""
        return self.run(*args)
