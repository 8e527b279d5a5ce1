"""A tensor of which every process of a DeviceMesh has a part.

A DTensor is a Fabric tensor on a mesh whose members are processes: an ordinary tensor with the whole's sizes, which the
core's sharding rules run part by part (src/fabric, docs/fabric.md). So there is no class of its own behind it. What
PyTorch's class has is attached to Tensor, whose other instances do not show it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MethodType
from typing import Any

from vibetensor import _C
from vibetensor.torch.autograd.grad_mode import no_grad
from vibetensor.torch.distributed import collectives
from vibetensor.torch.distributed.device_mesh import DeviceMesh, current, mesh_of
from vibetensor.torch.distributed.tensor.placement_types import (
    Partial,
    Placement,
    Replicate,
    Shard,
    bounds_of,
    listed,
    numbers,
    of_gradient,
    placement_from,
)

Tensor: Any = _C.Tensor


class _DTensorMeta(type(Tensor)):  # type: ignore[misc]
    """Lets a tensor on a mesh of processes count as a DTensor."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, Tensor) and mesh_of(instance) is not None


class DTensor(Tensor, metaclass=_DTensorMeta):
    """A tensor on a mesh of processes. `distribute_tensor` and `DTensor.from_local` make one."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError("DTensor(): make one with distribute_tensor or DTensor.from_local")

    @staticmethod
    def from_local(
        local_tensor: Any,
        device_mesh: DeviceMesh | None = None,
        placements: Sequence[Placement] | None = None,
        *,
        run_check: bool = False,
        shape: Sequence[int] | None = None,
        stride: Sequence[int] | None = None,
        grad_placements: Sequence[Placement] | None = None,
    ) -> Any:
        """A DTensor of which `local_tensor` is this process's part, in its memory where that is contiguous. Differentiable.

        placements: one for each dimension of the mesh, Replicate without. shape: of the whole; without it all parts count
        as of one shape. run_check: makes replicas those of the first process. ValueError for a part that does not fit.
        """
        mesh = chosen(device_mesh)
        if (shape is None) != (stride is None):
            raise RuntimeError(
                f"Found shape:{shape}, stride:{stride}. Please pass both shape and stride at the same time."
            )
        if shape is not None and tuple(stride or ()) != _C.ops.empty(list(shape), device="meta").stride():
            raise NotImplementedError(
                f"DTensor.from_local: a stride of {stride}: other than contiguous is not there yet"
            )
        rank = local_tensor.dim()
        as_given = listed(placements, mesh.ndim)
        places = [Shard(p.dim % rank) if type(p) is Shard and rank else p for p in as_given]
        if shape is None:
            sizes = list(local_tensor.shape)
            for d, p in enumerate(places):
                if isinstance(p, Shard):
                    sizes[p.dim] *= mesh.shape[d]
            shape = sizes
        if run_check:
            with no_grad():
                local_tensor = checked(local_tensor, mesh, places)
        made: Any = _C.ops._fabric_from_local(
            local_tensor, mesh._id(), numbers(places, rank), bounds_of(as_given), list(shape)
        )
        if grad_placements is not None:
            made = made.redistribute(mesh, places, _grad_placements=listed(grad_placements, mesh.ndim))
        return made


def chosen(device_mesh: DeviceMesh | None) -> DeviceMesh:
    """The mesh that is meant: the one given, or that of the `with` around."""
    if device_mesh is not None:
        return device_mesh
    if not current:
        raise RuntimeError("No device mesh is currently active!")
    return current[-1]


def checked(local: Any, mesh: DeviceMesh, placements: Sequence[Placement]) -> Any:
    """`local`, or along dimensions that replicate that of the first process. ValueError for other shapes elsewhere."""
    mine = _C.tensor([*local.shape, *(-n for n in local.shape)], dtype=_C.int64)
    for d, p in enumerate(placements):
        most = mine.clone().to(local.device)
        collectives.all_reduce(most, collectives.ReduceOp.MAX, mesh.get_group(d))
        if not _C.ops.equal(most.cpu(), mine):
            raise ValueError(
                f"from_local: parts along dimension {d} of {mesh} are of several shapes; say the whole's shape"
            )
        if p.is_replicate():
            local = local.contiguous().clone()
            collectives.broadcast(local, group=mesh.get_group(d), group_src=0)
    return local


def placements(self: Any) -> tuple[Placement, ...]:
    """How it lies along each dimension of its mesh."""
    found: Any = _C.fabric_placement(self)
    return tuple(placement_from(*p) for p in found[1])


def to_local(self: Any, *, grad_placements: Sequence[Placement] | None = None) -> Any:
    """This process's part, in the memory where it lies. Differentiable.

    grad_placements: how the part's gradient lies on the mesh, by default as the part, or replicated for one of a sum.
    """
    mesh, places, rank = self.device_mesh, self.placements, self.dim()
    of_grad = [] if grad_placements is None else numbers(listed(grad_placements, mesh.ndim), rank)
    return _C.ops._fabric_to_local(self, mesh._id(), numbers(places, rank), bounds_of(places), of_grad)


def full_tensor(self: Any, *, grad_placements: Sequence[Placement] | None = None) -> Any:
    """All of it, on every process. Differentiable; grad_placements as for to_local, by default Replicate."""
    whole = self.redistribute(placements=[Replicate()] * self.device_mesh.ndim)
    return whole.to_local(grad_placements=grad_placements)


def redistribute(
    self: Any,
    device_mesh: DeviceMesh | None = None,
    placements: Sequence[Placement] | None = None,
    *,
    async_op: bool = False,
    forward_dtype: Any = None,
    backward_dtype: Any = None,
    _grad_placements: Sequence[Placement] | None = None,
) -> Any:
    """The same tensor with other placements on its mesh; the gradient comes back as the tensor lies. Differentiable.

    async_op: where it may return before the values are there; they always are.
    """
    mesh = self.device_mesh
    if device_mesh is not None and device_mesh._id() != mesh._id():
        raise NotImplementedError(f"redistribute: from {mesh} to {device_mesh} is not there; only placements change")
    if placements is None:
        raise RuntimeError("placements is needed for redistribute!")
    if forward_dtype is not None or backward_dtype is not None:
        raise NotImplementedError("redistribute: forward_dtype and backward_dtype are not there yet; convert before")
    rank, wanted = self.dim(), listed(placements, mesh.ndim)
    to = numbers(wanted, rank)
    now = self.placements
    for old, new in zip(now, wanted, strict=True):
        if new.is_partial() and old != new and not old.is_replicate():
            raise RuntimeError(f"redistribute from {old} to {new} is not supported")
    if _grad_placements is None and numbers(now, rank) == to and usual(self, mesh, now):
        return self
    of_grad = numbers(of_gradient(now) if _grad_placements is None else _grad_placements, rank)
    return _C.ops._fabric_distribute(self, mesh._id(), to, True, of_grad)


def usual(tensor: Any, mesh: DeviceMesh, places: Sequence[Placement]) -> bool:
    """Whether all parts are those of torch.chunk."""
    for d, p in enumerate(places):
        if isinstance(p, Shard):
            size, parts = tensor.shape[p.dim], mesh.shape[d]
            length = -(-size // parts)
            if p.bounds != tuple(min(i * length, size) for i in range(parts + 1)):
                return False
    return True


class _OfDTensors:
    """A method or property that tensors on no mesh of processes do not have."""

    def __init__(self, name: str, function: Callable[..., Any], is_property: bool = False):
        self.name, self.function, self.is_property = name, function, is_property
        self.__doc__ = function.__doc__

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self.function
        if mesh_of(instance) is None:
            raise AttributeError(f"'{type(instance).__name__}' object has no attribute '{self.name}'")
        return self.function(instance) if self.is_property else MethodType(self.function, instance)


def device_mesh(self: Any) -> DeviceMesh | None:
    """The mesh that it lies on."""
    return mesh_of(self)


def local_tensor(self: Any) -> Any:
    """This process's part, without history."""
    return to_local(self.detach())


