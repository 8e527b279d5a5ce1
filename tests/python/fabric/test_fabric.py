"""Meshes, placements, views of shards, gradients and modules on meshes of virtual members."""

from __future__ import annotations

import copy
import pickle
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import vibetensor.torch as torch
from vibetensor import _C, fabric
from vibetensor.fabric import Partial, Replicate, Shard

TWO, THREE = fabric.Mesh(["cpu"] * 2), fabric.Mesh(["cpu"] * 3)
SQUARE = fabric.Mesh([["cpu"] * 2] * 2)
nn, F = torch.nn, torch.nn.functional


def shards(t: torch.Tensor) -> list:
    return [s.tolist() for s in t.shards]


def same(a: torch.Tensor, b: torch.Tensor) -> bool:
    return torch.equal(fabric.gather(a), fabric.gather(b))


@pytest.fixture
def strict() -> Iterator[None]:
    before = fabric.set_strict(True)
    yield
    fabric.set_strict(before)


def test_meshes() -> None:
    assert fabric.Mesh(["cpu"] * 2) == TWO != THREE
    assert SQUARE.shape == (2, 2) and len(SQUARE) == 4 and repr(SQUARE) == "Mesh(2 x 2 cpu)"
    for wrong in ([], ["meta"], [["cpu"], ["cpu", "cpu"]]):
        with pytest.raises(ValueError, match="Mesh"):
            fabric.Mesh(wrong)


def test_placements() -> None:
    x = torch.arange(10.0).view(5, 2)
    by_rows = fabric.shard(x, THREE)
    assert shards(by_rows) == [[[0, 1], [2, 3]], [[4, 5], [6, 7]], [[8, 9]]]
    assert by_rows.placement == Shard(0) and by_rows.placement.bounds == (0, 2, 4, 5)
    assert by_rows.shape == (5, 2) and by_rows.is_contiguous() and fabric.is_fabric(by_rows)
    assert shards(fabric.shard(x, THREE, -1)) == [
        [[r] for r in (0, 2, 4, 6, 8)],
        [[r] for r in (1, 3, 5, 7, 9)],
        [[]] * 5,
    ]
    assert fabric.replicate(x, THREE).placement == Replicate() and x.placement is None
    assert same(fabric.distribute(by_rows, THREE, Shard(1)), x)
    assert same(fabric.distribute(by_rows, TWO, Shard(0)), x)
    joined = fabric.join([torch.ones(1, 2), torch.ones(3, 2)], TWO, Shard(0), [4, 2])
    assert joined.placement.bounds == (0, 1, 4)
    with pytest.raises(ValueError, match="expected shard 0 of sizes"):
        fabric.join([torch.ones(1, 3), torch.ones(3, 2)], TWO, Shard(0), [4, 2])
    with pytest.raises(IndexError):
        fabric.shard(torch.tensor(1.0), TWO)


def test_two_dims() -> None:
    x = torch.arange(24.0).view(4, 6)
    both = fabric.distribute(x, SQUARE, [Shard(0), Shard(1)])
    assert both.placement == (Shard(0), Shard(1)) and both.shards[1].tolist() == [[3, 4, 5], [9, 10, 11]]
    assert same(both, x) and same(both.t(), x.t()) and same(both.view(4, 2, 3), x.view(4, 2, 3))
    assert same(fabric.distribute(both, SQUARE, [Shard(1), Shard(0)]), x)
    w = fabric.distribute(torch.ones(6, 2), SQUARE, [Replicate(), Shard(0)])
    product = both @ w
    assert product.placement == (Shard(0), Partial()) and same(product, x @ torch.ones(6, 2))
    with pytest.raises(NotImplementedError, match="shard dim 0"):
        fabric.distribute(x, SQUARE, [Shard(0), Shard(0)])


