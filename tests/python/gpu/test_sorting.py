"""Elements by rank, most frequent and distinct elements, searches and histograms: CUDA beside the CPU, and in graphs."""

from __future__ import annotations

from typing import Any

import pytest

from .side import identical, near, ours, random, reference, theirs, torch

pytestmark = pytest.mark.cuda

REALS = ["float32", "float64", "float16", "bfloat16", "uint8", "int8", "int16", "int32", "int64"]
SHAPES = [(1,), (7,), (500,), (40_000,), (33, 70), (5, 3000), (3000, 5), (6, 9, 11), (0, 4)]
NAN, INF = float("nan"), float("inf")


def values_of(shape: tuple[int, ...], dtype: str, seed: int = 0) -> Any:
    """Numbers with ties; floats with NaNs of both signs, infinities and both zeros."""
    a = random(*shape, dtype=dtype, seed=seed)
    if a.dtype.is_floating_point:
        a = (a * 4).round() / 4
        flat = a.view(-1)
        flat[::17] = NAN
        flat[5::29] = -NAN
        flat[3::31] = INF
        flat[4::31] = -INF
        flat[6::13] = -0.0
    return a


def layouts_of(a: Any) -> list[Any]:
    """The tensor of ours on CUDA as it is, transposed, strided, and with an offset; with the same values each time."""
    flipped = ours(a.permute(*range(a.dim())[::-1]).contiguous()).permute(*range(a.dim())[::-1])
    wide = ours(reference.stack([a, a.flip(-1)], -1))
    later = ours(reference.cat([a.new_zeros(1, *a.shape[1:]), a]))[1:]
    return [ours(a), flipped, wide[..., 0], later]


def points_at(self: Any, dim: int, keepdim: bool, values: Any, indices: Any) -> None:
    """Fails unless `indices` name elements of `self` that are `values`."""
    if not keepdim:
        values, indices = values.unsqueeze(dim), indices.unsqueeze(dim)
    identical(self.gather(dim, indices), values, "elements at the indices")


# ---- elements by rank


