"""Ops of a program's own: a name, a function for each device, and a derivative.

>>> import vibetensor.torch as torch
>>> @torch.library.custom_op("docs::double", mutates_args=())
... def double(x: torch.Tensor) -> torch.Tensor:
...     return x * 2
>>> double.register_autograd(lambda ctx, grad: grad * 2)
>>> x = torch.ones(1, requires_grad=True)
>>> torch.ops.docs.double(x).backward()
>>> x.grad
tensor([2.])
"""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable, Iterable
from typing import Any

from vibetensor import _C
from vibetensor.torch._kernel_overrides import Kernel, fallthrough_kernel, is_overridden, override
from vibetensor.torch._not_there import Refused, module_getattr
from vibetensor.torch._op_overload import OpOverload, RegistryOp
from vibetensor.torch._op_schema import read_schema
from vibetensor.torch._opcheck import DEFAULT_TESTS, check
from vibetensor.torch._ops import KEYS, Op, ops

__all__ = [
    "CustomOpDef",
    "Library",
    "custom_op",
    "define",
    "fallthrough_kernel",
    "get_kernel",
    "impl",
    "impl_abstract",
    "infer_schema",
    "opcheck",
    "register_autograd",
    "register_fake",
    "register_kernel",
    "register_vmap",
    "triton_op",
    "wrap_triton",
]

Fn = Callable[..., Any]
operands_state = _C.operands_state
DEVICES = ("cpu", "cuda", "meta")
# types of arguments and results by their names in schemas, and what is made of them
SCHEMA_TYPES: dict[Any, str] = {
    _C.Tensor: "Tensor",
    str: "str",
    int: "SymInt",
    float: "float",
    bool: "bool",
    type(None): "()",
    _C.dtype: "ScalarType",
    _C.device: "Device",
}

NO_TRACE = "nothing is traced"
register_torch_dispatch = Refused("torch.library.register_torch_dispatch", NO_TRACE)
register_autocast = Refused("torch.library.register_autocast", "cast in the op's own function")
get_ctx = Refused("torch.library.get_ctx", NO_TRACE)


def named(qualname: str) -> tuple[str, str]:
    namespace, separator, name = qualname.partition("::")
    if not separator or not namespace or not name or "::" in name:
        raise ValueError(f'Expected `qualname` to be of the form "namespace::name", but got {qualname}')
    return namespace, name.partition(".")[0]


def op_named(op: Any) -> Op:
    """The op that a name, an op or a CustomOpDef stands for."""
    if isinstance(op, CustomOpDef):
        return op._op
    if isinstance(op, Op):
        return op
    if not isinstance(op, str):
        raise ValueError(f"expected the name of an op, an op or the result of custom_op, got {type(op).__name__}")
    namespace, name = named(op)
    found = ops.__dict__["_namespaces"].get(namespace)
    known = None if found is None else found._ops.get(name)
    if known is None and ops.library_of(namespace) is not None:
        known = getattr(getattr(ops, namespace), name)  # compiled for PyTorch: it raises when it is called
    if not isinstance(known, Op):
        raise RuntimeError(f"torch.library: there is no op {op}; define it first")
    return known


def keys_of(types: Any) -> list[str]:
    """Where kernels belong for device types or dispatch keys, one or several; None is every device."""
    if types is None:
        return ["any"]
    found = []
    for name in [types] if isinstance(types, str) else list(types):
        if name == "default":
            found.append("any")
        elif name.lower() in DEVICES:
            found.append(name.lower())
        elif name in KEYS:
            found.append(KEYS[name])
        elif name.startswith("Autocast"):
            found.append(name)
        else:
            raise NotImplementedError(
                f"torch.library: kernels for {name!r} are not there; use register_autograd or a device"
            )
    return found


