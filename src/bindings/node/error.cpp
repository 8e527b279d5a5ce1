#include "bindings/node/error.h"

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
  return result;
}

}  // namespace vt::node
