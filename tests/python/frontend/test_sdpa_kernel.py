"""torch.nn.attention.sdpa_kernel and torch.backends.cuda choose how attention is computed, and say so truthfully."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch as theirs
import vibetensor.torch as ours
from compare import near, ours_of

SIDES = (ours, theirs)
CALLS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "plain": lambda t: {},
    "causal": lambda t: {"is_causal": True},
    "mask": lambda t: {"attn_mask": t.ones(4, 4, dtype=t.bool)},
    "dropout": lambda t: {"dropout_p": 0.5},
}
CHOICES = {
    "MATH": ["MATH"],
    "FLASH": ["FLASH_ATTENTION"],
    "EFFICIENT": ["EFFICIENT_ATTENTION"],
    "CUDNN": ["CUDNN_ATTENTION"],
    "EFFICIENT or MATH": ["EFFICIENT_ATTENTION", "MATH"],
    "all": ["MATH", "FLASH_ATTENTION", "EFFICIENT_ATTENTION", "CUDNN_ATTENTION"],
    "none": [],
}


def attend(t: Any, choice: str, call: str) -> Any:
    """The node that attention gives, or the error."""
    backends = [getattr(t.nn.attention.SDPBackend, name) for name in CHOICES[choice]]
    q = t.randn(1, 2, 4, 8, requires_grad=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with t.nn.attention.sdpa_kernel(backends):
                result = t.nn.functional.scaled_dot_product_attention(q, q, q, **CALLS[call](t))
        except RuntimeError as error:
            return error
    return result.grad_fn.name()


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("choice", CHOICES)
def test_the_kernel_that_runs(choice: str, call: str) -> None:
    mine, right = (attend(t, choice, call) for t in SIDES)
    if isinstance(mine, str):
        assert isinstance(right, str)
        is_fused = "Attention" in mine
        assert is_fused == ("FLASH_ATTENTION" in CHOICES[choice] and call in ("plain", "causal"))
        if is_fused:
            assert "FlashAttention" in right
    elif (choice, call) != ("FLASH", "mask"):  # PyTorch's fused kernel takes a mask, ours none
        assert isinstance(right, RuntimeError)
        if "FLASH_ATTENTION" not in CHOICES[choice]:
            assert str(right)[:60] in str(mine)
        else:
            assert "No available kernel" in str(mine) and "No available kernel" in str(right)


def test_math_gives_what_the_fused_kernel_gives() -> None:
    attention = ours.nn.attention
    q, k, v = (ours.randn(2, 3, 5, 8, dtype=ours.float64) for _ in range(3))
    results = []
    for backend in (attention.SDPBackend.MATH, attention.SDPBackend.FLASH_ATTENTION):
        with attention.sdpa_kernel(backend):
            results.append(ours.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True))
    assert (results[0] - results[1]).abs().max().item() < 1e-12


GROUPED: dict[str, Callable[[Any], dict[str, Any]]] = {
    **{name: CALLS[name] for name in ("plain", "causal", "mask")},
    "bias": lambda t: {"attn_mask": t.arange(16.0).view(4, 4) / 16},
}


@pytest.mark.parametrize("call", GROUPED)
@pytest.mark.parametrize("shared", [1, 2, 6])
@pytest.mark.parametrize("backend", ["MATH", "all"])
def test_shared_heads(backend: str, shared: int, call: str) -> None:
    """Keys and values of fewer heads, by either way and with their gradients, as PyTorch has them."""
    generator = theirs.Generator().manual_seed(3)
    values = [theirs.randn(2, n, 4, 8, dtype=theirs.float64, generator=generator) for n in (6, shared, shared, 6)]
    found = []
    for t, data in ((ours, [ours_of(x) for x in values]), (theirs, values)):
        q, k, v = (x.detach().clone().requires_grad_(True) for x in data[:3])
        backends = [getattr(t.nn.attention.SDPBackend, name) for name in CHOICES[backend]]
        with t.nn.attention.sdpa_kernel(backends):
            out = t.nn.functional.scaled_dot_product_attention(q, k, v, enable_gqa=True, **GROUPED[call](t))
        found.append([out.detach(), *t.autograd.grad(out, (q, k, v), data[3])])
    for mine, right in zip(*found, strict=True):
        near(mine, right)


def test_heads_that_do_not_fit() -> None:
    for t in SIDES:
        q, k, few = t.randn(1, 4, 3, 8), t.randn(1, 3, 3, 8), t.randn(1, 2, 3, 8)
        attention = t.nn.functional.scaled_dot_product_attention
        with pytest.raises(RuntimeError, match=r"[Nn]umber of heads"):
            attention(q, k, k, enable_gqa=True)
        with pytest.raises(RuntimeError, match="must match"):
            attention(q, few, few)


def state(t: Any) -> list[bool]:
    cuda = t.backends.cuda
    return [
        f()
        for f in (cuda.flash_sdp_enabled, cuda.math_sdp_enabled, cuda.mem_efficient_sdp_enabled, cuda.cudnn_sdp_enabled)
    ]


def test_what_is_allowed() -> None:
    def program(t: Any) -> list[Any]:
        attention, cuda = t.nn.attention, t.backends.cuda
        found = [state(t)]
        with attention.sdpa_kernel(attention.SDPBackend.MATH):
            found.append(state(t))
            with attention.sdpa_kernel([attention.SDPBackend.FLASH_ATTENTION]):
                found.append(state(t))
            found.append(state(t))
            cuda.enable_flash_sdp(True)
            found.append(state(t))
        found.append(state(t))
        try:
            with attention.sdpa_kernel(attention.SDPBackend.MATH):
                raise KeyError
        except KeyError:
            found.append(state(t))
        for name in ("flash", "math", "mem_efficient", "cudnn"):
            getattr(cuda, f"enable_{name}_sdp")(False)
            found.append(state(t))
            getattr(cuda, f"enable_{name}_sdp")(True)
        with pytest.warns(FutureWarning, match="sdp_kernel"), cuda.sdp_kernel(enable_flash=False, enable_cudnn=False):
            found.append(state(t))
        found.append(sorted(int(b) for b in attention._cur_sdpa_kernel_backends()))
        return found

    assert program(ours) == program(theirs)


def test_what_can_be_used_on_the_cpu() -> None:
    for t in SIDES:
        cuda = t.backends.cuda
        q = t.randn(1, 2, 4, 8)
        parameters = cuda.SDPAParams(q, q, q, None, 0.0, False, False)
        assert not cuda.can_use_flash_attention(parameters)
        assert not cuda.can_use_efficient_attention(parameters)
        assert not cuda.can_use_cudnn_attention(parameters)
        assert parameters.query is q and parameters.attn_mask is None and parameters.is_causal is False
    with pytest.warns(UserWarning, match="CUDA device"):
        ours.backends.cuda.can_use_flash_attention(parameters_of(ours), debug=True)


def parameters_of(t: Any) -> Any:
    q = t.randn(1, 2, 4, 8)
    return t.backends.cuda.SDPAParams(q, q, q, None, 0.0, False, False)


def test_a_mask_and_causality_hold_together() -> None:
    """As PyTorch on the CPU: of the mask what causality allows; with dropout, or a mask that wants a gradient, an error."""
    generator = theirs.Generator().manual_seed(0)
    q, k, v = (theirs.randn(2, 3, n, 8, generator=generator) for n in (5, 7, 7))
    masks = [theirs.rand(5, 7, generator=generator) > 0.3, theirs.randn(5, 7, generator=generator)]
    masks[0][:, 0] = True
    for mask in masks:
        wanted = theirs.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=True)
        found = ours.nn.functional.scaled_dot_product_attention(
            *map(ours_of, (q, k, v)), attn_mask=ours_of(mask), is_causal=True
        )
        assert (found - ours_of(wanted)).abs().max().item() < 1e-5
    for side in (ours, theirs):
        x, mask = side.ones(1, 1, 2, 4), side.zeros(2, 2)
        for options in ({"dropout_p": 0.5}, {}):
            wants = side.zeros(2, 2, requires_grad=not options)
            with pytest.raises(RuntimeError, match="attn_mask should not be set when is_causal"):
                side.nn.functional.scaled_dot_product_attention(
                    x, x, x, attn_mask=mask if options else wants, is_causal=True, **options
                )
