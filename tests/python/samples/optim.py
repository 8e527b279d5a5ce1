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
    Sample("_foreach_norm", call(tensors()), call(tensors(), 1), call(tensors()[:3], float("inf")), **STEP),
    Sample(
        "_foreach_mul_",
        call(tensors(), 2.5),
        call(tensors(), T(low=2, high=3)),
        reference=without_result("_foreach_mul_"),
        **STEP,
    ),
    Sample(
        "_foreach_add_", call(tensors(), 2.5), call(tensors(), 1), reference=without_result("_foreach_add_"), **STEP
    ),
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
