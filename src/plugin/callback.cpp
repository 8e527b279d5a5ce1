#include "plugin/callback.h"

#include <cxxabi.h>

#include <mutex>
#include <new>
#include <unordered_map>

#include "plugin/loader.h"

namespace vt::plugin {
namespace {

thread_local Callback* running_callback = nullptr;

std::mutex handles_mutex;
std::unordered_multimap<vt_tensor*, Tensor>& handles() {
  static auto* map = new std::unordered_multimap<vt_tensor*, Tensor>;  // plugins release while the process ends
  return *map;
}

constexpr int kLastCode = 0
#define VT_ERROR(kind, code, python) +1
#include "core/error.def"
#undef VT_ERROR
    ;

}  // namespace

const Tensor& checked(vt_tensor* const& handle, const char* what) {
  VT_CHECK(handle, Type, "expected ", what, ", got null");
  return tensor_in(handle);
}

Callback::Callback() : below_(running_callback) { running_callback = this; }
Callback::~Callback() { running_callback = below_; }

Callback* Callback::running() noexcept { return running_callback; }
Callback& Callback::current() {
  VT_CHECK(running_callback, Runtime, "called outside of a plugin's callback");
  return *running_callback;
}

vt_tensor* Callback::give(Tensor t) {
  if (!t.defined()) return nullptr;
  tensors_.push_back(std::move(t));
  return handle(tensors_.back());
}

void Callback::push_scope() { scopes_.push_back(tensors_.size()); }

void Callback::pop_scope(const Tensor& keep) {
  VT_CHECK(!scopes_.empty(), Runtime, "pop_scope without a push_scope");
  const Tensor kept = keep;
  tensors_.resize(scopes_.back());
  scopes_.pop_back();
  give(kept);
}

void Callback::set_failure(std::exception_ptr failure, std::string message) noexcept {
  failure_ = std::move(failure);
  message_ = std::move(message);
}

void Callback::check_status(const std::string& who, vt_status status) {
  if (VT_LIKELY(status == VT_OK)) return;
  if (failure_) std::rethrow_exception(failure_);
  const bool known = status > 0 && status <= kLastCode;
  throw Error(known ? static_cast<ErrorKind>(status) : ErrorKind::Runtime,
              detail::concat(who, " of the plugin failed with status ", status, " and without a message"));
}

void Callback::translate_exception(const std::string& who) {
  try {
    throw;
  } catch (abi::__forced_unwind&) {
    throw;
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& e) {
    VT_THROW(Runtime, who, " of the plugin let a C++ exception out: ", e.what());
  } catch (...) {
    VT_THROW(Runtime, who, " of the plugin let an exception out");
  }
}

vt_status status_of_exception() {
  std::string message;
  vt_status status = VT_RUNTIME_ERROR;
  try {
    throw;
  } catch (abi::__forced_unwind&) {
    throw;
  } catch (const Error& e) {
    message = e.message();
    status = static_cast<vt_status>(e.kind());
  } catch (const std::bad_alloc&) {
    message = "out of host memory";
    status = VT_OUT_OF_MEMORY;
  } catch (const std::exception& e) {
    message = e.what();
  } catch (...) {
    message = "an unknown exception";
  }
  if (Callback* callback = Callback::running()) callback->set_failure(std::current_exception(), std::move(message));
  return status;
}

int64_t live_handles() {
  const std::lock_guard lock(handles_mutex);
  return static_cast<int64_t>(handles().size());
}

void retain_handle(const Tensor& t) {
  const std::lock_guard lock(handles_mutex);
  handles().emplace(handle(t), t);
}

void release_handle(vt_tensor* held) {
  Tensor last;  // declared first, so it goes after the lock: what it frees may call a plugin
  const std::lock_guard lock(handles_mutex);
  const auto it = handles().find(held);
  VT_CHECK(it != handles().end(), Value, "release: expected a tensor that was retained");
  last = std::move(it->second);
  handles().erase(it);
}

}  // namespace vt::plugin