for method in (to_local, full_tensor, redistribute):
    setattr(Tensor, method.__name__, _OfDTensors(method.__name__, method))
for member, function in {"device_mesh": device_mesh, "placements": placements, "_local_tensor": local_tensor}.items():
    setattr(Tensor, member, _OfDTensors(member, function, is_property=True))


def distribute_tensor(
    tensor: Any,
    device_mesh: DeviceMesh | None = None,
    placements: Sequence[Placement] | None = None,
    *,
    src_data_rank: int | None = 0,
) -> Any:
    """A leaf DTensor with the values of `tensor` at process `src_data_rank` of each dimension of the mesh.

    placements: Shard or Replicate for each dimension, Replicate without. src_data_rank: None takes every process's own
    `tensor`, without communication. A DTensor comes back as it is if it lies so, else ValueError.
    """
    mesh = chosen(device_mesh)
    wanted = listed(placements, mesh.ndim)
    if mesh_of(tensor) is not None:
        if tensor.device_mesh._id() != mesh._id() or list(tensor.placements) != wanted:
            raise ValueError(f"Cannot distribute a DTensor with {tensor.placements} to {wanted}; use redistribute")
        return tensor
    if not tensor.is_leaf:
        raise RuntimeError("`distribute_tensor` should be used to distribute leaf tensors! but found non-leaf tensor!")
    if any(p.is_partial() for p in wanted):
        raise RuntimeError(
            f"Trying to distribute a tensor with placements {wanted}: only Shard and Replicate are there"
        )
    with no_grad():
        whole = tensor.detach().to(mesh._device())
        if src_data_rank is not None:
            whole = whole.contiguous().clone()
            for d in range(mesh.ndim):
                collectives.broadcast(whole, group=mesh.get_group(d), group_src=src_data_rank)
        made = _C.ops._fabric_distribute(whole, mesh._id(), numbers(wanted, tensor.dim()))
    return made.requires_grad_(tensor.requires_grad)


