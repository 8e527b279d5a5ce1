// What the addon keeps per JavaScript environment, so that worker threads do not share it.
#pragma once

#include <napi.h>

#include "core/tensor.h"

namespace vt::node {

struct EnvData {
  Napi::FunctionReference tensor_class;
  // The tensor that the constructor being called by TensorObject::wrap takes, instead of arguments.
  const Tensor* to_wrap = nullptr;

  static EnvData& of(Napi::Env env) { return *env.GetInstanceData<EnvData>(); }
};

}  // namespace vt::node
