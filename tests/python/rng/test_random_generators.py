"""Generators: states in PyTorch's layout, seeding, forking."""

import pytest
import torch as reference
import vibetensor.torch as ours
from compare import same_bits, theirs_of
from same_stream import assert_same_state


def advance(torch, generator, words):
    torch.zeros(words, dtype=torch.int32).random_(generator=generator)


@pytest.mark.parametrize("words", [0, 1, 100, 623, 624, 625, 5000])
def test_states_are_byte_for_byte_pytorchs(words):
    states = []
    for torch in (ours, reference):
        g = torch.Generator()
        g.manual_seed(5)
        advance(torch, g, words)
        torch.zeros(1).normal_(generator=g)  # leaves a cached normal
        states.append(g.get_state())
    assert_same_state(*states)
    assert len(states[0]) == 5056


def test_a_state_of_pytorch_continues_here_and_back():
    theirs, mine = reference.Generator(), ours.Generator()
    theirs.manual_seed(3)
    reference.zeros(5).normal_(generator=theirs)
    mine.set_state(ours.tensor(theirs.get_state().tolist(), dtype=ours.uint8))
    assert mine.initial_seed() == 3
    same_bits(ours.randn(21, generator=mine), reference.randn(21, generator=theirs))
    theirs.set_state(theirs_of(mine.get_state()).clone())
    same_bits(ours.randn(3, generator=mine), reference.randn(3, generator=theirs))


def test_an_unseeded_generator_has_pytorchs_seed():
    assert ours.Generator().initial_seed() == reference.Generator().initial_seed()
    same_bits(ours.rand(4, generator=ours.Generator()), reference.rand(4, generator=reference.Generator()))


def test_seeding():
    g = ours.Generator()
    assert g.manual_seed(7) is g
    assert g.initial_seed() == 7
    assert g.device == ours.device("cpu")
    fresh = g.seed()
    assert g.initial_seed() == fresh
    assert g.seed() != fresh
    assert ours.manual_seed(-1) is ours.default_generator
    assert ours.initial_seed() == 2**64 - 1
    assert ours.seed() == ours.initial_seed()


def test_clone_state_is_independent():
    g = ours.Generator().manual_seed(1)
    copy = g.clone_state()
    same_bits(ours.rand(3, generator=g), theirs_of(ours.rand(3, generator=copy)))
    ours.rand(3, generator=g)
    assert bytes(theirs_of(g.get_state()).numpy()) != bytes(theirs_of(copy.get_state()).numpy())


def test_get_and_set_rng_state():
    ours.manual_seed(11)
    state = ours.get_rng_state()
    first = theirs_of(ours.rand(4)).clone()
    ours.set_rng_state(state)
    same_bits(ours.rand(4), first)


def test_fork_rng():
    ours.manual_seed(11)
    before = theirs_of(ours.get_rng_state()).clone()
    with ours.random.fork_rng():
        ours.rand(4)
        ours.manual_seed(3)
    assert_same_state(expected=before)
    with ours.random.fork_rng(enabled=False):
        ours.rand(4)
    assert bytes(theirs_of(ours.get_rng_state()).numpy()) != bytes(before.numpy())
    with pytest.raises(ValueError, match="inside"), ours.random.fork_rng(devices=[]):
        before = theirs_of(ours.get_rng_state()).clone()
        ours.rand(4)
        raise ValueError("inside")
    assert_same_state(expected=before)
    with pytest.raises(RuntimeError), ours.random.fork_rng(device_type="abacus"):
        pass


def test_threads_share_a_generator_without_losing_numbers():
    from threading import Thread

    g = ours.Generator().manual_seed(2)
    drawn = []
    threads = [
        Thread(target=lambda: drawn.extend(ours.rand(1000, dtype=ours.float64, generator=g).tolist())) for _ in range(8)
    ]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    expected = reference.rand(8000, dtype=reference.float64, generator=reference.Generator().manual_seed(2))
    assert sorted(drawn) == sorted(expected.tolist())
