#include "bindings/node/tensor.h"

#include <cstring>
#include <mutex>
#include <utility>

#include "autograd/autograd.h"
#include "bindings/node/element.h"
#include "bindings/node/error.h"
#include "bindings/node/program.h"
#include "core/loan.h"
#include "core/thread_state.h"
#include "cuda/completion.h"
#include "cuda/pinned.h"
#include "ops/copy/copy.h"
#include "ops/tensor_text.h"
#include "ops/typed/copy.h"

namespace vt::node {

napi_value wrap(EnvData& data, Tensor tensor) {
  if (data.recording) {
    if (const napi_value known = data.recording->object_of(data, tensor)) return known;
  }
  napi_value constructor, object;
  data.to_wrap = &tensor;
  napi_get_reference_value(data.env, data.tensor_class, &constructor);
  const napi_status status = napi_new_instance(data.env, constructor, 0, nullptr, &object);
  data.to_wrap = nullptr;
  if (status == napi_pending_exception) throw Napi::Error::New(data.env);
  VT_CHECK(status == napi_ok, Internal, "no object for a tensor");
  return object;
}

napi_value tensor_value(EnvData& data, const Tensor& tensor) {
  if (tensor.defined()) return wrap(data, tensor);
  napi_value null;
  napi_get_null(data.env, &null);
  return null;
}

const Tensor& tensor_in(const Handle* handle) {
  VT_CHECK(handle->tensor.defined(), Runtime, "this tensor cannot be used any more: ", handle->gone);
  return handle->tensor;
}

Handle* handle_from(EnvData& data, napi_value value, const char* what) {
  Handle* handle = data.handles->find_any(value);
  VT_CHECK(handle, Type, what, ": expected a Tensor");
  return handle;
}

const Tensor& tensor_from(EnvData& data, napi_value value, const char* what) {
  return tensor_in(handle_from(data, value, what));
}

std::vector<Tensor> tensors_from(EnvData& data, napi_value value) {
  std::vector<Tensor> found;
  const auto add = [&](napi_value v) {
    napi_valuetype type = napi_undefined;
    napi_typeof(data.env, v, &type);
    found.push_back(type == napi_null || type == napi_undefined ? Tensor() : tensor_from(data, v, "a result"));
  };
  bool is_array = false;
  napi_is_array(data.env, value, &is_array);
  if (!is_array) {
    napi_valuetype type = napi_undefined;
    napi_typeof(data.env, value, &type);
    if (type != napi_undefined) add(value);
    return found;
  }
  uint32_t length = 0;
  napi_get_array_length(data.env, value, &length);
  for (uint32_t i = 0; i < length; ++i) {
    napi_value element;
    napi_get_element(data.env, value, i, &element);
    add(element);
  }
  return found;
}

napi_value array_of(EnvData& data, std::span<const Tensor> tensors) {
  napi_value array;
  napi_create_array_with_length(data.env, tensors.size(), &array);
  for (size_t i = 0; i < tensors.size(); ++i) {
    napi_set_element(data.env, array, static_cast<uint32_t>(i), tensor_value(data, tensors[i]));
  }
  return array;
}

namespace {

DimVec shape_from(const Napi::Value& value) {
  VT_CHECK(value.IsArray(), Type, "Tensor: expected shape to be an array of integers");
  const Napi::Array array = value.As<Napi::Array>();
  DimVec shape;
  for (uint32_t i = 0; i < array.Length(); ++i) shape.push_back(to_int(array.Get(i)));
  return shape;
}

// Keeps a JavaScript buffer while a storage lies over its memory.
struct KeptBuffer {
  std::shared_ptr<Loop> loop;
  napi_ref ref;
};
void let_buffer_go(void*, void* context, size_t) noexcept {
  auto* kept = static_cast<KeptBuffer*>(context);
  kept->loop->post([ref = kept->ref](napi_env env) { napi_delete_reference(env, ref); });
  delete kept;
}

Tensor over_array(const Napi::TypedArray& array, DType dtype, const DimVec& shape) {
  EnvData& data = EnvData::of(array.Env());
  char* memory = static_cast<char*>(array.ArrayBuffer().Data()) + array.ByteOffset();
  auto* kept = new KeptBuffer{data.loop, nullptr};
  napi_create_reference(array.Env(), array, 1, &kept->ref);
  Allocation allocation;
  allocation.data = memory;
  allocation.context = kept;
  allocation.free = let_buffer_go;
  DimVec strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * std::max<int64_t>(shape[i], 1);
  return from_memory(std::move(allocation), array.ByteLength(), dtype, shape, strides, kCPU, false);
}

// (array, shape?, dtype?, share?): the elements as a CPU tensor, copied unless `share`.
Tensor from_array(const Napi::CallbackInfo& info) {
  VT_CHECK(info[0].IsTypedArray(), Type, "Tensor: expected a typed array");
  const Napi::TypedArray array = info[0].As<Napi::TypedArray>();
  const DType dtype = info[2].IsUndefined() ? natural_dtype(array) : parse_dtype(info[2].ToString());
  VT_CHECK(carries(array.TypedArrayType(), dtype), Type, "Tensor: expected the typed array that holds ", dtype,
           ", got one of another element type");
  const size_t count = array.ElementLength() / parts_of(dtype);
  const DimVec shape = info[1].IsUndefined() ? DimVec{static_cast<int64_t>(count)} : shape_from(info[1]);
  const Tensor shaped = empty(shape, dtype, Device{DeviceType::Meta, -1});  // checks the sizes
  const size_t bytes = static_cast<size_t>(shaped.numel()) * size_of(dtype);
  VT_CHECK(bytes == array.ByteLength(), Value, "Tensor: expected ",
           shaped.numel() * static_cast<int64_t>(parts_of(dtype)), " array elements for shape ", IntSpan(shape),
           ", got ", array.ElementLength());
  if (info[3].ToBoolean() && bytes > 0) return over_array(array, dtype, shape);
  Tensor tensor = empty(shape, dtype);
  if (bytes > 0) std::memcpy(tensor.data(), static_cast<char*>(array.ArrayBuffer().Data()) + array.ByteOffset(), bytes);
  return tensor;
}

Tensor tensor_of_arguments(EnvData& data, const Napi::CallbackInfo& info) {
  VT_CHECK(info.IsConstructCall(), Type, "Tensor: call it with new");
  if (!data.enter.IsEmpty()) data.enter.Call({});
  return from_array(info);
}

// new Tensor(...), from JavaScript and from wrap().
napi_value construct(napi_env env, napi_callback_info info) {
  return guarded_plain(env, [&] {
    EnvData& data = EnvData::of(env);
    napi_value object = nullptr;
    napi_get_cb_info(env, info, nullptr, nullptr, &object, nullptr);
    Tensor* given = std::exchange(data.to_wrap, nullptr);
    Tensor tensor = given ? std::move(*given) : tensor_of_arguments(data, Napi::CallbackInfo(env, info));
    const Tensor shape = data.recording ? tensor : Tensor();
    Handle* handle = data.handles->attach(object, std::move(tensor), data.state->scope.get());
    if (shape.defined()) data.recording->adopt(handle, shape);
    return object;
  });
}

const Handle* this_handle(const Napi::CallbackInfo& info) {
  return handle_from(EnvData::of(info.Env()), info.This(), "Tensor");
}
const Tensor& this_tensor(const Napi::CallbackInfo& info) { return tensor_in(this_handle(info)); }

Napi::Array to_array(Napi::Env env, IntSpan values) {
  Napi::Array array = Napi::Array::New(env, values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    array.Set(static_cast<uint32_t>(i), Napi::Number::New(env, static_cast<double>(values[i])));
  }
  return array;
}

Napi::Value shape(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] { return to_array(info.Env(), this_tensor(info).sizes()); });
}
Napi::Value strides(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] { return to_array(info.Env(), this_tensor(info).strides()); });
}
Napi::Value dtype(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] { return Napi::String::New(info.Env(), to_string(this_tensor(info).dtype())); });
}
Napi::Value device(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    const Handle* handle = this_handle(info);
    const Device d = handle->program ? handle->program->device_of(handle) : tensor_in(handle).device();
    return Napi::String::New(info.Env(), to_string(d));
  });
}
Napi::Value is_disposed(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] { return Napi::Boolean::New(info.Env(), !this_handle(info)->tensor.defined()); });
}
Napi::Value is_pending(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] { return Napi::Boolean::New(info.Env(), this_handle(info)->program != nullptr); });
}

