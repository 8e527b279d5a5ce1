// A function that each backend has its own of, for what several ops share below dispatch: strided copies, fills,
// reductions. Filled while ops register, as an op's own table is.
//
//   inline constinit BackendTable<void(const Tensor& to, const Tensor& from)> strided_copy{"copy_"};
//   strided_copy.cpu(strided_copy_cpu);         // in a register_ function
//   strided_copy(to.device(), to, from);        // runs with to's device current
#pragma once

#include "core/device_backend.h"
#include "core/error.h"
#include "core/key_set.h"

namespace vt {

template <class F>
class BackendTable;

template <class R, class... A>
class BackendTable<R(A...)> {
 public:
  using Function = R (*)(A...);
  // `what` says in errors what is missing.
  explicit constexpr BackendTable(const char* what) : what_(what) {}
  BackendTable(const BackendTable&) = delete;
  BackendTable& operator=(const BackendTable&) = delete;

  BackendTable& on(Key backend, Function f) {
    functions_[static_cast<int>(backend)] = f;
    return *this;
  }
  BackendTable& cpu(Function f) { return on(Key::CPU, f); }
  BackendTable& cuda(Function f) { return on(Key::CUDA, f); }
  // Of a backend without memory, for a function that only writes values.
  BackendTable& nothing_to_do(Key backend)
    requires std::is_void_v<R>
  {
    return on(backend, [](A...) {});
  }

  bool has(Device device) const { return functions_[static_cast<int>(device.type)] != nullptr; }

  R operator()(Device device, A... args) const {
    const Function f = functions_[static_cast<int>(device.type)];
    VT_CHECK(f, NotImplemented, what_, ": no kernel for ", device, " tensors yet");
    const DeviceGuard guard(device);
    return f(static_cast<A>(args)...);
  }

 private:
  const char* what_;
  Function functions_[kNumBackends] = {};
};

}  // namespace vt
