"""torch.utils._pytree beside PyTorch's."""

import importlib
from collections import OrderedDict, defaultdict, deque, namedtuple

import pytest

Pair = namedtuple("Pair", ["a", "b"])

SIDES = [importlib.import_module(f"{side}.utils._pytree") for side in ("vibetensor.torch", "torch")]
TREES = [
    3,
    None,
    [1, (2, 3), {"a": 4, "b": [5]}],
    (),
    {},
    OrderedDict(b=1, a=(2,)),
    Pair(1, [2, 3]),
    deque([1, 2], maxlen=4),
    defaultdict(list, a=[1], b=2),
    {"x": Pair({"y": 1}, None)},
]


def outcome(call):
    try:
        return call()
    except Exception as error:
        return type(error).__name__


PROGRAMS = [
    lambda p, tree: p.tree_flatten(tree)[0],
    lambda p, tree: p.tree_unflatten([str(leaf) for leaf in p.tree_leaves(tree)], p.tree_structure(tree)),
    lambda p, tree: p.tree_unflatten([0] * 20, p.tree_structure(tree)),
    lambda p, tree: p.tree_map(lambda leaf: [leaf], tree),
    lambda p, tree: p.tree_map(lambda a, b: (a, b), tree, tree),
    lambda p, tree: p.tree_map(lambda a, b: (a, b), tree, [1, 2, 3]),
    lambda p, tree: p.tree_map_only(int, lambda leaf: leaf + 1, tree),
    lambda p, tree: p.tree_flatten(tree, is_leaf=lambda x: isinstance(x, list))[0],
    lambda p, tree: [p.keystr(path) for path, _ in p.tree_leaves_with_path(tree)],
    lambda p, tree: p.tree_map_with_path(lambda path, leaf: (p.keystr(path), leaf), tree),
    lambda p, tree: [p.key_get(tree, path) for path, _ in p.tree_leaves_with_path(tree)],
    lambda p, tree: [
        p.tree_structure(tree).num_leaves,
        p.tree_structure(tree).num_nodes,
        p.tree_structure(tree).num_children,
    ],
    lambda p, tree: [p.tree_all(lambda x: x is not None, tree), p.tree_any(lambda x: x is None, tree)],
    lambda p, tree: p.tree_structure(tree) == p.tree_structure(p.tree_map(str, tree)),
    lambda p, tree: p.tree_structure(tree) == p.tree_structure([1]),
]


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
@pytest.mark.parametrize("tree", TREES, ids=repr)
def test_trees(tree, number):
    ours, theirs = (outcome(lambda p=p: PROGRAMS[number](p, tree)) for p in SIDES)
    assert ours == theirs and type(ours) is type(theirs)


@pytest.mark.parametrize("tree", TREES[:6], ids=repr)
def test_specs_as_text(tree):
    ours, theirs = SIDES
    spec = ours.tree_structure(tree)
    assert ours.treespec_loads(ours.treespec_dumps(spec)) == spec
    assert ours.treespec_loads(theirs.treespec_dumps(theirs.tree_structure(tree))) == spec


def test_containers_of_ones_own():
    class Box:
        def __init__(self, content):
            self.content = content

    for p in SIDES:
        p.register_pytree_node(
            Box, lambda box: ([box.content], "label"), lambda content, label: Box(next(iter(content)))
        )
        leaves, spec = p.tree_flatten([Box(1), 2])
        assert leaves == [1, 2] and p.tree_unflatten([5, 6], spec)[0].content == 5
        with pytest.raises(ValueError):
            p.register_pytree_node(Box, list, list)
        assert p.tree_map(lambda x: x + 1, Box(1)).content == 2
    with pytest.raises(ValueError, match="flatten_with_keys_fn"):
        SIDES[0].tree_leaves_with_path(Box(1))
    assert hash(SIDES[0].tree_structure({"a": [Box(1)]})) == hash(SIDES[0].tree_structure({"a": [Box(2)]}))
