// Events: points on a stream that hosts and other streams can wait for.
#pragma once

#include "core/macros.h"
#include "cuda/stream.h"
#include "cuda/types.h"

namespace vt::cuda {

/// Move-only. The CUDA event is made at the first record, on that stream's device.
class VT_API Event {
 public:
  /// `timing`: elapsed_ms works. `blocking`: synchronize sleeps instead of spinning.
  explicit Event(bool timing = false, bool blocking = false) noexcept : timing_(timing), blocking_(blocking) {}
  Event(Event&& other) noexcept;
  Event& operator=(Event&& other) noexcept;
  ~Event();

  /// Marks the work given to `stream` so far; throws when the event belongs to another device.
  void record(Stream stream);
  /// Makes later work on `stream` wait for the mark. An event never recorded is done.
  void block(Stream stream) const;
  bool query() const;
  void synchronize() const;
  /// Milliseconds from this mark to `end`'s; both must be timing events and done.
  float elapsed_ms(const Event& end) const;

  bool is_recorded() const noexcept { return handle_ != nullptr; }
  int device() const noexcept { return device_; }
  EventHandle handle() const noexcept { return handle_; }

 private:
  void create(int device);
  void destroy() noexcept;

  EventHandle handle_ = nullptr;
  int device_ = -1;
  bool timing_;
  bool blocking_;
};

/// Makes later work on `waiter` wait for everything given to `other` so far.
VT_API void wait_stream(Stream waiter, Stream other);

}  // namespace vt::cuda
