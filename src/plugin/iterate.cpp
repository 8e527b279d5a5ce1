// Elementwise iteration for plugins: TensorIter behind the ABI.
#include <algorithm>
#include <cstring>

#include "cpu/thread_pool.h"
#include "iter/cast.h"
#include "iter/cpu_loop.h"
#include "iter/for_each_row.h"
#include "iter/promotion.h"
#include "iter/tensor_iter.h"
#include "ops/copy/copy.h"
#include "plugin/callback.h"
#include "plugin/host.h"
#include "plugin/op.h"
#include "plugin/values.h"

namespace {

constexpr int kOperands = VT_LOOP_OPERANDS;

}  // namespace

struct vt_iter {
  vt::TensorIter it;
  std::vector<vt::Tensor> inputs;  // converted where the plan asks for it
  // Where an output goes that the loop writes in another dtype; undefined where it is written itself.
  vt::Tensor destination[2];
};

namespace vt::plugin {
namespace {

constexpr uint32_t kKnown = VT_ITER_PROMOTE | VT_ITER_FLOAT;

vt_iter_plan read_plan(const vt_iter_plan* given) {
  const vt_iter_plan plan = read_struct(given, sizeof(vt_iter_plan), "vt_iter_plan");
  VT_CHECK((plan.flags & ~kKnown) == 0, NotImplemented, "vt_iter_plan: an unknown flag");
  VT_CHECK(plan.output_count == 1 || plan.output_count == 2, Value, "vt_iter_plan: expected 1 or 2 outputs, got ",
           plan.output_count);
  VT_CHECK(plan.input_count >= 1 && plan.input_count <= kOperands - plan.output_count && plan.inputs, Value,
           "vt_iter_plan: expected 1 to ", kOperands - plan.output_count, " inputs, got ", plan.input_count);
  for (int i = 0; i < plan.input_count; ++i) checked(plan.inputs[i], "an input");
  return plan;
}

// The dtype that inputs are computed in; nothing for each in its own.
std::optional<DType> computed_in(uint32_t flags, TensorSpan inputs) {
  if (!(flags & kKnown)) return std::nullopt;
  const DType common = result_type(inputs);
  return flags & VT_ITER_FLOAT ? to_floating_result(common) : common;
}

// Of the outputs that the host makes.
DType result_of(vt_dtype asked, const std::optional<DType>& computed, const Tensor& first) {
  if (asked.bits != 0) return dtype_from(asked);
  return computed.value_or(first.dtype());
}

// A number is converted where it lies, without an op.
Tensor converted(const Tensor& t, DType dtype) {
  const bool is_number = t.is_cpu() && t.dim() == 0 && (t.impl()->keys() & kWrapperKeys).empty();
  if (t.dtype() == dtype || !is_number) return ops::as_dtype(t, dtype);
  Tensor number = vt::empty({}, dtype);
  cpu::cast_contiguous(static_cast<char*>(number.data()), dtype, static_cast<const char*>(t.data()), t.dtype(), 1);
  return number;
}

vt_status iter_build(const vt_iter_plan* given, vt_iter** out) {
  return guarded([&] {
    VT_CHECK(out, Type, "iter_build: expected room for an iterator, got null");
    *out = nullptr;
    Callback& callback = Callback::current();
    const vt_iter_plan plan = read_plan(given);
    auto iter = std::make_unique_for_overwrite<vt_iter>();
    const TensorSpan inputs(reinterpret_cast<const Tensor*>(plan.inputs), static_cast<size_t>(plan.input_count));
    const std::optional<DType> computed = computed_in(plan.flags, inputs);
    const DType result = result_of(plan.result, computed, inputs[0]);
    for (const Tensor& t : inputs) iter->inputs.push_back(computed ? converted(t, *computed) : t);
    for (int i = 0; i < plan.output_count; ++i) {
      Tensor output = plan.outputs && plan.outputs[i] ? tensor_in(plan.outputs[i]) : Tensor();
      if (output.defined() && output.dtype() != result) {
        VT_CHECK(can_cast(result, output.dtype()), Runtime, "result type ", to_string(result),
                 " can't be cast to the output's ", to_string(output.dtype()));
        iter->destination[i] = output;
        output = vt::empty(output.sizes(), result, output.device());
      }
      iter->it.add_output(std::move(output));
    }
    for (const Tensor& t : iter->inputs) iter->it.add_input(t);
    iter->it.build(result, TensorIter::Given::Fixed);
    *out = callback.keep(std::move(iter));
  });
}

vt_iter& iter_in(vt_iter* iter) {
  VT_CHECK(iter, Type, "expected an iterator, got null");
  return *iter;
}

vt_status run_range(const TensorIter& it, vt_loop_function loop, void* context, int64_t begin, int64_t end) {
  int64_t steps[kOperands];
  for (int i = 0; i < it.operand_count(); ++i) steps[i] = it.strides(i)[0];
  vt_status status = VT_OK;
  for_each_row<kOperands>(it, begin, end, [&](char** data, int64_t count) {
    status = loop(data, steps, count, context);
    return status == VT_OK;
  });
  return status;
}

vt_status iter_run(vt_iter* iter, vt_loop_function loop, void* context, int64_t grain) {
  return guarded([&] {
    vt_iter& x = iter_in(iter);
    VT_CHECK(loop, Type, "iter_run: expected a loop, got null");
    VT_CHECK(x.it.device().is_cpu(), Runtime, "iter_run is for the CPU; the tensors are on ", x.it.device());
    parallel_for(0, x.it.numel(), grain > 0 ? grain : kLoopGrain, [&](int64_t begin, int64_t end) {
      Callback callback;
      callback.run("the loop", [&] { return run_range(x.it, loop, context, begin, end); });
    });
  });
}

// Host memory of a number that joined as a tensor of no dimensions.
void set_value(vt_loop_operand& to, const TensorIter& it, int operand) {
  to.data = nullptr;
  std::memcpy(to.value, it.data(operand), size_of(it.dtype(operand)));
}

int64_t loop_count(const TensorIter& it) {
  if (it.numel() == 0) return 0;
  int64_t count = 1;
  for (int d = VT_LOOP_DIMS; d < it.ndim(); ++d) count *= it.shape()[d];
  return count;
}

vt_status iter_loops(vt_iter* iter, int64_t* count) {
  return guarded([&] {
    VT_CHECK(count, Type, "iter_loops: expected room for a number, got null");
    *count = loop_count(iter_in(iter).it);
  });
}

vt_status iter_loop(vt_iter* iter, int64_t number, vt_loop* loop, size_t size) {
  return guarded([&] {
    const TensorIter& it = iter_in(iter).it;
    VT_CHECK(number >= 0 && number < loop_count(it), Index, "iter_loop: expected a loop below ", loop_count(it),
             ", got ", number);
    vt_loop l{};
    l.ndim = std::min<int>(it.ndim(), VT_LOOP_DIMS);
    l.operand_count = it.operand_count();
    l.output_count = it.output_count();
    l.is_contiguous = it.is_contiguous();
    l.fits_32bit = it.fits_32bit();
    l.numel = 1;
    for (int d = 0; d < l.ndim; ++d) {
      l.sizes[d] = it.shape()[d];
      l.numel *= l.sizes[d];
    }
    for (int i = 0; i < l.operand_count; ++i) {
      vt_loop_operand& o = l.operands[i];
      o.data = it.data(i);
      o.dtype = to_abi(it.dtype(i));
      for (int d = 0; d < l.ndim; ++d) o.strides[d] = it.strides(i)[d];
      int64_t rest = number;
      for (int d = VT_LOOP_DIMS; d < it.ndim(); ++d) {
        o.data += rest % it.shape()[d] * it.strides(i)[d];
        rest /= it.shape()[d];
      }
      if (it.is_host_scalar(i)) set_value(o, it, i);
    }
    fill(loop, size, l);
  });
}

// The output that the caller keeps, once the loop ran.
vt_status iter_output(vt_iter* iter, int32_t output, vt_tensor** tensor) {
  return guarded([&] {
    VT_CHECK(tensor, Type, "iter_output: expected room for a tensor, got null");
    *tensor = nullptr;
    vt_iter& x = iter_in(iter);
    VT_CHECK(output >= 0 && output < x.it.output_count(), Index, "iter_output: expected an output below ",
             x.it.output_count(), ", got ", output);
    const Tensor& destination = x.destination[output];
    if (destination.defined()) boxing::copy_ops.copy_(destination, x.it.output(output), false);
    *tensor = Callback::current().give(destination.defined() ? destination : x.it.output(output));
  });
}

vt_status iter_dtype(vt_iter* iter, int32_t operand, vt_dtype* dtype) {
  return guarded([&] {
    const TensorIter& it = iter_in(iter).it;
    VT_CHECK(dtype && operand >= 0 && operand < it.operand_count(), Index, "iter_dtype: expected an operand below ",
             it.operand_count(), ", got ", operand);
    *dtype = to_abi(it.dtype(operand));
  });
}

// What the iterator would make of the inputs, without memory: dense ones give dense results; of others, tensors on meta
// in their place say which layout.
DimVec strides_of_result(TensorSpan inputs, DType result) {
  if (std::ranges::all_of(inputs, [](const Tensor& t) { return t.is_contiguous(); })) return {};
  std::vector<Tensor> shapes;
  for (const Tensor& t : inputs) {
    shapes.push_back(empty_strided(t.sizes(), t.strides(), t.dtype(), {DeviceType::Meta, -1}));
  }
  TensorIter it;
  it.add_output({});
  for (const Tensor& t : shapes) it.add_input(t);
  it.build(result);
  return it.output(0).is_contiguous() ? DimVec() : DimVec(it.output(0).strides());
}

vt_status iter_shape(vt_call* call, const vt_iter_plan* given) {
  return guarded([&] {
    const vt_iter_plan plan = read_plan(given);
    const TensorSpan inputs(reinterpret_cast<const Tensor*>(plan.inputs), static_cast<size_t>(plan.input_count));
    const std::optional<DType> computed = computed_in(plan.flags, inputs);
    const DType result = result_of(plan.result, computed, inputs[0]);
    Device device = kCPU;
    DimVec sizes;
    for (const Tensor& t : inputs) {
      if (device == kCPU) device = t.device();
      VT_CHECK(t.device() == device || (t.device() == kCPU && t.dim() == 0), Runtime,
               "Expected all tensors to be on the same device, but found at least two devices, ", device, " and ",
               t.device(), "!");
      sizes = broadcast_sizes(sizes, t.sizes());
    }
    const DimVec strides = strides_of_result(inputs, result);
    for (int i = 0; i < plan.output_count; ++i) plugin::set_shape(call, i, {sizes, result, device, strides});
  });
}

}  // namespace

void add_iteration(vt_host& host) {
  host.iter_build = iter_build;
  host.iter_run = iter_run;
  host.iter_loops = iter_loops;
  host.iter_loop = iter_loop;
  host.iter_output = iter_output;
  host.iter_dtype = iter_dtype;
  host.iter_shape = iter_shape;
}

}  // namespace vt::plugin
