// What the addon keeps per JavaScript environment, so that worker threads do not share it.
#pragma once

#include <napi.h>

#include <string>
#include <unordered_map>
#include <vector>

#include "core/tensor.h"
#include "dispatch/frontend.h"

namespace vt::node {

struct EnvData {
  Napi::FunctionReference tensor_class;
  // The tensor that the constructor being called by TensorObject::wrap takes, instead of arguments.
  const Tensor* to_wrap = nullptr;
  // Overloads by the name that calls asked for; late ops change them.
  std::unordered_map<std::string, std::vector<Candidate>> candidates;

  static EnvData& of(Napi::Env env) { return *env.GetInstanceData<EnvData>(); }
};

}  // namespace vt::node
