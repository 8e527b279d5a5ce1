// From vt::Error to JavaScript's errors and from JavaScript's values to ours.
#pragma once

#include <napi.h>

#include <new>
#include <utility>

#include "core/error.h"

namespace vt::node {

// A TypeError, RangeError or Error with `code` "ERR_VT_<KIND>", ready to throw.
Napi::Error to_js_error(Napi::Env env, const Error& error);

// Runs f, and throws what it throws as a JavaScript error.
template <class F>
decltype(auto) guarded(Napi::Env env, F&& f) {
  try {
    return std::forward<F>(f)();
  } catch (const Error& error) {
    throw to_js_error(env, error);
  } catch (const std::bad_alloc&) {
    throw to_js_error(env, Error(ErrorKind::OutOfMemory, "out of host memory"));
  }
}

}  // namespace vt::node
