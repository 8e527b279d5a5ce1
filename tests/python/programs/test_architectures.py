"""Models of timm and transformers, their own code: outputs and gradients are PyTorch's. Skipped without the packages."""

import importlib.util
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[3] / "tools"
MODELS = {
    "timm": ["resnet18", "mobilenetv2_050", "convnext_atto", "regnety_002", "levit_128s", "edgenext_xx_small"],
    "transformers": ["Bert", "GPT2", "Llama", "T5", "ViT", "CLIP", "Whisper", "ModernBert"],
}


@pytest.fixture(scope="module")
def architectures():
    spec = importlib.util.spec_from_file_location("architectures", TOOLS / "architectures.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
@pytest.mark.parametrize("library", MODELS)
def test_models_agree_with_pytorch(library, architectures, tmp_path):
    if importlib.util.find_spec(library) is None:  # imported by the processes alone
        pytest.skip(f"{library} is not installed")
    results = architectures.run(MODELS[library], tmp_path)
    assert len(results) == len(MODELS[library])
    wrong = [architectures.line_of(result) for result in results if not architectures.agrees(result)]
    assert not wrong, "\n".join(wrong)


def test_a_difference_is_seen(architectures):
    near = {"outputs": 1e-9, "gradients": 1e-9, "training": 1e-9}
    agreeing = {"name": "x", "float32": near, "float64": near, "initial": 0.0, "seconds": (1, 1)}
    assert architectures.agrees(agreeing) and "DISAGREES" not in architectures.line_of(agreeing)
    for dtype in ("float32", "float64"):
        for what in ("outputs", "gradients"):
            wrong = {**agreeing, dtype: {**near, what: float("inf")}}
            assert not architectures.agrees(wrong) and "DISAGREES" in architectures.line_of(wrong)
    failed = {"name": "x", "error": "ours: nothing"}
    assert not architectures.agrees(failed) and "ours: nothing" in architectures.line_of(failed)
