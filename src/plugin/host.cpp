#include "plugin/host.h"

#include <cstring>

#include "core/build_info.h"
#include "core/determinism.h"
#include "cuda/backend.h"
#include "cuda/branch.h"
#include "cuda/stream.h"
#include "cuda/waiting_work.h"
#include "cuda/work.h"
#include "dispatch/registry.h"
#include "plugin/callback.h"
#include "plugin/op.h"
#include "plugin/values.h"

namespace vt::plugin {
namespace {

constexpr size_t kMaxMessage = 1 << 16;

vt_status fail(vt_status status, const char* message) {
  const bool known = status > VT_OK && status <= VT_OS_ERROR;
  return guarded([&] {
    throw Error(known ? static_cast<ErrorKind>(status) : ErrorKind::Runtime,
                message ? std::string(message, strnlen(message, kMaxMessage)) : "no message");
  });
}

const char* error_message() {
  const Callback* callback = Callback::running();
  return callback ? callback->message().c_str() : "";
}

vt_status tensor_info(const vt_tensor* tensor, vt_tensor_info* info, size_t size) {
  return guarded([&] {
    VT_CHECK(tensor, Type, "tensor_info: expected a tensor, got null");
    vt_tensor_info found{};
    describe(*reinterpret_cast<const TensorImpl*>(tensor), found);
    fill(info, size, found);
  });
}

IntSpan span_of(int32_t ndim, const int64_t* values) {
  VT_CHECK(ndim >= 0 && ndim <= 64 && (values || ndim == 0), Value, "expected up to 64 dims, got ", ndim);
  return {values, static_cast<size_t>(ndim)};
}

vt_status empty(int32_t ndim, const int64_t* sizes, const int64_t* strides, vt_dtype dtype, vt_device device,
                vt_tensor** tensor) {
  return guarded([&] {
    VT_CHECK(tensor, Type, "empty: expected room for a tensor, got null");
    *tensor = nullptr;
    Callback& callback = Callback::current();
    const IntSpan shape = span_of(ndim, sizes);
    const DType d = dtype_from(dtype);
    const Device on = device_from(device);
    *tensor = callback.give(strides && ndim > 0 ? empty_strided(shape, span_of(ndim, strides), d, on)
                                                : vt::empty(shape, d, on));
  });
}

vt_status retain(vt_tensor* tensor) {
  return guarded([&] {
    const Tensor& t = checked(tensor);
    retain_handle(t);
  });
}

vt_status release(vt_tensor* tensor) {
  return guarded([&] {
    VT_CHECK(tensor, Type, "release: expected a tensor, got null");
    release_handle(tensor);
  });
}

vt_status push_scope() {
  return guarded([&] { Callback::current().push_scope(); });
}
vt_status pop_scope(vt_tensor* keep) {
  return guarded([&] { Callback::current().pop_scope(tensor_in(keep)); });
}

vt_status set_shape(vt_call* call, int32_t result, int32_t ndim, const int64_t* sizes, const int64_t* strides,
                    vt_dtype dtype, vt_device device) {
  return guarded([&] {
    TensorSpec spec{DimVec(span_of(ndim, sizes)), dtype_from(dtype), device_from(device), {}};
    if (strides) spec.strides = DimVec(span_of(ndim, strides));
    plugin::set_shape(call, result, std::move(spec));
  });
}

vt_status set_result(vt_call* call, int32_t result, vt_tensor* tensor) {
  return guarded([&] { plugin::set_result(call, result, checked(tensor)); });
}
vt_status set_list(vt_call* call, vt_tensor* const* tensors, int64_t count) {
  return guarded([&] {
    VT_CHECK(count >= 0 && (tensors || count == 0), Value, "set_list: expected tensors, got ", count);
    plugin::set_list(call, {reinterpret_cast<const Tensor*>(tensors), static_cast<size_t>(count)});
  });
}
vt_status set_number(vt_call* call, vt_value number) {
  return guarded([&] { plugin::set_number(call, number); });
}

int32_t needs_grad(const vt_grad* grad, int32_t arg, int32_t element) {
  bool needed = false;
  guarded([&] {
    check_tensor_argument(grad, arg, element);
    needed = grad_context(grad).needs(arg, element);
  });
  return needed;
}
vt_status saved_arg(const vt_grad* grad, int32_t arg, int32_t element, vt_tensor** tensor) {
  return guarded([&] {
    VT_CHECK(tensor, Type, "saved_arg: expected room for a tensor, got null");
    *tensor = nullptr;
    check_tensor_argument(grad, arg, element);
    check_keeps_arg(grad, arg);
    *tensor = Callback::current().give(grad_context(grad).saved(arg, element));
  });
}
vt_status saved_result(const vt_grad* grad, int32_t result, vt_tensor** tensor) {
  return guarded([&] {
    VT_CHECK(tensor, Type, "saved_result: expected room for a tensor, got null");
    *tensor = nullptr;
    check_keeps_result(grad, result);
    *tensor = Callback::current().give(grad_context(grad).saved_result(result));
  });
}
vt_status arg_info(const vt_grad* grad, int32_t arg, int32_t element, vt_tensor_info* info, size_t size) {
  return guarded([&] {
    check_tensor_argument(grad, arg, element);
    const GradContext& context = grad_context(grad);
    VT_CHECK(!context.is_none(arg), Value, "argument ", arg, " is None");
    vt_tensor_info found{};
    const IntSpan sizes = context.sizes(arg, element);
    found.sizes = sizes.data();
    found.ndim = static_cast<int32_t>(sizes.size());
    found.numel = 1;
    for (const int64_t s : sizes) found.numel *= s;
    found.dtype = to_abi(context.dtype(arg, element));
    found.device = to_abi(context.device(arg, element));
    fill(info, size, found);
  });
}
vt_status set_grad(vt_grad* grad, int32_t arg, int32_t element, vt_tensor* gradient) {
  return guarded([&] {
    check_tensor_argument(grad, arg, element);
    grad_context(grad).set(arg, element, checked(gradient, "a gradient"));
  });
}

vt_status find_op(const char* name, const vt_function** function) {
  return guarded([&] {
    VT_CHECK(name && function, Type, "find_op: expected a name and room for an op, got null");
    const Op* op = Registry::get().find(std::string_view(name, strnlen(name, 256)));
    *function = reinterpret_cast<const vt_function*>(op);
    VT_CHECK(op, Attribute, "there is no op named '", std::string(name, strnlen(name, 256)), "'");
  });
}

int32_t results_to_abi(Callback& callback, Results& r, vt_value* results, int32_t room) {
  std::vector<vt_value> out;
  const auto add = [&](const Tensor& t) {
    vt_value v{};
    v.as.tensor = callback.give(t);
    v.tag = t.defined() ? VT_TAG_TENSOR : VT_TAG_NONE;
    out.push_back(v);
  };
  if (r.is_list) {
    for (const Tensor& t : r.list) add(t);
  } else if (!r.number.is_none()) {
    vt_value v = to_abi(r.number);
    if (v.tag == VT_TAG_COMPLEX) v.as.ptr = callback.keep(std::make_unique<complex<double>>(r.scalar.to_complex()));
    out.push_back(v);
  } else {
    for (int i = 0; i < r.count; ++i) add(r.tensors[i]);
  }
  const auto count = static_cast<int32_t>(out.size());
  VT_CHECK(count <= room, Value, "call_op: expected room for ", count, " results, got ", room);
  std::copy(out.begin(), out.end(), results);
  return count;
}

vt_status call_op(const vt_function* function, const vt_value* args, int32_t arg_count, vt_value* results,
                  int32_t* result_count) {
  return guarded([&] {
    VT_CHECK(function && result_count && (results || *result_count <= 0), Type,
             "call_op: expected an op and room for its results, got null");
    Callback& callback = Callback::current();
    const Op& op = *reinterpret_cast<const Op*>(function);
    CheckedArguments arguments(op, args, arg_count);
    Results r;
    vt::call_op(op, arguments.values(), op.arg_count(), r);
    cuda::give_waiting();  // the plugin knows the addresses of its tensors
    cuda::join_branches();
    *result_count = results_to_abi(callback, r, results, *result_count);
  });
}

vt_status current_stream(vt_device device, void** stream) {
  return guarded([&] {
    VT_CHECK(stream, Type, "current_stream: expected room for a stream, got null");
    const Device d = device_from(device);
    VT_CHECK(d.is_cuda(), Value, "current_stream: ", d, " has no streams");
    *stream = cuda::current_stream(d.index).handle;
  });
}

vt_status record_stream(vt_tensor* tensor, void* stream) {
  return guarded([&] {
    const Tensor& t = checked(tensor);
    VT_CHECK(t.is_cuda(), Value, "record_stream: a tensor on ", t.device(), " is used by no stream");
    const cuda::Stream s = cuda::external_stream(static_cast<cuda::StreamHandle>(stream), t.device().index);
    const StorageImpl* const storages[] = {t.storage().get()};
    cuda::begin_work("plugin", s, storages);
    cuda::record_stream(*t.storage(), s);
  });
}

int32_t is_deterministic_now() { return is_deterministic(); }

vt_host make_table() {
  vt_host h{};
  h.abi_major = VT_PLUGIN_ABI_MAJOR;
  h.abi_minor = VT_PLUGIN_ABI_MINOR;
  h.struct_size = sizeof(vt_host);
  h.version = build_info().version;
  h.fail = fail;
  h.error_message = error_message;
  h.register_op = register_op;
  h.tensor_info = tensor_info;
  h.empty = empty;
  h.retain = retain;
  h.release = release;
  h.push_scope = push_scope;
  h.pop_scope = pop_scope;
  h.set_shape = set_shape;
  h.set_result = set_result;
  h.set_list = set_list;
  h.set_number = set_number;
  h.needs_grad = needs_grad;
  h.saved_arg = saved_arg;
  h.saved_result = saved_result;
  h.arg_info = arg_info;
  h.set_grad = set_grad;
  h.find_op = find_op;
  h.call_op = call_op;
  h.current_stream = current_stream;
  h.record_stream = record_stream;
  h.is_deterministic = is_deterministic_now;
  add_iteration(h);
  add_reduction(h);
  return h;
}

}  // namespace

const vt_host& host_table() {
  static const vt_host table = make_table();
  return table;
}

}  // namespace vt::plugin
