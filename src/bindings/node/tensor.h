// The JavaScript class Tensor.
#pragma once

#include <napi.h>

#include <vector>

#include "bindings/node/env_data.h"

namespace vt::node {

// A new object, in the scope of the running code. In a recording, the object of what the program will compute.
napi_value wrap(EnvData& data, Tensor tensor);
// The same, null for an undefined tensor.
napi_value tensor_value(EnvData& data, const Tensor& tensor);

// The tensor in it. RuntimeError once it was disposed.
const Tensor& tensor_in(const Handle* handle);
// TypeError unless the value is a Tensor.
Handle* handle_from(EnvData& data, napi_value value, const char* what);
const Tensor& tensor_from(EnvData& data, napi_value value, const char* what);
// A Tensor, null, undefined or an array of these; undefined tensors for null.
std::vector<Tensor> tensors_from(EnvData& data, napi_value value);
napi_value array_of(EnvData& data, std::span<const Tensor> tensors);

// Tensor with its getters, and keepTensor, tensorData, fromArray, moveTensor, liveHandles.
void export_tensor(Napi::Env env, Napi::Object exports);

}  // namespace vt::node
