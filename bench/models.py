"""Networks of convolutions and of recurrent layers for the benchmarks, the same code on either framework.

`TASKS` has ResNet-50 on 256 images of 224 x 224, a two-layer LSTM language model, and a diffusion U-Net on 32 x 32 images
that draws its own noise; each with the optimizer that it is usually trained with, all under bfloat16 autocast.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass
class Task:
    """A model with its optimizer; `batch()` gives what a step trains on, `loss(x, y)` the loss of it."""

    model: Any
    optimizer: Any
    batch: Callable[[], tuple[Any, Any]]
    loss: Callable[[Any, Any], Any]


def resnet50(torch: Any) -> Any:
    """ResNet-50 with the stride in the 3x3 convolutions: images (N, 3, H, W) to logits (N, 1000)."""
    nn, functional = torch.nn, torch.nn.functional

    def conv(channels: int, filters: int, kernel: int, stride: int = 1) -> Any:
        return nn.Conv2d(channels, filters, kernel, stride, kernel // 2, bias=False)

    class Block(nn.Module):
        def __init__(self, channels: int, width: int, stride: int):
            super().__init__()
            self.conv1, self.bn1 = conv(channels, width, 1), nn.BatchNorm2d(width)
            self.conv2, self.bn2 = conv(width, width, 3, stride), nn.BatchNorm2d(width)
            self.conv3, self.bn3 = conv(width, 4 * width, 1), nn.BatchNorm2d(4 * width)
            self.shortcut = None
            if stride != 1 or channels != 4 * width:
                self.shortcut = nn.Sequential(conv(channels, 4 * width, 1, stride), nn.BatchNorm2d(4 * width))

        def forward(self, x):
            y = functional.relu(self.bn1(self.conv1(x)), inplace=True)
            y = functional.relu(self.bn2(self.conv2(y)), inplace=True)
            y = self.bn3(self.conv3(y))
            y += x if self.shortcut is None else self.shortcut(x)
            return functional.relu(y, inplace=True)

    class ResNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = nn.Sequential(conv(3, 64, 7, 2), nn.BatchNorm2d(64), nn.ReLU(inplace=True))
            self.pool = nn.MaxPool2d(3, 2, 1)
            blocks, channels = [], 64
            for width, depth, stride in ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)):
                for i in range(depth):
                    blocks.append(Block(channels, width, stride if i == 0 else 1))
                    channels = 4 * width
            self.blocks = nn.Sequential(*blocks)
            self.head = nn.Linear(channels, 1000)

        def forward(self, x):
            x = self.blocks(self.pool(self.stem(x)))
            return self.head(functional.adaptive_avg_pool2d(x, 1).flatten(1))

    return ResNet()


def language_lstm(torch: Any, vocabulary: int, width: int, layers: int) -> Any:
    """Tokens (N, T) to logits (N, T, vocabulary)."""
    nn = torch.nn

    class LanguageModel(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(vocabulary, width)
            self.lstm = nn.LSTM(width, width, layers, batch_first=True)
            self.head = nn.Linear(width, vocabulary)

        def forward(self, tokens):
            return self.head(self.lstm(self.embedding(tokens))[0])

    return LanguageModel()


def unet(torch: Any, width: int = 128) -> Any:
    """Images (N, 3, 32, 32) and times (N,) in [0, 1) to the noise in them; attention at 16 x 16."""
    nn, functional = torch.nn, torch.nn.functional
    embedded = 4 * width

    class Residual(nn.Module):
        def __init__(self, channels: int, filters: int):
            super().__init__()
            self.norm1, self.conv1 = nn.GroupNorm(32, channels), nn.Conv2d(channels, filters, 3, padding=1)
            self.time = nn.Linear(embedded, filters)
            self.norm2, self.conv2 = nn.GroupNorm(32, filters), nn.Conv2d(filters, filters, 3, padding=1)
            self.shortcut = nn.Identity() if channels == filters else nn.Conv2d(channels, filters, 1)

        def forward(self, x, time):
            y = self.conv1(functional.silu(self.norm1(x)))
            y = y + self.time(functional.silu(time))[:, :, None, None]
            y = self.conv2(functional.silu(self.norm2(y)))
            return y + self.shortcut(x)

    class Attention(nn.Module):
        def __init__(self, channels: int, heads: int = 4):
            super().__init__()
            self.heads = heads
            self.norm = nn.GroupNorm(32, channels)
            self.qkv, self.out = nn.Conv2d(channels, 3 * channels, 1), nn.Conv2d(channels, channels, 1)

        def forward(self, x):
            n, c, h, w = x.shape
            q, k, v = self.qkv(self.norm(x)).view(n, 3, self.heads, c // self.heads, h * w).transpose(3, 4).unbind(1)
            y = functional.scaled_dot_product_attention(q, k, v)  # (N, heads, HW, C / heads)
            return x + self.out(y.transpose(2, 3).reshape(n, c, h, w))

    class UNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.time = nn.Sequential(nn.Linear(width, embedded), nn.SiLU(), nn.Linear(embedded, embedded))
            self.begin = nn.Conv2d(3, width, 3, padding=1)
            self.down1 = nn.ModuleList([Residual(width, width), Residual(width, width)])
            self.to16 = nn.Conv2d(width, width, 3, 2, 1)
            self.down2 = nn.ModuleList([Residual(width, 2 * width), Residual(2 * width, 2 * width)])
            self.attend_down = nn.ModuleList([Attention(2 * width), Attention(2 * width)])
            self.to8 = nn.Conv2d(2 * width, 2 * width, 3, 2, 1)
            self.middle = nn.ModuleList([Residual(2 * width, 2 * width), Residual(2 * width, 2 * width)])
            self.from8 = nn.Conv2d(2 * width, 2 * width, 3, padding=1)
            self.up2 = nn.ModuleList([Residual(4 * width, 2 * width), Residual(4 * width, 2 * width)])
            self.attend_up = nn.ModuleList([Attention(2 * width), Attention(2 * width)])
            self.from16 = nn.Conv2d(2 * width, width, 3, padding=1)
            self.up1 = nn.ModuleList([Residual(2 * width, width), Residual(2 * width, width)])
            self.norm, self.end = nn.GroupNorm(32, width), nn.Conv2d(width, 3, 3, padding=1)

        def forward(self, x, times):
            rates = torch.exp(torch.arange(width // 2, device=x.device) * (-9.2 / (width // 2)))
            angles = 1000 * times[:, None] * rates
            time = self.time(torch.cat([angles.sin(), angles.cos()], 1))
            x = self.begin(x)
            kept = []
            for block in self.down1:
                x = block(x, time)
                kept.append(x)
            x = self.to16(x)
            for block, attend in zip(self.down2, self.attend_down, strict=True):
                x = attend(block(x, time))
                kept.append(x)
            x = self.to8(x)
            for block in self.middle:
                x = block(x, time)
            x = self.from8(functional.interpolate(x, scale_factor=2.0, mode="nearest"))
            for block, attend in zip(self.up2, self.attend_up, strict=True):
                x = attend(block(torch.cat([x, kept.pop()], 1), time))
            x = self.from16(functional.interpolate(x, scale_factor=2.0, mode="nearest"))
            for block in self.up1:
                x = block(torch.cat([x, kept.pop()], 1), time)
            return self.end(functional.silu(self.norm(x)))

    return UNet()


def in_turn(torch: Any, make: Callable[[Any], tuple[Any, Any]]) -> Callable[[], tuple[Any, Any]]:
    """Batches that take turns: two, because drawing one on the host takes longer than a step."""
    generator = torch.Generator().manual_seed(2)
    batches = [make(generator) for _ in range(2)]
    count = iter(range(1 << 62))
    return lambda: batches[next(count) % len(batches)]


def resnet_task(torch: Any, capturable: bool) -> Task:
    model = resnet50(torch).cuda().to(memory_format=torch.channels_last)

    def batch(generator: Any) -> tuple[Any, Any]:
        images = torch.randn(256, 3, 224, 224, generator=generator).cuda()
        labels = torch.randint(1000, (256,), generator=generator).cuda()
        return images.contiguous(memory_format=torch.channels_last), labels

    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    return Task(model, optimizer, in_turn(torch, batch), lambda x, y: torch.nn.functional.cross_entropy(model(x), y))


def lstm_task(torch: Any, capturable: bool) -> Task:
    vocabulary = 10000
    model = language_lstm(torch, vocabulary, 1024, 2).cuda()

    def batch(generator: Any) -> tuple[Any, Any]:
        tokens = torch.randint(vocabulary, (64, 129), generator=generator).cuda()
        return tokens[:, :-1].contiguous(), tokens[:, 1:].contiguous()

    def loss(x: Any, y: Any) -> Any:
        return torch.nn.functional.cross_entropy(model(x).view(-1, vocabulary), y.view(-1))

    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, capturable=capturable)
    return Task(model, optimizer, in_turn(torch, batch), loss)


def unet_task(torch: Any, capturable: bool) -> Task:
    model = unet(torch).cuda().to(memory_format=torch.channels_last)

    def batch(generator: Any) -> tuple[Any, Any]:
        images = torch.randn(128, 3, 32, 32, generator=generator).cuda()
        return images.contiguous(memory_format=torch.channels_last), torch.zeros(1).cuda()

    def loss(x: Any, _: Any) -> Any:
        times = torch.rand(x.shape[0], device=x.device)
        kept = torch.cos(times * (torch.pi / 2))[:, None, None, None]
        noise = torch.randn_like(x)
        found = model(kept * x + (1 - kept * kept).sqrt() * noise, times)
        return torch.nn.functional.mse_loss(found.float(), noise)

    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-4, capturable=capturable)
    return Task(model, optimizer, in_turn(torch, batch), loss)


TASKS: dict[str, Callable[[Any, bool], Task]] = {"resnet50": resnet_task, "lstm": lstm_task, "unet": unet_task}