def distribute_module(
    module: Any,
    device_mesh: DeviceMesh | None = None,
    partition_fn: Callable[[str, Any, DeviceMesh], None] | None = None,
    input_fn: Callable[[Any, Any, DeviceMesh], Any] | None = None,
    output_fn: Callable[[Any, Any, DeviceMesh], Any] | None = None,
) -> Any:
    """`module`, with DTensors for parameters and buffers.

    partition_fn(name, submodule, mesh) places those of a submodule; the rest are replicated. input_fn(module, inputs, mesh)
    and output_fn(module, outputs, mesh) give what the module is called with, and what it gives.
    """
    from vibetensor.torch.nn.parameter import Parameter

    mesh = chosen(device_mesh)
    for name, part in list(module.named_modules()):
        if partition_fn is not None:
            partition_fn(name, part, mesh)
        for key, p in list(part._parameters.items()):
            if p is not None and mesh_of(p) is None:
                part.register_parameter(key, Parameter(distribute_tensor(p.detach(), mesh), p.requires_grad))
        for key, b in list(part._buffers.items()):
            if b is not None and mesh_of(b) is None:
                part._buffers[key] = distribute_tensor(b, mesh)
    if input_fn is not None:
        module.register_forward_pre_hook(lambda m, inputs: input_fn(m, inputs, mesh))
    if output_fn is not None:
        module.register_forward_hook(lambda m, inputs, outputs: output_fn(m, outputs, mesh))
    return module


def tensor_repr(tensor: Any) -> str:
    """A DTensor as PyTorch shows it: the part of this process."""
    return f"DTensor(local_tensor={to_local(tensor.detach())}, device_mesh={tensor.device_mesh}, placements={tensor.placements})"


__all__ = ["DTensor", "Partial", "Placement", "Replicate", "Shard", "distribute_module", "distribute_tensor"]
