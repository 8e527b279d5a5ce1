"""Bad arguments raise PyTorch's exception types and leave the process working."""

import pytest
from same_stream import assert_same_error

nan, inf = float("nan"), float("inf")

CASES = {
    "zeros(3,dtype=int64).uniform_()": lambda torch: torch.zeros(3, dtype=torch.int64).uniform_(),
    "zeros(0,dtype=int64).uniform_()": lambda torch: torch.zeros(0, dtype=torch.int64).uniform_(),
    "zeros(3,dtype=bool).uniform_()": lambda torch: torch.zeros(3, dtype=torch.bool).uniform_(),
    "zeros(3).uniform_(1,0)": lambda torch: torch.zeros(3).uniform_(1, 0),
    "zeros(3).uniform_(nan,1)": lambda torch: torch.zeros(3).uniform_(nan, 1),
    "zeros(3).uniform_(0,nan)": lambda torch: torch.zeros(3).uniform_(0, nan),
    "zeros(3).uniform_(0,inf)": lambda torch: torch.zeros(3).uniform_(0, inf),
    "zeros(3).uniform_(-3e38,3e38)": lambda torch: torch.zeros(3).uniform_(-3e38, 3e38),
    "zeros(3,dtype=float16).uniform_(0,1e5)": lambda torch: torch.zeros(3, dtype=torch.float16).uniform_(0, 1e5),
    "zeros(3,dtype=float16).uniform_(-4e4,4e4)": lambda torch: torch.zeros(3, dtype=torch.float16).uniform_(-4e4, 4e4),
    "zeros(0).uniform_(1,0)": lambda torch: torch.zeros(0).uniform_(1, 0),
    "zeros(3,1).expand(3,4).uniform_()": lambda torch: torch.zeros(3, 1).expand(3, 4).uniform_(),
    "zeros(3,dtype=int64).normal_()": lambda torch: torch.zeros(3, dtype=torch.int64).normal_(),
    "zeros(3).normal_(0,-1)": lambda torch: torch.zeros(3).normal_(0, -1),
    "zeros(0).normal_(0,-1)": lambda torch: torch.zeros(0).normal_(0, -1),
    "zeros(3).normal_(0,nan)": lambda torch: torch.zeros(3).normal_(0, nan),
    "zeros(3,1).expand(3,4).normal_()": lambda torch: torch.zeros(3, 1).expand(3, 4).normal_(),
    "zeros(30,1).expand(30,4).normal_()": lambda torch: torch.zeros(30, 1).expand(30, 4).normal_(),
    "zeros(3,dtype=int64).log_normal_()": lambda torch: torch.zeros(3, dtype=torch.int64).log_normal_(),
    "zeros(3).log_normal_(0,0)": lambda torch: torch.zeros(3).log_normal_(0, 0),
    "zeros(3).log_normal_(0,nan)": lambda torch: torch.zeros(3).log_normal_(0, nan),
    "zeros(3,dtype=complex64).log_normal_()": lambda torch: torch.zeros(3, dtype=torch.complex64).log_normal_(),
    "zeros(3,dtype=int64).exponential_()": lambda torch: torch.zeros(3, dtype=torch.int64).exponential_(),
    "zeros(3,dtype=bool).exponential_()": lambda torch: torch.zeros(3, dtype=torch.bool).exponential_(),
    "zeros(3,dtype=complex64).exponential_()": lambda torch: torch.zeros(3, dtype=torch.complex64).exponential_(),
    "zeros(3).exponential_(0)": lambda torch: torch.zeros(3).exponential_(0),
    "zeros(3).exponential_(-1)": lambda torch: torch.zeros(3).exponential_(-1),
    "zeros(3).exponential_(nan)": lambda torch: torch.zeros(3).exponential_(nan),
    "zeros(3,dtype=int64).cauchy_()": lambda torch: torch.zeros(3, dtype=torch.int64).cauchy_(),
    "zeros(3,dtype=complex64).cauchy_()": lambda torch: torch.zeros(3, dtype=torch.complex64).cauchy_(),
    "zeros(3).cauchy_(0,0)": lambda torch: torch.zeros(3).cauchy_(0, 0),
    "zeros(3).cauchy_(0,nan)": lambda torch: torch.zeros(3).cauchy_(0, nan),
    "zeros(3).geometric_(0)": lambda torch: torch.zeros(3).geometric_(0),
    "zeros(3).geometric_(1)": lambda torch: torch.zeros(3).geometric_(1),
    "zeros(3).geometric_(nan)": lambda torch: torch.zeros(3).geometric_(nan),
    "zeros(3,dtype=bool).geometric_(.5)": lambda torch: torch.zeros(3, dtype=torch.bool).geometric_(0.5),
    "zeros(3,dtype=complex64).geometric_(.5)": lambda torch: torch.zeros(3, dtype=torch.complex64).geometric_(0.5),
    "zeros(3).bernoulli_(-.1)": lambda torch: torch.zeros(3).bernoulli_(-0.1),
    "zeros(3).bernoulli_(1.1)": lambda torch: torch.zeros(3).bernoulli_(1.1),
    "zeros(3).bernoulli_(nan)": lambda torch: torch.zeros(3).bernoulli_(nan),
    "zeros(3,dtype=complex64).bernoulli_(.5)": lambda torch: torch.zeros(3, dtype=torch.complex64).bernoulli_(0.5),
    "zeros(3).bernoulli_(tensor([.1,1.5,.2]))": lambda torch: torch.zeros(3).bernoulli_(torch.tensor([0.1, 1.5, 0.2])),
    "zeros(3).bernoulli_(tensor([.1,nan,.2]))": lambda torch: torch.zeros(3).bernoulli_(torch.tensor([0.1, nan, 0.2])),
    "zeros(3).bernoulli_(zeros(4))": lambda torch: torch.zeros(3).bernoulli_(torch.zeros(4)),
    "zeros(3).bernoulli_(zeros(2,3))": lambda torch: torch.zeros(3).bernoulli_(torch.zeros(2, 3)),
    "zeros(3).bernoulli_(zeros(3,dtype=int64))": lambda torch: torch.zeros(3).bernoulli_(
        torch.zeros(3, dtype=torch.int64)
    ),
    "zeros(3).bernoulli_(zeros(3,dtype=complex64))": lambda torch: torch.zeros(3).bernoulli_(
        torch.zeros(3, dtype=torch.complex64)
    ),
    "zeros(3,1).expand(3,4).bernoulli_(.5)": lambda torch: torch.zeros(3, 1).expand(3, 4).bernoulli_(0.5),
    "bernoulli(tensor([2.]))": lambda torch: torch.bernoulli(torch.tensor([2.0])),
    "bernoulli(tensor([1]))": lambda torch: torch.bernoulli(torch.tensor([1])),
    "bernoulli(tensor([1.]),1.5)": lambda torch: torch.bernoulli(torch.tensor([1.0]), 1.5),
    "zeros(3).random_(5,5)": lambda torch: torch.zeros(3).random_(5, 5),
    "zeros(3).random_(5,2)": lambda torch: torch.zeros(3).random_(5, 2),
    "zeros(3).random_(0)": lambda torch: torch.zeros(3).random_(0),
    "zeros(3,dtype=uint8).random_(0,300)": lambda torch: torch.zeros(3, dtype=torch.uint8).random_(0, 300),
    "zeros(3,dtype=uint8).random_(-1,30)": lambda torch: torch.zeros(3, dtype=torch.uint8).random_(-1, 30),
    "zeros(3,dtype=bool).random_(0,3)": lambda torch: torch.zeros(3, dtype=torch.bool).random_(0, 3),
    "zeros(3,dtype=float16).random_(0,70000)": lambda torch: torch.zeros(3, dtype=torch.float16).random_(0, 70000),
    "zeros(3,dtype=complex64).random_()": lambda torch: torch.zeros(3, dtype=torch.complex64).random_(),
    "zeros(3,dtype=complex64).random_(0,3)": lambda torch: torch.zeros(3, dtype=torch.complex64).random_(0, 3),
    "zeros(3,dtype=int32).random_(-2**63,None)": lambda torch: torch.zeros(3, dtype=torch.int32).random_(
        -(2**63), None
    ),
    "zeros(3,dtype=float16).random_(-2**63,None)": lambda torch: torch.zeros(3, dtype=torch.float16).random_(
        -(2**63), None
    ),
    "zeros(3).random_(0,2**63)": lambda torch: torch.zeros(3).random_(0, 2**63),
    "zeros(3).random_(0,2**64)": lambda torch: torch.zeros(3).random_(0, 2**64),
    "zeros(3).random_(2**25,None)": lambda torch: torch.zeros(3).random_(2**25, None),
    "zeros(3,dtype=int8).random_(200,None)": lambda torch: torch.zeros(3, dtype=torch.int8).random_(200, None),
    "zeros(3).random_(1.5)": lambda torch: torch.zeros(3).random_(1.5),
    "zeros(3,1).expand(3,4).random_()": lambda torch: torch.zeros(3, 1).expand(3, 4).random_(),
    "zeros(0).random_(5,2)": lambda torch: torch.zeros(0).random_(5, 2),
    "rand(-1)": lambda torch: torch.rand(-1),
    "rand(2,-1)": lambda torch: torch.rand(2, -1),
    "rand(3,dtype=int64)": lambda torch: torch.rand(3, dtype=torch.int64),
    "randn(3,dtype=int64)": lambda torch: torch.randn(3, dtype=torch.int64),
    "randn(-3)": lambda torch: torch.randn(-3),
    "randn('a')": lambda torch: torch.randn("a"),
    "randint(0,(3,))": lambda torch: torch.randint(0, (3,)),
    "randint(5,5,(3,))": lambda torch: torch.randint(5, 5, (3,)),
    "randint(5,2,(3,))": lambda torch: torch.randint(5, 2, (3,)),
    "randint(0,300,(3,),dtype=uint8)": lambda torch: torch.randint(0, 300, (3,), dtype=torch.uint8),
    "randint(0,3,(3,),dtype=bool)": lambda torch: torch.randint(0, 3, (3,), dtype=torch.bool),
    "randint(0,3,(-3,))": lambda torch: torch.randint(0, 3, (-3,)),
    "randint(0,3,(3,),dtype=complex64)": lambda torch: torch.randint(0, 3, (3,), dtype=torch.complex64),
    "randint(0,2**63,(3,))": lambda torch: torch.randint(0, 2**63, (3,)),
    "randint(1.5,(3,))": lambda torch: torch.randint(1.5, (3,)),
    "randperm(-1)": lambda torch: torch.randperm(-1),
    "randperm(300,dtype=uint8)": lambda torch: torch.randperm(300, dtype=torch.uint8),
    "randperm(2050,dtype=float16)": lambda torch: torch.randperm(2050, dtype=torch.float16),
    "randperm(2,dtype=bool)": lambda torch: torch.randperm(2, dtype=torch.bool),
    "randperm(3,dtype=bool)": lambda torch: torch.randperm(3, dtype=torch.bool),
    "randperm(3,dtype=complex64)": lambda torch: torch.randperm(3, dtype=torch.complex64),
    "randperm(2.5)": lambda torch: torch.randperm(2.5),
    "multinomial(ones(3),4)": lambda torch: torch.multinomial(torch.ones(3), 4),
    "multinomial(ones(3),0)": lambda torch: torch.multinomial(torch.ones(3), 0),
    "multinomial(ones(3),-1)": lambda torch: torch.multinomial(torch.ones(3), -1),
    "multinomial(ones(2,2,2),1)": lambda torch: torch.multinomial(torch.ones(2, 2, 2), 1),
    "multinomial(ones(()),1)": lambda torch: torch.multinomial(torch.ones(()), 1),
    "multinomial(ones(3,dtype=int64),1)": lambda torch: torch.multinomial(torch.ones(3, dtype=torch.int64), 1),
    "multinomial(tensor([1.,-1,2]),1)": lambda torch: torch.multinomial(torch.tensor([1.0, -1, 2]), 1),
    "multinomial(tensor([1.,-1,2]),1,True)": lambda torch: torch.multinomial(torch.tensor([1.0, -1, 2]), 1, True),
    "multinomial(tensor([1.,inf,2]),1)": lambda torch: torch.multinomial(torch.tensor([1.0, inf, 2]), 1),
    "multinomial(tensor([1.,inf,2]),1,True)": lambda torch: torch.multinomial(torch.tensor([1.0, inf, 2]), 1, True),
    "multinomial(tensor([1.,nan,2]),1)": lambda torch: torch.multinomial(torch.tensor([1.0, nan, 2]), 1),
    "multinomial(tensor([1.,nan,2]),1,True)": lambda torch: torch.multinomial(torch.tensor([1.0, nan, 2]), 1, True),
    "multinomial(zeros(3),1)": lambda torch: torch.multinomial(torch.zeros(3), 1),
    "multinomial(zeros(3),1,True)": lambda torch: torch.multinomial(torch.zeros(3), 1, True),
    "multinomial(tensor([[1.,1],[0,0]]),1)": lambda torch: torch.multinomial(torch.tensor([[1.0, 1], [0, 0]]), 1),
    "multinomial(zeros(0),1)": lambda torch: torch.multinomial(torch.zeros(0), 1),
    "multinomial(zeros(0),1,True)": lambda torch: torch.multinomial(torch.zeros(0), 1, True),
    "multinomial(zeros(3,0),1,True)": lambda torch: torch.multinomial(torch.zeros(3, 0), 1, True),
    "normal(zeros(3),-1.)": lambda torch: torch.normal(torch.zeros(3), -1.0),
    "normal(0.,tensor([1.,-1.]))": lambda torch: torch.normal(0.0, torch.tensor([1.0, -1.0])),
    "normal(0.,tensor([1.,nan]))": lambda torch: torch.normal(0.0, torch.tensor([1.0, nan])),
    "normal(zeros(3),ones(4))": lambda torch: torch.normal(torch.zeros(3), torch.ones(4)),
    "normal(zeros(3,dtype=int64),1.)": lambda torch: torch.normal(torch.zeros(3, dtype=torch.int64), 1.0),
    "normal(0.,-1.,(3,))": lambda torch: torch.normal(0.0, -1.0, (3,)),
    "normal(0,1,(-3,))": lambda torch: torch.normal(0, 1, (-3,)),
    "normal(0.,ones(2,dtype=complex64))": lambda torch: torch.normal(0.0, torch.ones(2, dtype=torch.complex64)),
    "nn.functional.dropout(ones(3),-.1)": lambda torch: torch.nn.functional.dropout(torch.ones(3), -0.1),
    "nn.functional.dropout(ones(3),1.1)": lambda torch: torch.nn.functional.dropout(torch.ones(3), 1.1),
    "nn.functional.dropout(ones(3),nan)": lambda torch: torch.nn.functional.dropout(torch.ones(3), nan),
    "nn.functional.dropout(ones(3,dtype=int64),.5)": lambda torch: torch.nn.functional.dropout(
        torch.ones(3, dtype=torch.int64), 0.5
    ),
    "nn.functional.dropout(ones(3,dtype=complex64),.5)": lambda torch: torch.nn.functional.dropout(
        torch.ones(3, dtype=torch.complex64), 0.5
    ),
    "dropout(ones(3),2,True)": lambda torch: torch.dropout(torch.ones(3), 2, True),
    "dropout(ones(3),2,False)": lambda torch: torch.dropout(torch.ones(3), 2, False),
    "native_dropout(ones(3,dtype=int64),.5,True)": lambda torch: torch.native_dropout(
        torch.ones(3, dtype=torch.int64), 0.5, True
    ),
    "native_dropout(ones(3,dtype=bool),.5,True)": lambda torch: torch.native_dropout(
        torch.ones(3, dtype=torch.bool), 0.5, True
    ),
    "Generator().set_state(zeros(5056))": lambda torch: torch.Generator().set_state(torch.zeros(5056)),
    "Generator().set_state(zeros(10,dtype=uint8))": lambda torch: torch.Generator().set_state(
        torch.zeros(10, dtype=torch.uint8)
    ),
    "Generator().set_state(zeros(5056,dtype=uint8))": lambda torch: torch.Generator().set_state(
        torch.zeros(5056, dtype=torch.uint8)
    ),
    "Generator().set_state(zeros(5056*2,dtype=uint8)[::2])": lambda torch: torch.Generator().set_state(
        torch.zeros(5056 * 2, dtype=torch.uint8)[::2]
    ),
    "Generator().set_state([1])": lambda torch: torch.Generator().set_state([1]),
    "Generator().manual_seed(2**64)": lambda torch: torch.Generator().manual_seed(2**64),
    "Generator().manual_seed(-2**63-1)": lambda torch: torch.Generator().manual_seed(-(2**63) - 1),
    "Generator().manual_seed('a')": lambda torch: torch.Generator().manual_seed("a"),
    "manual_seed(2**64)": lambda torch: torch.manual_seed(2**64),
    "manual_seed(-2**63-1)": lambda torch: torch.manual_seed(-(2**63) - 1),
    "manual_seed('a')": lambda torch: torch.manual_seed("a"),
    "Generator().get_offset()": lambda torch: torch.Generator().get_offset(),
    "Generator().set_offset(4)": lambda torch: torch.Generator().set_offset(4),
    "Generator('foo')": lambda torch: torch.Generator("foo"),
    "set_rng_state(zeros(3))": lambda torch: torch.set_rng_state(torch.zeros(3)),
    "rand_like(zeros(3,dtype=int64))": lambda torch: torch.rand_like(torch.zeros(3, dtype=torch.int64)),
    "randn_like(zeros(3,dtype=int64))": lambda torch: torch.randn_like(torch.zeros(3, dtype=torch.int64)),
    "randint_like(zeros(3),2,2)": lambda torch: torch.randint_like(torch.zeros(3), 2, 2),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", CASES)
def test_same_exception_type(case):
    assert_same_error(CASES[case])


def test_a_state_that_would_read_past_the_block_is_refused():
    import vibetensor.torch as torch

    g = torch.Generator().manual_seed(1)
    torch.rand(3, generator=g)
    state = g.get_state()
    good = state.tolist()
    state[16] = 200
    with pytest.raises(RuntimeError):
        g.set_state(state)
    assert g.get_state().tolist() == good


def test_generator_of_another_device():
    import vibetensor.torch as torch

    if not torch.cuda.is_available():
        pytest.skip("no GPU")
    with pytest.raises(RuntimeError):
        torch.rand(3, generator=torch.Generator("cuda"))
    with pytest.raises(RuntimeError):
        torch.rand(3, device="cuda", generator=torch.Generator())
