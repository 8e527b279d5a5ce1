"""The decoder and the whole transformer beside PyTorch's."""

import pytest
import torch
import vibetensor.torch as vt
from compare import copy_weights, ours_of, same

OPTIONS = [{}, {"norm_first": True, "activation": "gelu"}, {"batch_first": True, "bias": False}]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("masked", [False, True])
def test_transformer(options, masked):
    sizes = {"num_encoder_layers": 2, "num_decoder_layers": 2, "dim_feedforward": 16, "dropout": 0.0}
    theirs, ours = (t.nn.Transformer(8, 2, **sizes, **options) for t in (torch, vt))
    assert repr(ours) == repr(theirs)
    copy_weights(ours, theirs)
    src, tgt = torch.randn(5, 3, 8), torch.randn(4, 3, 8)
    if options.get("batch_first"):
        src, tgt = src.transpose(0, 1).contiguous(), tgt.transpose(0, 1).contiguous()
    sides = []
    for t, layer, a, b in ((torch, theirs, src, tgt), (vt, ours, ours_of(src), ours_of(tgt))):
        masks = {}
        if masked:
            masks["tgt_mask"] = t.nn.Transformer.generate_square_subsequent_mask(4)
            padding = t.tensor([[False] * 5, [False] * 3 + [True] * 2, [False] * 4 + [True]])
            masks["src_key_padding_mask"] = masks["memory_key_padding_mask"] = padding
            masks["src_mask"] = t.zeros(5, 5, dtype=t.bool)
        out = layer(a, b, **masks)
        out.square().sum().backward()
        sides.append((out, {name: p.grad for name, p in layer.named_parameters()}))
    assert same(sides[1][0], sides[0][0], rtol=1e-4, atol=1e-5)
    for name, grad in sides[0][1].items():
        assert same(sides[1][1][name], grad, what=name, rtol=1e-3, atol=1e-4)


def test_weights_at_the_start():
    sides = []
    for t in (torch, vt):
        t.manual_seed(5)
        sides.append(t.nn.Transformer(8, 2, 1, 1, 16).state_dict())
    assert list(sides[0]) == list(sides[1])
    for key, value in sides[0].items():
        assert same(sides[1][key], value, what=key)


def test_mask():
    assert same(*(t.nn.Transformer.generate_square_subsequent_mask(3) for t in (vt, torch)))


REFUSED = {
    "batch": lambda t, layer: layer(t.ones(5, 3, 8), t.ones(4, 2, 8)),
    "features": lambda t, layer: layer(t.ones(5, 3, 7), t.ones(4, 3, 7)),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what):
    errors = []
    for t in (torch, vt):
        with pytest.raises(RuntimeError) as error:
            REFUSED[what](t, t.nn.Transformer(8, 2, 1, 1, 16))
        errors.append(str(error.value))
    assert errors[1] == errors[0]
