"""Small training programs of many fields, ten steps in float64 on either side: the same losses from the same seed.

A program is a function of the module, ours or PyTorch's, that yields a loss, or several, for each step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
import vibetensor.torch as vt

STEPS = 10
PROGRAMS: dict[str, Callable[[Any], Iterator[Any]]] = {}


def program(run: Callable[[Any], Iterator[Any]]) -> Callable[[Any], Iterator[Any]]:
    PROGRAMS[run.__name__] = run
    return run


def descend(optimizer: Any, loss: Any) -> Any:
    """The loss, after a step along its gradients."""
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


@program
def mixture_of_experts(t: Any) -> Iterator[Any]:
    F = t.nn.functional
    gate = t.nn.Linear(8, 4, bias=False)
    up, down = (t.nn.Parameter(0.1 * t.randn(4, *shape)) for shape in ((8, 16), (16, 8)))
    optimizer = t.optim.AdamW([*gate.parameters(), up, down], 1e-2)
    for _ in range(STEPS):
        x = t.randn(24, 8)
        chances = F.softmax(gate(x), 1)
        weights, chosen = t.topk(chances, 2, dim=-1)
        weights = weights / weights.sum(-1, keepdim=True)
        mask = F.one_hot(chosen, 4).permute(2, 1, 0)
        result = t.zeros_like(x)
        for expert in range(4):
            slot, rows = t.where(mask[expert])
            if len(rows):
                made = F.silu(x[None, rows].reshape(-1, 8) @ up[expert]) @ down[expert]
                result.index_add_(0, rows, made * weights[rows, slot, None])
        balance = 4 * (mask.to(x.dtype).mean(-1).sum(1) * chances.mean(0)).sum()
        yield descend(optimizer, F.mse_loss(result, x.flip(-1)) + 0.01 * balance)


@program
def selective_scan(t: Any) -> Iterator[Any]:
    F = t.nn.functional
    into, conv, parts = t.nn.Linear(6, 12), t.nn.Conv1d(6, 6, 4, groups=6, padding=3), t.nn.Linear(6, 6 + 2 * 4)
    decay = t.nn.Parameter(t.log(t.arange(1.0, 5).repeat(6, 1)))
    optimizer = t.optim.RMSprop([*into.parameters(), *conv.parameters(), *parts.parameters(), decay], 1e-3)
    for _ in range(STEPS):
        u = t.randn(2, 9, 6)
        x, gate = into(u).chunk(2, -1)
        x = F.silu(conv(x.transpose(1, 2))[..., :9].transpose(1, 2))
        step, b, c = parts(x).split([6, 4, 4], -1)
        step = F.softplus(step)
        kept = t.exp(t.einsum("bld,dn->bldn", step, -decay.exp()))
        given = t.einsum("bld,bln,bld->bldn", step, b, x)
        state, seen = t.zeros(2, 6, 4), []
        for at in range(9):
            state = kept[:, at] * state + given[:, at]
            seen.append(t.einsum("bdn,bn->bd", state, c[:, at]))
        yield descend(optimizer, F.smooth_l1_loss(t.stack(seen, 1) * F.silu(gate), u))


@program
def recommender(t: Any) -> Iterator[Any]:
    F = t.nn.functional
    bags = t.nn.ModuleList(t.nn.EmbeddingBag(20, 4, mode="sum", sparse=True) for _ in range(3))
    dense = t.nn.Sequential(t.nn.Linear(5, 8), t.nn.ReLU(), t.nn.Linear(8, 4))
    top = t.nn.Linear(4 + 6, 1)
    optimizers = [
        t.optim.SparseAdam(list(bags.parameters()), 1e-2),
        t.optim.Adagrad([*dense.parameters(), *top.parameters()], 1e-2),
    ]
    i, j = t.tril_indices(4, 4, -1)
    for _ in range(STEPS):
        offsets = t.arange(0, 16, 2)
        rows = [dense(t.randn(8, 5)), *(bag(t.randint(0, 20, (16,)), offsets) for bag in bags)]
        together = t.stack(rows, 1)
        pairs = (together @ together.mT)[:, i, j]
        score = top(t.cat([rows[0], pairs], 1)).squeeze(1)
        loss = F.binary_cross_entropy_with_logits(score, t.rand(8).round(), pos_weight=t.tensor(2.0))
        for optimizer in optimizers:
            optimizer.zero_grad()
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
        yield loss


@program
def sets_of_points(t: Any) -> Iterator[Any]:
    F = t.nn.functional
    turn = t.nn.Linear(3, 9)
    local = t.nn.Sequential(t.nn.Conv2d(3, 8, 1), t.nn.BatchNorm2d(8), t.nn.ReLU(), t.nn.Conv2d(8, 8, 1))
    head = t.nn.Linear(8, 5)
    optimizer = t.optim.Adam([*turn.parameters(), *local.parameters(), *head.parameters()], 1e-3)
    batch = t.arange(4)
    for _ in range(STEPS):
        x, kinds = t.randn(4, 32, 3), t.randint(0, 5, (4,))
        rotation = turn(x.amax(1)).view(-1, 3, 3) + t.eye(3)
        x = x @ rotation
        chosen, far = t.zeros(4, 6, dtype=t.int64), t.randint(0, 32, (4,))
        nearest = t.full((4, 32), 1e10)
        for k in range(6):  # the point that is farthest from those before
            chosen[:, k] = far
            distance = ((x.detach() - x.detach()[batch, far, None]) ** 2).sum(-1)
            closer = distance < nearest
            nearest[closer] = distance[closer]
            far = nearest.max(-1)[1]
        centers = x[batch[:, None], chosen]
        around = t.cdist(centers.detach(), x.detach()).topk(5, largest=False)[1]
        groups = x[batch[:, None, None], around] - centers[:, :, None]
        logits = head(local(groups.permute(0, 3, 1, 2)).amax((2, 3)))
        square = t.linalg.norm(t.eye(3) - rotation @ rotation.mT, dim=(1, 2)).mean()
        yield descend(optimizer, F.cross_entropy(logits, kinds) + 1e-3 * square)


@program
def coupling_flow(t: Any) -> Iterator[Any]:
    nets = t.nn.ModuleList(t.nn.Sequential(t.nn.Linear(1, 16), t.nn.LeakyReLU(), t.nn.Linear(16, 2)) for _ in range(4))
    prior = t.distributions.MultivariateNormal(t.zeros(2), t.eye(2))
    optimizer = t.optim.Adamax(nets.parameters(), 1e-2)
    for _ in range(STEPS):
        angle = 3 * t.rand(64)
        x = t.stack([angle.cos(), angle.sin()], 1) + 0.1 * t.randn(64, 2)
        volume = 0
        for net in nets:
            kept, changed = x.unbind(1)
            scale, shift = net(kept[:, None]).unbind(1)
            x = t.stack([changed * scale.tanh().exp() + shift, kept], 1)
            volume = volume + scale.tanh()
        yield descend(optimizer, -(prior.log_prob(x) + volume).mean())


@program
def capsules(t: Any) -> Iterator[Any]:
    F = t.nn.functional

    def squashed(s: Any) -> Any:
        length = (s**2).sum(-1, keepdim=True)
        return length / (1 + length) * s / (length.sqrt() + 1e-8)

    conv, votes = t.nn.Conv2d(1, 8, 5, 3), t.nn.Parameter(0.1 * t.randn(1, 9, 3, 4, 8))
    optimizer = t.optim.NAdam([votes, *conv.parameters()], 1e-2)
    for _ in range(STEPS):
        lower = squashed(F.relu(conv(t.randn(4, 1, 11, 11))).view(4, 8, 9).transpose(1, 2))
        made = (votes @ lower[:, :, None, :, None]).squeeze(-1)
        routes = t.zeros(4, 9, 3)
        for _ in range(3):
            upper = squashed((F.softmax(routes, 2)[..., None] * made).sum(1))
            routes = routes + (made * upper[:, None]).sum(-1)
        length, wanted = upper.norm(dim=-1), F.one_hot(t.randint(0, 3, (4,)), 3)
        margin = wanted * F.relu(0.9 - length) ** 2 + 0.5 * (1 - wanted) * F.relu(length - 0.1) ** 2
        yield descend(optimizer, margin.sum(1).mean())


@program
def cellular_automaton(t: Any) -> Iterator[Any]:
    F = t.nn.functional
    sobel = t.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 8
    seen = t.stack([t.eye(3).flip(0) * t.eye(3), sobel, sobel.T]).repeat(4, 1, 1)[:, None]
    rule = t.nn.Sequential(t.nn.Conv2d(12, 16, 1), t.nn.ReLU(), t.nn.Conv2d(16, 4, 1, bias=False))
    optimizer = t.optim.AdamW(rule.parameters(), 2e-3)
    goal = t.rand(1, 4, 12, 12)
    for _ in range(STEPS):
        cells = t.zeros(1, 4, 12, 12)
        cells[:, :, 6, 6] = 1
        for _ in range(4):
            sensed = F.conv2d(F.pad(cells, (1, 1, 1, 1), mode="circular"), seen, groups=4)
            alive = F.max_pool2d(cells[:, 3:], 3, 1, 1) > 0.1
            cells = (cells + rule(sensed) * (t.rand(1, 1, 12, 12) <= 0.5)) * alive
        loss = F.mse_loss(cells, goal)
        optimizer.zero_grad()
        loss.backward()
        for p in rule.parameters():
            p.grad /= p.grad.norm() + 1e-8
        optimizer.step()
        yield loss


@program
def energy_and_scores(t: Any) -> Iterator[Any]:
    energy = t.nn.Sequential(t.nn.Linear(2, 16), t.nn.Softplus(), t.nn.Linear(16, 1))
    optimizer = t.optim.Adam(energy.parameters(), 1e-2)
    for _ in range(STEPS):
        x, z = (0.5 * t.randn(32, 2)).requires_grad_(), t.randn(32, 2, requires_grad=True)
        for _ in range(4):  # Langevin
            (slope,) = t.autograd.grad(energy(z).sum(), z)
            z = (z - 0.1 * slope + 0.05 * t.randn_like(z)).detach().requires_grad_()
        score = -t.autograd.grad(energy(x).sum(), x, create_graph=True)[0]
        v = t.randint(0, 2, x.shape) * 2.0 - 1
        along = t.autograd.grad((score * v).sum(), x, create_graph=True)[0]
        matching = ((v * along).sum(1) + 0.5 * (score * score).sum(1)).mean()
        yield descend(optimizer, (energy(x) - energy(z)).mean() + 0.1 * matching)


@program
def spikes(t: Any) -> Iterator[Any]:
    class Spike(t.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x.gt(0).to(x.dtype)

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            (x,) = ctx.saved_tensors
            return grad / (10 * x.abs() + 1) ** 2

    layer = t.nn.Linear(10, 3)
    optimizer = t.optim.SGD(layer.parameters(), 0.1, momentum=0.9, nesterov=True)
    for _ in range(STEPS):
        charge, count = t.zeros(8, 3), 0
        for _ in range(6):
            charge = 0.9 * charge + layer((t.rand(8, 10) < 0.4).to(charge.dtype))
            fired = Spike.apply(charge - 1)
            charge, count = charge - fired, count + fired
        yield descend(optimizer, t.nn.functional.mse_loss(count / 6, t.rand(8, 3)))


@program
def vector_quantizer(t: Any) -> Iterator[Any]:
    F = t.nn.functional
    book = t.nn.Embedding(16, 8)
    book.weight.data.uniform_(-1 / 16, 1 / 16)
    encoder = t.nn.Sequential(t.nn.Conv1d(1, 8, 4, 2, 1), t.nn.ReLU(), t.nn.Conv1d(8, 8, 4, 2, 1))
    decoder = t.nn.Sequential(t.nn.ConvTranspose1d(8, 8, 4, 2, 1), t.nn.ReLU(), t.nn.ConvTranspose1d(8, 1, 4, 2, 1))
    optimizer = t.optim.Adam([*book.parameters(), *encoder.parameters(), *decoder.parameters()], 1e-2)
    for _ in range(STEPS):
        x = t.randn(4, 1, 32)
        found = encoder(x).permute(0, 2, 1).contiguous()
        flat = found.view(-1, 8)
        distance = (flat**2).sum(1, keepdim=True) + (book.weight**2).sum(1) - 2 * flat @ book.weight.t()
        chosen = book(distance.argmin(1)).view(found.shape)
        loss = 0.25 * F.mse_loss(chosen.detach(), found) + F.mse_loss(chosen, found.detach())
        through = found + (chosen - found).detach()
        loss = loss + F.mse_loss(decoder(through.permute(0, 2, 1)), x)
        soft = F.gumbel_softmax(-distance, tau=0.7, hard=True) @ book.weight
        yield descend(optimizer, loss + 0.01 * soft.pow(2).mean())


@program
def adversaries(t: Any) -> Iterator[Any]:
    nn = t.nn
    generator = nn.Sequential(
        nn.ConvTranspose2d(8, 8, 4, 1, 0, bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU(True),
        nn.ConvTranspose2d(8, 1, 4, 2, 1),
    )
    norm = nn.utils.spectral_norm
    judge = nn.Sequential(
        norm(nn.Conv2d(1, 8, 4, 2, 1)), nn.LeakyReLU(0.2, True), nn.InstanceNorm2d(8), nn.Conv2d(8, 1, 4), nn.Flatten(0)
    )
    of_judge, of_generator = (t.optim.Adam(m.parameters(), 2e-3, betas=(0.5, 0.999)) for m in (judge, generator))
    compare = nn.BCEWithLogitsLoss()
    for _ in range(STEPS):
        real, false = t.rand(6, 1, 8, 8) * 2 - 1, generator(t.randn(6, 8, 1, 1))
        between = (real + t.rand(6, 1, 1, 1) * (false.detach() - real)).requires_grad_()
        (slope,) = t.autograd.grad(judge(between).sum(), between, create_graph=True)
        penalty = ((slope.flatten(1).norm(2, dim=1) - 1) ** 2).mean()
        loss = compare(judge(real), t.ones(6)) + compare(judge(false.detach()), t.zeros(6)) + penalty
        yield descend(of_judge, loss)
        yield descend(of_generator, compare(judge(false), t.ones(6)))


@program
def forecasts(t: Any) -> Iterator[Any]:
    F, weight_norm = t.nn.functional, t.nn.utils.parametrizations.weight_norm
    convs = t.nn.ModuleList(weight_norm(t.nn.Conv1d(1 if k == 0 else 6, 6, 3, dilation=2**k)) for k in range(3))
    head = t.nn.Linear(6, 4)
    optimizer = t.optim.RAdam([*convs.parameters(), *head.parameters()], 1e-2)
    schedule = t.optim.lr_scheduler.OneCycleLR(optimizer, 0.05, total_steps=STEPS + 1)
    quantiles = t.tensor([0.1, 0.5, 0.9])[:, None, None]
    for _ in range(STEPS):
        series = t.sin(t.rand(16, 1) * 6 + t.arange(28) * 0.4) + 0.1 * t.randn(16, 28)
        x = series[:, None, :24]
        for k, conv in enumerate(convs):
            x = F.dropout(F.relu(conv(F.pad(x, (2 * 2**k, 0)))), 0.1)
        missed = series[:, 24:] - head(x[:, :, -1])
        yield descend(optimizer, t.max(quantiles * missed, (quantiles - 1) * missed).mean())
        schedule.step()


@program
def speech(t: Any) -> Iterator[Any]:
    nn, rnn = t.nn, t.nn.utils.rnn
    conv, lstm = nn.Conv1d(17, 12, 5, 2, 2), nn.LSTM(12, 8, 2, batch_first=True, bidirectional=True, dropout=0.1)
    head, window = nn.Linear(16, 6), t.hann_window(32)
    optimizer = t.optim.Adadelta([*conv.parameters(), *lstm.parameters(), *head.parameters()], 1.0)
    for _ in range(STEPS):
        heard = t.stft(t.randn(3, 400).cumsum(1), 32, 8, window=window, return_complex=True).abs().pow(2)
        x = nn.functional.hardtanh(conv(heard.clamp(min=1e-6).log())).transpose(1, 2)
        packed = rnn.pack_padded_sequence(x, t.tensor([26, 20, 23]), batch_first=True, enforce_sorted=False)
        y, lengths = rnn.pad_packed_sequence(lstm(packed)[0], batch_first=True)
        chances = head(y).log_softmax(-1).transpose(0, 1)
        said = t.randint(1, 6, (3, 5))
        loss = nn.functional.ctc_loss(chances, said, lengths, t.tensor([5, 3, 4]), zero_infinity=True)
        yield descend(optimizer, loss)


def losses_of(t: Any, name: str) -> list[float]:
    before = t.get_default_dtype()
    t.set_default_dtype(t.float64)
    try:
        t.manual_seed(0)
        return [loss.item() for loss in PROGRAMS[name](t)]
    finally:
        t.set_default_dtype(before)


@pytest.mark.parametrize("name", PROGRAMS)
def test_losses_are_pytorchs(name: str) -> None:
    ours, theirs = losses_of(vt, name), losses_of(torch, name)
    assert len(ours) >= STEPS and len(set(theirs)) == len(theirs)  # it moves
    assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12)
