// What surrounds a call into a plugin: the tensors that it borrows, the error that it reports, and the line at which
// exceptions stop in both directions.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <vector>

#include "core/tensor.h"
#include "vibetensor/plugin.h"

namespace vt::plugin {

inline vt_tensor* handle(const Tensor& t) { return reinterpret_cast<vt_tensor*>(t.impl()); }
inline const Tensor& tensor_in(vt_tensor* const& handle) { return reinterpret_cast<const Tensor&>(handle); }
// The handle in place, as Value has it; Type error for null.
const Tensor& checked(vt_tensor* const& handle, const char* what = "a tensor");

// One callback. While it runs it is the thread's current one; what it made goes when it ends.
class Callback {
 public:
  Callback();
  ~Callback();
  Callback(const Callback&) = delete;
  Callback& operator=(const Callback&) = delete;

  // Runtime error where no callback runs: what the host makes would have no owner.
  static Callback& current();
  // Null where none runs.
  static Callback* running() noexcept;

  // The callback now owns the tensor, null for an undefined one.
  vt_tensor* give(Tensor t);
  // The same of anything else, and where it is.
  template <class T>
  T* keep(std::unique_ptr<T> object) {
    objects_.emplace_back(std::move(object));
    return static_cast<T*>(objects_.back().get());
  }
  void push_scope();
  void pop_scope(const Tensor& keep);

  void set_failure(std::exception_ptr failure, std::string message) noexcept;
  const std::string& message() const noexcept { return message_; }

  // Runs `f`, which calls into the plugin, and turns the status that comes back into the error that it means.
  template <class F>
  void run(const std::string& who, const F& f) {
    check_status(who, protect(who, f));
  }

  // What the running function of the plugin works on, to recognise it when it is handed back.
  const void* subject = nullptr;

 private:
  template <class F>
  static vt_status protect(const std::string& who, const F& f);
  void check_status(const std::string& who, vt_status status);
  [[noreturn]] static void translate_exception(const std::string& who);

  Callback* below_;
  std::vector<Tensor> tensors_;
  std::vector<size_t> scopes_;
  std::vector<std::shared_ptr<void>> objects_;
  std::exception_ptr failure_;
  std::string message_;
};

template <class F>
vt_status Callback::protect(const std::string& who, const F& f) {
  try {
    return f();
  } catch (...) {
    translate_exception(who);
  }
}

// Runs the body of a function of the host's table: exceptions become the callback's failure and a status.
vt_status status_of_exception();
template <class F>
vt_status guarded(const F& f) {
  try {
    f();
    return VT_OK;
  } catch (...) {
    return status_of_exception();
  }
}

void retain_handle(const Tensor& t);
// Value error for one that no plugin holds.
void release_handle(vt_tensor* held);

}  // namespace vt::plugin
