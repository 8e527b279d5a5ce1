"""Where the storages of a file go: the devices' names in files, and map_location."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vibetensor import _C
from vibetensor.torch.storage import TypedStorage, UntypedStorage

Tensor: Any = _C.Tensor
Tagger = Callable[[Any], str | None]
Restorer = Callable[[Any, str], Any]
registry: list[tuple[int, Tagger, Restorer]] = []


def register_package(priority: int, tagger: Tagger, deserializer: Restorer) -> None:
    """Returns None; adds a kind of device to those whose storages can be saved and loaded.

    tagger: gives the location of a storage as files name it, or None of one of another kind. deserializer: brings a
    storage to such a location, or gives None for one of another kind. Lower priorities are asked first; ours are 10 to 22.
    """
    registry.append((priority, tagger, deserializer))
    registry.sort(key=lambda entry: entry[0])


def location_tag(storage: Any) -> str:
    """The location of a storage as files name it: "cpu", "cuda:0"."""
    for _, tagger, _ in registry:
        location = tagger(storage)
        if location:
            return location
    raise RuntimeError(f"don't know how to determine data location of {type(storage).__name__}")


def default_restore_location(storage: Any, location: str) -> Any:
    """The storage at a location as files name it; RuntimeError if this machine has none of that kind."""
    for _, _, restore in registry:
        result = restore(storage, location)
        if result is not None:
            return result
    raise RuntimeError(
        f"don't know how to restore data location of {type(storage).__name__} (tagged with {location}); "
        "pass map_location='cpu' to load it on the CPU"
    )


def on_cpu(storage: Any, location: str) -> Any:
    return storage.to("cpu") if location == "cpu" else None


def on_meta(storage: Any, location: str) -> Any:
    return storage.to("meta") if location == "meta" else None


def validate_cuda_device(location: str) -> int:
    """The number of the GPU that a location names; RuntimeError if this machine does not have it."""
    try:
        device = _C.device(location)
    except (RuntimeError, ValueError):
        raise RuntimeError(f"load: expected a location such as 'cuda:0', got {location!r}") from None
    if not _C.cuda_is_available():
        raise RuntimeError(
            "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False. "
            "If you are running on a CPU-only machine, please use torch.load with map_location=torch.device('cpu') "
            "to map your storages to the CPU."
        )
    index = _C.cuda_current_device() if device.index is None else device.index
    if index >= _C.cuda_device_count():
        raise RuntimeError(
            f"Attempting to deserialize object on CUDA device {index} but torch.cuda.device_count() is "
            f"{_C.cuda_device_count()}. Please use torch.load with map_location to map your storages to an existing device."
        )
    return int(index)


def on_cuda(storage: Any, location: str) -> Any:
    if location.partition(":")[0] != "cuda":
        return None
    return storage.to(f"cuda:{validate_cuda_device(location)}")


def tagger_of(kind: str) -> Tagger:
    return lambda storage: str(storage.device) if storage.device.type == kind else None


register_package(10, tagger_of("cpu"), on_cpu)
register_package(20, tagger_of("cuda"), on_cuda)
register_package(22, tagger_of("meta"), on_meta)


def goes_to_meta(map_location: Any) -> bool:
    """Whether no bytes are needed, because all becomes shapes."""
    return not callable(map_location) and not isinstance(map_location, dict) and str(map_location) == "meta"


def restoring(map_location: Any) -> Callable[[UntypedStorage, str], UntypedStorage]:
    """What brings a storage on the CPU where it shall go, given the location that the file names.

    map_location: None for that location, a device or its name, a dict from locations to locations, or a function of
    (storage on the CPU, location) that gives a storage, or None for the location that the file names.
    """
    if map_location is None:
        return default_restore_location
    if isinstance(map_location, dict):
        return lambda storage, location: default_restore_location(storage, map_location.get(location, location))
    if isinstance(map_location, str | bytes | _C.device):
        place = map_location.decode() if isinstance(map_location, bytes) else str(map_location)
        return lambda storage, location: default_restore_location(storage, place)
    if not callable(map_location):
        raise TypeError(
            "load: expected map_location to be a device, its name, a dict or a function, got "
            f"{type(map_location).__name__}"
        )
    return lambda storage, location: call_map(map_location, storage, location)


def call_map(map_location: Callable[[Any, str], Any], storage: Any, location: str) -> Any:
    result = map_location(storage, location)
    if result is None:
        return default_restore_location(storage, location)
    if isinstance(result, TypedStorage):
        return result.untyped()
    if not isinstance(result, UntypedStorage):
        raise TypeError(f"load: expected map_location to return a storage or None, got {type(result).__name__}")
    return result


def placing_tensors(map_location: Any) -> Callable[[Any, str], Any]:
    """The same for files of tensors without storages: what brings a CPU tensor where it shall go."""
    restore = restoring(map_location)
    if not callable(map_location):
        return lambda tensor, location: over(restore(UntypedStorage.of(tensor), location), tensor)

    def place(tensor: Any, location: str) -> Any:
        result = map_location(tensor, location)
        if result is None:
            return over(default_restore_location(UntypedStorage.of(tensor), location), tensor)
        if not isinstance(result, Tensor):
            raise TypeError(f"load: expected map_location to return a tensor or None, got {type(result).__name__}")
        return result

    return place


def over(storage: UntypedStorage, tensor: Any) -> Any:
    """A tensor of the geometry of `tensor` over a copy of its storage; itself where that is no copy."""
    if storage.bytes._storage_key() == tensor._storage_key():
        return tensor
    return storage.bytes._over_storage(tensor.dtype, tuple(tensor.shape), tensor.stride(), tensor.storage_offset())
