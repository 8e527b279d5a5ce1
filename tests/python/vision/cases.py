"""Transforms and images, for torchvision and for us; run as a program where torchvision is installed, records its results.

python tests/python/vision/cases.py      # writes torchvision.json beside it
"""

import base64
import json
import random
import struct
import zlib
from pathlib import Path

RECORD = Path(__file__).with_name("torchvision.json")
PIXELS = [(7 * i * i + 31 * i + i // 5) % 256 for i in range(7 * 9 * 3)]

# on PIL's images and on uint8 tensors
BOTH = {
    "resize down": lambda T: T.Resize((4, 5)),
    "resize up": lambda T: T.Resize((12, 20)),
    "resize edge": lambda T: T.Resize(5),
    "resize edge at most": lambda T: T.Resize(5, max_size=6),
    "resize nearest": lambda T: T.Resize((5, 4), interpolation=T.InterpolationMode.NEAREST),
    "resize bicubic": lambda T: T.Resize((5, 11), interpolation=T.InterpolationMode.BICUBIC),
    "center crop": lambda T: T.CenterCrop((4, 5)),
    "center crop larger": lambda T: T.CenterCrop(10),
    "pad": lambda T: T.Pad((1, 2), fill=9),
    "pad four": lambda T: T.Pad((1, 2, 3, 0)),
    "pad edge": lambda T: T.Pad(2, padding_mode="edge"),
    "pad reflect": lambda T: T.Pad((2, 3), padding_mode="reflect"),
    "pad symmetric": lambda T: T.Pad((3, 2, 1, 4), padding_mode="symmetric"),
    "random crop": lambda T: T.RandomCrop(5),
    "random crop padded": lambda T: T.RandomCrop((7, 9), padding=2),
    "random crop if needed": lambda T: T.RandomCrop((8, 12), pad_if_needed=True, padding_mode="edge"),
    "horizontal flip": lambda T: T.RandomHorizontalFlip(),
    "vertical flip": lambda T: T.RandomVerticalFlip(0.6),
    "random resized crop": lambda T: T.RandomResizedCrop(6),
    "random resized crop wide": lambda T: T.RandomResizedCrop((3, 8), scale=(0.4, 0.9), ratio=(1.0, 3.0)),
    "five crop": lambda T: T.FiveCrop(3),
    "ten crop": lambda T: T.TenCrop((3, 4), vertical_flip=True),
    "brightness": lambda T: T.ColorJitter(brightness=0.4),
    "contrast": lambda T: T.ColorJitter(contrast=(0.2, 2.0)),
    "saturation": lambda T: T.ColorJitter(saturation=0.9),
    "hue": lambda T: T.ColorJitter(hue=0.3),
    "jitter": lambda T: T.ColorJitter(0.4, 0.4, 0.4, 0.1),
    "grayscale": lambda T: T.Grayscale(),
    "grayscale of three": lambda T: T.Grayscale(3),
    "random grayscale": lambda T: T.RandomGrayscale(0.5),
    "invert": lambda T: T.RandomInvert(0.5),
    "posterize": lambda T: T.RandomPosterize(3, 0.7),
    "solarize": lambda T: T.RandomSolarize(100, 0.7),
    "autocontrast": lambda T: T.RandomAutocontrast(0.7),
    "blur": lambda T: T.GaussianBlur(3),
    "blur wide": lambda T: T.GaussianBlur((5, 3), sigma=(0.5, 3.0)),
    "apply": lambda T: T.RandomApply([T.RandomCrop(4), T.RandomHorizontalFlip()], p=0.5),
    "choice": lambda T: T.RandomChoice([T.RandomCrop(4), T.RandomVerticalFlip()], p=[1, 2]),
    "order": lambda T: T.RandomOrder([T.RandomCrop(5), T.RandomVerticalFlip(), T.Pad(1)]),
}
# on PIL's images
OF_PIL = {
    "to tensor": lambda T: T.ToTensor(),
    "pil to tensor": lambda T: T.PILToTensor(),
    "usual": lambda T: T.Compose(
        [
            T.RandomCrop((7, 9), padding=4),
            T.RandomHorizontalFlip(),
            T.ToTensor(),
            T.Normalize((0.5, 0.4, 0.3), (0.2, 0.3, 0.4)),
        ]
    ),
    "rotation": lambda T: T.RandomRotation(30),
    "rotation expanded": lambda T: T.RandomRotation((10, 80), expand=True, interpolation=T.InterpolationMode.BILINEAR),
    "affine": lambda T: T.RandomAffine(20, translate=(0.1, 0.3), scale=(0.7, 1.4), shear=10),
    "affine sheared": lambda T: T.RandomAffine((5, 9), shear=(-5, 5, 3, 12), fill=7),
    "equalize": lambda T: T.RandomEqualize(0.8),
    "sharpness": lambda T: T.RandomAdjustSharpness(2.5, 0.8),
    "lambda": lambda T: T.Lambda(lambda image: image),
}
# on float tensors
OF_TENSOR = {
    "normalize": lambda T: T.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "erasing": lambda T: T.RandomErasing(0.8),
    "erasing values": lambda T: T.RandomErasing(0.9, scale=(0.1, 0.2), value=(0.1, 0.2, 0.3)),
    "erasing random": lambda T: T.RandomErasing(1.0, value="random"),
    "resize float": lambda T: T.Resize((5, 13)),
    "resize float bicubic": lambda T: T.Resize((5, 13), interpolation=T.InterpolationMode.BICUBIC),
    "resize without antialias": lambda T: T.Resize((4, 5), antialias=False),
    "bicubic without antialias": lambda T: T.Resize((4, 15), T.InterpolationMode.BICUBIC, antialias=False),
    "blur float": lambda T: T.GaussianBlur(3, 1.5),
    "jitter float": lambda T: T.ColorJitter(0.4, 0.4, 0.4, 0.2),
    "there and back": lambda T: T.Compose([T.ToPILImage(), T.ToTensor()]),
    "linear": lambda T: T.CenterCrop(6),
    "crop outside": lambda T: T.CenterCrop((3, 14)),
}
SEEDS = (0, 1, 2)


def image_of():
    from PIL import Image

    return Image.frombytes("RGB", (9, 7), bytes(PIXELS))


def inputs(torch):
    """By kind: the transforms, and what they get."""
    tensor = torch.tensor(PIXELS, dtype=torch.uint8).reshape(7, 9, 3).permute(2, 0, 1).contiguous()
    return {
        "pil": ({**BOTH, **OF_PIL}, image_of),
        "uint8": (BOTH, lambda: tensor),
        "float": (OF_TENSOR, lambda: tensor.float() / 255),
    }


def packed(value, torch):
    """Text that stands for an image, a tensor, or several."""
    if isinstance(value, list | tuple):
        return [packed(part, torch) for part in value]
    if not isinstance(value, torch.Tensor):
        head, data = f"{value.mode} {value.size}", value.tobytes()
    elif value.dtype == torch.uint8:
        head, data = f"uint8 {tuple(value.shape)}", bytes(value.flatten().tolist())
    else:
        numbers = value.flatten().tolist()
        head, data = f"{value.dtype} {tuple(value.shape)}", struct.pack(f"{len(numbers)}f", *numbers)
    return [head, base64.b85encode(zlib.compress(data, 9)).decode()]


def unpacked(text):
    """The head and the numbers of what `packed` made."""
    head, data = text
    raw = zlib.decompress(base64.b85decode(data))
    is_float = head.startswith("torch.float")
    return head, struct.unpack(f"{len(raw) // 4}f", raw) if is_float else tuple(raw)


def results(torch, T):
    """What every transform makes with every seed, and the state of the generators after it."""
    found = {}
    for kind, (transforms, make) in inputs(torch).items():
        for name, build in transforms.items():
            for seed in SEEDS:
                torch.manual_seed(seed)
                random.seed(seed)
                out = build(T)(make())
                found[f"{kind}/{name}/{seed}"] = [packed(out, torch), torch.rand(1).item(), random.random()]
    return found


if __name__ == "__main__":
    import torch
    import torchvision.transforms as T

    found = results(torch, T)
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in found.items())
    RECORD.write_text(f"{{\n{lines}\n}}\n")
