// A move-only owner for any CUDA object that is a pointer with a destroy function.
#pragma once

#include <utility>

namespace vt::cuda {

/// `Destroy` is called once with a non-null handle; its result is ignored, as destructors must not throw.
template <typename T, auto Destroy>
class Handle {
 public:
  Handle() noexcept = default;
  explicit Handle(T handle) noexcept : handle_(handle) {}
  Handle(Handle&& other) noexcept : handle_(std::exchange(other.handle_, T{})) {}
  Handle& operator=(Handle&& other) noexcept {
    if (this != &other) {
      reset();
      handle_ = std::exchange(other.handle_, T{});
    }
    return *this;
  }
  ~Handle() { reset(); }

  T get() const noexcept { return handle_; }
  explicit operator bool() const noexcept { return handle_ != T{}; }
  /// Address for a create function; whatever was held is destroyed first.
  T* out() noexcept {
    reset();
    return &handle_;
  }
  void reset() noexcept {
    if (handle_ != T{}) (void)Destroy(std::exchange(handle_, T{}));
  }
  T release() noexcept { return std::exchange(handle_, T{}); }

 private:
  T handle_{};
};

}  // namespace vt::cuda
