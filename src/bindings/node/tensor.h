// The JavaScript class Tensor: a handle that keeps one vt::Tensor alive.
#pragma once

#include <napi.h>

#include "core/tensor.h"

namespace vt::node {

class TensorObject : public Napi::ObjectWrap<TensorObject> {
 public:
  static Napi::Function define(Napi::Env env);
  static Napi::Object wrap(Napi::Env env, const Tensor& tensor);
  static bool is(const Napi::Value& value);
  // The handle inside; TypeError unless the value is a Tensor.
  static const Tensor& unwrap(const Napi::Value& value);

  // new Tensor(typedArray, shape?, dtype?): a CPU tensor with a copy of the array.
  explicit TensorObject(const Napi::CallbackInfo& info);
  ~TensorObject() override;
  void Finalize(Napi::Env env) override;

 private:
  Napi::Value shape(const Napi::CallbackInfo& info);
  Napi::Value stride(const Napi::CallbackInfo& info);
  Napi::Value dtype(const Napi::CallbackInfo& info);
  Napi::Value device(const Napi::CallbackInfo& info);
  Napi::Value is_leaf(const Napi::CallbackInfo& info);
  Napi::Value requires_grad(const Napi::CallbackInfo& info);
  void set_requires_grad(const Napi::CallbackInfo& info, const Napi::Value& value);
  Napi::Value grad(const Napi::CallbackInfo& info);
  void set_grad(const Napi::CallbackInfo& info, const Napi::Value& value);
  // data(): the elements in row-major order, as a new typed array.
  Napi::Value data(const Napi::CallbackInfo& info);
  // backward(gradient?, {retainGraph, createGraph}?)
  Napi::Value backward(const Napi::CallbackInfo& info);

  void hold(Napi::Env env, Tensor tensor);

  Tensor tensor_;
  int64_t accounted_ = 0;  // bytes that the garbage collector was told of
};

}  // namespace vt::node
