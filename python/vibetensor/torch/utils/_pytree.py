"""Containers of values taken apart into a list of leaves, and put together again.

Dicts, lists, tuples, named tuples, deques and what register_pytree_node adds are containers; everything else is a leaf.
"""

from __future__ import annotations

import json
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from vibetensor import _C

Context = Any
PyTree = Any
Test = Callable[[Any], bool] | None


class NodeDef(NamedTuple):
    """How containers of one type are taken apart: into children and a context, from which they are made again."""

    type: Any
    flatten_fn: Callable[[Any], tuple[Iterable[Any], Context]]
    unflatten_fn: Callable[[Iterable[Any], Context], Any]
    flatten_with_keys_fn: Callable[[Any], tuple[list[tuple[Any, Any]], Context]] | None = None
    serialized_type_name: str | None = None
    to_dumpable_context: Callable[[Context], Any] | None = None
    from_dumpable_context: Callable[[Any], Context] | None = None


@dataclass(frozen=True)
class SequenceKey:
    """A place in a list or tuple."""

    idx: int

    def __str__(self) -> str:
        return f"[{self.idx}]"


@dataclass(frozen=True)
class MappingKey:
    """A place in a dict."""

    key: Any

    def __str__(self) -> str:
        return f"[{self.key!r}]"


@dataclass(frozen=True)
class GetAttrKey:
    """A place in a named tuple."""

    name: str

    def __str__(self) -> str:
        return f".{self.name}"


def _list_flatten(d: Any) -> tuple[list[Any], Context]:
    return list(d), None


def _list_unflatten(values: Iterable[Any], context: Context) -> list[Any]:
    return list(values)


def _dict_flatten(d: dict[Any, Any]) -> tuple[list[Any], Context]:
    return list(d.values()), list(d)


def _dict_unflatten(values: Iterable[Any], context: Context) -> dict[Any, Any]:
    return dict(zip(context, values, strict=True))


def _dict_flatten_with_keys(d: dict[Any, Any]) -> tuple[list[tuple[Any, Any]], Context]:
    return [(MappingKey(key), value) for key, value in d.items()], list(d)


def _list_flatten_with_keys(d: Any) -> tuple[list[tuple[Any, Any]], Context]:
    return [(SequenceKey(i), value) for i, value in enumerate(d)], None


class namedtuple:
    """Stands for every type of named tuple among the containers; the context is the type itself."""


SUPPORTED_NODES: dict[Any, NodeDef] = {
    node.type: node
    for node in (
        NodeDef(tuple, _list_flatten, lambda values, _: tuple(values), _list_flatten_with_keys, "builtins.tuple"),
        NodeDef(list, _list_flatten, _list_unflatten, _list_flatten_with_keys, "builtins.list"),
        NodeDef(dict, _dict_flatten, _dict_unflatten, _dict_flatten_with_keys, "builtins.dict"),
        NodeDef(
            OrderedDict,
            _dict_flatten,
            lambda values, keys: OrderedDict(zip(keys, values, strict=True)),
            _dict_flatten_with_keys,
            "collections.OrderedDict",
        ),
        NodeDef(
            defaultdict,
            lambda d: (list(d.values()), [d.default_factory, list(d)]),
            lambda values, context: defaultdict(context[0], zip(context[1], values, strict=True)),
            lambda d: ([(MappingKey(key), value) for key, value in d.items()], [d.default_factory, list(d)]),
        ),
        NodeDef(
            deque,
            lambda d: (list(d), d.maxlen),
            lambda values, maxlen: deque(values, maxlen),
            lambda d: ([(SequenceKey(i), value) for i, value in enumerate(d)], d.maxlen),
            "collections.deque",
        ),
        NodeDef(
            namedtuple,
            lambda d: (list(d), type(d)),
            lambda values, kind: kind(*values),
            lambda d: ([(GetAttrKey(name), getattr(d, name)) for name in d._fields], type(d)),
        ),
    )
}


def register_pytree_node(
    cls: type,
    flatten_fn: Callable[[Any], tuple[Iterable[Any], Context]],
    unflatten_fn: Callable[[Iterable[Any], Context], Any],
    *,
    serialized_type_name: str | None = None,
    to_dumpable_context: Callable[[Context], Any] | None = None,
    from_dumpable_context: Callable[[Any], Context] | None = None,
    flatten_with_keys_fn: Callable[[Any], tuple[list[tuple[Any, Any]], Context]] | None = None,
) -> None:
    """Returns None; makes objects of type `cls` containers. ValueError if they are already."""
    if cls in SUPPORTED_NODES:
        raise ValueError(f"{cls} is already registered as pytree node.")
    if (to_dumpable_context is None) != (from_dumpable_context is None):
        raise ValueError(f"Both to_dumpable_context and from_dumpable_context for {cls} must be None or registered.")
    SUPPORTED_NODES[cls] = NodeDef(
        cls,
        flatten_fn,
        unflatten_fn,
        flatten_with_keys_fn,
        serialized_type_name,
        to_dumpable_context,
        from_dumpable_context,
    )


