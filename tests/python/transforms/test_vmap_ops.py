"""vmap of every op, by the sample rows: as PyTorch gives it example by example, whichever arguments are mapped over."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import torch as reference
import vibetensor.torch as vt
from compare import ours_of, same, same_form
from op_checks import Arguments, flatten, our_function, reference_function, seed_both, tolerance_of
from samples import Sample, all_samples
from vibetensor import _C

SAMPLES = all_samples()
ENTRIES: dict[str, list[dict[str, Any]]] = {}
for entry in _C.registry():
    ENTRIES.setdefault(entry["name"].partition(".")[0], []).append(entry)
# They cannot be mapped over, or not in every way, each for its reason.
REFUSED = {
    "what is given is not a tensor": "item _local_scalar_dense equal allclose is_nonzero",
    "shapes depend on values": "argwhere bincount masked_select nonzero nonzero_numpy nonzero_static unique_consecutive "
    "_unique _unique2 unique_dim where histogram repeat_interleave tensor_split",
    "values are read": "linalg_lstsq one_hot combinations _pack_padded_sequence _pad_packed_sequence",
    "a mask of each example": "index index_put index_put_ _index_put_impl_",
    "where entries of sparse tensors are is one for all": "_sparse_coo sparse_coo_tensor _sparse_compressed "
    "sparse_csr_tensor sparse_csc_tensor sparse_bsr_tensor sparse_bsc_tensor sparse_spdiags to_sparse to_sparse_csr "
    "to_sparse_csc to_sparse_bsr to_sparse_bsc embedding_sparse_backward",
    "edges and lengths are read": "_histogramdd_bin_edges _histogramdd_from_bin_tensors segment_reduce _segment_reduce",
    "memory is exchanged": "resize_ resize_as_ set_",
    "running statistics are written to": "batch_norm instance_norm",
    "rows have to begin at multiples of 16 bytes": "_grouped_mm",
    "meshes are of whole tensors": "_fabric_distribute _fabric_join _fabric_from_local _fabric_to_local",
}
MAY_REFUSE = {op for ops in REFUSED.values() for op in ops.split()}
# Elements unset.
UNSET = {"empty_like", "new_empty", "new_empty_strided", "resize_", "resize_as_"}
EXAMPLES = 2


def varied(x: Any) -> Any:
    """Another example: the same values in another order, so that an index stays one."""
    return x.flatten().roll(1).reshape(x.shape).clone() if x.numel() > 1 else x.clone()


def batches(value: Any, choose: Iterator[bool], dim: int) -> tuple[Any, Any, list[Any]]:
    """(in_dims, our batch, PyTorch's examples) of an argument whose tensors are mapped over where `choose` says so."""
    if isinstance(value, reference.Tensor):
        if not next(choose):
            return None, ours_of(value), [value] * EXAMPLES
        plain = value.detach()
        examples = [plain, varied(plain)]
        at = dim % (value.dim() + 1)
        return at, ours_of(reference.stack(examples, at)), examples
    if isinstance(value, (list, tuple)):
        parts = [batches(v, choose, dim) for v in value]
        kind = type(value)
        return (
            kind(p[0] for p in parts),
            kind(p[1] for p in parts),
            [kind(p[2][i] for p in parts) for i in range(EXAMPLES)],
        )
    return None, value, [value] * EXAMPLES


def tensors_in(value: Any) -> list[Any]:
    if isinstance(value, (list, tuple)):
        return [t for v in value for t in tensors_in(v)]
    return [value] if isinstance(value, reference.Tensor) else []


def choices(count: int) -> list[list[bool]]:
    """All of them, and each alone."""
    every = [[True] * count]
    return every if count < 2 else every + [[i == j for i in range(count)] for j in range(min(count, 4))]


def in_memory(results: list[Any]) -> list[Any]:
    """The results, sparse ones as to_dense() has them: a function under vmap gives no sparse tensor."""
    sparse = [getattr(r, "layout", None) not in (None, reference.strided, vt.strided) for r in results]
    return [r.to_dense() if is_sparse else r for r, is_sparse in zip(results, sparse, strict=True)]


CALLS = 3  # of each row; the others are of further shapes


class Case:
    """One way to map one call."""

    def __init__(self, sample: Sample, call: Any, dtype: str, chosen: list[bool], dim: int):
        arguments = Arguments(call, dtype)
        args, keywords = list(arguments.theirs[0]), arguments.theirs[1]
        self.names = list(keywords)
        # our side of what is no tensor (dtypes, devices)
        ours_plain = [*arguments.ours[0], *arguments.ours[1].values()]
        values = [*args, *keywords.values()]
        choose = iter(chosen)
        parts = [batches(v, choose, dim) for v in values]
        self.in_dims = tuple(p[0] for p in parts)
        self.batch = [p[1] if tensors_in(v) else o for p, v, o in zip(parts, values, ours_plain, strict=True)]
        self.examples = [[p[2][i] for p in parts] for i in range(EXAMPLES)]
        self.count = len(args)

    def called(self, function: Any, values: Any) -> Any:
        values = list(values)
        return function(*values[: self.count], **dict(zip(self.names, values[self.count :], strict=True)))


def cases(sample: Sample) -> Iterator[tuple[str, Case]]:
    dtype = "float64" if "float64" in sample.dtypes else sample.dtypes[0]
    for call in sample.calls[:CALLS]:
        given = tensors_in([*Arguments(call, dtype).theirs[0], *Arguments(call, dtype).theirs[1].values()])
        for i, chosen in enumerate(choices(len(given)) if given else []):
            if any(mapped and t.layout != reference.strided for mapped, t in zip(chosen, given, strict=True)):
                continue  # what differs is in a sparse tensor's values
            yield f"{sample.op}({call}) mapping {chosen}", Case(sample, call, dtype, chosen, (0, -1)[i % 2])


def expected_of(sample: Sample, case: Case) -> list[Any] | None:
    """PyTorch's result for each example; None where it refuses one."""
    results = []
    for values in case.examples:
        seed_both()
        try:
            copies = [v.clone() if isinstance(v, reference.Tensor) else v for v in values]
            with reference.sparse.check_sparse_tensor_invariants():  # which PyTorch else follows out of memory
                results.append(in_memory(flatten(case.called(reference_function(sample), copies))))
        except (RuntimeError, IndexError, ValueError, TypeError, NotImplementedError):
            return None
    return results


def stacked(expected: list[Any]) -> list[Any] | None:
    if any(len(e) != len(expected[0]) for e in expected):
        return None
    columns = list(zip(*expected, strict=True))
    for column in columns:
        if not all(isinstance(t, reference.Tensor) and t.shape == column[0].shape for t in column):
            return None
    return [reference.stack([t.detach().resolve_conj() for t in column]) for column in columns]


def writes_to_shared(sample: Sample, case: Case) -> bool:
    entries = ENTRIES.get(sample.op, [])
    return any("!)" in e["schema"] for e in entries) and sample.op.endswith("_") and case.in_dims[0] is None


def compared(sample: Sample, what: str, case: Case) -> int:
    expected = expected_of(sample, case)
    columns = expected and stacked(expected)
    if columns == []:
        return 0

    def run() -> Any:
        seed_both()

        def called(*values: Any) -> Any:
            results = case.called(our_function(sample), values)
            flat = flatten(results)
            return results if all(a is b for a, b in zip(in_memory(flat), flat, strict=True)) else in_memory(flat)

        return flatten(vt.vmap(called, in_dims=case.in_dims, randomness="same")(*case.batch))

    if sample.op == "_cross_entropy_backward":
        return 1  # its kept sums are those of its logits, which another order of either is not
    if sample.op in MAY_REFUSE or not columns or writes_to_shared(sample, case):
        try:
            found = run()
        except (RuntimeError, ValueError, TypeError, IndexError, NotImplementedError):
            return 1
        if not columns:
            return 1
    else:
        found = run()
    assert len(found) == len(columns), what
    for mine, wanted in zip(found, columns, strict=True):
        if sample.values and sample.op not in UNSET:
            same(mine, wanted, what, *tolerance_of(sample, wanted, 10.0))
        else:
            same_form(mine, wanted, what)
    return len(found)


@pytest.mark.parametrize("sample", SAMPLES, ids=[f"{s.op}-{i}" for i, s in enumerate(SAMPLES)])
def test_values(sample: Sample) -> None:
    count = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = list(cases(sample))
        for what, case in made:
            count += compared(sample, what, case)
    assert count > 0 or not made


def scalar_of(results: Any) -> Any:
    """A number that every element of the results has a part in, other for each; the same on both sides."""
    total: Any = None
    for r in flatten(results):
        if not hasattr(r, "is_floating_point") or not (r.is_floating_point() or r.is_complex()) or not r.numel():
            continue
        part = r.abs() if r.is_complex() else r
        line = part.reshape([-1])
        kind = reference if isinstance(r, reference.Tensor) else vt
        weights = kind.linspace(0.5, 1.5, line.shape[0], dtype=line.dtype)
        value = (line * weights).sum()
        total = value if total is None else total + value
    return total


NARROW = {"half", "bfloat16"}  # their results are weighed in 16 bits, which the sides round differently
DIFFERENTIATED = [
    s
    for s in SAMPLES
    if s.grad
    and s.values
    and not s.seeded
    and "float64" in s.dtypes
    and not s.op.endswith("_")
    and s.op not in MAY_REFUSE | NARROW
]


@pytest.mark.parametrize("sample", DIFFERENTIATED, ids=[f"{s.op}-{i}" for i, s in enumerate(DIFFERENTIATED)])
def test_gradients_of_each_example_and_of_all(sample: Sample) -> None:
    """vmap(grad(f)) and grad(vmap(f)) against PyTorch's gradients, example by example."""
    call = next((c for c in sample.calls if Arguments(c, "float64", grad=True).theirs_leaves), None)
    if call is None:
        pytest.skip("no call has a tensor to differentiate by")
    arguments = Arguments(call, "float64", grad=True)
    plain = Arguments(call, "float64")
    leaves = arguments.theirs_leaves
    examples = [[x.detach() for x in leaves], [varied(x.detach()) for x in leaves]]

    wanted = []
    for values in examples:
        inputs = [x.clone().requires_grad_() for x in values]
        try:
            total = number_of(reference_function(sample), plain.theirs, arguments.theirs, leaves, inputs)
        except RuntimeError:
            pytest.skip("PyTorch refuses the other order of values")
        if total is None or not total.requires_grad:
            pytest.skip("no result has a gradient")
        found = reference.autograd.grad(total, inputs, allow_unused=True)
        wanted.append([reference.zeros_like(x) if g is None else g for x, g in zip(inputs, found, strict=True)])
    columns = [reference.stack(list(c)) for c in zip(*wanted, strict=True)]
    batch = [ours_of(reference.stack(list(c))) for c in zip(*examples, strict=True)]
    number = functools.partial(number_of, our_function(sample), plain.ours, arguments.ours, arguments.our_leaves)
    by = tuple(range(len(batch)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        each = vt.vmap(vt.func.grad(lambda *v: number(v), argnums=by))(*batch)
        every = vt.func.grad(lambda *v: vt.vmap(lambda *w: number(w))(*v).sum(), argnums=by)(*batch)
    for what, found in (("vmap(grad)", each), ("grad(vmap)", every)):
        for mine, expected in zip(found, columns, strict=True):
            rtol, atol = tolerance_of(sample, expected, 1.0)
            same(mine, expected, f"{what} of {sample.op}({call})", max(rtol or 0, 1e-6), max(atol or 0, 1e-6))


def number_of(function: Any, plain: Any, side: Any, old: Any, values: Any) -> Any:
    """The call with `values` in the place of the tensors that it is differentiated by."""

    def exchanged(v: Any, without: Any) -> Any:
        if isinstance(v, (list, tuple)):
            return type(v)(exchanged(x, w) for x, w in zip(v, without, strict=True))
        return next((n for o, n in zip(old, values, strict=True) if o is v), without)

    args = exchanged(list(side[0]), list(plain[0]))
    kwargs = {k: exchanged(v, plain[1][k]) for k, v in side[1].items()}
    return scalar_of(function(*args, **kwargs))


def test_how_ops_are_run() -> None:
    """The count of ops by how vmap runs them; few are called once per example."""
    kinds: dict[str, list[str]] = {}
    for row in _C.registry():
        if "functional" in row["tags"]:
            kinds.setdefault(row["batching"], []).append(row["name"])
    print({kind: len(names) for kind, names in sorted(kinds.items())})
    # A rule for a composite would keep the ops inside from being recorded by the level that it runs at.
    by_rule = {
        r["name"] for r in _C.registry() if "composite" in r["tags"] and r["batching"] not in ("composite", "refused")
    }
    assert by_rule <= NO_DERIVATIVE, by_rule
    loops = {name for name in kinds["loop"] if not name.startswith((*OPTIMIZERS, PLACING))}
    assert loops >= LOOPS
    assert len(loops) <= 0.03 * sum(map(len, kinds.values())), f"without a batching rule: {sorted(loops)}"
    assert len(kinds["elementwise"]) > 140 and len(kinds["view"]) > 15 and len(kinds["rule"]) > 130


NO_DERIVATIVE = {
    *("detach", "empty_like", "full_like", "zeros_like", "ones_like"),
    *("new_empty", "new_empty_strided", "new_full", "new_zeros", "new_ones"),
}
OPTIMIZERS = ("_amp_", "_foreach_", "_fused_adam", "_fused_sgd")  # their steps are not differentiated
PLACING = "_fabric_"  # refused inside vmap
LOOPS = {"_linalg_lstsq", "_lstm_layers", "_recurrent_sequence", "histc", "masked_scatter"}
