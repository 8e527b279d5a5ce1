#include "bindings/node/autograd.h"

#include "autograd/autograd.h"

#include <algorithm>
#include <atomic>

#include "bindings/node/env_data.h"
#include "bindings/node/error.h"
#include "bindings/node/js_reference.h"
#include "bindings/node/program.h"
#include "bindings/node/tensor.h"
#include "core/thread_state.h"
#include "ops/typed/copy.h"

namespace vt::node {
namespace {

using autograd::Grads;

bool flag(const Napi::Value& options, const char* name) {
  return options.IsObject() && options.As<Napi::Object>().Get(name).ToBoolean().Value();
}

// backward(outputs, gradients, inputs, {retainGraph, createGraph, allowUnused, accumulate}, async): with inputs and
// without `accumulate` their gradients, else nothing.
Napi::Value backward(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    EnvData& data = EnvData::of(info.Env());
    const std::vector<Tensor> outputs = tensors_from(data, info[0]), sources = tensors_from(data, info[2]);
    const Grads gradients = tensors_from(data, info[1]);
    const bool create = flag(info[3], "createGraph"), retain = create || flag(info[3], "retainGraph");
    const bool unused = flag(info[3], "allowUnused"), accumulate = flag(info[3], "accumulate");
    Work work;
    work.name = "backward";
    work.has_shapes = false;
    for (const auto* list : {&outputs, &gradients, &sources}) {
      for (const Tensor& t : *list) {
        if (t.defined()) work.add(t);
      }
    }
    work.resources.push_back(&kGradients);
    work.body = [=](std::span<const Tensor>, bool) {
      Results results;
      results.is_list = true;
      results.list = autograd::backward(outputs, gradients, retain, create, sources, unused, accumulate);
      return results;
    };
    work.convert = [accumulate](EnvData& d, Results& results) -> napi_value {
      return accumulate ? nullptr : array_of(d, results.list);
    };
    const napi_value value = perform(data, std::move(work), info[4].ToBoolean());
    return value ? Napi::Value(info.Env(), value) : info.Env().Undefined();
  });
}

const Tensor& first(const Napi::CallbackInfo& info, const char* what) {
  return tensor_from(EnvData::of(info.Env()), info[0], what);
}

Napi::Value is_leaf(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] { return Napi::Boolean::New(info.Env(), autograd::is_leaf(first(info, "isLeaf"))); });
}
Napi::Value requires_grad(const Napi::CallbackInfo& info) {
  return guarded(info.Env(),
                 [&] { return Napi::Boolean::New(info.Env(), first(info, "requiresGrad").requires_grad()); });
}
void set_requires_grad(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] { autograd::set_requires_grad(first(info, "requiresGrad"), info[1].ToBoolean()); });
}
Napi::Value get_grad(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    EnvData& data = EnvData::of(info.Env());
    const Access gradients{&kGradients, true};
    if (!data.recording && !Executor::get().idle()) {
      // a pass that waits for JavaScript stands still: a hook may look at what it has added up
      Executor::get().wait_for({&gradients, 1}, [&] { return data.loop->is_waited_for(); });
    }
    return Napi::Value(info.Env(), tensor_value(data, autograd::grad(first(info, "grad"))));
  });
}
void set_grad(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] {
    EnvData& data = EnvData::of(info.Env());
    const bool none = info[1].IsNull() || info[1].IsUndefined();
    autograd::set_grad(first(info, "grad"), none ? Tensor() : tensor_from(data, info[1], "grad"));
  });
}
void retain_grad(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] { autograd::retain_grad(first(info, "retainGrad")); });
}
Napi::Value grad_fn_name(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto node = autograd::grad_fn(first(info, "gradFn"));
    return node ? Napi::Value(Napi::String::New(info.Env(), node->name())) : info.Env().Null();
  });
}

// ---- hooks

class GradientHook final : public autograd::TensorHook {
 public:
  explicit GradientHook(std::shared_ptr<JsReference> function) : function_(std::move(function)) {}
  Tensor operator()(const Tensor& gradient) override {
    if (removed_) return {};
    const std::vector<Tensor> results = function_({&gradient, 1});
    return results.empty() ? Tensor() : results[0];
  }
  bool removed() const override { return removed_; }
  void remove() { removed_ = true; }

 private:
  JsFunction function_;
  std::atomic<bool> removed_{false};
};

std::shared_ptr<JsReference> function_in(const Napi::Value& value) {
  VT_CHECK(value.IsFunction(), Type, "expected a function");
  return JsReference::make(value.Env(), EnvData::of(value.Env()).loop, value);
}

