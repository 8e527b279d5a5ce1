#include "bindings/node/error.h"

#include "bindings/node/js_reference.h"

namespace vt::node {
namespace {

const char* code_of(ErrorKind kind) {
  switch (kind) {
#define VT_ERROR(kind, code, python) \
  case ErrorKind::kind: return "ERR_VT_" #kind;
#include "core/error.def"
#undef VT_ERROR
  }
  return "ERR_VT_Internal";
}

}  // namespace

ThrownValue::ThrownValue(napi_env env, std::shared_ptr<Loop> loop, napi_value value)
    : Error(ErrorKind::Runtime, "a JavaScript function threw"),
      reference_(JsReference::make(env, std::move(loop), value)) {}

napi_value ThrownValue::value(napi_env env) const { return reference_->value(env); }

Napi::Error to_js_error(Napi::Env env, const Error& error) {
  Napi::Error result;
  switch (error.kind()) {
    case ErrorKind::Type: result = Napi::TypeError::New(env, error.message()); break;
    case ErrorKind::Index:
    case ErrorKind::Value:
    case ErrorKind::Overflow: result = Napi::RangeError::New(env, error.message()); break;
    default: result = Napi::Error::New(env, error.message());
  }
  result.Set("code", Napi::String::New(env, code_of(error.kind())));
  if (!error.frames().empty()) {
    result.Set("op", Napi::String::New(env, error.frames().back().op));
    result.Set("operands", Napi::String::New(env, error.frames().back().operands));
  }
  return result;
}

namespace {

napi_value as_js(napi_env env) {
  try {
    throw;
  } catch (const ThrownValue& thrown) {
    return thrown.value(env);
  } catch (const Napi::Error& error) {
    return error.Value();
  } catch (const Error& error) {
    return to_js_error(env, error).Value();
  } catch (const std::bad_alloc&) {
    return to_js_error(env, Error(ErrorKind::OutOfMemory, "out of host memory")).Value();
  } catch (const std::exception& error) {
    return to_js_error(env, Error(ErrorKind::Internal, error.what())).Value();
  }
}

}  // namespace

napi_value current_error_as_js(napi_env env) {
  try {
    return as_js(env);
  } catch (...) {  // no object can be made in an environment that ends
    napi_value nothing = nullptr;
    napi_get_undefined(env, &nothing);
    return nothing;
  }
}

}  // namespace vt::node
