/* A plugin in C: ops with several results, with a number for a result, in place, and with a derivative made of ops.
 *
 *   cc -std=c11 -O2 -fPIC -shared -I include plugins/gain/gain.c -o gain.so
 *
 *   torch.ops.gain.gain(x, 2.0)          x * 2.0, differentiable to any order; and gain_, gain(..., out=)
 *   torch.ops.gain.extremes(x)           (the smallest, the largest)
 *   torch.ops.gain.count_above(x, 0.5)   how many elements are larger
 *   torch.ops.gain.fill(x, 1.0)          writes into x
 *   torch.ops.gain.steps(3)              [0., 1., 2.], on any device
 */
#include <vibetensor/plugin.h>

static const vt_host* host;

#define TRY(call)                         \
  do {                                    \
    const vt_status status_ = (call);     \
    if (status_ != VT_OK) return status_; \
  } while (0)

static const vt_dtype kFloat = {VT_FLOAT, 32, 1};

static int is_float32(vt_dtype d) { return d.code == VT_FLOAT && d.bits == 32; }

/* The argument as contiguous float32 memory. */
static vt_status floats(vt_tensor* tensor, const float** data, int64_t* count) {
  vt_tensor_info info;
  TRY(host->tensor_info(tensor, &info, sizeof info));
  if (!is_float32(info.dtype)) return host->fail(VT_TYPE_ERROR, "expected a tensor of float32");
  if (!(info.flags & VT_TENSOR_CONTIGUOUS)) {
    const vt_function* contiguous;
    vt_value argument = {.as.tensor = tensor, .tag = VT_TAG_TENSOR}, result;
    int32_t results = 1;
    TRY(host->find_op("contiguous", &contiguous));
    TRY(host->call_op(contiguous, &argument, 1, &result, &results));
    TRY(host->tensor_info(result.as.tensor, &info, sizeof info));
  }
  *data = info.data;
  *count = info.numel;
  return VT_OK;
}

/* ---- gain */

static vt_status same_shape(vt_call* call) {
  vt_tensor_info x;
  TRY(host->tensor_info(call->args[0].as.tensor, &x, sizeof x));
  if (!is_float32(x.dtype)) return host->fail(VT_TYPE_ERROR, "expected a tensor of float32");
  return host->set_shape(call, 0, x.ndim, x.sizes, NULL, x.dtype, x.device);
}

static vt_status gain_cpu(vt_call* call) {
  const float factor = (float)call->args[1].as.d;
  const float* x;
  int64_t count;
  vt_tensor_info out;
  TRY(floats(call->args[0].as.tensor, &x, &count));
  TRY(host->tensor_info(call->results[0], &out, sizeof out));
  for (int64_t i = 0; i < count; ++i) ((float*)out.data)[i] = x[i] * factor;
  return VT_OK;
}

static vt_status gain_backward(vt_grad* grad) {
  const vt_function* gain;
  vt_value arguments[2] = {{.as.tensor = grad->grads[0], .tag = VT_TAG_TENSOR}, grad->args[1]}, result;
  int32_t results = 1;
  if (!host->needs_grad(grad, 0, 0)) return VT_OK;
  TRY(host->find_op("gain::gain", &gain)); /* an op, so that the gradient has one too */
  TRY(host->call_op(gain, arguments, 2, &result, &results));
  return host->set_grad(grad, 0, 0, result.as.tensor);
}

/* ---- extremes */

static vt_status extremes_shape(vt_call* call) {
  vt_tensor_info x;
  TRY(host->tensor_info(call->args[0].as.tensor, &x, sizeof x));
  if (x.numel == 0) return host->fail(VT_VALUE_ERROR, "expected a tensor with elements");
  TRY(host->set_shape(call, 0, 0, NULL, NULL, x.dtype, x.device));
  return host->set_shape(call, 1, 0, NULL, NULL, x.dtype, x.device);
}

