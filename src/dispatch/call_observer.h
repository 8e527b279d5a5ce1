// Who is told of every call of an op. Nobody, most of the time: then a call pays a load and a compare.
#pragma once

#include <atomic>
#include <span>

#include "core/macros.h"
#include "dispatch/value.h"

namespace vt {

class Op;

class VT_API CallObserver {
 public:
  // Before the kernel is chosen, on the calling thread; `args` follow the schema, defaults filled in. Returns a number
  // for end().
  virtual uint64_t begin(const Op& op, std::span<const Value> args) noexcept = 0;
  // After the call, also where it threw.
  virtual void end(uint64_t token) noexcept = 0;

 protected:
  ~CallObserver() = default;  // lives as long as the process: a call may be under way when another one is set
};

// For all threads, from their next call on; null: nobody.
VT_API void set_call_observer(CallObserver* observer) noexcept;

namespace detail {
// Hidden: read by dispatch.cpp alone, as an address that the code knows.
extern constinit std::atomic<CallObserver*> call_observer;
}  // namespace detail

}  // namespace vt
