"""Rows of copies, casts and fills."""

import torch

from samples import ALL, DType, Sample, T, call

M = T(3, 4)
FIXED = T(3, 4, grad=False)
CASTS = {
    "bool": "bool",
    "byte": "uint8",
    "char": "int8",
    "short": "int16",
    "int": "int32",
    "long": "int64",
    "half": "float16",
    "bfloat16": "bfloat16",
    "float": "float32",
    "double": "float64",
}


def by_method(name):
    return lambda x, *a, **k: getattr(x, name)(*a, **k)


def detached_resize(x, *args):
    return x.resize_(*args)


SAMPLES = [
    Sample(
        "copy_",
        call(FIXED, T(3, 4)),
        call(FIXED, T(4)),
        call(FIXED, T(3, 4, dtype="float64")),
        call(T(2, 2, dtype="int32"), T(2, 2)),
        dtypes=ALL,
        reference=by_method("copy_"),
        layouts=False,
    ),
    Sample("clone", call(M), call(T()), call(T(0, 3)), dtypes=ALL),
    Sample("contiguous", call(M), dtypes=ALL, reference=by_method("contiguous")),
    Sample(
        "_to_copy",
        *(call(T(3, 4, low=0, high=3), dtype=DType(d)) for d in ALL),
        dtypes=ALL,
        reference="ops.aten._to_copy",
    ),
    Sample(
        "to",
        *(call(T(3, 4, low=0, high=3), DType(d)) for d in ALL),
        call(M, T(2, dtype="float64", grad=False)),
        call(M, "cpu"),
        dtypes=ALL,
        reference=by_method("to"),
    ),
    Sample("type_as", call(M, T(2, dtype="float64", grad=False)), reference=by_method("type_as")),
    *(
        Sample(
            name,
            call(T(3, 4, low=0, high=3)),
            dtypes=ALL,
            reference=by_method(name),
            grad=getattr(torch, dtype).is_floating_point,
            gradcheck=dtype == "float64",
        )
        for name, dtype in CASTS.items()
    ),
    Sample("cfloat", call(M), dtypes=ALL, gradcheck=False, reference=by_method("cfloat")),
    Sample("cdouble", call(M), dtypes=ALL, reference=by_method("cdouble")),
    Sample(
        "fill_",
        call(FIXED, 2),
        call(FIXED, 2.5),
        call(FIXED, True),
        call(FIXED, T()),
        dtypes=ALL,
        layouts=False,
        reference=by_method("fill_"),
    ),
    Sample("zero_", call(FIXED), dtypes=ALL, grad=False, layouts=False, reference=by_method("zero_")),
    Sample("fill", call(M, 2), call(M, T()), dtypes=ALL),
    Sample("item", call(T()), call(T(1, 1)), dtypes=ALL, grad=False, reference=by_method("item")),
    Sample("_local_scalar_dense", call(T()), dtypes=ALL, grad=False, reference=by_method("item")),
    Sample(
        "resize_",
        call(FIXED, (2, 3)),
        call(FIXED, (0,)),
        call(FIXED, (12,)),
        grad=False,
        layouts=False,
        reference=detached_resize,
    ),
    Sample(
        "resize_as_", call(FIXED, T(2, 2, grad=False)), grad=False, layouts=False, reference=by_method("resize_as_")
    ),
    Sample("set_", call(FIXED, T(2, 2, grad=False)), call(FIXED), grad=False, reference=by_method("set_")),
    Sample("detach", call(M), dtypes=ALL, grad=False, reference=by_method("detach")),
    Sample("alias", call(M), reference="ops.aten.alias"),
    Sample("lift_fresh", call(M), grad=False, reference=torch.ops.aten.lift_fresh),
    Sample("complex", call(M, T(3, 4)), call(T(4), T(3, 1)), dtypes=("float32", "float64")),
    Sample("polar", call(T(3, 4, low=0.5), T(3, 4)), call(T(4, low=0.5), T(3, 1)), dtypes=("float32", "float64")),
]
