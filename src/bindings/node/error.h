// From C++'s errors to JavaScript's, and back.
#pragma once

#include <napi.h>

#include <memory>
#include <new>
#include <utility>

#include "core/error.h"

namespace vt::node {

class Loop;

// Of calls of Node-API that only fail where the addon is wrong.
inline void check(napi_status status) { VT_ASSERT(status == napi_ok, "Node-API: status ", static_cast<int>(status)); }

// What a JavaScript function threw, on its way through C++.
class ThrownValue : public Error {
 public:
  ThrownValue(napi_env env, std::shared_ptr<Loop> loop, napi_value value);
  napi_value value(napi_env env) const;

 private:
  std::shared_ptr<struct JsReference> reference_;
};

// A TypeError, RangeError or Error with `code` "ERR_VT_<KIND>", and `op` and `operands` where an op failed.
Napi::Error to_js_error(Napi::Env env, const Error& error);
// In a catch block: what is being handled, as a value to throw or to reject with.
napi_value current_error_as_js(napi_env env);

// Runs f, and throws what it throws as a JavaScript error.
template <class F>
decltype(auto) guarded(Napi::Env env, F&& f) {
  try {
    return std::forward<F>(f)();
  } catch (const Napi::Error&) {
    throw;
  } catch (...) {
    throw Napi::Error(env, current_error_as_js(env));
  }
}

// The same for callbacks of plain Node-API: null with an exception pending.
template <class F>
napi_value guarded_plain(napi_env env, F&& f) noexcept {
  try {
    return std::forward<F>(f)();
  } catch (...) {
    if (const napi_value error = current_error_as_js(env)) napi_throw(env, error);
    return nullptr;
  }
}

}  // namespace vt::node
