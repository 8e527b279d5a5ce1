// A JavaScript value that C++ objects hold, which may go on any thread.
#pragma once

#include <node_api.h>

#include <functional>
#include <memory>
#include <span>

#include "bindings/node/loop.h"
#include "core/tensor.h"

namespace vt::node {

struct JsReference {
  static std::shared_ptr<JsReference> make(napi_env env, std::shared_ptr<Loop> loop, napi_value value);
  ~JsReference();
  JsReference(const JsReference&) = delete;
  // On the JavaScript thread of its environment.
  napi_value value(napi_env env) const;
  const std::shared_ptr<Loop>& loop() const { return loop_; }

 private:
  JsReference(std::shared_ptr<Loop> loop, napi_ref ref) : loop_(std::move(loop)), ref_(ref) {}
  std::shared_ptr<Loop> loop_;
  napi_ref ref_;
};

// A function of JavaScript from tensors to tensors, called from any thread: elsewhere than on its own it waits there.
// A promise that it returns is awaited, except on its own thread, where nothing could settle it.
class JsFunction {
 public:
  explicit JsFunction(std::shared_ptr<JsReference> function) : function_(std::move(function)) {}
  // The function is given the state of the calling thread, then the tensors. Undefined tensors come and go as null. One
  // result, or an array; `undefined` is no result.
  std::vector<Tensor> operator()(std::span<const Tensor> arguments) const;

 private:
  std::shared_ptr<JsReference> function_;
};

}  // namespace vt::node
