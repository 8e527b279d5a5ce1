"""A layer's weight over its largest singular value, which each forward approximates a little better."""

from __future__ import annotations

from typing import Any

from vibetensor import _C
from vibetensor.torch.autograd.grad_mode import no_grad
from vibetensor.torch.nn import functional as F
from vibetensor.torch.nn.modules.module import Module
from vibetensor.torch.nn.parameter import Parameter

ops = _C.ops


def as_matrix(weight: Any, dim: int) -> Any:
    """The weight with `dim` first and the other dims joined."""
    if dim != 0:
        weight = weight.permute(dim, *(d for d in range(weight.dim()) if d != dim))
    return weight.reshape(weight.size(0), -1)


def refine(matrix: Any, u: Any, v: Any, steps: int, eps: float, v_first: bool) -> None:
    """Returns None; brings u and v, in place, nearer to the singular vectors of the largest singular value."""
    for _ in range(steps):
        for side in "vu" if v_first else "uv":
            if side == "v":
                F.normalize(ops.mv(matrix.mH, u), dim=0, eps=eps, out=v)
            else:
                F.normalize(ops.mv(matrix, v), dim=0, eps=eps, out=u)


def default_dim(module: Any) -> int:
    """The dim of a weight that counts outputs: 1 of transposed convolutions."""
    from vibetensor.torch.nn.modules import conv

    kinds = (conv.ConvTranspose1d, conv.ConvTranspose2d, conv.ConvTranspose3d)
    return 1 if isinstance(module, kinds) else 0


class SpectralNorm:
    """The pre-hook of a module that sets the weight, and the hooks by which its state is saved and loaded."""

    _version = 1

    def __init__(self, name: str = "weight", n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12):
        if n_power_iterations <= 0:
            raise ValueError(
                f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}"
            )
        self.name, self.dim, self.n_power_iterations, self.eps = name, dim, n_power_iterations, eps

    def reshape_weight_to_matrix(self, weight: Any) -> Any:
        """The weight with `dim` first and the other dims joined."""
        return as_matrix(weight, self.dim)

    def compute_weight(self, module: Any, do_power_iteration: bool) -> Any:
        """The weight over its largest singular value, after a step of its approximation if wanted."""
        weight, u, v = (getattr(module, f"{self.name}_{part}") for part in ("orig", "u", "v"))
        matrix = as_matrix(weight, self.dim)
        if do_power_iteration:
            with no_grad():
                refine(matrix, u, v, self.n_power_iterations, self.eps, v_first=True)
                u, v = u.clone(), v.clone()  # backward through two forwards needs those of each
        return weight / ops.dot(u, ops.mv(matrix, v))

    def remove(self, module: Any) -> None:
        """Returns None; makes the weight a parameter of its present value again."""
        with no_grad():
            weight = self.compute_weight(module, do_power_iteration=False)
        delattr(module, self.name)
        for part in ("u", "v", "orig"):
            delattr(module, f"{self.name}_{part}")
        module.register_parameter(self.name, Parameter(weight.detach()))

    def __call__(self, module: Any, inputs: Any) -> None:
        setattr(module, self.name, self.compute_weight(module, do_power_iteration=module.training))

    @staticmethod
    def apply(module: Any, name: str, n_power_iterations: int, dim: int, eps: float) -> SpectralNorm:
        """The hook, after it was put on the module."""
        for hook in module._forward_pre_hooks.values():
            if isinstance(hook, SpectralNorm) and hook.name == name:
                raise RuntimeError(f"Cannot register two spectral_norm hooks on the same parameter {name}")
        norm = SpectralNorm(name, n_power_iterations, dim, eps)
        weight = module._parameters[name]
        if weight is None:
            raise ValueError(f"`SpectralNorm` cannot be applied as parameter `{name}` is None")
        with no_grad():
            height, width = as_matrix(weight, dim).size()
            u = F.normalize(weight.new_empty(height).normal_(0, 1), dim=0, eps=eps)
            v = F.normalize(weight.new_empty(width).normal_(0, 1), dim=0, eps=eps)
        delattr(module, name)
        module.register_parameter(f"{name}_orig", weight)
        setattr(module, name, weight.data)  # no parameter: hidden from parameters(), but there for init functions
        module.register_buffer(f"{name}_u", u)
        module.register_buffer(f"{name}_v", v)
        module.register_forward_pre_hook(norm)
        module._register_state_dict_hook(norm.note_version)
        module._register_load_state_dict_pre_hook(norm.check_version)
        return norm

    def note_version(self, module: Any, state_dict: Any, prefix: str, local_metadata: dict[str, Any]) -> None:
        """Returns None; writes into the metadata which form the state has."""
        versions = local_metadata.setdefault("spectral_norm", {})
        if f"{self.name}.version" in versions:
            raise RuntimeError(f"Unexpected key in metadata['spectral_norm']: {self.name}.version")
        versions[f"{self.name}.version"] = self._version

    def check_version(
        self, state_dict: Any, prefix: str, local_metadata: dict[str, Any], strict: bool, missing_keys: Any, *lists: Any
    ) -> None:
        """Returns None; NotImplementedError for a state without v, of PyTorch before 1.0."""
        version = local_metadata.get("spectral_norm", {}).get(f"{self.name}.version")
        if version is not None and version >= 1:
            return
        key = prefix + self.name
        if (
            version is None
            and all(f"{key}{part}" in state_dict for part in ("_orig", "_u", "_v"))
            and key not in state_dict
        ):
            return  # without metadata, but new
        present = [part for part in ("_orig", "", "_u") if f"{key}{part}" in state_dict]
        if len(present) < 3:
            if strict:
                missing_keys += [f"{key}{part}" for part in ("_orig", "", "_u") if part not in present]
            return
        raise NotImplementedError(
            f"spectral_norm: a state of {self.name!r} without {self.name}_v, of PyTorch before 1.0, needs torch.linalg.pinv, "
            "which is not there yet"
        )


