"""Rows of the matrix products."""

import torch

from samples import COMPLEX, FLOATS, INTS, DType, Sample, T, call

# Sums of products round in another order; near zero only the absolute difference says anything.
NEAR = {"tolerance": {"float32": (2e-6, 2e-5), "bfloat16": (1.6e-2, 3e-2), "float16": (2e-3, 1e-2)}}
PRODUCT = {"dtypes": (*FLOATS, *INTS), **NEAR}
MIXED = {"dtypes": (*FLOATS, *COMPLEX), **NEAR}

EIGHTS = (torch.arange(12.0).view(3, 4) - 5).to(torch.float8_e4m3fn)
SCALE = torch.tensor(0.5)
ONE_GROUP = torch.tensor([40, 40, 40], dtype=torch.int32)
GROUP_ENDS = torch.tensor([8, 24, 40], dtype=torch.int32)

SAMPLES = [
    Sample(
        "_scaled_mm",
        call(EIGHTS, EIGHTS.t(), SCALE, SCALE, out_dtype=DType("float32")),
        call(EIGHTS, EIGHTS.t(), SCALE, SCALE, bias=torch.ones(3), out_dtype=DType("float32")),
        dtypes=("float32",),
        layouts=False,
        grad=False,
        cuda=False,  # tests/python/gpu has its shapes
    ),
    Sample(
        "_grouped_mm",
        call(T(3, 16, 64), T(3, 64, 32)),
        call(T(40, 64), T(3, 64, 32), ONE_GROUP),  # in any order, as vmap's test has it
        call(T(3, 16, 64), T(64, 40), ONE_GROUP),
        call(T(40, 64), T(3, 64, 32), GROUP_ENDS),
        call(T(3, 16, 64), T(64, 40), GROUP_ENDS),
        call(T(16, 40), T(40, 24), GROUP_ENDS),
        dtypes=("float32", "bfloat16", "float16"),
        grad=False,  # of float32 at most; tests/python/test_scaled_products.py has them
        cuda=False,
        **NEAR,
    ),
    Sample(
        "mm",
        call(T(3, 4), T(4, 5)),
        call(T(0, 4), T(4, 5)),
        call(T(3, 0), T(0, 5)),
        call(T(33, 65), T(65, 17)),
        **PRODUCT,
    ),
    Sample("mm", call(T(3, 4), T(4, 5)), **MIXED),
    Sample(
        "_heads_product",
        call(T(2, 3, 4, 5), T(2, 3, 5, 6)),
        call(T(2, 1, 8, 4), T(2, 1, 4, 12)),
        dtypes=("float32", "float64"),
        reference="matmul",
    ),
    Sample(
        "bmm",
        call(T(2, 3, 4), T(2, 4, 5)),
        call(T(0, 3, 4), T(0, 4, 5)),
        call(T(2, 3, 0), T(2, 0, 5)),
        call(T(3, 33, 40), T(3, 40, 35)),
        **PRODUCT,
    ),
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
    Sample("addmm", call(T(3, 5), T(3, 4), T(4, 5)), call(T(35), T(40, 33), T(33, 35), beta=2, alpha=3), dtypes=INTS),
    Sample(
        "baddbmm",
        call(T(2, 3, 5), T(2, 3, 4), T(2, 4, 5)),
        call(T(35), T(3, 33, 40), T(3, 40, 35), beta=2, alpha=3),
        dtypes=INTS,
    ),
    Sample("mv", call(T(3, 4), T(4)), call(T(0, 4), T(4)), call(T(3, 0), T(0)), **PRODUCT),
    Sample("addmv", call(T(3), T(3, 4), T(4)), call(T(3), T(3, 4), T(4), beta=0.5, alpha=2), dtypes=FLOATS, **NEAR),
    Sample(
        "addmv",
        call(T(3), T(3, 4), T(4), beta=0.5, alpha=2.5),
        call(T(3), T(3, 0), T(0)),
        dtypes=("int64",),
    ),
    Sample("inner", call(T(4), T(4)), call(T(2, 3, 4), T(5, 4)), call(T(), T(3)), call(T(2, 0), T(3, 0)), **PRODUCT),
    Sample("vdot", call(T(7), T(7)), call(T(0), T(0)), **PRODUCT),
    Sample("dot", call(T(7), T(7)), call(T(0), T(0)), **PRODUCT),
    Sample("outer", call(T(3), T(4)), call(T(0), T(4)), dtypes=(*FLOATS, *INTS), **NEAR),
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
    Sample(
        "einsum",
        *(
            call(equation, [T(*shape) for shape in shapes])
            for equation, shapes in {
                "ij,jk->ik": [(2, 3), (3, 4)],
                "bij,bjk": [(5, 2, 3), (5, 3, 4)],
                "ij->ji": [(2, 3)],
                "ii->i": [(3, 3)],
                "iji": [(3, 2, 3)],
                "iiijj->ij": [(2, 2, 2, 3, 3)],
                "ij->": [(2, 3)],
                "i,j->ji": [(2,), (3,)],
                "bhqd,bhkd->bhqk": [(2, 3, 4, 5), (2, 3, 6, 5)],
                "...ij,...jk->...ik": [(2, 3, 4), (2, 4, 5)],
                "...ij,jk": [(2, 3, 4), (4, 5)],
                "i...,i...->...": [(2, 3, 4), (2, 4)],
                "...i->i": [(2, 3)],
                "ij,jk,kl->il": [(2, 3), (3, 4), (4, 5)],
                "ij,ij->ij": [(2, 3), (2, 3)],
                "ij,kj->ik": [(2, 1), (4, 3)],
                "ba,bc->": [(2, 3), (2, 4)],
                "b i , i -> b": [(2, 3), (3,)],
                "Ba,aB": [(2, 3), (3, 2)],
                "ij,jk->ki": [(0, 3), (3, 2)],
                "ij,jk->ik ": [(2, 0), (0, 3)],
                ",i": [(), (3,)],
                "": [()],
            }.items()
        ),
        dtypes=("float32", "float64"),
        **NEAR,
    ),
    Sample(
        "einsum",
        call("ij,jk,kl->il", [T(2, 3), T(3, 4), T(4, 5)], path=[1, 2, 0, 1]),
        call("a,ab,bc", [T(2), T(2, 3), T(3, 4)], path=[0, 2, 1, 0]),
        call("ij->j", [T(2, 3)], path=[0]),
        dtypes=("float32", "complex64"),
        reference=torch.ops.aten.einsum,
        **NEAR,
    ),
    Sample("einsum", call("ij->i", [T(2, 3)]), call("ij,j->i", [T(2, 3), T(3)]), dtypes=INTS),
    Sample(
        "tensordot",
        call(T(2, 3, 4), T(4, 3, 5), [1, 2], [1, 0]),
        call(T(2, 3), T(3, 4), [-1], [0]),
        call(T(2, 3), T(4, 5), [], []),
        call(T(2, 3), T(3, 2), [0, 1], [1, 0]),
        call(T(2, 1), T(3, 4), [1], [0]),
        call(T(2, 3), T(1, 4), [1], [0]),
        call(T(2, 0), T(0, 4), [1], [0]),
        call(T(), T(), [], []),
        dtypes=(*FLOATS, *INTS),
        reference=torch.ops.aten.tensordot,
        **NEAR,
    ),
    Sample(
        "bilinear",
        call(T(6, 3), T(6, 4), T(5, 3, 4)),
        call(T(2, 3, 3), T(2, 3, 4), T(5, 3, 4), T(5)),
        call(T(3), T(4), T(5, 3, 4), T(5)),
        call(T(0, 3), T(0, 4), T(5, 3, 4)),
        **NEAR,
    ),
]
