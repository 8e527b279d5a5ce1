"""Rows of what puts tensors together."""

import torch

from samples import ALL, Sample, T, call

A, B_ = T(2, 3), T(4, 3)

SAMPLES = [
    Sample(
        "cat",
        call([A, B_]),
        call([A, T(2, 1), T(2, 0)], 1),
        call([A, T(2, 3, dtype="float64")]),
        call([T(0), T(3)]),
        call([T(3)] * 5, -1),
        dtypes=ALL,
    ),
    Sample("stack", call([A, T(2, 3)]), call([A, A, A], 1), call([T(), T()], -1), dtypes=ALL),
    Sample("concat", call([A, B_])),
    Sample("concatenate", call([A, B_], 0)),
    Sample("hstack", call([A, T(2, 1)]), call([T(3), T(2)])),
    Sample("vstack", call([A, B_]), call([T(3), T(3)])),
    Sample("row_stack", call([A, B_]), reference="vstack"),
    Sample("dstack", call([A, A]), call([T(3), T(3)])),
    Sample("column_stack", call([T(3), T(3, 2)])),
    Sample("constant_pad_nd", call(A, (1, 2)), call(A, (1, 0, 0, 2), 3.5), call(A, (-1, 1)), dtypes=ALL),
    Sample(
        "pad",
        call(A, (1, 2)),
        call(A, (1, 1, 2, 0), "constant", 2.0),
        call(T(1, 2, 5), (2, 1), "reflect"),
        call(T(1, 2, 5), (2, 1), "replicate"),
        call(T(1, 2, 5), (2, 1), "circular"),
        call(T(1, 2, 4, 4), (-1, 1, -2, 1), "circular"),
        call(T(1, 2, 5), (2, -1), "circular"),
        reference=lambda x, p, mode="constant", value=None: torch.nn.functional.pad(x, p, mode, value),
    ),
    Sample(
        "meshgrid",
        call([T(3), T(2)], indexing="ij"),
        call([T(3), T(2)], indexing="xy"),
        reference=lambda ts, **k: torch.meshgrid(*ts, **k),
    ),
    Sample(
        "cartesian_prod",
        call([T(3), T(2)]),
        call([T(3)]),
        call([T(2), T(1), T(3)]),
        call([T(0), T(3)]),
        reference=lambda ts: torch.cartesian_prod(*ts),
    ),
]
