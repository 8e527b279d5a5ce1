// The addon's exports.
#include <napi.h>

#include "autograd/autograd.h"
#include "bindings/node/autograd.h"
#include "bindings/node/call.h"
#include "bindings/node/cuda.h"
#include "bindings/node/dlpack.h"
#include "bindings/node/env_data.h"
#include "bindings/node/error.h"
#include "bindings/node/fabric.h"
#include "bindings/node/generator.h"
#include "bindings/node/indexing.h"
#include "bindings/node/late_ops.h"
#include "bindings/node/plugin.h"
#include "bindings/node/profiler.h"
#include "bindings/node/program.h"
#include "bindings/node/safetensors.h"
#include "bindings/node/tensor.h"
#include "core/build_info.h"

namespace vt::node {
namespace {

Napi::Object initialize_addon(Napi::Env env, Napi::Object exports) {
  guarded(env, [] { vt::initialize(); });
  env.SetInstanceData(new EnvData(env));  // owned by the environment from here on
  exports.Set("version", build_info().version);
  exports.Set("onLateOp", Napi::Function::New<&on_late_op>(env, "onLateOp"));
  exports.Set("loadPlugin", Napi::Function::New<&load_plugin>(env, "loadPlugin"));
  exports.Set("loadedPlugins", Napi::Function::New<&loaded_plugins>(env, "loadedPlugins"));
  export_tensor(env, exports);
  export_calls(env, exports);
  export_state(env, exports);
  export_work(env, exports);
  export_program(env, exports);
  export_autograd(env, exports);
  export_indexing(env, exports);
  export_generator(env, exports);
  export_safetensors(env, exports);
  export_dlpack(env, exports);
  export_cuda(env, exports);
  export_profiler(env, exports);
  export_fabric(env, exports);
  return exports;
}

}  // namespace
}  // namespace vt::node

static Napi::Object initialize_module(Napi::Env env, Napi::Object exports) {
  return vt::node::initialize_addon(env, exports);
}

NODE_API_MODULE(vibetensor, initialize_module)
