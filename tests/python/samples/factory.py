"""Rows of the factories."""

from samples import ALL, DType, I, Sample, T, call

NAMES = [DType(d) for d in ALL]

M = T(2, 3)


def by_method(name):
    return lambda x, *a, **k: getattr(x, name)(*a, **k)


SAMPLES = [
    Sample("zeros", call((2, 3)), *(call((2,), dtype=d) for d in NAMES), call(()), call((0, 3)), grad=False),
    Sample("ones", call((2, 3)), *(call((2,), dtype=d) for d in NAMES), call(()), call((0, 3)), grad=False),
    Sample("full", call((2, 3), 2.5), call((2,), 3), call((2,), True), call((), 7, dtype=DType("float64")), grad=False),
    Sample(
        "arange", call(5), call(1, 7), call(0.0, 1.0, 0.1), call(5, 0, -2), call(3, dtype=DType("float64")), grad=False
    ),
    Sample(
        "arange",
        call(0.0, -8.000001, -4.0, dtype=DType("int32")),
        call(-0.9, 2.1, 2.0, dtype=DType("int32")),
        call(-0.9, 2.1, 2.0, dtype=DType("int64")),
        grad=False,
    ),
    Sample("linspace", call(1 + 1j, 3 - 2j, 5), call(0, 1, 4, dtype=DType("complex128")), grad=False),
    Sample("logspace", call(0, 1.2, 2, dtype=DType("int64")), call(0, 4, 5, 3.0, dtype=DType("int32")), grad=False),
    Sample("triu_indices", call(2**40, 0), call(0, 2**40), grad=False, cuda=False),
    Sample("tril_indices", call(2**40, 0), call(0, 2**40), grad=False, cuda=False),
    Sample("eye", call(3), call(3, 5), call(5, 2, dtype=DType("int64")), call(0), grad=False),
    Sample("zeros_like", call(T(2, 3)), call(T()), call(T(2, 3), dtype=DType("int64")), dtypes=ALL, grad=False),
    Sample("ones_like", call(T(2, 3)), call(T()), call(T(2, 3), dtype=DType("int64")), dtypes=ALL, grad=False),
    Sample("full_like", call(T(2, 3), 2), call(T(2, 3), 1.5, dtype=DType("float64")), dtypes=ALL, grad=False),
    Sample("empty", call((2, 3)), call((0,), dtype=DType("int64")), grad=False, values=False, cuda=False),
    Sample("empty_like", call(T(2, 3)), dtypes=ALL, grad=False, values=False),
    Sample("linspace", call(0, 1, 5), call(-2.0, 3.0, 7), call(0, 10, 1), grad=False),
    Sample("logspace", call(0, 2, 5), call(0, 3, 4, 2.0), grad=False, rtol=1e-6),
    Sample("scalar_tensor", call(2.5), call(3, dtype=DType("int64")), call(True, dtype=DType("bool")), grad=False),
    Sample("empty_strided", call((2, 3), (1, 2)), grad=False, values=False, cuda=False),
    Sample("new_empty", call(M, (4,)), dtypes=ALL, grad=False, values=False, reference=by_method("new_empty")),
    Sample(
        "new_empty_strided", call(M, (4, 2), (1, 4)), grad=False, values=False, reference=by_method("new_empty_strided")
    ),
    Sample(
        "new_full",
        call(M, (4,), 2),
        call(M, (), 1.5, dtype=DType("float64")),
        grad=False,
        reference=by_method("new_full"),
    ),
    Sample("new_zeros", call(M, (4,)), dtypes=ALL, grad=False, reference=by_method("new_zeros")),
    Sample("new_ones", call(M, (4, 0)), call(M, (2,)), dtypes=ALL, grad=False, reference=by_method("new_ones")),
    Sample("tril_indices", call(3, 4), call(3, 4, 1), call(0, 3), grad=False),
    Sample("triu_indices", call(3, 4), call(3, 4, -1), grad=False),
    Sample("one_hot", call(I(5, high=4)), call(I(2, 3, high=4), 6), grad=False, reference="nn.functional.one_hot"),
    Sample("tril", call(T(3, 4)), call(T(3, 4), 1), call(T(2, 4, 3), -1), dtypes=ALL),
    Sample("triu", call(T(3, 4)), call(T(3, 4), 1), call(T(2, 4, 3), -1), dtypes=ALL),
]