static vt_status extremes_cpu(vt_call* call) {
  const float* x;
  int64_t count;
  vt_tensor_info least, most;
  TRY(floats(call->args[0].as.tensor, &x, &count));
  TRY(host->tensor_info(call->results[0], &least, sizeof least));
  TRY(host->tensor_info(call->results[1], &most, sizeof most));
  float low = x[0], high = x[0];
  for (int64_t i = 1; i < count; ++i) {
    if (x[i] < low) low = x[i];
    if (x[i] > high) high = x[i];
  }
  *(float*)least.data = low;
  *(float*)most.data = high;
  return VT_OK;
}

/* ---- count_above, fill, steps */

static vt_status count_above_cpu(vt_call* call) {
  const double limit = call->args[1].as.d;
  const float* x;
  int64_t count;
  vt_value number = {.as.i = 0, .tag = VT_TAG_INT};
  TRY(floats(call->args[0].as.tensor, &x, &count));
  for (int64_t i = 0; i < count; ++i) number.as.i += x[i] > limit;
  return host->set_number(call, number);
}

static vt_status fill_cpu(vt_call* call) {
  const float value = (float)call->args[1].as.d;
  vt_tensor_info x;
  TRY(host->tensor_info(call->args[0].as.tensor, &x, sizeof x));
  if (!is_float32(x.dtype) || !(x.flags & VT_TENSOR_CONTIGUOUS)) {
    return host->fail(VT_TYPE_ERROR, "expected a contiguous tensor of float32");
  }
  for (int64_t i = 0; i < x.numel; ++i) ((float*)x.data)[i] = value;
  return VT_OK;
}

static vt_status steps_any(vt_call* call) {
  const int64_t count = call->args[0].as.i;
  const vt_device cpu = {VT_CPU, 0};
  vt_tensor* made;
  vt_tensor_info info;
  if (count < 0) return host->fail(VT_VALUE_ERROR, "expected a count of at least 0");
  TRY(host->empty(1, &count, NULL, kFloat, cpu, &made));
  TRY(host->tensor_info(made, &info, sizeof info));
  for (int64_t i = 0; i < count; ++i) ((float*)info.data)[i] = (float)i;
  if (call->device.type != VT_CPU) {
    const vt_function* to;
    vt_value arguments[2] = {{.as.tensor = made, .tag = VT_TAG_TENSOR},
                             {.as.device = call->device, .tag = VT_TAG_DEVICE}};
    vt_value result;
    int32_t results = 1;
    TRY(host->find_op("to.device", &to));
    TRY(host->call_op(to, arguments, 2, &result, &results));
    made = result.as.tensor;
  }
  return host->set_result(call, 0, made);
}

static vt_status init(const vt_host* h, vt_registration* registration) {
  host = h;
  const vt_op ops[] = {
      {.struct_size = sizeof(vt_op),
       .schema = "gain(Tensor self, float factor=2.0) -> Tensor",
       .shape = same_shape,
       .cpu = gain_cpu,
       .backward = gain_backward,
       .flags = VT_OP_INPLACE | VT_OP_OUT,
       .doc = "The tensor times a number."},
      {.struct_size = sizeof(vt_op),
       .schema = "extremes(Tensor self) -> (Tensor, Tensor)",
       .shape = extremes_shape,
       .cpu = extremes_cpu,
       .flags = VT_OP_NOT_DIFFERENTIABLE,
       .doc = "The smallest and the largest element."},
      {.struct_size = sizeof(vt_op),
       .schema = "count_above(Tensor self, float limit) -> int",
       .cpu = count_above_cpu,
       .flags = VT_OP_NOT_DIFFERENTIABLE | VT_OP_VALUE_DEPENDENT,
       .doc = "How many elements are larger than a limit."},
      {.struct_size = sizeof(vt_op),
       .schema = "fill(Tensor(a!) self, float value) -> Tensor(a!)",
       .cpu = fill_cpu,
       .doc = "Writes a number into every element."},
      {.struct_size = sizeof(vt_op),
       .schema = "steps(int count, *, Device? device=None) -> Tensor",
       .cpu = steps_any,
       .cuda = steps_any,
       .doc = "0, 1, 2 and so on, as float32."},
  };
  for (size_t i = 0; i < sizeof ops / sizeof *ops; ++i) TRY(host->register_op(registration, &ops[i]));
  return VT_OK;
}

VT_PLUGIN("gain", "1.0", init)
