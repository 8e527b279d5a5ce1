"""torch.ops: ops by namespace. "aten" are those of the registry; others come from plugins and from torch.library.

An op of a program's own has kernels by device, and with a derivative that was registered it is recorded for backward
as any other. A library of ops that were compiled for PyTorch cannot run here: each of them raises when it is called.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from vibetensor import _C, plugins
from vibetensor.torch._not_there import Refused, RefusedType, torch_names
from vibetensor.torch._op_overload import OpOverload as OpOverload  # PyTorch has it here
from vibetensor.torch._op_overload import RegistryOp
from vibetensor.torch.autograd.function import Function
from vibetensor.torch.utils._pytree import tree_leaves

Tensor: Any = _C.Tensor

# what PyTorch's dispatch keys for programs come to: a device, any device, any device with derivatives by the ops that are
# called, or what records the call for backward by itself
KEYS = {
    "CPU": "cpu",
    "CUDA": "cuda",
    "Meta": "meta",
    "CompositeExplicitAutograd": "any",
    "CompositeExplicitAutogradNonFunctional": "any",
    "CompositeImplicitAutograd": "composite",
    "Autograd": "autograd",
    "AutogradCPU": "autograd",
    "AutogradCUDA": "autograd",
    "": "composite",
}


OpOverloadPacket = RegistryOp


class HigherOrderOperator(RefusedType, why="functions of functions are plain functions here"):
    """An op that takes functions: there are none, so isinstance says False."""


DEVICE_KEYS = ("cpu", "cuda", "meta", "any")
DEEP = 1 << 6  # in what operands_state gives: there are arguments that more has to be asked of

# ops of other libraries that are written again here, by namespace
OURS = {"torchvision": "vibetensor.torch._torchvision_ops"}


class Op:
    """An op of a program's own, called like a function; `op.default` is the op itself."""

    def __init__(self, namespace: str, name: str):
        self.namespace, self.__name__ = namespace, name
        self.kernels: dict[str, Callable[..., Any]] = {}
        # by what operands_state gives: kernels that such calls run with nothing before or after
        self.direct: dict[int, Callable[..., Any]] = {}
        # by kernel: its signature, and the names of its parameters where all may be given by position
        self.signatures: dict[Callable[..., Any], tuple[Any, tuple[str, ...]]] = {}
        self.schema: str | None = None
        self.written: tuple[str, ...] = ()  # the arguments that it changes
        self.backward: Callable[..., Any] | None = None
        self.setup_context: Callable[..., Any] | None = None
        self.vmap_rule: Callable[..., Any] | None = None  # register_vmap

    @property
    def default(self) -> Op:
        return self

    def name(self) -> str:
        """Namespace and name: "mine::double"."""
        return f"{self.namespace}::{self.__name__}"

    def kernel_for(self, leaves: list[Any], recorded: bool) -> Callable[..., Any]:
        """The function for the devices of the tensors among the arguments; NotImplementedError if there is none.

        recorded: whether the call is for backward too, which a function for Autograd does by itself.
        """
        if recorded and "autograd" in self.kernels:
            return self.kernels["autograd"]
        devices = {leaf.device.type for leaf in leaves if isinstance(leaf, Tensor)} or {"cpu"}
        device = "cuda" if "cuda" in devices else "meta" if "meta" in devices else "cpu"
        autocast = f"Autocast{device.upper()}"
        if autocast in self.kernels and _C.is_autocast_enabled(device):
            return self.kernels[autocast]
        for key in (device, "any", "composite", "autograd"):
            if key in self.kernels:
                return self.kernels[key]
        name, library = f"torch.ops.{self.namespace}.{self.__name__}", ops.library_of(self.namespace)
        if library is not None:
            raise NotImplementedError(f"{name} is not there: it is compiled for PyTorch, in {library}")
        raise NotImplementedError(f"{name} has no kernel for {device}, only for {', '.join(self.kernels) or 'nothing'}")

    def changed(self) -> None:
        """Returns None; calls look for their function anew."""
        self.direct.clear()
        self.signatures.clear()

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        state = _C.operands_state(args, kwargs)
        kernel = self.direct.get(state)
        if kernel is not None:
            return kernel(*args, **kwargs)
        number = _C.profiler_begin_range(self.name(), "")
        try:
            return self.run(state, args, kwargs)
        finally:
            _C.profiler_end_range(number)

    def run(self, state: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What a call gives that is not direct, whose state is `state`; to a profile it is a range."""
        leaves = tree_leaves((args, kwargs))
        if self.vmap_rule is not None:
            from vibetensor.torch._functorch.vmap import call_rule, is_mapped

            if any(map(is_mapped, leaves)):
                return call_rule(self.vmap_rule, args, kwargs)
        recorded = _C.is_grad_enabled() and any(isinstance(leaf, Tensor) and leaf.requires_grad for leaf in leaves)
        kernel = self.kernel_for(leaves, recorded)
        by_itself = not any(kernel is self.kernels.get(key) for key in DEVICE_KEYS)  # recorded op by op, or by itself
        if not by_itself and (_C.torch_dispatch_modes() or any(map(_C.answers_torch_dispatch, leaves))):
            kernel = self.answered(kernel)
        if by_itself or not (recorded or self.written):
            if not state & DEEP:
                self.direct[state] = kernel
            return kernel(*args, **kwargs)
        arguments, args, kwargs = self.bound(kernel, args, kwargs)
        output = Recorded.apply(self, kernel, kwargs, *args) if recorded else kernel(*args, **kwargs)
        written = [arguments[name] for name in self.written if name in arguments]
        # a function that writes by other means than ops, such as NumPy's, goes unnoticed by backward otherwise
        _C.bump_versions([leaf for leaf in tree_leaves(written) if isinstance(leaf, Tensor)])
        return output

    def answered(self, kernel: Callable[..., Any]) -> Callable[..., Any]:
        """`kernel`, if no type of an argument and no mode answers the call in its place."""
        from functools import wraps

        from vibetensor.torch.utils._python_dispatch import ask

        @wraps(kernel)
        def run(*args: Any, **kwargs: Any) -> Any:
            result = ask(self, args, kwargs)
            return kernel(*args, **kwargs) if result is NotImplemented else result

        return run

    def bound(
        self, kernel: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[dict[str, Any], tuple[Any, ...], dict[str, Any]]:
        """The arguments of a call of `kernel` by name, and those that go by position and by name, defaults filled in."""
        from inspect import Parameter, signature

        if kernel not in self.signatures:
            found = signature(kernel)
            kinds = {parameter.kind for parameter in found.parameters.values()}
            plain = kinds <= {Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD}
            self.signatures[kernel] = found, tuple(found.parameters) if plain else ()
        form, names = self.signatures[kernel]
        if not kwargs and len(names) == len(args):
            return dict(zip(names, args, strict=True)), args, kwargs
        bound = form.bind(*args, **kwargs)
        bound.apply_defaults()
        return bound.arguments, bound.args, bound.kwargs

    def __repr__(self) -> str:
        return f"<OpOverload(op='{self.namespace}.{self.__name__}', overload='default')>"


class Recorded(Function):
    """One call of an op of a program's own, with the derivative that was registered for it."""

    @staticmethod
    def forward(ctx: Any, op: Op, kernel: Callable[..., Any], kwargs: dict[str, Any], *args: Any) -> Any:
        ctx.op = op
        output = kernel(*args, **kwargs)
        if op.setup_context is not None:
            extra = {"keyword_only_inputs": kwargs} if kwargs else {}
            op.setup_context(ctx, args, output=output, **extra)
        return tuple(output) if isinstance(output, list) else output

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> tuple[Any, ...]:
        op = ctx.op
        if op.backward is None:
            raise RuntimeError(
                f"Trying to backward through {op.namespace}.{op.__name__}.default but no autograd formula was registered. "
                "Please use register_autograd to add one."
            )
        found = op.backward(ctx, *grads)
        return (None, None, None, *(found if isinstance(found, tuple | list) else (found,)))


# in the list of PyTorch's names: its ops that are not there. Libraries name them as keys of tables and of what subclasses of
# Tensor do
ABSENT = "aten"
# and those of its other namespaces
NAMES_ALONE = {
    "_c10d_functional": """
        all_gather_into_tensor all_gather_into_tensor_coalesced all_reduce all_reduce_ all_reduce_coalesced
        _wrap_tensor_autograd all_to_all_single broadcast broadcast_ reduce_scatter_tensor
        reduce_scatter_tensor_coalesced wait_tensor
    """,
    "c10d": "allgather_ allreduce_ alltoall_ barrier broadcast_ gather_ recv_ reduce_ reduce_scatter_ scatter_ send",
    "c10d_functional": "all_gather_into_tensor all_reduce broadcast reduce_scatter_tensor wait_tensor",
    "prim": "device layout",
    "prims": "convert_element_type",
}


class Namespace:
    """The ops of one namespace, as attributes."""

    def __init__(self, name: str, owner: Namespaces):

        self._name, self._owner = name, owner
        self._ops: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        own: dict[str, Any] = self.__dict__["_ops"]
        if name not in own:
            own[name] = self.found(name)
        return own[name]

    def found(self, name: str) -> Any:
        function = getattr(_C.ops, name if self._name == "aten" else f"{self._name}::{name}", None)
        if function is None and plugins.load_named(self._name):
            function = getattr(_C.ops, f"{self._name}::{name}", None)
        if function is not None:
            return RegistryOp(self._name, name, function)
        if name in (torch_names(ABSENT) if self._name == "aten" else NAMES_ALONE.get(self._name, "").split()):
            why = "it is a name; other ops do its work"
            return RegistryOp(self._name, name, Refused(f"torch.ops.{self._name}.{name}", why))
        if self._owner.library_of(self._name) is not None:
            return Op(self._name, name)  # without kernels: calling it says why
        raise AttributeError(f"'_OpNamespace' '{self._name}' object has no attribute '{name}'")

    def __dir__(self) -> list[str]:
        of_plugins = [op.partition("::")[2] for op in dir(_C.ops) if op.startswith(f"{self._name}::")]
        return sorted({*self._ops, *of_plugins})


class Namespaces:
    """torch.ops: namespaces as attributes."""

    def __init__(self) -> None:

        self.loaded_libraries: set[str] = set()
        self._namespaces: dict[str, Namespace] = {}

    def __getattr__(self, name: str) -> Namespace:
        if name.startswith("__"):
            raise AttributeError(name)
        namespaces: dict[str, Namespace] = self.__dict__["_namespaces"]
        return namespaces.setdefault(name, Namespace(name, self))

    def library_of(self, namespace: str) -> str | None:
        """The library of ops compiled for PyTorch that those of `namespace` come from, by its path."""
        for path in sorted(self.loaded_libraries):
            if namespace in Path(path).parts or namespace in Path(path).stem:
                return path
        return None

    def define(self, namespace: str, name: str) -> Op:
        """The op of a program's own of that name, made if there is none."""
        own = getattr(self, namespace)._ops
        if not isinstance(own.get(name), Op):
            own[name] = Op(namespace, name)
        return own[name]

    def load_library(self, path: Any) -> None:
        """Returns None; loads a plugin. Of a library that was compiled for PyTorch every op raises when it is called.

        OSError if there is no such file; what vibetensor.load_plugin raises for a plugin that cannot be loaded.
        """
        if not Path(path).is_file():
            raise OSError(f"Could not load this library: {path}")
        if _C.is_plugin(str(path)):
            plugins.load_plugin(path)
            return
        self.loaded_libraries.add(str(path))
        for namespace, module in OURS.items():
            if self.library_of(namespace) is not None:
                import_module(module)


ops = Namespaces()
