"""The samples of optim_db: each optimizer's configurations, seven steps beside PyTorch's, and what it refuses."""

from __future__ import annotations

import functools
import warnings
from typing import Any

import torch
import vibetensor.torch as vt
from compare import ours_of
from torch.testing._internal import common_optimizers

import pytorch_samples  # noqa: F401  before what needs its stand-in
from pytorch_samples.across import Across, Missing
from pytorch_samples.verdict import Wrong, check, failed

STEPS = 7


@functools.cache
def infos() -> dict[str, Any]:
    """What optim_db has, by name."""
    return {info.name: info for info in common_optimizers.optim_db}


def configurations(info: Any) -> list[Any]:
    """Every set of options with every way of stepping; steps that are differentiated are another test's."""
    return common_optimizers._get_optim_inputs_including_global_cliquey_kwargs(
        "cpu", torch.float32, info, skip=("differentiable",)
    )


def made(side: Any, name: str, options: dict[str, Any], dtype: Any) -> tuple[Any, list[Any]]:
    """An optimizer of that side and its parameters, the same on both."""
    generator = torch.Generator().manual_seed(11)
    shapes = [(10, 5), (4, 3)] if name == "Muon" else [(10, 5), (10,), ()]
    values = [torch.randn(shape, generator=generator).to(dtype) for shape in shapes]
    parameters = [side.nn.Parameter(value if side is torch else ours_of(value)) for value in values]
    return getattr(side.optim, name)(parameters, **options), parameters


def stepped(side: Any, info: Any, optimizer: Any, parameters: list[Any]) -> list[Any]:
    """Parameters and state after STEPS steps towards a fixed point."""

    def closure() -> Any:
        optimizer.zero_grad()
        loss = sum((((p - 0.5) * (i + 1)) ** 2).sum() + p.sin().sum() for i, p in enumerate(parameters))
        loss.backward()
        return loss

    for _ in range(STEPS):
        if info.step_requires_closure:
            optimizer.step(closure)
        else:
            closure()
            optimizer.step()
    state = optimizer.state_dict()["state"]
    return [[p.detach() for p in parameters], state]


def run_sample(info: Any, sample: Any) -> int:
    """Compare one configuration; returns how many values. What float32 leaves open is asked of float64."""
    if info.only_supports_sparse_grads:
        raise Missing("sparse gradients")
    try:
        return compared(info, sample, torch.float32)
    except Wrong as wrong:
        if not wrong.rounding:
            raise
        return compared(info, sample, torch.float64)


def compared(info: Any, sample: Any, dtype: Any) -> int:
    across = Across()
    theirs = made(torch, info.name, across.theirs(sample.kwargs), dtype)
    mine = made(vt, info.name, across.ours(sample.kwargs), dtype)
    if repr(mine[0]) != repr(theirs[0]):
        raise AssertionError("another repr")
    return check(stepped(vt, info, *mine), stepped(torch, info, *theirs), "value")


def run_refusal(info: Any, refused: Any) -> int:
    """1 if we refuse, or warn of, what PyTorch does, with an error of its kind."""
    if refused.error_on is not common_optimizers.OptimizerErrorEnum.CONSTRUCTION_ERROR:
        return 0
    given = refused.optimizer_error_input
    across = Across()
    params = across.ours(given.params) if given.params is not None else [vt.nn.Parameter(vt.ones(2, 2))]
    with warnings.catch_warnings():
        if issubclass(refused.error_type, Warning):
            warnings.simplefilter("error")
        try:
            getattr(vt.optim, info.name)(params, **across.ours(given.kwargs))
        except Exception as error:
            if type(error).__name__ != refused.error_type.__name__:
                raise AssertionError(f"{given.desc}: {error!r}, expected {refused.error_type.__name__}") from error
            return 1
    raise AssertionError(f"{given.desc}: nothing refused")


def run_optimizer(name: str) -> dict[str, Any]:
    """As `ops.run_op`."""
    info = infos()[name]
    result: dict[str, Any] = {"samples": 0, "compared": 0}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        runs = [(run_sample, sample) for sample in configurations(info)]
        runs += [(run_refusal, refused) for refused in info.optim_error_inputs_func("cpu", torch.float32)]
        for run, sample in runs:
            result["samples"] += 1
            try:
                result["compared"] += run(info, sample)
            except Exception as error:
                failed(result, error, getattr(sample, "desc", "what is refused"))
    return result
