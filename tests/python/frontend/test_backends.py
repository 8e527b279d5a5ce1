"""torch.backends of what is not used here, and torch.__config__: what programs ask of them."""

import importlib

import pytest
import torch
import vibetensor.torch as vt

LIBRARIES = ["mkl", "mkldnn", "nnpack", "openmp", "opt_einsum", "cusparselt"]


@pytest.mark.parametrize("name", LIBRARIES)
def test_libraries_that_are_not_used(name):
    ours = importlib.import_module(f"vibetensor.torch.backends.{name}")
    assert getattr(vt.backends, name) is ours and ours.is_available() is False and name in dir(vt.backends)


def test_switches_are_kept():
    for module in (vt.backends.mkldnn, vt.backends.nnpack):
        with module.flags(enabled=True):
            assert module.enabled is True
        assert module.enabled is False
    for t in (vt, torch):
        before = t.backends.mha.get_fastpath_enabled()
        t.backends.mha.set_fastpath_enabled(False)
        assert before is True and t.backends.mha.get_fastpath_enabled() is False
        t.backends.mha.set_fastpath_enabled(True)
    assert vt.backends.quantized.engine in vt.backends.quantized.supported_engines and not vt.backends.xnnpack.enabled
    assert vt.backends.opt_einsum.get_opt_einsum() is None


def test_what_the_cpu_can_do():
    assert vt.backends.cpu.get_cpu_capability() == torch.backends.cpu.get_cpu_capability()


def test_config():
    assert "VibeTensor" in vt.__config__.show() and "CUDA_ARCHS" in vt.__config__.show()
    assert str(vt.get_num_threads()) in vt.__config__.parallel_info() and vt.__config__._cxx_flags()
