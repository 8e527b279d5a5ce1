"""Models of timm and transformers, by their own code, in ours and in PyTorch: which agree, as docs/architectures.md.

    python tools/architectures.py                      # all of them; writes docs/architectures.md
    python tools/architectures.py resnet18 Bert        # these; prints what it found, status 1 if any disagrees
    python tools/architectures.py --side ours DIR ...  # one side of it: what the script starts in a process of its own

Each model is built small, with random weights, once by PyTorch and once by ours. Ours loads the weights that PyTorch
saved by torch.save; both compute outputs and the gradients of all parameters for the same input in evaluation mode, and a
loss in training mode with the same seed, so that dropout counts too: in float32 and in float64. Initial weights of the
same seed are compared as well.

Where rounding is amplified (batch norm of a few values, tens of layers without residuals) float32 says little of training
mode, and float64 says whether the same is computed.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architectures.md"

TOLERANCES = {"float32": 5e-3, "float64": 1e-6}  # parts of what is largest

# timm's models: the side of the image, and what makes them small
TIMM: dict[str, tuple[int, dict[str, Any]]] = {
    "resnet18": (64, {}),
    "resnet50": (64, {}),
    "resnext50_32x4d": (64, {}),
    "seresnet18": (64, {}),
    "skresnet18": (64, {}),
    "res2net50_26w_4s": (64, {}),
    "resnest14d": (64, {}),
    "wide_resnet50_2": (32, {}),
    "vgg11_bn": (32, {}),
    "densenet121": (32, {}),
    "mobilenetv2_050": (64, {}),
    "mobilenetv3_small_050": (64, {}),
    "mobilenetv4_conv_small": (64, {}),
    "mnasnet_small": (64, {}),
    "efficientnet_b0": (64, {}),
    "efficientnetv2_rw_t": (64, {}),
    "convnext_atto": (64, {}),
    "convnextv2_atto": (64, {}),
    "regnetx_002": (64, {}),
    "regnety_002": (64, {}),
    "ghostnet_050": (64, {}),
    "repvgg_a0": (64, {}),
    "mobileone_s0": (64, {}),
    "fastvit_t8": (64, {}),
    "dla34": (64, {}),
    "hrnet_w18_small": (64, {}),
    "inception_v3": (96, {}),
    "inception_v4": (96, {}),
    "xception41": (64, {}),
    "dm_nfnet_f0": (64, {}),
    "nf_regnet_b0": (64, {}),
    "cspresnet50": (64, {}),
    "darknet53": (32, {}),
    "dpn68": (64, {}),
    "rexnet_100": (64, {}),
    "hardcorenas_a": (64, {}),
    "lcnet_050": (64, {}),
    "tinynet_e": (64, {}),
    "hgnet_tiny": (64, {}),
    "vovnet39a": (64, {}),
    "selecsls42b": (64, {}),
    "vit_tiny_patch16_224": (64, {"img_size": 64}),
    "vit_small_patch32_224": (64, {"img_size": 64, "depth": 3}),
    "deit_tiny_patch16_224": (64, {"img_size": 64}),
    "deit3_small_patch16_224": (64, {"img_size": 64, "depth": 3}),
    "eva02_tiny_patch14_224": (56, {"img_size": 56, "depth": 3}),
    "beit_base_patch16_224": (64, {"img_size": 64, "depth": 2}),
    "cait_xxs24_224": (64, {"img_size": 64, "depth": 3}),
    "crossvit_tiny_240": (240, {}),
    "volo_d1_224": (64, {"img_size": 64}),
    "xcit_nano_12_p16_224": (64, {}),
    "swin_tiny_patch4_window7_224": (56, {"img_size": 56, "depths": (1, 1, 2, 1)}),
    "swinv2_tiny_window8_256": (64, {"img_size": 64, "depths": (1, 1, 2, 1)}),
    "mixer_s32_224": (64, {"img_size": 64}),
    "resmlp_12_224": (64, {"img_size": 64}),
    "gmlp_ti16_224": (64, {"img_size": 64}),
    "poolformer_s12": (64, {}),
    "caformer_s18": (64, {}),
    "coatnet_pico_rw_224": (64, {"img_size": 64}),
    "maxvit_pico_rw_256": (64, {"img_size": 64}),
    "coat_tiny": (64, {"img_size": 64}),
    "levit_128s": (64, {"img_size": 64}),
    "edgenext_xx_small": (64, {}),
    "mobilevit_xxs": (64, {}),
    "mobilevitv2_050": (64, {}),
    "efficientformer_l1": (224, {}),
    "convmixer_768_32": (32, {}),
    "pit_ti_224": (64, {"img_size": 64}),
    "pvt_v2_b0": (64, {}),
    "tnt_s_patch16_224": (64, {"img_size": 64, "depth": 2}),
    "twins_svt_small": (64, {"img_size": 64}),
    "visformer_tiny": (64, {"img_size": 64}),
    "focalnet_tiny_srf": (64, {}),
    "gcvit_xxtiny": (64, {"img_size": 64}),
    "davit_tiny": (64, {"depths": (1, 1, 2, 1)}),
    "mvitv2_tiny": (64, {"img_size": 64}),
    "nest_tiny": (64, {"img_size": 64}),
    "sequencer2d_s": (64, {"img_size": 64}),
    "inception_next_tiny": (64, {"depths": (1, 1, 2, 1)}),
    "tiny_vit_5m_224": (64, {}),
    "starnet_s1": (64, {}),
}

TEXT = {"vocab_size": 99, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
GROUPED = {**TEXT, "num_key_value_heads": 2, "pad_token_id": 0}
PICTURE = {**{k: v for k, v in TEXT.items() if k != "vocab_size"}, "image_size": 32, "patch_size": 8}
T5 = {"vocab_size": 99, "d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4}
BART = {
    "vocab_size": 99,
    "d_model": 32,
    **{f"{side}_{what}": n for side in ("encoder", "decoder") for what, n in (("layers", 2), ("attention_heads", 4))},
    "encoder_ffn_dim": 64,
    "decoder_ffn_dim": 64,
}
SPEECH = {
    **TEXT,
    "conv_dim": (16, 16, 16),
    "conv_stride": (5, 2, 2),
    "conv_kernel": (10, 3, 3),
    "num_feat_extract_layers": 3,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 2,
}

# transformers' models: the class, what its configuration is made of, and the inputs
TRANSFORMERS: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    "Bert": ("BertForMaskedLM", TEXT, ("input_ids",)),
    "Roberta": ("RobertaForMaskedLM", TEXT, ("input_ids",)),
    "Electra": ("ElectraForMaskedLM", {**TEXT, "embedding_size": 16}, ("input_ids",)),
    "Albert": ("AlbertForMaskedLM", {**TEXT, "embedding_size": 16}, ("input_ids",)),
    "DebertaV2": ("DebertaV2ForMaskedLM", TEXT, ("input_ids",)),
    "DistilBert": (
        "DistilBertForMaskedLM",
        {"vocab_size": 99, "dim": 32, "hidden_dim": 64, "n_layers": 2, "n_heads": 4},
        ("input_ids",),
    ),
    "MPNet": ("MPNetForMaskedLM", TEXT, ("input_ids",)),
    "ModernBert": (
        "ModernBertForMaskedLM",
        {**TEXT, "pad_token_id": 0, "cls_token_id": 1, "sep_token_id": 2, "bos_token_id": 1, "eos_token_id": 2},
        ("input_ids",),
    ),
    "GPT2": (
        "GPT2LMHeadModel",
        {"vocab_size": 99, "n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 64},
        ("input_ids",),
    ),
    "GPTNeoX": ("GPTNeoXForCausalLM", TEXT, ("input_ids",)),
    "OPT": (
        "OPTForCausalLM",
        {
            "vocab_size": 99,
            "hidden_size": 32,
            "ffn_dim": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "word_embed_proj_dim": 32,
        },
        ("input_ids",),
    ),
    "Bloom": ("BloomForCausalLM", {"vocab_size": 99, "hidden_size": 32, "n_layer": 2, "n_head": 4}, ("input_ids",)),
    "Llama": ("LlamaForCausalLM", GROUPED, ("input_ids",)),
    "Mistral": ("MistralForCausalLM", {**GROUPED, "sliding_window": 8}, ("input_ids",)),
    "Mixtral": (
        "MixtralForCausalLM",
        {**GROUPED, "num_local_experts": 4, "experts_implementation": "eager"},
        ("input_ids",),
    ),
    "Qwen2": ("Qwen2ForCausalLM", GROUPED, ("input_ids",)),
    "Qwen3": ("Qwen3ForCausalLM", {**GROUPED, "head_dim": 8}, ("input_ids",)),
    "Gemma": ("GemmaForCausalLM", {**GROUPED, "head_dim": 8}, ("input_ids",)),
    "Gemma2": ("Gemma2ForCausalLM", {**GROUPED, "head_dim": 8}, ("input_ids",)),
    "Phi": ("PhiForCausalLM", TEXT, ("input_ids",)),
    "Phi3": ("Phi3ForCausalLM", GROUPED, ("input_ids",)),
    "Falcon": ("FalconForCausalLM", TEXT, ("input_ids",)),
    "StableLm": ("StableLmForCausalLM", GROUPED, ("input_ids",)),
    "Mamba": (
        "MambaForCausalLM",
        {"vocab_size": 99, "hidden_size": 32, "num_hidden_layers": 2, "state_size": 8},
        ("input_ids",),
    ),
    "T5": ("T5ForConditionalGeneration", T5, ("input_ids", "decoder_input_ids")),
    "Bart": ("BartForConditionalGeneration", BART, ("input_ids", "decoder_input_ids")),
    "Whisper": (
        "WhisperForConditionalGeneration",
        {
            **BART,
            "num_mel_bins": 16,
            "max_source_positions": 32,
            "max_target_positions": 32,
            "pad_token_id": 0,
            "bos_token_id": 1,
            "eos_token_id": 2,
            "decoder_start_token_id": 1,
        },
        ("input_features", "decoder_input_ids"),
    ),
    "Wav2Vec2": ("Wav2Vec2ForCTC", SPEECH, ("input_values",)),
    "Hubert": ("HubertForCTC", SPEECH, ("input_values",)),
    "ViT": ("ViTForImageClassification", PICTURE, ("pixel_values",)),
    "DeiT": ("DeiTForImageClassification", PICTURE, ("pixel_values",)),
    "Dinov2": ("Dinov2ForImageClassification", PICTURE, ("pixel_values",)),
    "ResNet": (
        "ResNetForImageClassification",
        {"embedding_size": 8, "hidden_sizes": (8, 16), "depths": (1, 1)},
        ("pixel_values",),
    ),
    "ConvNext": (
        "ConvNextForImageClassification",
        {"hidden_sizes": (8, 16), "depths": (1, 1), "num_stages": 2},
        ("pixel_values",),
    ),
    "Segformer": ("SegformerForImageClassification", {}, ("pixel_values",)),
    "CLIP": (
        "CLIPModel",
        {
            "text_config": {**TEXT, "max_position_embeddings": 32, "eos_token_id": 98},
            "vision_config": PICTURE,
            "projection_dim": 16,
        },
        ("input_ids", "pixel_values"),
    ),
    "Siglip": (
        "SiglipModel",
        {"text_config": {**TEXT, "max_position_embeddings": 32}, "vision_config": PICTURE},
        ("input_ids", "pixel_values"),
    ),
}


def declare_ops_of_torchvision() -> None:
    """Returns None; declares to PyTorch the ops of torchvision, which a build for another CUDA fails to load.

    timm needs only to import it; none of these ops is called.
    """
    import torch

    if not hasattr(torch.ops.torchvision, "nms"):
        library = torch.library.Library("torchvision", "FRAGMENT")
        kept.append(library)  # which takes its ops with it when it goes
        names = ["nms", "qnms"]
        for name in ("roi_align", "roi_pool", "ps_roi_align", "ps_roi_pool", "deform_conv2d"):
            names += [name, f"_{name}_backward"]
        for name in names:
            library.define(f"{name}(Tensor x) -> Tensor")


kept: list[Any] = []


def build(name: str) -> Any:
    """The model of that name, initialised by the seed."""
    import torch

    torch.manual_seed(0)
    if name in TIMM:
        import timm

        return timm.create_model(name, num_classes=10, **TIMM[name][1])
    import transformers

    kind, settings, _ = TRANSFORMERS[name]
    config = getattr(transformers, f"{name}Config")(**settings)
    return getattr(transformers, kind)(config)


def inputs_of(name: str) -> dict[str, Any]:
    """What the model is called with, always the same."""
    import torch

    torch.manual_seed(1)
    if name in TIMM:
        size = TIMM[name][0]
        return {"x": torch.randn(2, 3, size, size)}
    config = TRANSFORMERS[name][1]
    made = {
        "input_ids": lambda: torch.randint(3, 98, (2, 12)),
        "decoder_input_ids": lambda: torch.randint(3, 98, (2, 7)),
        "input_features": lambda: torch.randn(2, config["num_mel_bins"], 2 * config["max_source_positions"]),
        "input_values": lambda: torch.randn(2, 400),
        "pixel_values": lambda: torch.randn(2, 3, 32, 32),
    }
    return {key: made[key]() for key in TRANSFORMERS[name][2]}


def tensors_of(output: Any) -> list[Any]:
    """The floating-point tensors of a model's output, in order."""
    import torch

    if isinstance(output, torch.Tensor):
        return [output] if output.is_floating_point() else []
    if isinstance(output, dict):
        output = list(output.values())
    return [t for part in output for t in tensors_of(part)] if isinstance(output, list | tuple) else []


