"""What NVIDIA's management library tells of a GPU: load, temperature, power. It needs the package nvidia-ml-py."""

from __future__ import annotations

from typing import Any


def handle_of(device: Any) -> tuple[Any, Any]:
    """(the pynvml module, its handle of the device). The device is found by its UUID: NVML knows no
    CUDA_VISIBLE_DEVICES."""
    from vibetensor.torch.cuda import get_device_properties

    try:
        import pynvml  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("this needs NVML for Python: pip install nvidia-ml-py") from error
    uuid = str(get_device_properties(device).uuid)
    try:
        pynvml.nvmlInit()
        return pynvml, pynvml.nvmlDeviceGetHandleByUUID(uuid if uuid.startswith("GPU-") else f"GPU-{uuid}")
    except pynvml.NVMLError as error:
        raise RuntimeError(f"NVML does not tell: {error}") from error


def list_gpu_processes(device: Any = None) -> str:
    """A line per process that uses the GPU, with its megabytes; what to install where NVML cannot be reached."""
    try:
        pynvml, handle = handle_of(device)
    except ModuleNotFoundError as error:
        return str(error)
    rows = [
        f"process {p.pid:>10d} uses {(p.usedGpuMemory or 0) / 2**20:>12.3f} MB GPU memory"
        for p in pynvml.nvmlDeviceGetComputeRunningProcesses(handle)
    ]
    return "\n".join(rows or ["no processes are running"])


def utilization(device: Any = None) -> int:
    """Percent of the last sample period in which a kernel ran."""
    pynvml, handle = handle_of(device)
    return pynvml.nvmlDeviceGetUtilizationRates(handle).gpu


def memory_usage(device: Any = None) -> int:
    """Percent of the last sample period in which the GPU's memory was read or written."""
    pynvml, handle = handle_of(device)
    return pynvml.nvmlDeviceGetUtilizationRates(handle).memory


def device_memory_used(device: Any = None) -> int:
    """Bytes of the GPU's memory in use by all processes."""
    pynvml, handle = handle_of(device)
    return pynvml.nvmlDeviceGetMemoryInfo(handle).used


def temperature(device: Any = None) -> int:
    """Degrees Celsius of the GPU."""
    pynvml, handle = handle_of(device)
    return pynvml.nvmlDeviceGetTemperature(handle, pynvml.NVML_TEMPERATURE_GPU)


def power_draw(device: Any = None) -> int:
    """Milliwatts that the GPU draws."""
    pynvml, handle = handle_of(device)
    return pynvml.nvmlDeviceGetPowerUsage(handle)


def clock_rate(device: Any = None) -> int:
    """Megahertz of the GPU's multiprocessors."""
    pynvml, handle = handle_of(device)
    return pynvml.nvmlDeviceGetClockInfo(handle, pynvml.NVML_CLOCK_SM)