def test_products_and_sums() -> None:
    x, w = torch.arange(12.0).view(4, 3), torch.arange(6.0).view(3, 2)
    by_rows = fabric.shard(x, TWO) @ fabric.replicate(w, TWO)
    assert by_rows.placement == Shard(0)
    by_columns = fabric.shard(x, TWO, 1) @ fabric.shard(w, TWO, 0)
    assert by_columns.placement == Partial("sum")
    assert (by_columns * 2 + by_columns).placement == Partial("sum")
    assert (by_columns * by_columns).placement == Partial("sum") and same(by_columns * by_columns, (x @ w) * (x @ w))
    assert same(by_rows, x @ w)
    by_columns = fabric.shard(x, TWO, 1) @ fabric.shard(w, TWO, 0)
    assert by_columns.relu().placement == Replicate() == by_columns.placement  # added up once, for all who read it
    sharded = fabric.shard(x, THREE)
    assert sharded.sum(1).placement == Shard(0) and sharded.sum(0).placement == Partial("sum")
    assert sharded.amax(0).placement == Partial("max") and same(sharded.amax(0), x.amax(0))
    assert same(sharded.mean(), x.mean()) and same(sharded.mean(0), x.mean(0)) and sharded.sum().item() == 66


def test_views_alias() -> None:
    x = torch.arange(24.0).view(6, 4).clone()
    for dim in (0, 1):
        t = fabric.shard(x, TWO, dim)
        plain = x.clone()
        for side in (t, plain):
            side[1:5, 1].add_(100)
            side.t()[2].mul_(-1)
            side.view(24)[5:9] = 7
            side.view(3, 2, 4).select(1, 0).zero_()
            side.diagonal().fill_(3)
            side[::2, ::3].copy_(torch.arange(6.0).view(3, 2))
        assert same(t, plain), dim
    t = fabric.shard(x, TWO)
    assert t.t().placement == Shard(1) and t[1:5].placement.bounds == (0, 2, 4)
    assert t.view(24).placement == Shard(0) and t[4].placement.bounds == (0, 0, 4) and t[:, 1].placement == Shard(0)
    assert t[1:5]._base is t and t.shards[0].storage().data_ptr() == t[1:5].shards[0].storage().data_ptr()
    assert t.view(4, 6).placement == Shard(0)  # 12 elements on each side
    assert fabric.shard(x, TWO, 1).view(24).placement == Replicate()  # of an inner dim: gathered


def test_versions_and_detach() -> None:
    t = fabric.shard(torch.ones(4), TWO)
    before = t._version
    t.detach().add_(1)
    assert t._version > before and same(t, torch.full((4,), 2.0))
    leaf = fabric.shard(torch.ones(4), TWO).requires_grad_()
    kept = (leaf * leaf).sum()
    leaf.detach().mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        kept.backward()


def test_gradients_are_parts_of_a_sum() -> None:
    torch.manual_seed(0)
    x, w = torch.randn(5, 3), torch.randn(3, 2)
    plain = w.clone().requires_grad_()
    (x @ plain).square().mean().backward()
    mine = fabric.replicate(w, TWO).requires_grad_()
    for _ in range(2):
        (fabric.shard(x, TWO) @ mine).square().mean().backward()
    assert mine.grad.placement == Partial("sum")
    assert torch.allclose(fabric.gather(mine.grad), 2 * plain.grad)
    mine.grad.mul_(1.0)
    # Read by what is not linear, it is added up, for everyone who has it.
    _ = mine.grad.clone().relu_()
    leaf = x.clone().requires_grad_()
    fabric.gather(fabric.shard(leaf, TWO) * 3).sum().backward()
    assert torch.equal(leaf.grad, torch.full((5, 3), 3.0))


def test_random_numbers_are_those_of_one_device() -> None:
    t = fabric.shard(torch.zeros(5, 4), THREE)
    for draw in (torch.rand_like, torch.bernoulli, lambda v: v.clone().normal_(), lambda v: F.dropout(v + 1, 0.5)):
        torch.manual_seed(3)
        wanted = draw(torch.zeros(5, 4))
        torch.manual_seed(3)
        found = draw(t)
        assert found.placement == Shard(0) and same(found, wanted)


# Most read values, or give results whose shapes depend on values.
GATHERED = """_ctc_loss _ctc_loss_backward _grouped_mm _histogramdd_bin_edges _linalg_lstsq _lstm_layers _lstm_layers_backward
    _pack_padded_sequence _pad_packed_sequence _recurrent_sequence _scaled_mm _unique2 bincount ctc_loss ctc_loss.Tensor
    diag_embed diagonal_backward histc histogram.bin_ct histogram.bins_tensor masked_scatter masked_select nonzero one_hot
    put repeat_interleave.Tensor segment_reduce tensor_split.tensor_indices_or_sections unique_consecutive unique_dim
    _amp_update_scale_"""