def infer_schema(prototype_function: Fn, /, *, mutates_args: Any, op_name: str | None = None) -> str:
    """The schema that a function's annotations spell: "(Tensor x, int n=1) -> Tensor".

    mutates_args: the names of arguments that it changes, or "unknown".
    """
    import inspect
    from functools import reduce
    from operator import or_
    from typing import get_args, get_origin, get_type_hints

    hints = get_type_hints(prototype_function)
    signature = inspect.signature(prototype_function)

    unknown = set() if mutates_args == "unknown" else set(mutates_args) - set(signature.parameters)
    if unknown:
        raise ValueError(f"infer_schema(func): {unknown} in mutates_args were not found in the custom op's signature.")

    def text(kind: Any) -> str:
        origin, inner = get_origin(kind), get_args(kind)
        if origin in (list, Iterable) or (origin is not None and getattr(origin, "__name__", "") == "Sequence"):
            return f"{text(inner[0])}[]"
        if origin is tuple:
            return f"({', '.join(text(part) for part in inner)})"
        if inner and type(None) in inner:
            return f"{text(reduce(or_, [part for part in inner if part is not type(None)]))}?"
        if inner and set(inner) == {int, float, bool}:
            return "Scalar"
        name = SCHEMA_TYPES.get(kind)
        if name is None:
            raise ValueError(f"infer_schema(func): unsupported type {kind}. The valid types are: {list(SCHEMA_TYPES)}")
        return name

    parts, star = [], False
    for name, parameter in signature.parameters.items():
        if name not in hints:
            raise ValueError(f"infer_schema(func): Parameter {name} must have a type annotation.")
        if parameter.kind is parameter.KEYWORD_ONLY and not star:
            parts.append("*")
            star = True
        kind = text(hints[name])
        if mutates_args != "unknown" and name in mutates_args and not kind.startswith("Tensor"):
            raise ValueError(f"infer_schema(func): {name} is in mutates_args, but only Tensors can be mutated")
        if kind.startswith("Tensor") and (mutates_args == "unknown" or name in mutates_args):
            kind = f"Tensor(a{len(parts)}!){kind.removeprefix('Tensor')}"
        default = "" if parameter.default is parameter.empty else f"={parameter.default!r}".replace("'", '"')
        default = default.replace("=torch.", "=")  # of a dtype
        parts.append(f"{kind} {name}{default}")
    if "return" not in hints:
        raise ValueError("infer_schema(func): the return value must have a type annotation.")
    return f"{op_name or ''}({', '.join(parts)}) -> {text(hints['return'])}"


def give_schema(op: Op, name: str, arguments: str) -> None:
    """Returns None; the op has the schema "(Tensor(a!) x) -> ()" from now on. RuntimeError where that is malformed."""
    read = read_schema(name + arguments)
    op.schema = arguments
    op.written = tuple(argument.name for argument in read.arguments if argument.is_written)
    op.changed()


