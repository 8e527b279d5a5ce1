"""Modules on a mesh: data parallel, tensor parallel, optimizer state in parts."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from vibetensor import _C
from vibetensor.fabric.mesh import Mesh
from vibetensor.fabric.placement import Partial, Placement, Replicate, Shard
from vibetensor.fabric.tensors import distribute, is_fabric, located, shard

# How the parameters of a layer are shared out, by their names in it. What is not named is replicated.
STYLES: dict[str, dict[str, int]] = {
    "column": {"weight": 0, "bias": 0},  # of a Linear: every member computes some of the outputs
    "row": {"weight": 1},  # of a Linear: every member adds what some of the inputs give
    "vocabulary": {"weight": 0},  # of an Embedding: every member has some of the rows
}
Plan = Mapping[str, str | int | None]


def place(module: Any, mesh: Mesh, placements_of: Callable[[str, Any], list[Placement]]) -> Any:
    """The module, its parameters and buffers moved onto the mesh; the Parameter objects stay the same."""
    with_grad = _C.is_grad_enabled()
    _C.set_grad_enabled(False)
    try:
        for name, tensor in [*module.named_parameters(), *module.named_buffers()]:
            placed = distribute(tensor.detach(), mesh, placements_of(name, tensor))
            tensor.data = placed
            if tensor.grad is not None:
                tensor.grad = None
    finally:
        _C.set_grad_enabled(with_grad)
    return module


def share_inputs(module: Any, mesh: Mesh, mesh_dim: int) -> None:
    """Has the module's tensor arguments that are on no mesh yet sharded along their first dim."""

    def shared(value: Any) -> Any:
        is_batch = isinstance(value, _C.Tensor) and value.dim() > 0 and not is_fabric(value)
        return shard(value, mesh, 0, mesh_dim) if is_batch else value

    def share(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return tuple(shared(a) for a in args), {k: shared(v) for k, v in kwargs.items()}

    module.register_forward_pre_hook(share, with_kwargs=True)


def data_parallel(module: Any, mesh: Mesh | None = None, mesh_dim: int = 0) -> Any:
    """The module, replicated on every member; each takes its part of a batch.

    Tensors that the module is called with are sharded along their first dim, which `fabric.shard` may do before. The
    result is sharded likewise, and a loss of it is the loss of the whole batch. Gradients are the parts of a sum, and
    are added up once, when they are first read: by the optimizer, after as many backward passes as there are.

    >>> import vibetensor.torch as torch
    >>> from vibetensor import fabric
    >>> model = fabric.data_parallel(torch.nn.Linear(4, 2), fabric.Mesh(["cpu", "cpu"]))
    >>> model(torch.ones(6, 4)).placement
    Shard(dim=0)
    """
    mesh = mesh or Mesh()
    place(module, mesh, lambda name, tensor: [Replicate()] * mesh.ndim)
    share_inputs(module, mesh, mesh_dim)
    return module


def parallelize(module: Any, plan: Plan, mesh: Mesh | None = None, mesh_dim: int = 0) -> Any:
    """The module with its layers shared out among the members along `mesh_dim`, as `plan` says.

    `plan` maps names of submodules, or patterns of them, to "column" or "row" for a Linear, to "vocabulary" for an
    Embedding (or the Linear that shares its weight); names of parameters to the dim that is sharded, None for none. The
    first pattern that fits counts; what none fits is replicated. No layer changes: which products are parts of a sum
    and where activations are sharded follows from where the weights lie.

    >>> import vibetensor.torch as torch
    >>> from vibetensor import fabric
    >>> mlp = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.GELU(), torch.nn.Linear(8, 4))
    >>> mlp = fabric.parallelize(mlp, {"0": "column", "2": "row"}, fabric.Mesh(["cpu", "cpu"]))
    >>> mlp(torch.ones(3, 4)).placement
    Partial(reduction='sum')
    """
    mesh = mesh or Mesh()
    for style in plan.values():
        if isinstance(style, str) and style not in STYLES:
            raise ValueError(f"parallelize: expected one of {', '.join(STYLES)}, or a dim, got {style!r}")
    used: set[str] = set()

    def dim_of(name: str) -> int | None:
        layer, _, parameter = name.rpartition(".")
        for pattern, style in plan.items():
            if isinstance(style, str):
                if fnmatch.fnmatchcase(layer, pattern):
                    used.add(pattern)
                    return STYLES[style].get(parameter)
            elif fnmatch.fnmatchcase(name, pattern):
                used.add(pattern)
                return style
        return None

    def placements_of(name: str, tensor: Any) -> list[Placement]:
        placements: list[Placement] = [Replicate()] * mesh.ndim
        dim = dim_of(name)
        if dim is not None and tensor.dim() > 0:
            placements[mesh_dim] = Shard(dim)
        return placements

    place(module, mesh, placements_of)
    if unused := [p for p in plan if p not in used]:
        raise ValueError(f"parallelize: nothing in the module is named {', '.join(map(repr, unused))}")
    if not module._forward_pre_hooks:
        replicate_inputs(module, mesh)
    return module


def replicate_inputs(module: Any, mesh: Mesh) -> None:
    """Has the module's tensor arguments that are on no mesh yet replicated."""

    def placed(value: Any) -> Any:
        is_plain = isinstance(value, _C.Tensor) and not is_fabric(value)
        return distribute(value, mesh, [Replicate()] * mesh.ndim) if is_plain else value

    def replicate(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return tuple(placed(a) for a in args), {k: placed(v) for k, v in kwargs.items()}

    module.register_forward_pre_hook(replicate, with_kwargs=True)


class ShardedOptimizer:
    """An optimizer each member of which has the state of its part of every parameter: a tenth of Adam's on ten GPUs.

    `make` is called with the parts as parameters: `ShardedOptimizer(model.parameters(), torch.optim.AdamW, lr=1e-3)`.
    A step shares out the gradients as it adds them up, steps on the parts, and gathers the parameters. Parameters that
    have no dim to share out are stepped on by every member.
    """

    def __init__(self, parameters: Iterable[Any], make: Callable[..., Any], mesh_dim: int = 0, **options: Any) -> None:
        self.mesh_dim = mesh_dim
        self.parameters = list(parameters)
        self.parts = [self.part_of(p.detach()) for p in self.parameters]
        self.optimizer = make([p.requires_grad_() for p in self.parts], **options)

    def placements_of(self, tensor: Any) -> list[Placement]:
        _, now = located(tensor)
        placements: list[Placement] = [Replicate() if isinstance(p, Partial) else p for p in now]
        taken = {p.dim for p in placements if isinstance(p, Shard)}
        free = [d for d in range(tensor.dim()) if d not in taken]
        if free and not isinstance(placements[self.mesh_dim], Shard):
            placements[self.mesh_dim] = Shard(max(free, key=lambda d: tensor.shape[d]))
        return placements

    def part_of(self, tensor: Any) -> Any:
        if not is_fabric(tensor):
            raise TypeError("ShardedOptimizer: expected parameters on a mesh: call data_parallel(model, mesh) before")
        mesh, _ = located(tensor)
        return distribute(tensor, mesh, self.placements_of(tensor)).detach()

    def step(self) -> None:
        """Returns None; steps on the parts, with the gradients of the parameters, and writes the parameters."""
        for p, part in zip(self.parameters, self.parts, strict=True):
            part.grad = None if p.grad is None else distribute(p.grad, located(part)[0], located(part)[1]).detach()
        self.optimizer.step()
        for p, part in zip(self.parameters, self.parts, strict=True):
            p.detach().copy_(part.detach())

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Returns None; the parameters have no gradients any more, or zeros."""
        for p in self.parameters:
            if set_to_none:
                p.grad = None
            elif p.grad is not None:
                p.grad.zero_()

    def state_dict(self) -> dict[str, Any]:
        """The optimizer's, whose tensors are Fabric tensors."""
        state: dict[str, Any] = self.optimizer.state_dict()
        return state

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Returns None; takes the state of another ShardedOptimizer's state_dict."""
        self.optimizer.load_state_dict(state)
