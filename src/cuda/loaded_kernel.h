// Kernels that others compiled: Triton, CUTLASS' DSL, nvcc. Loaded out of an image in memory, and launched as ours are.
#pragma once

#include <string>

#include "cuda/device_api.h"
#include "cuda/kernel_parameters.h"
#include "cuda/work.h"

namespace vt::cuda {

/// How a kernel is run, whatever its arguments are.
struct KernelShape {
  unsigned threads[3] = {1, 1, 1};
  size_t shared_bytes = 0;          // dynamic
  unsigned cluster[3] = {1, 1, 1};  // in blocks
  bool cooperative = false;
  bool overlapping = false;  // KernelLaunch
};

/// One kernel on one device. It stays loaded as long as the process, since a graph may hold it.
class VT_API LoadedKernel {
 public:
  /// Loads the kernel `name` out of `image`, a cubin, a fatbin or PTX text that ends with a zero. Throws RuntimeError
  /// that says what the device wants and what came; ValueError where `layout` is not that of the kernel.
  LoadedKernel(const std::string& name, const void* image, int device, ParameterLayout layout,
               const KernelShape& shape);

  const char* name() const { return name_; }
  int device() const { return device_; }
  const ParameterLayout& layout() const { return layout_; }
  const KernelShape& shape() const { return shape_; }
  const KernelFacts& facts() const { return facts_; }

  /// Launches `grid` blocks on `stream`; a grid with a zero is no launch. `parameters` are packed as layout() says;
  /// `storages` are those that the kernel reads or writes.
  void launch(Stream stream, const int64_t (&grid)[3], std::byte* parameters, StorageSpan storages) const;

 private:
  const char* name_;  // lives as long as the process: errors and graphs name it
  int device_;
  ParameterLayout layout_;
  KernelShape shape_;
  KernelFacts facts_;
};

}  // namespace vt::cuda