@pytest.mark.parametrize("dtype", REALS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_kthvalue_and_medians(shape: tuple[int, ...], dtype: str) -> None:
    a = values_of(shape, dtype)
    here = ours(a).cpu()
    for there in layouts_of(a):
        for dim in range(a.dim()):
            n = a.shape[dim]
            if n == 0:
                continue
            calls = [("median", (dim,)), ("nanmedian", (dim,))]
            calls += [("kthvalue", (k, dim)) for k in sorted({1, (n + 1) // 3, n} - {0})]
            for name, arguments in calls:
                for keepdim in (False, True):
                    got = getattr(torch, name)(there, *arguments, keepdim=keepdim)
                    expected = getattr(torch, name)(here, *arguments, keepdim=keepdim)
                    identical(got[0], expected[0], f"{name}{arguments}")
                    points_at(there, dim, keepdim, *got)
        if a.numel():
            identical(torch.median(there), torch.median(here), "median of all")
            identical(torch.nanmedian(there), torch.nanmedian(here), "nanmedian of all")


def test_ranks_of_all_nan_and_of_one_element() -> None:
    nans = torch.full((3, 4), NAN, device="cuda")
    assert theirs(torch.nanmedian(nans, 1)[0]).isnan().all()
    assert theirs(torch.kthvalue(nans, 2)[0]).isnan().all()
    one = torch.tensor(3.0, device="cuda")
    for got in (torch.kthvalue(one, 1), torch.median(one, 0), torch.nanmedian(one, 0), torch.mode(one)):
        assert (got[0].item(), got[1].item(), got[0].shape) == (3.0, 0, ())


def test_the_index_is_the_first_of_equal_ones() -> None:
    a = torch.tensor([5, 2, 2, 2, 9], device="cuda")
    for got in (torch.kthvalue(a, 2), torch.kthvalue(a, 3), torch.median(a, 0)):
        assert (got[0].item(), got[1].item()) == (2, 1)


def test_long_rows_of_few_values() -> None:
    a = reference.randint(0, 3, (2, 1_000_003), dtype=reference.int32)
    for k in (1, 400_000, 1_000_003):
        identical(torch.kthvalue(ours(a), k)[0], torch.kthvalue(ours(a).cpu(), k)[0], f"kthvalue({k})")
    identical(torch.mode(ours(a))[0], torch.mode(ours(a).cpu())[0], "mode")


@pytest.mark.parametrize("dtype", REALS)
@pytest.mark.parametrize("shape", [(65_536,), (3, 70_001), (64, 65_536), (65, 65_536)], ids=str)
def test_ranks_of_few_long_rows(shape: tuple[int, ...], dtype: str) -> None:
    for a in (values_of(shape, dtype), random(*shape, dtype=dtype, seed=1)):  # with NaNs and without
        there, here = ours(a), ours(a).cpu()
        n = shape[-1]
        for name, arguments in (
            ("kthvalue", (1, -1)),
            ("kthvalue", (n // 3, -1)),
            ("median", (-1,)),
            ("nanmedian", (-1,)),
        ):
            got, expected = getattr(torch, name)(there, *arguments), getattr(torch, name)(here, *arguments)
            identical(got[0], expected[0], f"{name}{arguments}")
            points_at(there, a.dim() - 1, False, *got)


def test_gradients_by_rank() -> None:
    a = reference.randn(5, 7)
    for name, arguments in (("median", (1,)), ("nanmedian", (0,)), ("kthvalue", (3, 1)), ("mode", (1,))):
        grads = []
        for device in ("cuda", "cpu"):
            x = ours(a).to(device).requires_grad_()
            getattr(torch, name)(x, *arguments)[0].sum().backward()
            grads.append(x.grad)
        identical(grads[0], grads[1], name)


@pytest.mark.parametrize("dtype", [*REALS, "bool"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_mode(shape: tuple[int, ...], dtype: str) -> None:
    a = values_of(shape, dtype)
    here = ours(a).cpu()
    for there in layouts_of(a):
        for dim in range(a.dim()):
            if a.shape[dim] == 0:
                continue
            for keepdim in (False, True):
                got, expected = torch.mode(there, dim, keepdim), torch.mode(here, dim, keepdim)
                identical(got[0], expected[0], "values")
                identical(got[1], expected[1], "indices")


@pytest.mark.parametrize("dtype", REALS)
@pytest.mark.parametrize("shape", [(2049,), (33, 5000), (2, 50_304), (20, 70_000)], ids=str)
def test_topk_is_the_beginning_of_a_stable_sort(shape: tuple[int, ...], dtype: str) -> None:
    for a in (values_of(shape, dtype), random(*shape, dtype=dtype, seed=1)):  # with many ties and with few
        there = ours(a)
        for largest in (False, True):
            values, indices = torch.sort(there, dim=-1, descending=largest)
            for k in (1, 2, 50, 1024, 1025):
                got = torch.topk(there, k, largest=largest)
                identical(got[0], values[..., :k], f"values of topk({k})")
                identical(got[1], indices[..., :k], f"indices of topk({k})")
    down = ours(a).unsqueeze(-1).expand(*shape, 2)
    identical(torch.topk(down, 5, dim=-2)[0][..., 1], torch.topk(ours(a), 5)[0], "down columns")


# ---- distinct elements


@pytest.mark.parametrize("dtype", [*REALS, "bool"])
@pytest.mark.parametrize("shape", [(), *SHAPES], ids=str)
def test_unique(shape: tuple[int, ...], dtype: str) -> None:
    a = values_of(shape, dtype)
    here = ours(a).cpu()
    for there in layouts_of(a) if a.dim() else [ours(a)]:
        for name in ("unique", "unique_consecutive"):
            function = getattr(torch, name)
            got = function(there, return_inverse=True, return_counts=True)
            expected = function(here, return_inverse=True, return_counts=True)
            for g, e, what in zip(got, expected, ("values", "inverse", "counts"), strict=True):
                identical(g, e, f"{name}: {what}")
            identical(function(there), expected[0], name)


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16", "uint8", "int64", "bool"])
@pytest.mark.parametrize(
    "shape", [(1, 1), (300, 2), (50, 200), (1000, 3), (4, 64), (5, 63), (2, 3, 200), (0, 3)], ids=str
)
def test_unique_slices(shape: tuple[int, ...], dtype: str) -> None:
    a = random(*shape, dtype=dtype)
    a = a.round() if a.dtype.is_floating_point else a if a.dtype == reference.bool else a % 2
    if shape[0] > 20:
        a[shape[0] // 2 :] = a[: shape[0] - shape[0] // 2].flip(0)  # slices that come twice
    for dim in range(a.dim()):
        if a.numel() == 0 and a.shape[dim] != 0:
            continue
        for name in ("unique", "unique_consecutive"):
            function = getattr(torch, name)
            for there in layouts_of(a):
                got = function(there, return_inverse=True, return_counts=True, dim=dim)
                expected = function(ours(a).cpu(), return_inverse=True, return_counts=True, dim=dim)
                for g, e, what in zip(got, expected, ("values", "inverse", "counts"), strict=True):
                    identical(g, e, f"{name} along {dim}: {what}")


def test_unique_of_complex_neighbours() -> None:
    a = torch.tensor([1 + 1j, 1 + 1j, 2j, 1 + 1j], device="cuda")
    assert theirs(torch.unique_consecutive(a)).tolist() == [1 + 1j, 2j, 1 + 1j]
    with pytest.raises(NotImplementedError):
        torch.unique(a)


def test_many_distinct_elements() -> None:
    a = reference.randint(0, 1 << 40, (700_000,))
    for g, e in zip(
        torch.unique(ours(a), return_inverse=True, return_counts=True),
        reference.unique(a, return_inverse=True, return_counts=True),
        strict=True,
    ):
        assert reference.equal(theirs(g), e)


def rows_of_few_digits(n: int, dtype: str) -> Any:
    """Six rows whose numbers differ in different bytes: in all, the lowest, the highest, both ends, none, one element."""
    info = reference.iinfo(getattr(reference, dtype))
    top = info.bits - 8
    generator = reference.Generator().manual_seed(n)
    low = reference.randint(0, 128, (n,), generator=generator)
    high = reference.randint(-128, 128, (n,), generator=generator) * (1 << top)
    one = reference.full((n,), -3)
    one[n // 2] = info.max
    whole = reference.randint(info.min, info.max, (n,), generator=generator)
    return reference.stack([whole, low, high, low + high, reference.full((n,), 7), one]).to(getattr(reference, dtype))


@pytest.mark.parametrize("dtype", ["int16", "int32", "int64"])
@pytest.mark.parametrize("n", [2049, 4097, 70_001])
def test_sorts_that_leave_out_passes(n: int, dtype: str) -> None:
    a = rows_of_few_digits(n, dtype)
    for rows in (a, a[:1], a[3:4], a[4:]):
        there, here = ours(rows), ours(rows).cpu()
        for descending in (False, True):
            got = torch.sort(there, 1, descending=descending)
            for g, e, what in zip(got, torch.sort(here, 1, descending=descending), ("values", "indices"), strict=True):
                identical(g, e, what)
    for row in a:
        identical(torch.unique(ours(row)), torch.unique(ours(row).cpu()), "unique")
    floats = a[:, : n // 2 * 2].contiguous().view(reference.bfloat16 if dtype == "int16" else reference.float32)
    identical(torch.sort(ours(floats), 1)[1], torch.sort(ours(floats).cpu(), 1)[1], "indices of floats")


@pytest.mark.parametrize("dtype", ["float32", "float16", "float64", "int64", "int8", "bool"])
@pytest.mark.parametrize("width", [2, 3, 4, 5])
def test_unique_of_many_narrow_slices(width: int, dtype: str) -> None:
    a = random(70_000, width, dtype=dtype)
    a = a.round() if a.dtype.is_floating_point else a if a.dtype == reference.bool else a % 20
    if a.dtype.is_floating_point:
        a[5::29, 0] = NAN
        a[3::31, 1] = INF
        a[6::13, 0] = -0.0
    got = torch.unique(ours(a), return_inverse=True, return_counts=True, dim=0)
    expected = torch.unique(ours(a).cpu(), return_inverse=True, return_counts=True, dim=0)
    for g, e, what in zip(got, expected, ("values", "inverse", "counts"), strict=True):
        identical(g, e, what)


@pytest.mark.parametrize("consecutive", [False, True])
def test_unique_asks_for_some(consecutive: bool) -> None:
    a = reference.randint(0, 9, (100, 1000))
    function = torch.unique_consecutive if consecutive else torch.unique
    values, inverse, counts = function(ours(a).cpu(), return_inverse=True, return_counts=True)
    identical(function(ours(a)), values, "values")
    for name, expected in (("return_inverse", inverse), ("return_counts", counts)):
        got = function(ours(a), **{name: True})
        identical(got[0], values, name)
        identical(got[1], expected, name)


# ---- searches


@pytest.mark.parametrize("dtype", [*REALS, "bool"])
@pytest.mark.parametrize("right", [False, True])
def test_many_values_in_a_short_row(dtype: str, right: bool) -> None:
    for width in (1, 2, 3, 257, 4096, 4097):
        edges = torch.sort(ours(values_of((width,), dtype)))[0]
        values = ours(values_of((64 * width + 5,), dtype, seed=1))
        for options in ({"right": right}, {"right": right, "out_int32": True}):
            expected = torch.searchsorted(edges.cpu(), values.cpu(), **options)
            identical(torch.searchsorted(edges, values, **options), expected, f"places among {width}")


@pytest.mark.parametrize("dtype", [*REALS, "bool"])
@pytest.mark.parametrize("right", [False, True])
@pytest.mark.parametrize("int32", [False, True])
def test_searchsorted(dtype: str, right: bool, int32: bool) -> None:
    for shape, wanted in (((1000,), (50, 3)), ((1,), (10,)), ((0,), (4,)), ((6, 40), (6, 11)), ((2, 3, 9), (2, 3, 0))):
        rows, wanted_values = values_of(shape, dtype), values_of(wanted, dtype, seed=1)
        order = torch.argsort(ours(rows), dim=-1, stable=True)
        sorted_rows = torch.sort(ours(rows), -1)[0]
        for values in layouts_of(wanted_values):
            options = {"right": right, "out_int32": int32}
            expected = torch.searchsorted(sorted_rows.cpu(), values.cpu(), **options)
            identical(torch.searchsorted(sorted_rows, values, **options), expected, "places")
            identical(torch.searchsorted(ours(rows), values, sorter=order, **options), expected, "with a sorter")
            if len(shape) == 1:
                identical(torch.bucketize(values, sorted_rows, **options), expected, "bucketize")
            out = torch.empty(0, dtype=torch.int32 if int32 else torch.int64, device="cuda")
            identical(torch.searchsorted(sorted_rows, values, out=out, **options), expected, "out=")


def test_searches_of_a_number_and_of_other_dtypes() -> None:
    rows = torch.tensor([1, 3, 3, 5], device="cuda")
    assert torch.searchsorted(rows, 3, right=True).item() == 3
    assert torch.searchsorted(rows, 2.5).item() == 1
    assert torch.bucketize(3, rows).item() == 1
    halves = torch.tensor([2.5, 3.0], device="cuda")
    assert theirs(torch.searchsorted(rows, halves, side="right")).tolist() == [1, 3]


def test_a_sorter_out_of_range_is_reported() -> None:
    rows = torch.tensor([3.0, 1.0, 2.0], device="cuda")
    with pytest.raises(RuntimeError, match="sorter index out of range"):
        torch.searchsorted(rows, rows, sorter=torch.tensor([1, 2, 7], device="cuda"))
        torch.cuda.synchronize()
    assert rows.sum().item() == 6.0
    with pytest.raises(RuntimeError, match="expected a sorter of dtype int64, got int32"):
        torch.searchsorted(rows, rows, sorter=torch.tensor([1, 2, 0], dtype=torch.int32, device="cuda"))


# ---- histograms


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int16", "int32", "int64"])
@pytest.mark.parametrize("bins", [1, 50, 100, 120])
def test_bincount(dtype: str, bins: int) -> None:
    for n in (0, 1, 1000, 70_000):
        a = reference.randint(0, bins, (n,)).to(getattr(reference, dtype))
        w = reference.randint(0, 9, (n,))
        for there in layouts_of(a) if n else [ours(a)]:
            here = there.cpu()
            for minlength in (0, 130):
                identical(
                    torch.bincount(there, minlength=minlength), torch.bincount(here, minlength=minlength), "counts"
                )
                for kind in (reference.float32, reference.float64, reference.int32):
                    weights = ours(w.to(kind))
                    got = torch.bincount(there, weights, minlength)
                    identical(got, torch.bincount(here, weights.cpu(), minlength), f"weights of {kind}")


def test_bincount_in_many_bins_and_refusals() -> None:
    a = reference.randint(0, 200_000, (500_000,))
    assert reference.equal(theirs(torch.bincount(ours(a))), reference.bincount(a))
    with pytest.raises(RuntimeError, match="non-negative"):
        torch.bincount(torch.tensor([1, -1], device="cuda"))


@pytest.mark.parametrize("dtype", REALS)
def test_histc(dtype: str) -> None:
    for shape in ((0,), (1,), (33, 70), (40_000,)):
        a = random(*shape, dtype=dtype)
        for there in layouts_of(a) if a.numel() else [ours(a)]:
            here = there.cpu()
            for arguments in ((), (7,), (10, -1, 1), (5, 2, 2), (9000, -2, 50)):
                identical(torch.histc(there, *arguments), torch.histc(here, *arguments), f"histc{arguments}")


def test_histc_leaves_out_nan_and_refuses_an_endless_range() -> None:
    a = torch.tensor([NAN, INF, 1.0, 2.0, 3.0, -INF, 0.9], device="cuda")
    assert theirs(torch.histc(a, 2, 1, 3)).tolist() == [1.0, 2.0]
    with pytest.raises(RuntimeError, match="finite"):
        torch.histc(a, 2)


# ---- positions by repeats, classes


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_repeat_interleave(dtype: str) -> None:
    for n in (0, 1, 9, 3000):
        repeats = reference.randint(0, 5, (n,)).to(getattr(reference, dtype))
        expected = reference.repeat_interleave(repeats)
        assert reference.equal(theirs(torch.repeat_interleave(ours(repeats))), expected)
        got = torch.repeat_interleave(ours(repeats), output_size=expected.numel())
        assert reference.equal(theirs(got), expected)
        a = reference.randn(n, 3)
        got = torch.repeat_interleave(ours(a), ours(repeats), dim=0)
        assert reference.equal(theirs(got), reference.repeat_interleave(a, repeats, dim=0))


def test_repeats_that_are_refused() -> None:
    with pytest.raises(RuntimeError, match="negative"):
        torch.repeat_interleave(torch.tensor([1, -1], device="cuda"))
    for repeats, size, what in (([1, 2], 4, "size"), ([3, -1], 2, "negative")):
        with pytest.raises(RuntimeError, match=what):
            torch.repeat_interleave(torch.tensor(repeats, device="cuda"), output_size=size)
            torch.cuda.synchronize()


def test_one_hot() -> None:
    a = reference.randint(0, 5, (4, 6))
    one_hot, expected = torch.nn.functional.one_hot, reference.nn.functional.one_hot
    assert reference.equal(theirs(one_hot(ours(a))), expected(a))
    assert reference.equal(theirs(one_hot(ours(a), 9)), expected(a, 9))
    for bad in (-1, 9):
        with pytest.raises((IndexError, RuntimeError)):
            one_hot(torch.tensor([bad, 2], device="cuda"), 9)
            torch.cuda.synchronize()


# ---- running sums of long lines, and what a mask's running sum places


@pytest.mark.parametrize("shape", [(1, 4097), (5, 100_003), (511, 5000), (512, 5000), (3, 2, 20_000)], ids=str)
def test_cumsum_of_long_lines(shape: tuple[int, ...]) -> None:
    a = random(*shape, dtype="int64")
    for dim in range(len(shape)):
        assert reference.equal(theirs(torch.cumsum(ours(a), dim)), a.cumsum(dim))
        assert reference.equal(theirs(torch.cumprod(ours(a), dim)), a.cumprod(dim))
    for dtype in ("float32", "float64", "bfloat16"):
        b = random(*shape, dtype=dtype)
        near(torch.cumsum(ours(b), -1), b.double().cumsum(-1), scale=10)
    for sizes in ((9, 40, 64), (5000, 33), (3, 2000, 100)):  # lines side by side
        c = random(*sizes)
        for dim in range(len(sizes)):
            near(torch.cumsum(ours(c), dim), c.double().cumsum(dim), scale=10)
            assert reference.equal(theirs(torch.cumsum(ours(c.sign().long()), dim)), c.sign().long().cumsum(dim))
    near(torch.cumsum(ours(random(20_000, 3)).t(), 1), random(20_000, 3).t().double().cumsum(1), scale=10)


@pytest.mark.parametrize("dtype", [*REALS, "bool", "complex64", "complex128"])
def test_masked_scatter(dtype: str) -> None:
    for shape, mask_shape in (((33, 70), (33, 70)), ((40_000,), (40_000,)), ((5, 6), (6,)), ((0, 3), (0, 3))):
        a, source = random(*shape, dtype=dtype), random(40_000, dtype=dtype, seed=1)
        mask = random(*mask_shape, dtype="bool")
        got, expected = torch.masked_scatter(ours(a), ours(mask), ours(source)), a.masked_scatter(mask, source)
        assert reference.equal(theirs(got), expected)
    with pytest.raises(RuntimeError, match="Number of elements of source"):
        ours(a.new_zeros(9)).masked_scatter(torch.ones(9, dtype=torch.bool, device="cuda"), ours(a.new_zeros(5)))
        torch.cuda.synchronize()


# ---- more elements than int32 counts


def test_past_two_to_the_31st() -> None:
    n = (1 << 31) + 37
    x = torch.zeros(n, dtype=torch.uint8, device="cuda")
    x[5], x[-2], x[-1] = 3, 200, 7
    for k, value, index in ((1, 0, 0), (n - 2, 3, 5), (n - 1, 7, n - 1), (n, 200, n - 2)):
        got = torch.kthvalue(x, k)
        assert (got[0].item(), got[1].item()) == (value, index)
    assert torch.median(x).item() == 0
    got = torch.topk(x, 3)
    assert (theirs(got[0]).tolist(), theirs(got[1]).tolist()) == ([200, 7, 3], [n - 2, n - 1, 5])
    counts = theirs(torch.bincount(x))
    assert (counts[0].item(), counts.sum().item(), counts[200].item()) == (n - 3, n, 1)
    values, members = torch.unique_consecutive(x, return_counts=True)
    assert (theirs(values).tolist(), theirs(members).tolist()) == ([0, 3, 0, 200, 7], [5, 1, n - 8, 1, 1])
    places = torch.bucketize(x, torch.tensor([1, 5, 100], dtype=torch.uint8, device="cuda"), out_int32=True)
    assert theirs(places[-3:]).tolist() == [0, 3, 2]
    assert int((places != 0).sum()) == 3
    del places
    assert x.cumsum(0)[-1].item() == 210
    with pytest.raises(NotImplementedError, match="2\\^31"):
        torch.sort(x)


# ---- in graphs

GRAPHED: dict[str, Any] = {
    "kthvalue": lambda x, i: torch.kthvalue(x, 3, 0),
    "median": lambda x, i: torch.median(x, 1),
    "median of all": lambda x, i: (torch.median(x),),
    "nanmedian": lambda x, i: torch.nanmedian(x, 1),
    "mode": lambda x, i: torch.mode(i, 1),
    "mode of long rows": lambda x, i: torch.mode(i.reshape(-1)),
    "sort": lambda x, i: torch.sort(x, 1),
    "sort of long rows": lambda x, i: (*torch.sort(i.repeat(1, 70), 1), *torch.sort(x.repeat(1, 70), 1)),
    "topk": lambda x, i: torch.topk(x, 4),
    "searchsorted": lambda x, i: (torch.searchsorted(torch.sort(x[0])[0], x), torch.searchsorted(x[0].cumsum(0), 0.5)),
    "sorter": lambda x, i: (torch.searchsorted(x, x.flip(1), sorter=torch.argsort(x, 1)),),
    "bucketize": lambda x, i: (torch.bucketize(x, torch.linspace(-2, 2, 9, device="cuda")), torch.bucketize(3, i[0])),
    "histc": lambda x, i: (torch.histc(x, 20, -2, 2), torch.histc(i, 5, 0, 9)),
    "repeat_interleave": lambda x, i: (torch.repeat_interleave(x, i[0] * 0 + 2, dim=1, output_size=2 * x.shape[1]),),
    "masked_scatter": lambda x, i: (x.masked_scatter(i > 4, x.flip(0)),),
    "cumsum of a long line": lambda x, i: (i.repeat(5, 1).reshape(-1).cumsum(0),),
    "median of a long row": lambda x, i: (x.repeat(30, 1).median(), x.repeat(30, 1).nanmedian()),
    "one_hot": lambda x, i: (torch.nn.functional.one_hot(i, 10),),
}


@pytest.mark.parametrize("name", GRAPHED)
def test_in_a_graph(name: str) -> None:
    run = GRAPHED[name]
    x, i = ours(random(40, 70)), ours(reference.randint(0, 10, (40, 70)))
    g = torch.cuda.CUDAGraph()
    with torch.cuda.graph(g):
        results = run(x, i)
    for seed in (1, 2):
        x.copy_(ours(random(40, 70, seed=seed)))
        i.copy_(ours(reference.randint(0, 10, (40, 70), generator=reference.Generator().manual_seed(seed))))
        g.replay()
        torch.cuda.synchronize()
        for got, expected in zip(results, run(x, i), strict=True):
            identical(got, expected, name)


@pytest.mark.parametrize("name", ["unique", "unique_consecutive", "bincount", "histc", "nonzero"])
def test_a_graph_refuses_what_reads_a_size(name: str) -> None:
    i = torch.arange(10, device="cuda")
    g = torch.cuda.CUDAGraph()
    with torch.cuda.graph(g):
        with pytest.raises(RuntimeError):
            getattr(torch, name)(i)
        y = i + 1
    g.replay()
    assert theirs(y).tolist() == list(range(1, 11))
