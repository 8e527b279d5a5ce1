"""Rows of the multi-tensor steps that optimizers and gradient scaling are made of."""

import torch

from samples import REAL_FLOATS, Sample, T, call

aten = torch.ops.aten
STEP = {"grad": False, "layouts": False, "cuda": False, "dtypes": REAL_FLOATS}
ADAM = {"lr": 0.1, "beta1": 0.9, "beta2": 0.99, "weight_decay": 0.01, "eps": 1e-8, "maximize": False}
SGD = {"weight_decay": 0.01, "momentum": 0.9, "lr": 0.1, "dampening": 0.1, "nesterov": False, "maximize": False}


def without_result(name):
    """The reference op, which here returns its arguments and there nothing; gradients are left as they were."""

    def run(*args, **kwargs):
        args = list(args)
        if name.startswith("_fused"):
            args[1] = [g.clone() for g in args[1]]
        getattr(aten, name)(*args, **kwargs)

    return run


def tensors(low=-2.0):
    return [T(3, 4, low=low), T(5, low=low), T(low=low), T(0, low=low)]


def steps():
    return [T(low=4, high=4, dtype="float32") for _ in tensors()]


def adam_call(amsgrad=False, **changes):
    largest = tensors(0.0) if amsgrad else []
    options = {**ADAM, "amsgrad": amsgrad, **changes}
    return call(tensors(), tensors(), tensors(), tensors(0.0), largest, steps(), **options)


def sgd_call(**changes):
    options = {**SGD, "is_first_step": False, **changes}
    return call(tensors(), tensors(), tensors() if options["momentum"] else [], **options)


def written(op, *calls):
    """A row of the form that writes to its first list."""
    return Sample(f"_foreach_{op}_", *calls, reference=without_result(f"_foreach_{op}_"), **STEP)


SAMPLES = [
    *(
        Sample(
            op,
            adam_call(),
            adam_call(True),
            adam_call(maximize=True),
            adam_call(grad_scale=T(low=8, high=8, dtype="float32"), found_inf=T(low=0, high=0, dtype="float32")),
            adam_call(found_inf=T(low=1, high=1, dtype="float32")),
            adam_call(lr=T(low=0.1, high=0.1, dtype="float64")),
            reference=without_result(op),
            **STEP,
        )
        for op in ("_fused_adam_", "_fused_adamw_")
    ),
    Sample(
        "_fused_sgd_",
        sgd_call(),
        sgd_call(momentum=0.0),
        sgd_call(nesterov=True, dampening=0.0),
        sgd_call(maximize=True),
        sgd_call(is_first_step=True),
        sgd_call(lr=T(low=0.1, high=0.1, dtype="float64")),
        reference=without_result("_fused_sgd_"),
        **STEP,
    ),
    *(
        Sample(f"_foreach_{op}", call(tensors(0.1)), dtypes=REAL_FLOATS, gradgrad=op != "sign")
        for op in ("abs", "exp", "log", "neg", "reciprocal", "rsqrt", "sign", "sqrt")
    ),
    *(written(op, call(tensors(0.1))) for op in ("abs", "exp", "log", "neg", "reciprocal", "rsqrt", "sign", "sqrt")),
    *(
        Sample(f"_foreach_{op}", call(tensors(), tensors(0.5)), dtypes=REAL_FLOATS)
        for op in ("mul", "div", "maximum", "minimum")
    ),
    *(written(op, call(tensors(), tensors(0.5))) for op in ("mul", "maximum", "minimum")),
    *(Sample(f"_foreach_{op}", call(tensors(), 2.5), dtypes=REAL_FLOATS) for op in ("add", "mul", "div")),
    written("div", call(tensors(), tensors(0.5)), call(tensors(), 2.5)),
    *(
        Sample(f"_foreach_{op}", call(tensors(), tensors()), call(tensors(), tensors(), alpha=-0.5), dtypes=REAL_FLOATS)
        for op in ("add", "sub")
    ),
    written("sub", call(tensors(), tensors()), call(tensors(), tensors(), alpha=-0.5)),
    Sample("_foreach_lerp", call(tensors(), tensors(), 0.3), dtypes=REAL_FLOATS),
    written("lerp", call(tensors(), tensors(), 0.3), call(tensors(), tensors(), 0.7)),
    *(
        sample
        for op in ("addcdiv", "addcmul")
        for sample in (
            # no tensor without dimensions: PyTorch's gradient of addcdiv fails there
            Sample(f"_foreach_{op}", call([T(3, 4)], [T(3, 4)], [T(3, 4, low=0.5)], -0.5), dtypes=REAL_FLOATS),
            written(op, call(tensors(), tensors(), tensors(0.5)), call(tensors(), tensors(), tensors(0.5), -0.5)),
        )
    ),
    Sample("_foreach_norm", call(tensors()), call(tensors(), 1), call(tensors()[:3], float("inf")), **STEP),
    Sample(
        "_foreach_mul_",
        call(tensors(), 2.5),
        call(tensors(), T(low=2, high=3)),
        reference=without_result("_foreach_mul_"),
        **STEP,
    ),
    written("add", call(tensors(), 2.5), call(tensors(), 1), call(tensors(), tensors(), alpha=-0.5)),
    Sample("_foreach_zero_", call(tensors()), reference=without_result("_foreach_zero_"), **STEP),
    Sample("_foreach_copy_", call(tensors(), tensors()), reference=without_result("_foreach_copy_"), **STEP),
    Sample(
        "_amp_foreach_non_finite_check_and_unscale_",
        call(tensors(), T(1, low=0, high=0, dtype="float32"), T(1, low=0.5, high=0.5, dtype="float32")),
        call(
            [T(3, low=1e308, high=1.7e308)], T(1, low=0, high=0, dtype="float32"), T(1, low=4, high=4, dtype="float32")
        ),
        reference=without_result("_amp_foreach_non_finite_check_and_unscale_"),
        **STEP,
    ),
    Sample(
        "_amp_update_scale_",
        *(
            call(
                T(1, low=8, high=8, dtype="float32"),
                T(1, low=n, high=n, dtype="int32"),
                T(1, low=bad, high=bad, dtype="float32"),
                2.0,
                0.5,
                3,
            )
            for n in (0, 2)
            for bad in (0, 1)
        ),
        reference=without_result("_amp_update_scale_"),
        **STEP,
    ),
]