def spectral_norm(
    module: Any, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Any:
    """`module`, whose parameter `name` is from now on `name_orig` over its largest singular value.

    That is approximated with the vectors `name_u` and `name_v`, which every forward in training makes better by
    n_power_iterations steps. dim: of the weight, that counts outputs. parametrizations.spectral_norm is its newer form.
    """
    SpectralNorm.apply(module, name, n_power_iterations, default_dim(module) if dim is None else dim, eps)
    return module


def remove_spectral_norm(module: Any, name: str = "weight") -> Any:
    """`module` with the parameter `name` of its present value again; ValueError if it has no spectral_norm."""
    for key, hook in module._forward_pre_hooks.items():
        if isinstance(hook, SpectralNorm) and hook.name == name:
            hook.remove(module)
            del module._forward_pre_hooks[key]
            break
    else:
        raise ValueError(f"spectral_norm of '{name}' not found in {module}")
    for registry, method in (
        (module._state_dict_hooks, "note_version"),
        (module._load_state_dict_pre_hooks, "check_version"),
    ):
        for key, bound in list(registry.items()):
            owner = getattr(bound, "__self__", None)
            if isinstance(owner, SpectralNorm) and owner.name == name and bound.__name__ == method:
                del registry[key]
    return module


class _SpectralNorm(Module):
    """The parametrization of parametrizations.spectral_norm, with the approximate singular vectors _u and _v."""

    _u: Any
    _v: Any

    def __init__(self, weight: Any, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12):
        super().__init__()
        ndim = weight.dim()
        if not -ndim <= dim < ndim:
            raise IndexError(f"Dimension out of range (expected to be in range of [-{ndim}, {ndim - 1}] but got {dim})")
        if n_power_iterations <= 0:
            raise ValueError(
                f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}"
            )
        self.dim, self.eps = dim % ndim, eps
        if ndim == 1:
            return
        self.n_power_iterations = n_power_iterations
        with no_grad():
            matrix = as_matrix(weight, self.dim)
            height, width = matrix.size()
            self.register_buffer("_u", F.normalize(matrix.new_empty(height).normal_(0, 1), dim=0, eps=eps))
            self.register_buffer("_v", F.normalize(matrix.new_empty(width).normal_(0, 1), dim=0, eps=eps))
            refine(matrix, self._u, self._v, 15, eps, v_first=False)

    def forward(self, weight: Any) -> Any:
        if weight.dim() == 1:
            return F.normalize(weight, dim=0, eps=self.eps)
        matrix = as_matrix(weight, self.dim)
        if self.training:
            with no_grad():
                refine(matrix, self._u, self._v, self.n_power_iterations, self.eps, v_first=False)
        u, v = self._u.clone(), self._v.clone()  # backward through two forwards needs those of each
        return weight / ops.vdot(u, ops.mv(matrix, v))

    def right_inverse(self, value: Any) -> Any:
        """`value`, whatever its norm."""
        return value