// The method of tensors.
napi_value dispose(napi_env env, napi_callback_info info) {
  return guarded_plain(env, [&]() -> napi_value {
    EnvData& data = EnvData::of(env);
    napi_value object = nullptr;
    napi_get_cb_info(env, info, nullptr, nullptr, &object, nullptr);
    data.handles->dispose(handle_from(data, object, "dispose"), "it was disposed");
    return nullptr;
  });
}

void keep(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] { HandleTable::leave_scope(handle_from(EnvData::of(info.Env()), info[0], "keep")); });
}

// A typed array over the tensor's own memory; the memory lives as long as the array.
Napi::Value view_memory(Napi::Env env, const Tensor& t) {
  VT_CHECK(t.is_cpu() && t.is_contiguous(), Runtime,
           "a view of the memory exists only of a contiguous tensor on the CPU");
  const size_t bytes = static_cast<size_t>(t.numel()) * t.element_size();
  auto* loan = new Loan(t.storage());
  t.storage()->drop_companion();
  napi_value buffer;
  const auto free = [](napi_env, void*, void* hint) { delete static_cast<Loan*>(hint); };
  if (napi_create_external_arraybuffer(env, t.data(), bytes, free, loan, &buffer) != napi_ok) {
    delete loan;
    VT_THROW(NotImplemented, "this JavaScript engine has no array buffers over memory of others");
  }
  return array_over(env, t.dtype(), static_cast<size_t>(t.numel()), Napi::ArrayBuffer(env, buffer));
}