def loss_of(model: Any, inputs: dict[str, Any]) -> tuple[list[Any], Any]:
    """Outputs, and a loss that every element of them has its own part in."""
    import torch

    found = tensors_of(model(**inputs) if "x" not in inputs else model(inputs["x"]))
    generator = torch.Generator().manual_seed(2)
    return found, sum((t * torch.randn(t.shape, generator=generator)).mean() for t in found)


def numbers_of(name: str, model: Any, dtype: Any) -> dict[str, Any]:
    """Outputs, gradients and a loss in training, in `dtype`."""
    import numpy
    import torch

    model = model.to(dtype)
    inputs = {key: t.to(dtype) if t.is_floating_point() else t for key, t in inputs_of(name).items()}
    model.eval()
    model.zero_grad()
    outputs, loss = loss_of(model, inputs)
    loss.backward()
    grads = {key: p.grad.detach().clone() for key, p in model.named_parameters() if p.grad is not None}
    state = {key: t.clone() for key, t in model.state_dict().items()}
    model.train()
    torch.manual_seed(3)
    numpy.random.seed(3)  # what masks speech in training
    with torch.no_grad():
        _, train_loss = loss_of(model, inputs)
    model.load_state_dict(state)  # running statistics too
    return {"outputs": [t.detach() for t in outputs], "grads": grads, "train_loss": train_loss}