class CustomOpDef:
    """An op that custom_op made of a function: it is called like that, and more is registered for it."""

    def __init__(self, op: Op, init_fn: Fn):
        self._op, self._init_fn = op, init_fn
        self.__name__, self.__doc__ = init_fn.__name__, init_fn.__doc__
        self.__wrapped__ = init_fn

    @property
    def _qualname(self) -> str:
        return self._op.name()

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        op = self._op
        kernel = op.direct.get(operands_state(args, kwargs))
        return op(*args, **kwargs) if kernel is None else kernel(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<CustomOpDef({self._qualname})>"

    def register_kernel(self, device_types: Any, fn: Fn | None = None, /) -> Any:
        """`fn`, which computes the op on those devices; a decorator without it."""
        return register_kernel(self, device_types, fn)

    def register_fake(self, fn: Fn) -> Fn:
        """`fn`, which gives results without values for tensors of the meta device; a decorator."""
        return register_fake(self, fn)

    def register_autograd(self, backward: Fn, /, *, setup_context: Fn | None = None) -> None:
        """Returns None; `backward(ctx, *grads)` gives the gradients of all arguments."""
        register_autograd(self, backward, setup_context=setup_context)

    def register_vmap(self, func: Fn | None = None) -> Any:
        """`func`, which computes the op for all examples of a vmap at once; a decorator without it."""
        return register_vmap(self, func)


def custom_op(
    name: str,
    fn: Fn | None = None,
    /,
    *,
    mutates_args: Any,
    device_types: Any = None,
    schema: str | None = None,
    tags: Any = None,
) -> Any:
    """The function as an op "namespace::name", a CustomOpDef; a decorator without `fn`.

    mutates_args: the names of arguments that it changes, or "unknown" for all tensors: backward notices that they were
    written to. device_types: what the function is for, by default every device; other devices get theirs by
    register_kernel. tags: hints for a compiler, as in `define`.
    """
    namespace, bare = named(name)

    def make(fn: Fn) -> CustomOpDef:
        text = infer_schema(fn, mutates_args=mutates_args) if schema is None else schema
        read_schema(bare + text)  # before anything is made
        op = ops.define(namespace, bare)
        op.__init__(namespace, bare)  # type: ignore[misc]  # defined anew, as in a notebook cell that runs twice
        give_schema(op, bare, text)
        for key in keys_of(device_types):
            op.kernels[key] = fn
        op.changed()
        return CustomOpDef(op, fn)

    return make if fn is None else make(fn)


def triton_op(name: str, fn: Fn | None = None, /, *, mutates_args: Any, schema: str | None = None) -> Any:
    """The function as an op whose kernels are Triton's, a CustomOpDef; a decorator without `fn`.

    fn launches its kernels through `wrap_triton`. On meta these launch nothing, so that it gives shapes there.
    vibetensor.triton.op, which also takes a derivative.
    """
    from vibetensor.triton import op

    return op(name, fn, mutates_args=mutates_args, schema=schema)


def wrap_triton(triton_kernel: Any, /) -> Any:
    """What launches the kernel inside a triton_op: `wrap_triton(kernel)[grid](*args)`.

    triton_kernel: what triton.jit or triton.autotune made; RuntimeError for anything else.
    """
    from vibetensor.triton import wrap

    try:
        return wrap(triton_kernel)
    except TypeError:
        raise RuntimeError("wrap_triton only works on functions annotated with triton.jit or triton.autotune") from None


def define(qualname: str, schema: str, *, lib: Any = None, tags: Any = ()) -> None:
    """Returns None; makes an op "namespace::name" of a schema "(Tensor x) -> Tensor", without kernels yet."""
    if not isinstance(qualname, str):
        raise ValueError(f"define(qualname, schema): expected qualname to be instance of str, got {type(qualname)}")
    if re.fullmatch(r"\(.*\) -> .+", schema, re.DOTALL) is None:
        raise ValueError(
            f'define(qualname, schema, ...): expected schema to look like e.g. "(Tensor x) -> Tensor" but got "{schema}"'
        )
    define_op(qualname, schema, lib)


def define_op(qualname: str, schema: str, lib: Library | None) -> None:
    namespace, bare = named(qualname)
    read_schema(qualname.partition("::")[2] + schema)  # before anything is made
    op = ops.define(namespace, bare)
    give_schema(op, bare, schema)
    if lib is not None:
        lib.registered.append((op, None))


def impl(qualname: Any, types: Any, func: Any = None, *, lib: Any = None) -> Any:
    """`func`, which computes the op on devices or for dispatch keys `types`; a decorator without it.

    Also PyTorch's older form: impl(library, name, dispatch_key).
    """
    if isinstance(qualname, Library):
        library, name, key = qualname, types, func or ""

        def register(fn: Fn) -> Fn:
            library.impl(name, fn, key)
            return fn

        return register

    def register_func(fn: Fn) -> Fn:
        op = op_named(qualname)
        for key in keys_of(types):
            op.kernels[key] = fn
            op.changed()
            if lib is not None:
                lib.registered.append((op, key))
        return fn

    return register_func if func is None else register_func(func)


def get_kernel(op: Any, dispatch_key: str) -> Kernel:
    """What a built-in op runs for a dispatch key now, to be called by the function that takes its place.

    op: the name with its overload, "aten::add.Tensor". RuntimeError if there is no such op.

    >>> import vibetensor.torch as torch
    >>> kernel = torch.library.get_kernel("aten::sin", "CPU")
    >>> library = torch.library.Library("aten", "IMPL")
    >>> library.impl("sin", lambda keys, x: kernel.call_boxed(keys, x) + 1, "CPU", with_keyset=True)
    >>> torch.sin(torch.zeros(1))
    tensor([1.])
    >>> del library
    """
    if not isinstance(op, str):
        raise ValueError(f"get_kernel({op}): expected the name of an op and its overload, got {type(op).__name__}")
    return Kernel(op.removeprefix("aten::"), dispatch_key)


def register_kernel(op: Any, device_types: Any, func: Fn | None = None, /, *, lib: Any = None) -> Any:
    """`func`, which computes the op on those devices; a decorator without it."""
    return impl(op_named(op), device_types, func, lib=lib)


def register_fake(
    op: Any, func: Fn | None = None, /, *, lib: Any = None, _stacklevel: int = 1, allow_override: bool = True
) -> Any:
    """`func`, which gives results without values for tensors of the meta device; a decorator without it.

    allow_override: False is a RuntimeError where the op has such a function already. _stacklevel: of PyTorch's messages,
    which are without a line here.
    """
    if isinstance(op, str):
        op = ops.define(*named(op))  # as PyTorch takes it, also before the op itself
    if not allow_override and "meta" in op_named(op).kernels:
        raise RuntimeError(f"register_fake(...): the operator {op_named(op)} already has a fake impl registered")
    return impl(op_named(op), "meta", func, lib=lib)


impl_abstract = register_fake


def register_autograd(op: Any, backward: Fn, /, *, setup_context: Fn | None = None, lib: Any = None) -> None:
    """Returns None; `backward(ctx, *grads)` gives the gradients of all arguments.

    setup_context(ctx, inputs, output) keeps what it needs.
    """
    known = op_named(op)
    known.backward, known.setup_context = backward, setup_context


def register_vmap(op: Any, func: Fn | None = None, /, *, lib: Any = None) -> Any:
    """`func`, which computes the op for all examples of a vmap at once; a decorator without it.

    func(info, in_dims, *args): `in_dims` has None for what is the same for all examples, and otherwise the dim of the
    argument along which they lie; info has batch_size and randomness. It returns the output and the dims along which the
    examples lie there.
    """
    known = op_named(op)

    def register(rule: Fn) -> Fn:
        known.vmap_rule = rule
        known.changed()
        return rule

    return register if func is None else register(func)


def opcheck(
    op: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any] | None = None,
    *,
    test_utils: Any = DEFAULT_TESTS,
    raise_exception: bool = True,
    atol: float | None = None,
    rtol: float | None = None,
) -> dict[str, Any]:
    """The names of the tests that were made of one call of an op of a program or of a plugin, each with "SUCCESS".

    test_schema: arguments that the schema does not mark stay as they are, and results share no memory with arguments.
    test_autograd_registration: where an argument requires a gradient, results lead back to it. test_faketensor: on meta
    the results have the shapes, strides and dtypes that they have. A test that fails raises OpCheckError, or stands in the
    result if raise_exception is False. NotImplementedError for test_aot_dispatch_dynamic, which PyTorch has besides:
    nothing is traced here. Values are not compared, so atol and rtol have nothing to act on; given, they raise too.
    """
    if atol is not None or rtol is not None:
        raise NotImplementedError(
            "torch.library.opcheck: atol and rtol are of test_aot_dispatch_dynamic, which is not there"
        )
    names = (test_utils,) if isinstance(test_utils, str) else tuple(test_utils)
    if isinstance(op, OpOverload):
        op = op.overloadpacket
    subject = op if isinstance(op, RegistryOp) else op_named(op)
    return check(subject, tuple(args), dict(kwargs or {}), names, raise_exception)


