// The parts that vibetensor._C is put together from.
#pragma once

#include <nanobind/nanobind.h>

#include "bindings/python/object.h"

namespace vt::python {

void init_constructors(PyObject* module);            // tensor_new.cpp: tensor, as_tensor
void init_operands_state(PyObject* module);          // operands_state.cpp
void bind_modes(nanobind::module_& m);               // modes.cpp: grad mode, autocast, default dtype, backward
void bind_registry(nanobind::module_& m);            // registry.cpp: what ops there are, counters
void bind_info(nanobind::module_& m);                // info.cpp: system_info
void bind_cuda(nanobind::module_& m);                // cuda.cpp
void bind_cuda_streams(nanobind::module_& m);        // cuda_stream.cpp
void bind_cuda_memory(nanobind::module_& m);         // cuda_memory.cpp
void bind_cuda_snapshot(nanobind::module_& m);       // cuda_snapshot.cpp
void bind_atomic_file(nanobind::module_& m);         // atomic_file.cpp
void bind_shared_memory(nanobind::module_& m);       // shared_memory.cpp
void bind_safetensors(nanobind::module_& m);         // safetensors.cpp
void bind_nccl(nanobind::module_& m);                // nccl.cpp
void bind_processes(nanobind::module_& m);           // processes.cpp: links between processes
void bind_nvtx(nanobind::module_& m);                // nvtx.cpp
void bind_saved_tensor_hooks(nanobind::module_& m);  // saved_tensor_hooks.cpp
void bind_profiler(nanobind::module_& m);            // profiler.cpp
void bind_plugins(nanobind::module_& m);             // plugin.cpp
void bind_transforms(nanobind::module_& m);          // transforms.cpp: vmap, levels of grad
void bind_cuda_graphs(nanobind::module_& m);         // cuda_graph.cpp
void bind_loaded_kernels(nanobind::module_& m);      // loaded_kernel.cpp
void bind_kernel_variants(nanobind::module_& m);     // kernel_variants.cpp
void bind_python_kernels(nanobind::module_& m);      // python_kernel.cpp: overrides of ops

}  // namespace vt::python
