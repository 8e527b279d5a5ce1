#include "bindings/node/tensor.h"

#include <cstring>
#include <utility>

#include "autograd/autograd.h"
#include "bindings/node/element.h"
#include "bindings/node/env_data.h"
#include "bindings/node/error.h"
#include "core/thread_state.h"
#include "ops/copy/copy.h"
#include "ops/typed/copy.h"

namespace vt::node {
namespace {

Napi::Array to_array(Napi::Env env, IntSpan values) {
  Napi::Array array = Napi::Array::New(env, values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    array.Set(static_cast<uint32_t>(i), Napi::Number::New(env, static_cast<double>(values[i])));
  }
  return array;
}

DimVec to_shape(const Napi::Value& value) {
  VT_CHECK(value.IsArray(), Type, "Tensor: expected shape to be an array of integers");
  const Napi::Array array = value.As<Napi::Array>();
  DimVec shape;
  for (uint32_t i = 0; i < array.Length(); ++i) shape.push_back(to_int(array.Get(i)));
  return shape;
}

Tensor from_array(const Napi::CallbackInfo& info) {
  VT_CHECK(info[0].IsTypedArray(), Type, "Tensor: expected a typed array");
  const Napi::TypedArray array = info[0].As<Napi::TypedArray>();
  const DType dtype = info[2].IsUndefined() ? natural_dtype(array) : parse_dtype(info[2].ToString());
  VT_CHECK(carries(array.TypedArrayType(), dtype), Type, "Tensor: expected the typed array that holds ", dtype,
           ", got one of another element type");
  const size_t count = array.ElementLength() / parts_of(dtype);
  const DimVec shape = info[1].IsUndefined() ? DimVec{static_cast<int64_t>(count)} : to_shape(info[1]);
  Tensor tensor = empty(shape, dtype);
  const size_t bytes = static_cast<size_t>(tensor.numel()) * size_of(dtype);
  VT_CHECK(bytes == array.ByteLength(), Value, "Tensor: expected ",
           tensor.numel() * static_cast<int64_t>(parts_of(dtype)), " array elements for shape ", IntSpan(shape),
           ", got ", array.ElementLength());
  if (bytes > 0) std::memcpy(tensor.data(), static_cast<char*>(array.ArrayBuffer().Data()) + array.ByteOffset(), bytes);
  return tensor;
}

bool flag(const Napi::Value& options, const char* name) {
  return options.IsObject() && options.As<Napi::Object>().Get(name).ToBoolean().Value();
}

}  // namespace

Napi::Function TensorObject::define(Napi::Env env) {
  return DefineClass(
      env, "Tensor",
      {
          InstanceAccessor<&TensorObject::shape>("shape"),
          InstanceAccessor<&TensorObject::stride>("strides"),
          InstanceAccessor<&TensorObject::dtype>("dtype"),
          InstanceAccessor<&TensorObject::device>("device"),
          InstanceAccessor<&TensorObject::is_leaf>("isLeaf"),
          InstanceAccessor<&TensorObject::requires_grad, &TensorObject::set_requires_grad>("requiresGrad"),
          InstanceAccessor<&TensorObject::grad, &TensorObject::set_grad>("grad"),
          InstanceMethod<&TensorObject::data>("data"),
          InstanceMethod<&TensorObject::backward>("backward"),
      });
}

TensorObject::TensorObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<TensorObject>(info) {
  guarded(info.Env(), [&] {
    if (const Tensor* tensor = std::exchange(EnvData::of(info.Env()).to_wrap, nullptr)) {
      hold(info.Env(), *tensor);
    } else {
      hold(info.Env(), from_array(info));
    }
  });
}

TensorObject::~TensorObject() = default;

void TensorObject::Finalize(Napi::Env env) {
  if (accounted_ != 0) Napi::MemoryManagement::AdjustExternalMemory(env, -accounted_);
}

// The collector sees a handle of some bytes; it has to know of what the handle keeps alive.
void TensorObject::hold(Napi::Env env, Tensor tensor) {
  tensor_ = std::move(tensor);
  accounted_ = tensor_.is_cpu() && tensor_.impl()->has_memory()
                   ? tensor_.numel() * static_cast<int64_t>(tensor_.element_size())
                   : 0;
  if (accounted_ != 0) Napi::MemoryManagement::AdjustExternalMemory(env, accounted_);
}

Napi::Object TensorObject::wrap(Napi::Env env, const Tensor& tensor) {
  EnvData& data = EnvData::of(env);
  data.to_wrap = &tensor;
  return data.tensor_class.New({});
}

bool TensorObject::is(const Napi::Value& value) {
  return value.IsObject() && value.As<Napi::Object>().InstanceOf(EnvData::of(value.Env()).tensor_class.Value());
}

const Tensor& TensorObject::unwrap(const Napi::Value& value) {
  VT_CHECK(is(value), Type, "expected a Tensor");
  return Unwrap(value.As<Napi::Object>())->tensor_;
}

Napi::Value TensorObject::shape(const Napi::CallbackInfo& info) { return to_array(info.Env(), tensor_.sizes()); }

Napi::Value TensorObject::stride(const Napi::CallbackInfo& info) { return to_array(info.Env(), tensor_.strides()); }

Napi::Value TensorObject::dtype(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), to_string(tensor_.dtype()));
}

Napi::Value TensorObject::device(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), to_string(tensor_.device()));
}

Napi::Value TensorObject::is_leaf(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), autograd::is_leaf(tensor_));
}

Napi::Value TensorObject::requires_grad(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), tensor_.requires_grad());
}

void TensorObject::set_requires_grad(const Napi::CallbackInfo& info, const Napi::Value& value) {
  guarded(info.Env(), [&] { autograd::set_requires_grad(tensor_, value.ToBoolean()); });
}

Napi::Value TensorObject::grad(const Napi::CallbackInfo& info) {
  const Tensor gradient = autograd::grad(tensor_);
  return gradient.defined() ? Napi::Value(wrap(info.Env(), gradient)) : info.Env().Null();
}

void TensorObject::set_grad(const Napi::CallbackInfo& info, const Napi::Value& value) {
  guarded(info.Env(),
          [&] { autograd::set_grad(tensor_, value.IsNull() || value.IsUndefined() ? Tensor() : unwrap(value)); });
}

Napi::Value TensorObject::data(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const GradMode no_grad(false);
    const Tensor source = ops::as_contiguous(ops::as_device(tensor_, kCPU));
    const Napi::TypedArray array = make_array(info.Env(), source.dtype(), static_cast<size_t>(source.numel()));
    if (source.numel() > 0) {
      std::memcpy(array.ArrayBuffer().Data(), source.data(),
                  static_cast<size_t>(source.numel()) * source.element_size());
    }
    return array;
  });
}

Napi::Value TensorObject::backward(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    const Tensor gradient = info[0].IsUndefined() || info[0].IsNull() ? Tensor() : unwrap(info[0]);
    autograd::backward({tensor_}, {gradient}, flag(info[1], "retainGraph") || flag(info[1], "createGraph"),
                       flag(info[1], "createGraph"), {}, false, true);
    return info.Env().Undefined();
  });
}

}  // namespace vt::node