// addHook(tensor, function, afterAccumulation) -> a function that removes it.
Napi::Value add_hook(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Tensor t = first(info, "registerHook");
    const auto hook = make_intrusive<GradientHook>(function_in(info[1]));
    if (info[2].ToBoolean()) {
      VT_CHECK(autograd::is_leaf(t) && t.requires_grad(), Runtime,
               "a hook after accumulation belongs to a leaf that requires grad");
      autograd::meta(t).post_accumulate_hooks.add(hook);
    } else {
      autograd::add_tensor_hook(t, hook);
    }
    return Napi::Function::New(info.Env(), [hook](const Napi::CallbackInfo&) { hook->remove(); });
  });
}

// ---- functions with a backward of their own

class FunctionNode final : public autograd::Node {
 public:
  FunctionNode(std::string name, std::shared_ptr<JsReference> backward)
      : name_(std::move(name)), backward_(std::move(backward)) {}

  Grads apply(Grads&& incoming) override {
    std::vector<Tensor> arguments;
    for (const auto& saved : saved_) arguments.push_back(saved.defined() ? saved.unpack(*this) : Tensor());
    for (uint32_t i = 0; i < input_count(); ++i) {
      const autograd::TensorMeta& m = input(i);
      Tensor g = incoming[i];
      if (!g.defined()) g = ops::fill_(empty(m.sizes, m.dtype, m.device), Scalar(0));
      arguments.push_back(std::move(g));
    }
    Grads grads = backward_(arguments);
    VT_CHECK(grads.size() == edges().size(), Runtime, "function ", name_, " returned ", grads.size(),
             " gradients, expected one for each of its ", edges().size(), " tensors");
    return grads;
  }
  std::string name() const override { return name_; }
  void release_saved() override {
    for (auto& saved : saved_) saved.release();
  }
  void save(autograd::SavedTensor saved) { saved_.push_back(std::move(saved)); }

 private:
  std::string name_;
  JsFunction backward_;
  std::vector<autograd::SavedTensor> saved_;
};

// recordFunction(name, inputs, outputs, saved, backward): the outputs as results of one node. `backward` gets the saved
// tensors, then the gradients of the outputs, and returns one gradient or null for each input.
Napi::Value record_function(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    EnvData& data = EnvData::of(info.Env());
    VT_CHECK(!data.recording, NotImplemented,
             "a function with a backward of its own in what runs as one task: call the synchronous form of the whole");
    const std::vector<Tensor> inputs = tensors_from(data, info[1]), saved = tensors_from(data, info[3]);
    std::vector<Tensor> outputs = tensors_from(data, info[2]);
    const auto node = make_intrusive<FunctionNode>(info[0].ToString(), function_in(info[4]));
    for (const Tensor& t : inputs) node->add_edge(autograd::gradient_edge(t));
    std::vector<std::pair<Tensor, Tensor>> made;  // as forward returned it, as it is recorded
    for (Tensor& t : outputs) {
      VT_CHECK(is_differentiable(t.dtype()), Type, "a result of dtype ", t.dtype(), " has no gradient");
      const bool is_input = std::ranges::any_of(inputs, [&](const Tensor& x) { return x.is_same(t); });
      const Tensor returned = t;
      if (is_input || t.impl()->view_base()) t = make_detached(t);
      autograd::set_history(t, node);
      made.emplace_back(returned, t);
    }
    for (const Tensor& t : saved) {
      const auto at = std::ranges::find_if(made, [&](const auto& m) { return t.defined() && m.first.is_same(t); });
      const auto number = static_cast<uint32_t>(at - made.begin());
      node->save(at != made.end() ? autograd::SavedTensor::of_result(at->second, number)
                 : t.defined()    ? autograd::SavedTensor::of_argument(t)
                                  : autograd::SavedTensor());
    }
    return Napi::Value(info.Env(), array_of(data, outputs));
  });
}

}  // namespace

void export_autograd(Napi::Env env, Napi::Object exports) {
  exports.Set("backward", Napi::Function::New<&backward>(env, "backward"));
  exports.Set("isLeaf", Napi::Function::New<&is_leaf>(env, "isLeaf"));
  exports.Set("requiresGrad", Napi::Function::New<&requires_grad>(env, "requiresGrad"));
  exports.Set("setRequiresGrad", Napi::Function::New<&set_requires_grad>(env, "setRequiresGrad"));
  exports.Set("grad", Napi::Function::New<&get_grad>(env, "grad"));
  exports.Set("setGrad", Napi::Function::New<&set_grad>(env, "setGrad"));
  exports.Set("retainGrad", Napi::Function::New<&retain_grad>(env, "retainGrad"));
  exports.Set("gradFnName", Napi::Function::New<&grad_fn_name>(env, "gradFnName"));
  exports.Set("addHook", Napi::Function::New<&add_hook>(env, "addHook"));
  exports.Set("recordFunction", Napi::Function::New<&record_function>(env, "recordFunction"));
}

}  // namespace vt::node