def one_side(side: str, folder: Path, names: list[str]) -> None:
    """Returns None; writes NAME.SIDE.pt, or NAME.SIDE.error, for each; PyTorch's side also NAME.weights.pt."""
    if side == "ours":
        import vibetensor

        vibetensor.enable_torch()
    import torch

    if side != "ours":
        declare_ops_of_torchvision()
    torch.set_num_threads(1)
    for name in names:
        began = time.perf_counter()
        try:
            weights = folder / f"{name}.weights.pt"
            model = build(name)
            initial = {key: t.detach().clone() for key, t in model.state_dict().items()}
            if side == "ours":
                model.load_state_dict(torch.load(weights))
            else:
                with torch.no_grad():
                    for p in model.parameters():
                        if p.numel() and p.min() == p.max():  # zeros hide what comes before them
                            p.add_(0.02 * torch.randn_like(p))
                torch.save(model.state_dict(), weights)
            found: dict[str, Any] = {dtype: numbers_of(name, model, getattr(torch, dtype)) for dtype in TOLERANCES}
            found |= {"initial": initial, "seconds": time.perf_counter() - began}
            torch.save(found, folder / f"{name}.{side}.pt")
        except Exception as error:
            (folder / f"{name}.{side}.error").write_text("".join(traceback.format_exception(error)))


