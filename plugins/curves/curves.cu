// A plugin in C++ whose loops run over the host's iteration on both devices: an elementwise op with a derivative and a
// reduction with two results.
//
//   nvcc -std=c++17 -O3 -Xcompiler -fPIC -shared -I include plugins/curves/curves.cu -o curves.so
//   c++ -x c++ -std=c++17 -O3 -fPIC -shared -I include plugins/curves/curves.cu -o curves.so    # the CPU alone
//
//   torch.ops.curves.softclip(x, limit)              limit * tanh(x / limit); tensors and numbers, broadcast and
//   promoted torch.ops.curves.peak(x, dim=None, keepdim=False)  (the element farthest from 0, its number among those
//   reduced)
#include <cmath>

#include "vibetensor/plugin_iter.cuh"

namespace {

const vt_host* host;

#define TRY(call)                                               \
  do {                                                          \
    if (const vt_status status = (call); status) return status; \
  } while (0)

struct SoftClip {
  template <class T>
  VT_ITER_HD T operator()(T x, T limit) const {
    return limit * std::tanh(x / limit);
  }
};

bool is_float(vt_dtype d, int bits) { return d.code == VT_FLOAT && d.bits == bits; }

vt_iter_plan softclip_plan(const vt_call* call, vt_tensor** inputs) {
  inputs[0] = call->args[0].as.tensor;
  inputs[1] = call->args[1].as.tensor;
  vt_iter_plan plan = {};
  plan.struct_size = sizeof plan;
  plan.flags = VT_ITER_FLOAT;
  plan.output_count = 1;
  plan.input_count = 2;
  plan.inputs = inputs;
  return plan;
}

vt_status softclip_shape(vt_call* call) {
  vt_tensor* inputs[2];
  const vt_iter_plan plan = softclip_plan(call, inputs);
  return host->iter_shape(call, &plan);
}

vt_status softclip(vt_call* call) {
  vt_tensor* inputs[2];
  vt_iter_plan plan = softclip_plan(call, inputs);
  plan.outputs = call->results;
  vt_iter* iter = nullptr;
  vt_dtype dtype;
  TRY(host->iter_build(&plan, &iter));
  TRY(host->iter_dtype(iter, 0, &dtype));
  if (is_float(dtype, 32)) return vibetensor::elementwise<float, float, float>(host, call, iter, SoftClip{});
  return vibetensor::elementwise<double, double, double>(host, call, iter, SoftClip{});
}

// ops by name, for the derivative
vt_status run(const char* name, std::initializer_list<vt_value> arguments, vt_tensor** result) {
  const vt_function* function = nullptr;
  vt_value out;
  int32_t count = 1;
  TRY(host->find_op(name, &function));
  TRY(host->call_op(function, arguments.begin(), static_cast<int32_t>(arguments.size()), &out, &count));
  *result = out.as.tensor;
  return VT_OK;
}
vt_value value(vt_tensor* t) {
  vt_value v = {};
  v.as.tensor = t;
  v.tag = VT_TAG_TENSOR;
  return v;
}
vt_value value(double d) {
  vt_value v = {};
  v.as.d = d;
  v.tag = VT_TAG_FLOAT;
  return v;
}

// t = tanh(x / limit): d/dx = 1 - t^2, d/dlimit = t - x / limit * (1 - t^2)
vt_status softclip_backward(vt_grad* grad) {
  vt_tensor *x, *limit, *ratio, *t, *square, *slope, *product, *difference, *out;
  TRY(host->saved_arg(grad, 0, 0, &x));
  TRY(host->saved_arg(grad, 1, 0, &limit));
  TRY(run("div.Tensor", {value(x), value(limit)}, &ratio));
  TRY(run("tanh", {value(ratio)}, &t));
  TRY(run("mul.Tensor", {value(t), value(t)}, &square));
  TRY(run("rsub.Tensor", {value(square), value(1.0)}, &slope));
  if (host->needs_grad(grad, 0, 0)) {
    TRY(run("mul.Tensor", {value(grad->grads[0]), value(slope)}, &out));
    TRY(host->set_grad(grad, 0, 0, out));
  }
  if (host->needs_grad(grad, 1, 0)) {
    TRY(run("mul.Tensor", {value(ratio), value(slope)}, &product));
    TRY(run("sub.Tensor", {value(t), value(product)}, &difference));
    TRY(run("mul.Tensor", {value(grad->grads[0]), value(difference)}, &out));
    TRY(host->set_grad(grad, 1, 0, out));
  }
  return VT_OK;
}

template <class T>
struct Peak {
  struct State {
    T value;
    int64_t index;
  };
  VT_ITER_HD State init() const { return {T(0), -1}; }
  VT_ITER_HD static T size(T x) { return x < T(0) ? -x : x; }
  // the first of equals; NaN counts as the farthest
  VT_ITER_HD static bool before(T x, int64_t i, const State& s) {
    if (s.index < 0) return true;
    const bool nan = x != x, there = s.value != s.value;
    if (nan != there) return nan;
    if (!nan && size(x) != size(s.value)) return size(x) > size(s.value);
    return i < s.index;
  }
  VT_ITER_HD void step(State& s, T x, int64_t index) const {
    if (before(x, index, s)) s = {x, index};
  }
  VT_ITER_HD void combine(State& into, const State& from) const {
    if (from.index >= 0) step(into, from.value, from.index);
  }
  VT_ITER_HD void finish(const State& s, int64_t, T* value, int64_t* index) const {
    *value = s.value;
    *index = s.index;
  }
};

vt_reduce_plan peak_plan(const vt_call* call) {
  vt_reduce_plan plan = {};
  plan.struct_size = sizeof plan;
  plan.flags = VT_ITER_FLOAT;
  plan.input = call->args[0].as.tensor;
  plan.dims = static_cast<const int64_t*>(call->args[1].as.ptr);
  plan.dim_count = static_cast<int32_t>(call->args[1].size);
  plan.keepdim = static_cast<int32_t>(call->args[2].as.i);
  plan.output_count = 2;
  plan.results[1] = {VT_INT, 64, 1};
  return plan;
}

vt_status peak_shape(vt_call* call) {
  const vt_reduce_plan plan = peak_plan(call);
  return host->reduce_shape(call, &plan);
}

vt_status peak(vt_call* call) {
  vt_reduce_plan plan = peak_plan(call);
  plan.outputs = call->results;
  vt_reduction* reduction = nullptr;
  vt_tensor_info value;
  TRY(host->reduce_build(&plan, &reduction));
  TRY(host->tensor_info(call->results[0], &value, sizeof value));
  if (is_float(value.dtype, 32)) return vibetensor::reduce<float, float, int64_t>(host, call, reduction, Peak<float>{});
  return vibetensor::reduce<double, double, int64_t>(host, call, reduction, Peak<double>{});
}

vt_status init(const vt_host* h, vt_registration* registration) {
  host = h;
  vt_op op = {};
  op.struct_size = sizeof op;
  op.schema = "softclip(Tensor self, Tensor|Scalar limit) -> Tensor";
  op.shape = softclip_shape;
  op.cpu = softclip;
#ifdef __CUDACC__
  op.cuda = softclip;
#endif
  op.backward = softclip_backward;
  op.keep_args = 0b11;
  op.flags = VT_OP_ANY_DEVICE | VT_OP_INPLACE | VT_OP_OUT;  // a number stays on the CPU
  op.doc = "Bends the tensor smoothly to between -limit and limit.";
  TRY(host->register_op(registration, &op));
  op = {};
  op.struct_size = sizeof op;
  op.schema = "peak(Tensor self, int[1]? dim=None, bool keepdim=False) -> (Tensor, Tensor)";
  op.shape = peak_shape;
  op.cpu = peak;
#ifdef __CUDACC__
  op.cuda = peak;
#endif
  op.flags = VT_OP_NOT_DIFFERENTIABLE;
  op.doc = "The element farthest from 0 and its number among those reduced.";
  return host->register_op(registration, &op);
}

}  // namespace

VT_PLUGIN("curves", "1.0", init)
