"""Rows of the matrix products."""

from samples import COMPLEX, FLOATS, INTS, Sample, T, call

# Sums of products round in another order; near zero only the absolute difference says anything.
NEAR = {"tolerance": {"float32": (2e-6, 2e-5), "bfloat16": (1.6e-2, 3e-2), "float16": (2e-3, 1e-2)}}
# As in PyTorch, integers multiply on the CPU alone.
PRODUCT = {"dtypes": (*FLOATS, *INTS), "cuda_dtypes": FLOATS, **NEAR}
MIXED = {"dtypes": (*FLOATS, *COMPLEX), **NEAR}

SAMPLES = [
    Sample(
        "mm",
        call(T(3, 4), T(4, 5)),
        call(T(0, 4), T(4, 5)),
        call(T(3, 0), T(0, 5)),
        call(T(33, 65), T(65, 17)),
        **PRODUCT,
    ),
    Sample("mm", call(T(3, 4), T(4, 5)), **MIXED),
    Sample("bmm", call(T(2, 3, 4), T(2, 4, 5)), call(T(0, 3, 4), T(0, 4, 5)), call(T(2, 3, 0), T(2, 0, 5)), **PRODUCT),
    Sample(
        "addmm",
        call(T(3, 5), T(3, 4), T(4, 5)),
        call(T(5), T(3, 4), T(4, 5), beta=0.5, alpha=2),
        call(T(3, 1), T(3, 4), T(4, 5), beta=0),
        call(T(3, 5), T(3, 0), T(0, 5)),
        dtypes=FLOATS,
        **NEAR,
    ),
    Sample(
        "baddbmm",
        call(T(2, 3, 5), T(2, 3, 4), T(2, 4, 5)),
        call(T(5), T(2, 3, 4), T(2, 4, 5), beta=0.5, alpha=2),
        dtypes=FLOATS,
        **NEAR,
    ),
    Sample("mv", call(T(3, 4), T(4)), call(T(0, 4), T(4)), call(T(3, 0), T(0)), **PRODUCT),
    Sample("addmv", call(T(3), T(3, 4), T(4)), call(T(3), T(3, 4), T(4), beta=0.5, alpha=2), dtypes=FLOATS, **NEAR),
    Sample(
        "addmv",
        call(T(3), T(3, 4), T(4), beta=0.5, alpha=2.5),
        call(T(3), T(3, 0), T(0)),
        dtypes=("int64",),
        cuda=False,
    ),
    Sample("inner", call(T(4), T(4)), call(T(2, 3, 4), T(5, 4)), call(T(), T(3)), call(T(2, 0), T(3, 0)), **PRODUCT),
    Sample("vdot", call(T(7), T(7)), call(T(0), T(0)), **PRODUCT),
    Sample("dot", call(T(7), T(7)), call(T(0), T(0)), **PRODUCT),
    Sample("outer", call(T(3), T(4)), call(T(0), T(4)), **PRODUCT),
    Sample(
        "matmul",
        call(T(4), T(4)),
        call(T(3, 4), T(4)),
        call(T(4), T(4, 5)),
        call(T(3, 4), T(4, 5)),
        call(T(2, 3, 4), T(4)),
        call(T(4), T(2, 4, 5)),
        call(T(2, 3, 4), T(4, 5)),
        call(T(3, 4), T(2, 4, 5)),
        call(T(2, 1, 3, 4), T(6, 4, 5)),
        call(T(2, 0, 4), T(4, 5)),
        **PRODUCT,
    ),
    Sample(
        "linear",
        call(T(3, 4), T(5, 4)),
        call(T(3, 4), T(5, 4), T(5)),
        call(T(4), T(5, 4), T(5)),
        call(T(2, 3, 4), T(5, 4), T(5)),
        call(T(0, 4), T(5, 4), T(5)),
        reference="nn.functional.linear",
        dtypes=FLOATS,
        **NEAR,
    ),
]