def distance(a: Any, b: Any) -> float:
    """The largest difference, as a part of what is largest in `b`; inf for other shapes or NaN."""
    if a.shape != b.shape:
        return float("inf")
    if a.numel() == 0:
        return 0.0
    a, b = a.double(), b.double()
    error = float((a - b).abs().max()) / max(float(b.abs().max()), 1e-6)
    return error if error == error else float("inf")


def compared(folder: Path, name: str) -> dict[str, Any]:
    """How far ours is from PyTorch's: initial weights; by dtype outputs, gradients and the loss in training."""
    for side in ("torch", "ours"):
        error = folder / f"{name}.{side}.error"
        if error.exists():
            return {"name": name, "error": f"{side}: {error.read_text().strip().splitlines()[-1]}"}
        if not (folder / f"{name}.{side}.pt").exists():
            return {"name": name, "error": f"{side}: the process ended"}
    import torch

    ours, theirs = (torch.load(folder / f"{name}.{side}.pt") for side in ("ours", "torch"))
    result: dict[str, Any] = {"name": name, "seconds": (ours["seconds"], theirs["seconds"])}
    result["initial"] = max(
        (distance(ours["initial"].get(key, torch.empty(0)), t) for key, t in theirs["initial"].items()), default=0.0
    )
    for dtype in TOLERANCES:
        a, b = ours[dtype], theirs[dtype]
        outputs, grads = float("inf"), float("inf")
        if len(a["outputs"]) == len(b["outputs"]):
            outputs = max(map(distance, a["outputs"], b["outputs"]))
        if a["grads"].keys() == b["grads"].keys():
            # of all together: what one unit at the edge of a relu does to a few of them is rounding
            length = sum(float(g.double().square().sum()) for g in b["grads"].values())
            apart = sum(float((a["grads"][key].double() - g.double()).square().sum()) for key, g in b["grads"].items())
            grads = (apart / length) ** 0.5 if apart == apart else float("inf")
        result[dtype] = {
            "outputs": outputs,
            "gradients": grads,
            "training": distance(a["train_loss"], b["train_loss"]),
        }
    return result


