// Tensors as safetensors files, byte for byte as the format's own library writes them.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "interop/safetensors/file.h"

namespace vt::interop::safetensors {

struct Named {
  std::string name;
  Tensor tensor;
};

struct SaveOptions {
  Metadata metadata;
  uint64_t max_shard_bytes = 0;  // 0: one file
  Progress progress;
};

// The bytes of one file, in order, to `sink`. NotImplementedError for a dtype that the format does not have.
VT_API void write(const std::function<void(const void* data, size_t bytes)>& sink, std::span<const Named> tensors,
                  const SaveOptions& options);
// At `path`, whole or not at all (Note [Whole files]). With a limit, what does not fit one file goes to several,
// "<stem>-00001-of-00003<ending>", and `path`.index.json says which has what: all are written and brought to the disk
// before the first takes its name, the index last.
VT_API void save(const std::string& path, std::span<const Named> tensors, const SaveOptions& options);

}  // namespace vt::interop::safetensors
