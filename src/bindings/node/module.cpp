// The addon's exports.
#include <napi.h>

#include "autograd/autograd.h"
#include "bindings/node/call.h"
#include "bindings/node/env_data.h"
#include "bindings/node/error.h"
#include "bindings/node/late_ops.h"
#include "bindings/node/plugin.h"
#include "bindings/node/profiler.h"
#include "bindings/node/tensor.h"
#include "core/build_info.h"
#include "core/thread_state.h"

namespace vt::node {
namespace {

Napi::Value is_grad_enabled(const Napi::CallbackInfo& info) { return Napi::Boolean::New(info.Env(), grad_enabled()); }

void set_grad_enabled(const Napi::CallbackInfo& info) { thread_state().grad_enabled = info[0].ToBoolean(); }

// Tensors alive in the process, for tests that look for leaks.
Napi::Value live_tensors(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(TensorImpl::live_count()));
}

Napi::Object initialize_addon(Napi::Env env, Napi::Object exports) {
  guarded(env, [] { vt::initialize(); });
  auto* data = new EnvData;  // owned by the environment from here on
  env.SetInstanceData(data);
  const Napi::Function tensor_class = TensorObject::define(env);
  data->tensor_class = Napi::Persistent(tensor_class);
  exports.Set("Tensor", tensor_class);
  exports.Set("version", build_info().version);
  exports.Set("registry", Napi::Function::New<&registry>(env, "registry"));
  exports.Set("call", Napi::Function::New<&node::call>(env, "call"));
  exports.Set("onLateOp", Napi::Function::New<&on_late_op>(env, "onLateOp"));
  exports.Set("loadPlugin", Napi::Function::New<&load_plugin>(env, "loadPlugin"));
  exports.Set("loadedPlugins", Napi::Function::New<&loaded_plugins>(env, "loadedPlugins"));
  exports.Set("isGradEnabled", Napi::Function::New<&is_grad_enabled>(env, "isGradEnabled"));
  exports.Set("setGradEnabled", Napi::Function::New<&set_grad_enabled>(env, "setGradEnabled"));
  exports.Set("liveTensors", Napi::Function::New<&live_tensors>(env, "liveTensors"));
  export_profiler(env, exports);
  return exports;
}

}  // namespace
}  // namespace vt::node

static Napi::Object initialize_module(Napi::Env env, Napi::Object exports) {
  return vt::node::initialize_addon(env, exports);
}

NODE_API_MODULE(vibetensor, initialize_module)
