"""Ways to cut a layer: how its parameters lie, and how what goes in and comes out does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from vibetensor import _C
from vibetensor.torch.distributed.device_mesh import DeviceMesh, mesh_of
from vibetensor.torch.distributed.tensor.dtensor import DTensor, distribute_tensor
from vibetensor.torch.distributed.tensor.placement_types import Placement, Replicate, Shard
from vibetensor.torch.nn.modules.linear import Linear
from vibetensor.torch.nn.modules.sparse import Embedding
from vibetensor.torch.nn.parameter import Parameter


class ParallelStyle:
    """A way to cut a module; a subclass's `_apply(module, mesh)` gives the module that it makes of one."""

    src_data_rank: int | None = 0

    def _apply(self, module: Any, device_mesh: DeviceMesh) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no _apply")

    def _place(self, module: Any, mesh: DeviceMesh, places: dict[str, Placement]) -> None:
        """Parameters of the module itself as DTensors: by name, those not named replicated."""
        for name, p in list(module._parameters.items()):
            if p is None:
                continue
            place = [places.get(name, Replicate())]
            if mesh_of(p) is None:
                placed = distribute_tensor(p.detach(), mesh, place, src_data_rank=self.src_data_rank)
            else:
                placed = p.detach().redistribute(mesh, place)
            module.register_parameter(name, Parameter(placed, p.requires_grad))


def placed(tensor: Any, mesh: DeviceMesh, layout: Placement | None, desired: Placement | None) -> Any:
    """A tensor that lies as `layout`, or a DTensor, as one that lies as `desired`; other things as they are."""
    if layout is None or not isinstance(tensor, _C.Tensor):
        return tensor
    if mesh_of(tensor) is None:
        tensor = DTensor.from_local(tensor, mesh, [layout])
    return tensor if desired is None else tensor.redistribute(mesh, [desired])


def local(value: Any) -> Any:
    return value.to_local() if isinstance(value, DTensor) else value


