"""Averages of weights beside PyTorch's, and the statistics of batch norms computed anew."""

import pytest
import torch
import vibetensor.torch as vt
from compare import copy_weights, ours_of, same

AVERAGES = {
    "default": lambda s: {},
    "swa": lambda s: {"avg_fn": s.get_swa_avg_fn()},
    "swa lists": lambda s: {"multi_avg_fn": s.get_swa_multi_avg_fn()},
    "ema": lambda s: {"avg_fn": s.get_ema_avg_fn(0.7)},
    "ema lists": lambda s: {"multi_avg_fn": s.get_ema_multi_avg_fn(0.7)},
    "own": lambda s: {"avg_fn": lambda average, value, n: 0.5 * average + 0.5 * value + n},
}


def model(t, seed=0):
    torch.manual_seed(seed)
    net = t.nn.Sequential(t.nn.Linear(3, 4), t.nn.Tanh(), t.nn.Linear(4, 2).to(t.float64))
    net.register_buffer("scale", t.ones(2))
    net.register_buffer("count", t.tensor(3))
    return net


@pytest.mark.parametrize("name", AVERAGES)
@pytest.mark.parametrize("use_buffers", [False, True])
def test_averages_match(name, use_buffers):
    theirs, ours = model(torch), model(vt)
    if name == "swa lists" and use_buffers:
        # PyTorch's divides integers there, which raises
        for net in (theirs, ours):
            net.count = net.count.float()
    copy_weights(ours, theirs)
    averages = [
        t.optim.swa_utils.AveragedModel(net, use_buffers=use_buffers, **AVERAGES[name](t.optim.swa_utils))
        for t, net in ((vt, ours), (torch, theirs))
    ]
    for step in range(4):
        for net in (ours, theirs):
            for p in net.parameters():
                p.data.mul_(0.5).add_(step)
            net.scale.add_(1.5)
            net.count.add_(4)
        averages[0].update_parameters(ours)
        averages[1].update_parameters(theirs)
        same(dict(averages[0].state_dict()), dict(averages[1].state_dict()), rtol=1e-6, atol=1e-6)
    assert averages[0].n_averaged.item() == 4


def test_the_average_is_a_model_of_its_own():
    net = vt.nn.Linear(2, 2)
    average = vt.optim.swa_utils.AveragedModel(net)
    x = vt.ones(1, 2)
    same(average(x), net(x))
    with vt.no_grad():
        net.weight.fill_(0.0)
    assert average.module.weight.abs().sum().item() > 0
    other = vt.optim.swa_utils.AveragedModel(net)
    other.load_state_dict(average.state_dict())
    same(other(x), average(x))


class RunningMean(vt.nn.Module):
    """As much of a batch norm as update_bn needs."""

    def __init__(self):
        super().__init__()
        self.momentum = 0.1
        self.register_buffer("running_mean", vt.zeros(2))
        self.register_buffer("num_batches_tracked", vt.tensor(0))

    def reset_running_stats(self):
        self.running_mean.zero_()
        self.num_batches_tracked.zero_()

    def forward(self, x):
        if self.training:
            self.num_batches_tracked += 1
            factor = 1 / self.num_batches_tracked if self.momentum is None else self.momentum
            self.running_mean.lerp_(x.mean(0), float(factor))
        return x - self.running_mean


def test_update_bn_averages_equally_and_leaves_the_mode():
    norm = RunningMean()
    net = vt.nn.Sequential(vt.nn.Identity(), norm)
    norm.running_mean.fill_(100.0)
    net.eval()
    batches = [ours_of(torch.randn(5, 2) + i) for i in range(3)]
    vt.optim.swa_utils.update_bn(batches, net)
    same(norm.running_mean, vt.stack([b.mean(0) for b in batches]).mean(0), rtol=1e-5, atol=1e-6)
    assert norm.momentum == 0.1 and not net.training
    net.train()
    vt.optim.swa_utils.update_bn([(b, "label") for b in batches[:1]], net, device="cpu")
    same(norm.running_mean, batches[0].mean(0), rtol=1e-5, atol=1e-6)
    assert net.training


def test_a_model_without_batch_norm_is_not_run():
    vt.optim.swa_utils.update_bn(iter(lambda: pytest.fail("the loader was read"), 1), vt.nn.Linear(1, 1))


BAD = [
    lambda s, net: s.get_ema_avg_fn(1.5),
    lambda s, net: s.get_ema_multi_avg_fn(-0.1),
    lambda s, net: s.AveragedModel(net, avg_fn=s.get_swa_avg_fn(), multi_avg_fn=s.get_swa_multi_avg_fn()),
]


@pytest.mark.parametrize("build", BAD)
def test_bad_input_raises_as_pytorchs(build):
    with pytest.raises(Exception) as theirs:
        build(torch.optim.swa_utils, torch.nn.Linear(1, 1))
    with pytest.raises(theirs.type):
        build(vt.optim.swa_utils, vt.nn.Linear(1, 1))