// Has the work copy its input to the host, as its first result; where that lies on a GPU and a promise is asked for, to
// page-locked memory, which no thread waits for.
void read_elements(Work& work, bool async) {
  work.has_shapes = false;
  work.cost = Cost::Inputs;
  work.waits_for_device = true;
  const Device device = work.inputs[0].device();
  if (!async || !device.is_cuda()) {
    work.body = [](std::span<const Tensor> inputs, bool) {
      const GradMode no_grad(false);
      Results results;
      results.add(ops::as_contiguous(ops::as_device(inputs[0], kCPU)));
      return results;
    };
    return;
  }
  const auto stream = std::make_shared<cuda::Stream>();
  work.waits_for_device = false;
  work.at_end_of = device.index;
  work.at_end = [stream](cuda::Done done) { cuda::when_done(*stream, std::move(done)); };
  work.body = [stream](std::span<const Tensor> inputs, bool) {
    const GradMode no_grad(false);
    const Tensor source = ops::as_contiguous(inputs[0]);
    *stream = cuda::current_stream(source.device().index);
    const size_t bytes = std::max<size_t>(static_cast<size_t>(source.numel()) * source.element_size(), 1);
    const Tensor copy =
        from_memory(cuda::allocate_pinned(bytes), bytes, source.dtype(), source.sizes(), source.strides(), kCPU, false);
    ops::copy_(copy, source, /*non_blocking=*/true);
    Results results;
    results.add(copy);
    return results;
  };
}