def as_tuple(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


def one_each(values: Any, layouts: Any, what: str) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    values = values if isinstance(values, tuple) else (values,)
    layouts = as_tuple(layouts)
    if len(values) != len(layouts):
        raise ValueError(f"module {what} and {what.rstrip('s')}_layouts should have same length!")
    return values, layouts


class _CutLayer(ParallelStyle):
    """A Linear or Embedding whose weight is cut."""

    places: ClassVar[dict[type, dict[str, Placement]]]
    wants: ClassVar[dict[type, Placement]]
    usual_input: Placement
    usual_output: Placement

    def __init__(
        self,
        *,
        input_layouts: Placement | None = None,
        output_layouts: Placement | None = None,
        use_local_output: bool = True,
    ):
        self.input_layout = input_layouts or self.usual_input
        self.output_layout = output_layouts or self.usual_output
        self.use_local_output = use_local_output

    def _apply(self, module: Any, device_mesh: DeviceMesh) -> Any:
        kind = next((k for k in self.places if isinstance(module, k)), None)
        if kind is None:
            raise NotImplementedError(
                f"{type(self).__name__} currently only support nn.Linear and nn.Embedding, got {type(module).__name__}!"
            )
        self._place(module, device_mesh, self.places[kind])
        wanted = self.wants[kind]

        def enter(_: Any, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
            return placed(inputs[0], device_mesh, self.input_layout, wanted), *inputs[1:]

        def leave(_: Any, inputs: Any, output: Any) -> Any:
            output = output.redistribute(device_mesh, [self.output_layout])
            return local(output) if self.use_local_output else output

        module.register_forward_pre_hook(enter)
        module.register_forward_hook(leave)
        return module


class ColwiseParallel(_CutLayer):
    """A Linear cut along its outputs, or an Embedding along what it gives for an index.

    input_layouts: how the input lies, by default Replicate. output_layouts: how the output shall, by default Shard(-1).
    use_local_output: whether it is a plain tensor, this process's part.
    """

    places: ClassVar = {Linear: {"weight": Shard(0), "bias": Shard(0)}, Embedding: {"weight": Shard(1)}}
    wants: ClassVar = {Linear: Replicate(), Embedding: Replicate()}
    usual_input, usual_output = Replicate(), Shard(-1)


class RowwiseParallel(_CutLayer):
    """A Linear cut along its inputs, or an Embedding along its indices; the parts of the output are summed.

    input_layouts: how the input lies, by default Shard(-1). output_layouts: how the output shall, by default Replicate.
    use_local_output: whether it is a plain tensor, this process's part.
    """

    places: ClassVar = {Linear: {"weight": Shard(1)}, Embedding: {"weight": Shard(0)}}
    wants: ClassVar = {Linear: Shard(-1), Embedding: Replicate()}
    usual_input, usual_output = Shard(-1), Replicate()


class SequenceParallel(ParallelStyle):
    """A LayerNorm, RMSNorm or Dropout that works on parts of dimension `sequence_dim`; its parameters are replicated.

    A plain input is this process's part. use_local_output: whether the output is a plain tensor too.
    """

    def __init__(self, *, sequence_dim: int = 1, use_local_output: bool = False):
        self.sequence_sharding = Shard(sequence_dim)
        self.use_local_output = use_local_output

    def _apply(self, module: Any, device_mesh: DeviceMesh) -> Any:
        self._place(module, device_mesh, {})
        along = self.sequence_sharding

        def enter(_: Any, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
            return placed(inputs[0], device_mesh, along, along), *inputs[1:]

        module.register_forward_pre_hook(enter)
        if self.use_local_output:
            module.register_forward_hook(lambda m, inputs, output: local(output))
        return module


class PrepareModuleInput(ParallelStyle):
    """A module whose inputs are made DTensors that lie as the module wants them.

    input_layouts: how each positional input lies, None for what is left alone; desired_input_layouts: how it shall.
    input_kwarg_layouts, desired_input_kwarg_layouts: the same by keyword. use_local_output: whether the module gets plain
    tensors, this process's parts.
    """

    def __init__(
        self,
        *,
        input_layouts: Placement | Sequence[Placement | None] | None = None,
        desired_input_layouts: Placement | Sequence[Placement | None] | None = None,
        input_kwarg_layouts: dict[str, Placement] | None = None,
        desired_input_kwarg_layouts: dict[str, Placement] | None = None,
        use_local_output: bool = False,
    ):
        self.input_layouts = input_layouts
        self.desired_input_layouts = desired_input_layouts
        self.input_kwarg_layouts = input_kwarg_layouts or {}
        self.desired_input_kwarg_layouts = desired_input_kwarg_layouts or {}
        self.use_local_output = use_local_output
        if input_layouts is not None:
            if desired_input_layouts is None:
                raise AssertionError("desired module inputs should not be None!")
            one_each(as_tuple(input_layouts), desired_input_layouts, "inputs")
        if self.input_kwarg_layouts.keys() != self.desired_input_kwarg_layouts.keys():
            raise AssertionError("input_kwarg_layouts and desired_input_kwarg_layouts should name the same keywords!")

    def _apply(self, module: Any, device_mesh: DeviceMesh) -> Any:
        def made(value: Any, layout: Placement | None, desired: Placement | None) -> Any:
            value = placed(value, device_mesh, layout, desired)
            return local(value) if self.use_local_output and layout is not None else value

        def enter(_: Any, inputs: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
            if self.input_layouts is not None:
                inputs, layouts = one_each(inputs, self.input_layouts, "inputs")
                _, desired = one_each(inputs, self.desired_input_layouts, "inputs")
                inputs = tuple(made(*each) for each in zip(inputs, layouts, desired, strict=True))
            named = {
                key: made(value, self.input_kwarg_layouts.get(key), self.desired_input_kwarg_layouts.get(key))
                for key, value in keywords.items()
            }
            return inputs, named

        module.register_forward_pre_hook(enter, with_kwargs=True)
        return module


class PrepareModuleOutput(ParallelStyle):
    """A module whose outputs are made DTensors that lie as whoever gets them wants.

    output_layouts: how each output lies, None for what is left alone; desired_output_layouts: how it shall.
    use_local_output: whether it is a plain tensor then, this process's part.
    """

    def __init__(
        self,
        *,
        output_layouts: Placement | Sequence[Placement | None],
        desired_output_layouts: Placement | Sequence[Placement | None],
        use_local_output: bool = True,
    ):
        self.output_layouts = output_layouts
        self.desired_output_layouts = desired_output_layouts
        self.use_local_output = use_local_output

    def _apply(self, module: Any, device_mesh: DeviceMesh) -> Any:
        def leave(_: Any, inputs: Any, outputs: Any) -> Any:
            values, layouts = one_each(outputs, self.output_layouts, "outputs")
            _, desired = one_each(outputs, self.desired_output_layouts, "outputs")
            found = []
            for value, layout, wanted in zip(values, layouts, desired, strict=True):
                value = placed(value, device_mesh, layout, wanted)
                found.append(local(value) if self.use_local_output and layout is not None else value)
            return tuple(found) if isinstance(outputs, tuple) else found[0]

        module.register_forward_hook(leave)
        return module


class PrepareModuleInputOutput(ParallelStyle):
    """PrepareModuleInput and PrepareModuleOutput of one module."""

    def __init__(
        self,
        *,
        input_layouts: Placement | Sequence[Placement | None] | None = None,
        desired_input_layouts: Placement | Sequence[Placement | None] | None = None,
        input_kwarg_layouts: dict[str, Placement] | None = None,
        desired_input_kwarg_layouts: dict[str, Placement] | None = None,
        use_local_input: bool = False,
        output_layouts: Placement | Sequence[Placement | None],
        desired_output_layouts: Placement | Sequence[Placement | None],
        use_local_output: bool = True,
    ):
        self.prepare_module_input = PrepareModuleInput(
            input_layouts=input_layouts,
            desired_input_layouts=desired_input_layouts,
            input_kwarg_layouts=input_kwarg_layouts,
            desired_input_kwarg_layouts=desired_input_kwarg_layouts,
            use_local_output=use_local_input,
        )
        self.prepare_module_output = PrepareModuleOutput(
            output_layouts=output_layouts,
            desired_output_layouts=desired_output_layouts,
            use_local_output=use_local_output,
        )

    def _apply(self, module: Any, device_mesh: DeviceMesh) -> Any:
        self.prepare_module_input._apply(module, device_mesh)
        self.prepare_module_output._apply(module, device_mesh)
        return module