def agrees(result: dict[str, Any]) -> bool:
    """Whether outputs and gradients agree, and in float64 the loss in training too."""
    if "error" in result:
        return False
    single, double = (result[dtype] for dtype in TOLERANCES)
    return (
        max(single["outputs"], single["gradients"]) <= TOLERANCES["float32"]
        and max(double.values()) <= TOLERANCES["float64"]
    )


def run_side(side: str, folder: Path, names: list[str]) -> None:
    """Returns None; runs one side in a process of its own."""
    path = os.pathsep.join([str(ROOT / "python"), *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [sys.executable, str(Path(__file__).resolve()), "--side", side, str(folder), *names]
    subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, check=False)


def run(names: list[str], folder: Path) -> list[dict[str, Any]]:
    """Both sides of each model, PyTorch's first, and how far they are from each other."""
    for side in ("torch", "ours"):
        left = [n for n in names if side == "ours" or not (folder / f"{n}.torch.pt").exists()]
        while left:  # a side that ended before its time goes on behind the model that it ended with
            run_side(side, folder, left)
            done = [n for n in left if any((folder / f"{n}.{side}.{end}").exists() for end in ("pt", "error"))]
            left = left[len(done) + 1 :]
    return [compared(folder, name) for name in names]


def line_of(result: dict[str, Any]) -> str:
    if "error" in result:
        return f"{result['name']:32} {result['error']}"
    word = "agrees" if agrees(result) else "DISAGREES"
    numbers = " ".join(f"{dtype} " + " ".join(f"{v:.0e}" for v in result[dtype].values()) for dtype in TOLERANCES)
    ours, theirs = result["seconds"]
    return f"{result['name']:32} {word:10} {numbers} initial {result['initial']:.0e} {ours:.1f} s / {theirs:.1f} s"


def page(results: list[dict[str, Any]]) -> str:
    """The text of docs/architectures.md."""
    versions = {name: importlib.metadata.version(name) for name in ("timm", "transformers")}
    lines = [
        "# Models of timm and transformers",
        "",
        f"Made by `tools/architectures.py` with timm {versions['timm']} and transformers {versions['transformers']}: their "
        "own code, unedited, with `import torch`",
        "answered by us, beside PyTorch on the CPU. Each model is small and has random weights, which PyTorch wrote by",
        "`torch.save` and we loaded. Numbers are differences as a part of what is largest: of outputs, of the gradients of",
        "all parameters together (their length), of the loss in training mode with dropout as it is and the same seed. A",
        f"model agrees if outputs and gradients are within {TOLERANCES['float32']:g} in float32 and all three within "
        f"{TOLERANCES['float64']:g} in float64; batch norm over",
        "a few values amplifies rounding, so that the loss in training is compared in float64. Initial: how far apart the",
        "weights are that the same seed gives; 0 is the same bits.",
    ]
    for library, known in (("timm", TIMM), ("transformers", TRANSFORMERS)):
        own = [r for r in results if r["name"] in known]
        lines += [
            "",
            f"## {library}: {sum(map(agrees, own))} of {len(own)} agree",
            "",
            "| model | agrees | float32: outputs | gradients | float64: outputs | gradients | training | initial |",
            "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        ]
        for r in own:
            if "error" in r:
                lines.append(f"| {r['name']} | no: {r['error'].replace('|', '/')} | | | | | | |")
                continue
            single, double = (r[dtype] for dtype in TOLERANCES)
            numbers = [single["outputs"], single["gradients"], *double.values(), r["initial"]]
            lines.append(
                f"| {r['name']} | {'yes' if agrees(r) else 'no'} | {' | '.join(f'{v:.0e}' if v else '0' for v in numbers)} |"
            )
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="models, all if none are given")
    parser.add_argument("--side", choices=("ours", "torch"), help="run one side, into the folder that comes first")
    parser.add_argument("--keep", type=Path, help="a folder where PyTorch's side is kept for the next time")
    given = parser.parse_args()
    if given.side:
        one_side(given.side, Path(given.names[0]), given.names[1:])
        return 0
    names = given.names or [*TIMM, *TRANSFORMERS]
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            for path in (folder / f"{name}.{end}" for end in ("ours.pt", "ours.error", "torch.error")):
                path.unlink(missing_ok=True)
        results = run(names, folder)
    for result in results:
        print(line_of(result))
    print(f"{sum(map(agrees, results))} of {len(results)} agree")
    if not given.names:
        PAGE.write_text(page(results))
        return 0
    return 0 if all(map(agrees, results)) else 1


if __name__ == "__main__":
    sys.exit(main())