// tensorData(tensor, async, view): the elements in row-major order as a typed array, or a promise of it.
Napi::Value tensor_data(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    EnvData& data = EnvData::of(info.Env());
    const bool async = info[1].ToBoolean(), view = info[2].ToBoolean();
    Work work;
    work.name = "data";
    work.add(tensor_from(data, info[0], "data"));
    VT_CHECK(!handle_from(data, info[0], "data")->program, Runtime,
             "data: the task that computes this tensor is not done: await it first");
    read_elements(work, async);
    if (view) {
      work.body = [](std::span<const Tensor> inputs, bool) {
        Results results;
        results.add(inputs[0]);
        return results;
      };
    }
    work.convert = [view](EnvData& d, Results& results) -> napi_value {
      const Tensor& t = results.tensors[0];
      if (view) return view_memory(d.env, t);
      const Napi::TypedArray array = make_array(d.env, t.dtype(), static_cast<size_t>(t.numel()));
      if (t.numel() > 0) {
        std::memcpy(array.ArrayBuffer().Data(), t.data(), static_cast<size_t>(t.numel()) * t.element_size());
      }
      return array;
    };
    return Napi::Value(info.Env(), perform(data, std::move(work), async));
  });
}

// tensorItem(tensor) -> promise of its one element, as the op `item` gives it.
Napi::Value tensor_item(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    EnvData& data = EnvData::of(info.Env());
    Work work;
    work.name = "item";
    work.add(tensor_from(data, info[0], "item"));
    VT_CHECK(work.inputs[0].numel() == 1, Runtime, "a Tensor with ", work.inputs[0].numel(),
             " elements cannot be converted to Scalar");
    read_elements(work, true);
    work.convert = [](EnvData& d, Results& results) -> napi_value {
      return from_scalar(d.env, ops::item(results.tensors[0]));
    };
    return Napi::Value(info.Env(), run_async(data, std::move(work)));
  });
}

// tensorText(tensor, async): its elements in brackets, to be printed after "tensor(".
Napi::Value tensor_text(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    EnvData& data = EnvData::of(info.Env());
    Work work;
    work.name = "toString";
    work.has_shapes = false;
    work.cost = Cost::Inputs;
    work.waits_for_device = true;
    work.add(tensor_from(data, info[0], "toString"));
    const auto text = std::make_shared<std::string>();
    work.body = [text](std::span<const Tensor> inputs, bool) {
      *text = ops::contents_text(inputs[0], {}, /*indent=*/7);
      return Results();
    };
    work.convert = [text](EnvData& d, Results&) -> napi_value { return Napi::String::New(d.env, *text); };
    return Napi::Value(info.Env(), perform(data, std::move(work), info[1].ToBoolean()));
  });
}

// ---- moving tensors between threads

struct Parcels {
  std::mutex mutex;
  uint64_t last = 0;
  std::unordered_map<uint64_t, Tensor> waiting;
};
Parcels& parcels() {
  static auto* all = new Parcels;
  return *all;
}

// sendTensor(tensor) -> number: another thread of the process may take the tensor, once; the memory is shared.
Napi::Value send_tensor(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Tensor& t = tensor_from(EnvData::of(info.Env()), info[0], "send");
    VT_CHECK(!t.requires_grad() || autograd::is_leaf(t), Runtime,
             "send: a tensor with history stays on its thread: detach() it");
    const std::lock_guard lock(parcels().mutex);
    parcels().waiting.emplace(++parcels().last, t);
    return Napi::Number::New(info.Env(), static_cast<double>(parcels().last));
  });
}

Napi::Value receive_tensor(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    Tensor t;
    {
      const std::lock_guard lock(parcels().mutex);
      const auto node = parcels().waiting.extract(static_cast<uint64_t>(info[0].ToNumber().Int64Value()));
      VT_CHECK(!node.empty(), Value, "receive: there is no such tensor: each is received once");
      t = std::move(node.mapped());
    }
    return Napi::Value(info.Env(), wrap(EnvData::of(info.Env()), std::move(t)));
  });
}

// ---- what lives

Napi::Value live_tensors(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(TensorImpl::live_count()));
}

