"""Train a small diffusion model on handwritten digits, then draw digits that nobody wrote: demo/diffusion/digits.png.

python examples/diffusion.py                       about ten minutes on two CPU cores
python examples/diffusion.py --framework torch     the same file on PyTorch

A picture is made noise in a thousand small steps (Ho, Jain and Abbeel, 2020). The network, a U-Net, is shown a noisy
picture, how noisy it is and which digit it is of, and learns to say what the noise is; taking that away again, from pure
noise on, draws a picture.
"""

from __future__ import annotations

import math

from gpt import F, nn, torch
from pictures import digits, moved, shuffled
from training import arguments, begin, plotting, train

LEVELS = 1000  # of noise


class Block(nn.Module):
    """Two convolutions (B, C, H, W) beside a way around them; `condition` (B, dim) shifts what is between them."""

    def __init__(self, channels: int, out: int, dim: int):
        super().__init__()
        self.norm1, self.norm2 = nn.GroupNorm(8, channels), nn.GroupNorm(8, out)
        self.conv1, self.conv2 = nn.Conv2d(channels, out, 3, padding=1), nn.Conv2d(out, out, 3, padding=1)
        self.shift = nn.Linear(dim, out)
        self.around = nn.Conv2d(channels, out, 1) if channels != out else nn.Identity()

    def forward(self, x, condition):
        y = self.conv1(F.silu(self.norm1(x))) + self.shift(condition)[:, :, None, None]
        return self.conv2(F.silu(self.norm2(y))) + self.around(x)


class UNet(nn.Module):
    """The noise in noisy pictures (B, 1, 28, 28), by their levels (B,) and digits (B,), both int64."""

    def __init__(self, width: int = 16, dim: int = 128):
        super().__init__()
        self.dim = dim
        self.level = nn.Sequential(nn.Linear(dim, dim), nn.SiLU(), nn.Linear(dim, dim))
        self.digit = nn.Embedding(10, dim)
        self.first = nn.Conv2d(1, width, 3, padding=1)
        self.down1 = Block(width, width, dim)
        self.half1 = nn.Conv2d(width, 2 * width, 3, stride=2, padding=1)
        self.down2 = Block(2 * width, 2 * width, dim)
        self.half2 = nn.Conv2d(2 * width, 4 * width, 3, stride=2, padding=1)
        self.middle = Block(4 * width, 4 * width, dim)
        self.up2 = Block(6 * width, 2 * width, dim)
        self.up1 = Block(3 * width, width, dim)
        self.last = nn.Sequential(nn.GroupNorm(8, width), nn.SiLU(), nn.Conv2d(width, 1, 3, padding=1))

    def forward(self, noisy, levels, digit):
        rates = torch.exp(-math.log(10000.0) * torch.arange(self.dim // 2, device=noisy.device) / (self.dim // 2))
        angles = levels[:, None] * rates
        condition = F.silu(self.level(torch.cat([angles.sin(), angles.cos()], dim=1)) + self.digit(digit))
        fine = self.down1(self.first(noisy), condition)  # (B, width, 28, 28)
        coarse = self.down2(self.half1(fine), condition)  # (B, 2 width, 14, 14)
        x = self.middle(self.half2(coarse), condition)  # (B, 4 width, 7, 7)
        x = self.up2(torch.cat([F.interpolate(x, scale_factor=2), coarse], dim=1), condition)
        x = self.up1(torch.cat([F.interpolate(x, scale_factor=2), fine], dim=1), condition)
        return self.last(x)


def kept(device):
    """How much of a picture's variance is left at each level (LEVELS,): from nearly 1 to nearly 0."""
    return torch.cumprod(1 - torch.linspace(1e-4, 0.02, LEVELS, device=device), dim=0)


@torch.no_grad()
def draw(model, digit, steps: int):
    """Pictures (B, 1, 28, 28) from -1 to 1 of the digits (B,), from noise in so many steps (Song, Meng and Ermon, 2020)."""
    share = kept(digit.device)
    x = torch.randn(len(digit), 1, 28, 28, device=digit.device)
    levels = torch.linspace(LEVELS - 1, 0, steps).round().long().tolist()
    for level, below in zip(levels, [*levels[1:], None], strict=True):
        now, then = share[level], share[below] if below is not None else torch.ones((), device=digit.device)
        noise = model(x, torch.full_like(digit, level), digit)
        picture = ((x - (1 - now).sqrt() * noise) / now.sqrt()).clamp(-1, 1)
        noise = (x - now.sqrt() * picture) / (1 - now).sqrt()
        # of the noise that is left, most is what was there, and a part is new
        fresh = ((1 - then) / (1 - now) * (1 - now / then)).clamp_min(0)
        x = then.sqrt() * picture + (1 - then - fresh).clamp_min(0).sqrt() * noise + fresh.sqrt() * torch.randn_like(x)
    return x


def main() -> None:
    args = arguments(__doc__, out="diffusion", steps=2000, batch=64, lr=2e-3)
    device = begin(args)
    pictures, classes, test_pictures, test_classes = digits(args.data)
    share = kept(device)
    model = UNet().to(device)

    def loss_at(clean, digit, levels, noise):
        left = share[levels][:, None, None, None]
        noisy = left.sqrt() * (2 * clean - 1).to(device) + (1 - left).sqrt() * noise
        return F.mse_loss(model(noisy, levels, digit.to(device)), noise)

    def loss_of(batch):
        clean, digit = batch
        levels = torch.randint(LEVELS, (len(clean),)).to(device)
        return loss_at(moved(clean, 1), digit, levels, torch.randn(clean.shape).to(device))

    held_out = test_pictures[::4], test_classes[::4]
    their_levels = torch.linspace(0, LEVELS - 1, len(held_out[0])).long().to(device)
    their_noise = torch.randn(held_out[0].shape).to(device)

    def held_out_loss() -> float:
        return loss_at(*held_out, their_levels, their_noise).item()

    train(args, model, shuffled((pictures, classes), args.batch), loss_of, held_out_loss, "held-out loss")
    model.eval()
    drawn = draw(model, torch.arange(10, device=device).repeat(6), steps=50).cpu()
    grid = drawn.reshape(6, 10, 28, 28).transpose(1, 2).reshape(6 * 28, 10 * 28)
    plotting().imsave(args.out / "digits.png", grid.tolist(), cmap="gray", vmin=-1, vmax=1)
    print(f"sixty digits in {args.out / 'digits.png'}")


if __name__ == "__main__":
    main()
