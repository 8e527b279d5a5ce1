// Memory for the length of a scope, from the caching allocator; uninitialised, aligned to 64 bytes.
#pragma once

#include <cstdint>

#include "cpu/allocator.h"

namespace vt::cpu {

class Scratch {
 public:
  explicit Scratch(int64_t bytes)
      : bytes_(static_cast<size_t>(bytes)), data_(bytes > 0 ? cpu_allocate(bytes_) : nullptr) {}
  ~Scratch() { cpu_deallocate(data_, bytes_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  template <class T>
  T* as() const {
    return static_cast<T*>(data_);
  }

 private:
  size_t bytes_;
  void* data_;
};

}  // namespace vt::cpu