def take_back(registered: list[tuple[Op, str | None]], overridden: list[Fn]) -> None:
    """Returns None; undoes what came by a Library."""
    while overridden:
        overridden.pop()()
    for op, key in registered:
        if key is None:
            getattr(ops, op.namespace)._ops.pop(op.__name__, None)
        else:
            op.kernels.pop(key, None)
            op.changed()
    registered.clear()


class Library:
    """Ops of a namespace, defined and given kernels one by one; `kind` is "DEF", "IMPL" or "FRAGMENT"."""

    def __init__(self, ns: str, kind: str, dispatch_key: str = ""):
        if kind not in ("IMPL", "DEF", "FRAGMENT"):
            raise ValueError(f"Unsupported kind: {kind}")
        if ns == "prim" and kind in ("DEF", "FRAGMENT"):
            raise ValueError(f"{ns} is a reserved namespace. Please try creating a library with another name.")
        self.ns, self.kind, self.dispatch_key = ns, kind, dispatch_key
        self.registered: list[tuple[Op, str | None]] = []  # ops, and kernels of ops by key
        self.overridden: list[Fn] = []  # what takes back the functions for built-in ops
        weakref.finalize(self, take_back, self.registered, self.overridden).atexit = False

    def define(self, schema: str, alias_analysis: str = "", *, tags: Any = ()) -> str:
        """The name of the op that "name(Tensor x) -> Tensor" spells."""
        if alias_analysis not in ("", "FROM_SCHEMA", "CONSERVATIVE"):
            raise RuntimeError(f"Invalid alias_analysis type {alias_analysis}")
        read_schema(schema)
        name, parenthesis, rest = schema.partition("(")
        define_op(f"{self.ns}::{name.strip()}", parenthesis + rest, self)
        return name.strip()

    def impl(
        self, op_name: Any, fn: Fn, dispatch_key: str = "", *, with_keyset: bool = False, allow_override: bool = True
    ) -> None:
        """Returns None; `fn` computes the op for the dispatch key, in the place of one that was there before.

        In the namespace "aten" `op_name` is a built-in op with its overload, "add.Tensor", and the key CPU, CUDA, Meta,
        Autograd, AutogradCPU or AutogradCUDA; with_keyset gives `fn` the call's keys as its first argument, and
        fallthrough_kernel as `fn` lets calls go to the next key. It lasts as long as this object. allow_override: False
        is a RuntimeError where another function of Python stands there already.
        """
        if not callable(fn):
            raise TypeError(f"Input function is required to be a callable but found type {type(fn)}")
        name = op_name.__name__ if not isinstance(op_name, str) else op_name.rpartition("::")[2]
        if self.ns == "aten":
            key = dispatch_key or self.dispatch_key
            if not allow_override and is_overridden(name, key):
                raise RuntimeError(
                    "This is not allowed since there's already a kernel registered from python overriding "
                    f"{name}'s behavior for {key} dispatch key and {self.ns} namespace."
                )
            self.overridden.append(override(name, fn, key, with_keyset))
            return
        if with_keyset:
            raise NotImplementedError("Library.impl: with_keyset is for built-in ops: other calls have no set of keys")
        if fn is fallthrough_kernel:
            raise NotImplementedError("Library.impl: fallthrough_kernel is for built-in ops")
        types = dispatch_key or self.dispatch_key
        if not allow_override and any(key in op_named(f"{self.ns}::{name}").kernels for key in keys_of(types)):
            raise RuntimeError(f"{self.ns}::{name} has a kernel for {types} from Python already")
        impl(f"{self.ns}::{name}", types, fn, lib=self)

    def _register_fake(self, op_name: str, fn: Fn, _stacklevel: int = 1, *, allow_override: bool = False) -> None:
        register_fake(f"{self.ns}::{op_name}", fn, lib=self, allow_override=allow_override)

    def _destroy(self) -> None:
        """Returns None; takes back the ops and the kernels that came by this object."""
        take_back(self.registered, self.overridden)


__getattr__ = module_getattr(__name__)