OF_SPARSE_TENSORS = """_sparse_coo sparse_coo_tensor coalesce values indices _indices _values _coalesced_ _sparse_compressed
    sparse_csr_tensor sparse_csc_tensor sparse_bsr_tensor sparse_bsc_tensor crow_indices col_indices ccol_indices row_indices
    _csr_mm _csr_dots"""


def test_which_ops_are_gathered() -> None:
    gathered = {e["name"] for e in _C.registry() if e["sharding"] == "gather" and "functional" in e["tags"]}
    assert gathered == {*GATHERED.split(), *OF_SPARSE_TENSORS.split()}


def test_gathering_warns_and_is_an_error_in_strict_mode(strict: None) -> None:
    t = fabric.shard(torch.arange(4), TWO)
    with pytest.raises(RuntimeError, match=r"bincount.*no sharding rule"):
        torch.bincount(t)
    fabric.set_strict(False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert same(torch.bincount(t), torch.ones(4, dtype=torch.int64))


def test_reading_and_printing() -> None:
    t = fabric.shard(torch.arange(4.0), TWO)
    assert t.tolist() == [0, 1, 2, 3] and t[2].item() == 2 and bool((t >= 0).all()) and len(t) == 4
    assert repr(t) == "tensor([0., 1., 2., 3.], placement=Shard(dim=0))"
    with pytest.raises((TypeError, RuntimeError), match=r"no memory|gather"):
        t.numpy()
    with pytest.raises((RuntimeError, NotImplementedError)):
        t.resize_(8)
    with pytest.raises(RuntimeError, match="one mesh"):
        t + fabric.shard(torch.arange(4.0), THREE)


class Words(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.token = nn.Embedding(10, 8)
        self.norm = nn.LayerNorm(8)
        self.inner = nn.Linear(8, 12)
        self.outer = nn.Linear(12, 8)
        self.head = nn.Linear(8, 10, bias=False)
        self.head.weight = self.token.weight

    def forward(self, words: torch.Tensor) -> torch.Tensor:
        x = self.token(words)
        x = x + self.outer(F.gelu(self.inner(self.norm(x))))
        return self.head(x)


PLAN = {"token": "vocabulary", "inner": "column", "outer": "row"}
WAYS = {
    "data": lambda m, mesh: (fabric.data_parallel(m, mesh), torch.optim.AdamW(m.parameters(), lr=0.01)),
    "tensor": lambda m, mesh: (fabric.parallelize(m, PLAN, mesh), torch.optim.AdamW(m.parameters(), lr=0.01)),
    "foreach": lambda m, mesh: (fabric.data_parallel(m, mesh), torch.optim.SGD(m.parameters(), 0.1, foreach=True)),
    "parts": lambda m, mesh: (
        fabric.data_parallel(m, mesh),
        fabric.ShardedOptimizer(m.parameters(), torch.optim.AdamW, lr=0.01),
    ),
}


@pytest.mark.parametrize("mesh", [TWO, THREE, SQUARE], ids=repr)
@pytest.mark.parametrize("way", WAYS)
def test_training_is_that_of_one_device(way: str, mesh: fabric.Mesh) -> None:
    torch.manual_seed(0)
    plain = Words()
    placed, step = WAYS[way](copy.deepcopy(plain), mesh)
    optimizer = (
        torch.optim.SGD(plain.parameters(), 0.1) if way == "foreach" else torch.optim.AdamW(plain.parameters(), lr=0.01)
    )
    words = torch.randint(10, (7, 5))
    for _ in range(3):
        for model, o in ((plain, optimizer), (placed, step)):
            logits = model(words)
            loss = F.cross_entropy(logits.flatten(0, 1), words.flatten(), ignore_index=3)
            loss.backward()
            o.step()
            o.zero_grad()
    for (name, a), b in zip(plain.named_parameters(), placed.parameters(), strict=True):
        assert torch.allclose(a, fabric.gather(b), atol=2e-4), name
    assert any(isinstance(p, Shard) for b in placed.parameters() for p in fabric.tensors.located(b)[1]) == (
        way == "tensor"
    )


def test_plans_are_checked() -> None:
    with pytest.raises(ValueError, match="nothing in the module is named 'nowhere'"):
        fabric.parallelize(Words(), {"nowhere": "row"}, TWO)
    with pytest.raises(ValueError, match="expected one of column"):
        fabric.parallelize(Words(), {"inner": "diagonal"}, TWO)


def test_counts_of_collectives() -> None:
    fabric.reset_stats()
    x = fabric.shard(torch.ones(4, 4), TWO)
    x.sum().item()
    assert fabric.stats()["all_reduce"] == {"calls": 1, "bytes": 8}
    fabric.gather(x)
    assert fabric.stats()["all_gather"] == {"calls": 1, "bytes": 64}


def test_gradients_are_added_up_in_one_bucket() -> None:
    model = fabric.data_parallel(Words(), TWO)
    optimizer = torch.optim.AdamW(model.parameters(), fused=True)
    fabric.reset_stats()
    model(torch.randint(10, (4, 3))).square().sum().backward()
    assert fabric.stats()["all_reduce"]["calls"] == 0
    optimizer.step()
    assert fabric.stats()["all_reduce"]["calls"] == 1
    assert all(p.grad.placement == Replicate() for p in model.parameters())


def test_topology() -> None:
    near, far = fabric.Link(True, True), fabric.Link(False)
    some = fabric.Topology(("A", "A", "B"), ((None, near, far), (near, None, far), (far, far, None)), (0, 0, None))
    assert some.cliques == [[0, 1], [2]]
    assert some.peers == ((True, True, False), (True, True, False), (False, False, True))
    lines = str(some).splitlines()
    assert lines[1].split() == ["cuda:0", "-", "NVLink", "host", "0", "A"]
    assert lines[3].split() == ["cuda:2", "host", "host", "-", "?", "B"]
    assert lines[4] == "cliques: {0, 1}  {2}"
    assert fabric.Link(True).kind == "PCIe"
    assert len(fabric.topology().names) == torch.cuda.device_count()


def test_memory_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """A tensor on a mesh has no bytes of its own, and nothing that would read or lend them ends the process."""
    mesh, plain = fabric.Mesh(["cpu", "cpu"]), torch.randn(6, 4)
    tensor = fabric.shard(plain, mesh, dim=0)
    for call in (
        lambda: tensor.share_memory_(),
        lambda: torch.save(tensor, tmp_path / "t.pt"),
        lambda: pickle.dumps(tensor, 5),
        lambda: pickle.dumps(tensor.untyped_storage(), 2),
        lambda: tensor.untyped_storage().tolist(),
        lambda: tensor.untyped_storage()[0],
        lambda: tensor.untyped_storage().clone(),
        lambda: tensor.numpy(),
        lambda: torch.from_dlpack(tensor),
        lambda: tensor.resize_(100),
        lambda: tensor.set_(plain),
        lambda: plain.clone().set_(tensor),
    ):
        with pytest.raises((RuntimeError, BufferError, NotImplementedError)):
            call()
    assert not (tmp_path / "t.pt").exists()
    assert fabric.is_fabric(tensor) and torch.equal(fabric.gather(tensor), plain)


def test_meshes_of_gpus_that_are_not_there() -> None:
    for count in (10**30, 99, 0, -1):
        with pytest.raises(RuntimeError, match="expected one or more GPUs"):
            fabric.Mesh(count)


def test_parts_may_be_empty() -> None:
    """A norm of nothing has no extremum, and a convolution takes no weight of no channels: these are then whole."""
    three = fabric.Mesh(["cpu"] * 3)

    def cut(t: torch.Tensor, dim: int) -> torch.Tensor:
        sizes = [2, 2, 0] if t.size(dim) == 4 else [1, 1, 0]
        return fabric.join(list(t.split(sizes, dim)), three, Shard(dim), t.shape)

    def near(found: torch.Tensor, expected: torch.Tensor) -> bool:
        return torch.allclose(fabric.gather(found), expected, rtol=1e-4, atol=1e-5)

    x, weight = torch.randn(2, 4, 6), torch.randn(4, 4, 3)
    for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
        placed = cut(x, i), cut(weight, j)
        assert near(torch.nn.functional.conv1d(*placed), torch.nn.functional.conv1d(x, weight))
    for order in (-1.0, 0.0, 0.5, 2.0, 3.0, float("inf"), float("-inf")):
        assert near(torch.linalg.vector_norm(cut(x, 1), order, dim=1), torch.linalg.vector_norm(x, order, dim=1))
        assert near(torch.linalg.vector_norm(cut(x, 1), order), torch.linalg.vector_norm(x, order))