_register_pytree_node = register_pytree_node


def register_constant(cls: type) -> None:
    """Returns None; makes objects of type `cls` containers of nothing, equal where the objects are."""
    register_pytree_node(cls, lambda value: ([], value), lambda _, value: value)


def _register_results(kind: Any) -> None:
    """Returns None; the named tuple `kind` of an op's results is a container."""
    register_pytree_node(kind, lambda results: (list(results), None), lambda values, _: kind(values))


for _kind in _C.return_types().values():
    _register_results(_kind)


def _deregister_pytree_node(cls: type) -> None:
    SUPPORTED_NODES.pop(cls, None)


@dataclass(frozen=True)
class TreeSpec:
    """How values were nested: the type of a container (None of a leaf), its context, the specs of its children."""

    type: Any = None
    context: Context = None
    children_specs: tuple[TreeSpec, ...] = ()

    def __hash__(self) -> int:  # contexts need not be hashable
        return hash((self.type, self.children_specs))

    def is_leaf(self) -> bool:
        """Whether it is that of a leaf."""
        return self.type is None

    @property
    def num_leaves(self) -> int:
        """How many leaves it has."""
        return 1 if self.is_leaf() else sum(child.num_leaves for child in self.children_specs)

    @property
    def num_nodes(self) -> int:
        """How many leaves and containers it has."""
        return 1 + sum(child.num_nodes for child in self.children_specs)

    @property
    def num_children(self) -> int:
        """How many children the outermost container has."""
        return len(self.children_specs)

    @property
    def keys(self) -> list[Any]:
        """By what the children of the outermost container are found: keys of a dict, else numbers."""
        if self.type in (dict, OrderedDict):
            return list(self.context)
        return list(self.context[1]) if self.type is defaultdict else list(range(self.num_children))

    def child(self, index: int) -> TreeSpec:
        """The spec of a child."""
        return self.children_specs[index]

    def children(self) -> list[TreeSpec]:
        """The specs of the children."""
        return list(self.children_specs)

    def unflatten(self, leaves: Iterable[Any]) -> Any:
        """The structure with `leaves` in their places. ValueError unless there are as many as it has."""
        return tree_unflatten(leaves, self)

    def flatten_up_to(self, tree: Any) -> list[Any]:
        """The parts of `tree` where this has leaves. ValueError where it is nested differently."""
        if self.is_leaf():
            return [tree]
        node = node_of(tree)
        children, context = ([], None) if node is None else node.flatten_fn(tree)
        parts = list(children)
        if node is None or node.type != self.type or context != self.context or len(parts) != len(self.children_specs):
            raise ValueError(f"Type mismatch; expected {self.type}, but got {type(tree)}.")
        return [part for spec, child in zip(self.children_specs, parts) for part in spec.flatten_up_to(child)]


LEAF = TreeSpec()


def LeafSpec() -> TreeSpec:
    """The spec of a leaf."""
    return LEAF


def node_of(value: Any) -> NodeDef | None:
    """How `value` is taken apart, None for a leaf."""
    node = SUPPORTED_NODES.get(type(value))
    if node is None and isinstance(value, tuple) and hasattr(value, "_fields"):
        return SUPPORTED_NODES[namedtuple]
    return node


def is_structseq_class(cls: type) -> bool:
    """Whether objects of `cls` are named tuples that C made, as ops' results with names are."""
    fields = ("n_fields", "n_sequence_fields", "n_unnamed_fields")
    return cls.__bases__ == (tuple,) and all(isinstance(cls.__dict__.get(name), int) for name in fields)


def is_structseq_instance(obj: object) -> bool:
    """Whether `obj` is a named tuple that C made."""
    return is_structseq_class(type(obj))


is_structseq = is_structseq_instance


def _get_node_type(tree: Any) -> Any:
    """The type by which SUPPORTED_NODES has `tree`: its own, or the one that stands for all named tuples."""
    is_named = type(tree) not in SUPPORTED_NODES and isinstance(tree, tuple) and hasattr(tree, "_fields")
    return namedtuple if is_named else type(tree)