// {handles, bytes, tensors, stacks}: of this environment's handles, and of all tensors of the process.
Napi::Value memory(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const HandleTable& handles = *EnvData::of(env).handles;
  int64_t bytes = 0;
  Napi::Array live = Napi::Array::New(env);
  const bool list = info[0].ToBoolean();
  handles.for_each_live([&](const Handle& handle) {
    bytes += handle.accounted;
    if (!list) return;
    Napi::Object entry = Napi::Object::New(env);
    entry.Set("shape", to_array(env, handle.tensor.sizes()));
    entry.Set("dtype", to_string(handle.tensor.dtype()));
    entry.Set("device", to_string(handle.tensor.device()));
    if (!handle.stack.empty()) entry.Set("stack", handle.stack);
    live.Set(live.Length(), entry);
  });
  Napi::Object result = Napi::Object::New(env);
  result.Set("handles", static_cast<double>(handles.live()));
  result.Set("bytes", static_cast<double>(bytes));
  result.Set("tensors", static_cast<double>(TensorImpl::live_count()));
  if (list) result.Set("live", live);
  return result;
}

// beforeNew(function): called before a tensor is made by `new`, to enter the modes of the running code.
void before_new(const Napi::CallbackInfo& info) {
  EnvData::of(info.Env()).enter = Napi::Persistent(info[0].As<Napi::Function>());
}

void set_memory_debug(const Napi::CallbackInfo& info) {
  EnvData::of(info.Env()).handles->set_debug(info[0].ToBoolean());
}

}  // namespace

void export_tensor(Napi::Env env, Napi::Object exports) {
  napi_value constructor;
  const auto getter = [](const char* name, napi_callback get) {
    return napi_property_descriptor{name, nullptr, nullptr, get, nullptr, nullptr, napi_configurable, nullptr};
  };
  using Get = Napi::Value (*)(const Napi::CallbackInfo&);
  static const auto plain = []<Get get>() -> napi_callback {
    return [](napi_env e, napi_callback_info info) -> napi_value {
      try {
        return get(Napi::CallbackInfo(e, info));
      } catch (const Napi::Error& error) {
        error.ThrowAsJavaScriptException();
        return nullptr;
      }
    };
  };
  const napi_property_descriptor properties[] = {
      getter("shape", plain.operator()<&shape>()),
      getter("strides", plain.operator()<&strides>()),
      getter("dtype", plain.operator()<&dtype>()),
      getter("device", plain.operator()<&device>()),
      getter("isDisposed", plain.operator()<&is_disposed>()),
      getter("isPending", plain.operator()<&is_pending>()),
      napi_property_descriptor{"dispose", nullptr, dispose, nullptr, nullptr, nullptr,
                               static_cast<napi_property_attributes>(napi_writable | napi_configurable), nullptr},
  };
  napi_define_class(env, "Tensor", NAPI_AUTO_LENGTH, construct, nullptr, std::size(properties), properties,
                    &constructor);
  napi_create_reference(env, constructor, 1, &EnvData::of(env).tensor_class);
  exports.Set("Tensor", Napi::Value(env, constructor));
  exports.Set("beforeNew", Napi::Function::New<&before_new>(env, "beforeNew"));
  exports.Set("keepTensor", Napi::Function::New<&keep>(env, "keepTensor"));
  exports.Set("tensorData", Napi::Function::New<&tensor_data>(env, "tensorData"));
  exports.Set("tensorItem", Napi::Function::New<&tensor_item>(env, "tensorItem"));
  exports.Set("tensorText", Napi::Function::New<&tensor_text>(env, "tensorText"));
  exports.Set("sendTensor", Napi::Function::New<&send_tensor>(env, "sendTensor"));
  exports.Set("receiveTensor", Napi::Function::New<&receive_tensor>(env, "receiveTensor"));
  exports.Set("liveTensors", Napi::Function::New<&live_tensors>(env, "liveTensors"));
  exports.Set("memory", Napi::Function::New<&memory>(env, "memory"));
  exports.Set("setMemoryDebug", Napi::Function::New<&set_memory_debug>(env, "setMemoryDebug"));
}

}  // namespace vt::node