def tree_is_leaf(tree: Any, is_leaf: Test = None) -> bool:
    """Whether `tree` is a leaf, by its type or because `is_leaf` says so."""
    return (is_leaf is not None and is_leaf(tree)) or node_of(tree) is None


def tree_flatten(tree: Any, is_leaf: Test = None) -> tuple[list[Any], TreeSpec]:
    """The leaves of nested containers in order, and how they were nested.

    >>> from vibetensor.torch.utils._pytree import tree_flatten
    >>> leaves, spec = tree_flatten({"a": [1, 2], "b": 3})
    >>> leaves, spec.unflatten("xyz")
    ([1, 2, 3], {'a': ['x', 'y'], 'b': 'z'})
    """
    leaves: list[Any] = []
    return leaves, _take_apart(tree, is_leaf, leaves)


def _take_apart(value: Any, is_leaf: Test, leaves: list[Any]) -> TreeSpec:
    node = None if is_leaf is not None and is_leaf(value) else node_of(value)
    if node is None:
        leaves.append(value)
        return LEAF
    children, context = node.flatten_fn(value)
    return TreeSpec(node.type, context, tuple(_take_apart(child, is_leaf, leaves) for child in children))


def tree_unflatten(leaves: Iterable[Any], treespec: TreeSpec) -> Any:
    """What tree_flatten took apart, with other leaves in the same places."""
    given = list(leaves)
    if len(given) != treespec.num_leaves:
        raise ValueError(
            f"treespec.unflatten(leaves): `leaves` has length {len(given)} but the spec refers to a pytree that holds "
            f"{treespec.num_leaves} items ({treespec})."
        )
    return _put_together(treespec, iter(given))


def _put_together(spec: TreeSpec, leaves: Iterator[Any]) -> Any:
    if spec.is_leaf():
        return next(leaves)
    children = [_put_together(child, leaves) for child in spec.children_specs]
    return SUPPORTED_NODES[spec.type].unflatten_fn(children, spec.context)


def tree_leaves(tree: Any, is_leaf: Test = None) -> list[Any]:
    """The leaves in order."""
    return tree_flatten(tree, is_leaf)[0]


tree_iter = tree_leaves


def tree_structure(tree: Any, is_leaf: Test = None) -> TreeSpec:
    """How the values of `tree` are nested."""
    return tree_flatten(tree, is_leaf)[1]


def tree_map(func: Callable[..., Any], tree: Any, *rests: Any, is_leaf: Test = None) -> Any:
    """The same structure of `func` of every leaf, together with those in the same places of `rests`."""
    leaves, spec = tree_flatten(tree, is_leaf)
    others = [spec.flatten_up_to(rest) for rest in rests]
    return _put_together(spec, iter([func(*parts) for parts in zip(leaves, *others)]))


def tree_map_(func: Callable[..., Any], tree: Any, *rests: Any, is_leaf: Test = None) -> Any:
    """`tree` itself, after calling `func` for every leaf."""
    tree_map(func, tree, *rests, is_leaf=is_leaf)
    return tree


def predicate(type_or_types_or_pred: Any) -> Callable[[Any], bool]:
    if isinstance(type_or_types_or_pred, type | tuple) or not callable(type_or_types_or_pred):
        return lambda leaf: isinstance(leaf, type_or_types_or_pred)
    return type_or_types_or_pred


def tree_map_only(type_or_types_or_pred: Any, func: Any = None, tree: Any = None, *, is_leaf: Test = None) -> Any:
    """tree_map for the leaves of a type, of types, or that a function picks; the others stay."""
    chosen = predicate(type_or_types_or_pred)
    return tree_map(lambda leaf: func(leaf) if chosen(leaf) else leaf, tree, is_leaf=is_leaf)


def tree_map_only_(type_or_types_or_pred: Any, func: Any, tree: Any, *, is_leaf: Test = None) -> Any:
    """`tree` itself, after calling `func` for the leaves chosen."""
    tree_map_only(type_or_types_or_pred, func, tree, is_leaf=is_leaf)
    return tree


def tree_all(pred: Callable[[Any], bool], tree: Any, is_leaf: Test = None) -> bool:
    """Whether `pred` holds for every leaf."""
    return all(map(pred, tree_leaves(tree, is_leaf)))


def tree_any(pred: Callable[[Any], bool], tree: Any, is_leaf: Test = None) -> bool:
    """Whether `pred` holds for any leaf."""
    return any(map(pred, tree_leaves(tree, is_leaf)))


def tree_all_only(type_or_types: Any, pred: Callable[[Any], bool], tree: Any, is_leaf: Test = None) -> bool:
    """Whether `pred` holds for every leaf of the types given."""
    return all(pred(leaf) for leaf in tree_leaves(tree, is_leaf) if isinstance(leaf, type_or_types))


def tree_any_only(type_or_types: Any, pred: Callable[[Any], bool], tree: Any, is_leaf: Test = None) -> bool:
    """Whether `pred` holds for any leaf of the types given."""
    return any(pred(leaf) for leaf in tree_leaves(tree, is_leaf) if isinstance(leaf, type_or_types))


# ---- with the places of leaves


def _with_paths(value: Any, path: tuple[Any, ...], is_leaf: Test) -> Iterator[tuple[tuple[Any, ...], Any]]:
    node = None if is_leaf is not None and is_leaf(value) else node_of(value)
    if node is None:
        yield path, value
        return
    if node.flatten_with_keys_fn is None:
        raise ValueError(
            f"Did not find a flatten_with_keys_fn for type: {node.type}. Please pass one to register_pytree_node."
        )
    for key, child in node.flatten_with_keys_fn(value)[0]:
        yield from _with_paths(child, (*path, key), is_leaf)


def tree_flatten_with_path(tree: Any, is_leaf: Test = None) -> tuple[list[tuple[tuple[Any, ...], Any]], TreeSpec]:
    """The leaves, each after the keys that lead to it, and how they were nested."""
    return list(_with_paths(tree, (), is_leaf)), tree_structure(tree, is_leaf)


def tree_leaves_with_path(tree: Any, is_leaf: Test = None) -> list[tuple[tuple[Any, ...], Any]]:
    """The leaves, each after the keys that lead to it."""
    return list(_with_paths(tree, (), is_leaf))


def tree_map_with_path(func: Callable[..., Any], tree: Any, *rests: Any, is_leaf: Test = None) -> Any:
    """tree_map with a function that gets the keys that lead to a leaf first."""
    found, spec = tree_flatten_with_path(tree, is_leaf)
    others = [spec.flatten_up_to(rest) for rest in rests]
    return tree_unflatten([func(path, leaf, *parts) for (path, leaf), *parts in zip(found, *others)], spec)


def keystr(kp: tuple[Any, ...]) -> str:
    """The keys that lead to a leaf as text: "['a'][0]"."""
    return "".join(map(str, kp))


def key_get(obj: Any, kp: tuple[Any, ...]) -> Any:
    """The part of `obj` that keys lead to."""
    for key in kp:
        if isinstance(key, GetAttrKey):
            obj = getattr(obj, key.name)
        else:
            obj = obj[key.idx if isinstance(key, SequenceKey) else key.key]
    return obj


# ---- as text


def treespec_dumps(treespec: TreeSpec, protocol: int | None = None) -> str:
    """A spec as JSON."""
    if not isinstance(treespec, TreeSpec):
        raise TypeError(
            f"treespec_dumps(treespec, protocol): Expected `treespec` to be instance of TreeSpec but got {type(treespec)}."
        )
    if protocol not in (None, 1):
        raise ValueError(f"Unknown protocol {protocol}. Available protocols: [1]")
    return json.dumps([1, _plain(treespec)])


def _plain(spec: TreeSpec) -> dict[str, Any]:
    if spec.is_leaf():
        return {"type": None, "context": None, "children_spec": []}
    node = SUPPORTED_NODES[spec.type]
    if node.serialized_type_name is None:
        raise NotImplementedError(f"Serializing {spec.type} in pytree is not registered.")
    context = spec.context if node.to_dumpable_context is None else node.to_dumpable_context(spec.context)
    try:
        text = json.dumps(context)
    except TypeError as error:
        raise TypeError(
            "Unable to serialize context. Please make the context json dump-able, or register a custom serializer."
        ) from error
    return {
        "type": node.serialized_type_name,
        "context": text,
        "children_spec": [_plain(c) for c in spec.children_specs],
    }


def treespec_loads(serialized: str) -> TreeSpec:
    """The spec that treespec_dumps wrote."""
    protocol, plain = json.loads(serialized)
    if protocol != 1:
        raise ValueError(f"Unknown protocol {protocol}. Available protocols: [1]")
    return _from_plain(plain)


def _from_plain(plain: dict[str, Any]) -> TreeSpec:
    if plain["type"] is None:
        return LEAF
    for node in SUPPORTED_NODES.values():
        if node.serialized_type_name == plain["type"]:
            context = json.loads(plain["context"])
            if node.from_dumpable_context is not None:
                context = node.from_dumpable_context(context)
            return TreeSpec(node.type, context, tuple(_from_plain(child) for child in plain["children_spec"]))
    raise NotImplementedError(f"Deserializing {plain['type']} in pytree is not registered.")
