// The steps of a group one by one, by the rows' own kernels: what CUDA does until a group's kernel is compiled.
#include "cuda/stream.h"
#include "cuda/work.h"
#include "iter/cast.h"
#include "iter/promotion.h"
#include "iter/tensor_iter.h"
#include "ops/copy/kernels.h"
#include "ops/factory/factory.h"
#include "ops/pointwise/row.h"
#include "ops/pointwise/row_text.h"
#include "program/backends.h"

namespace vt::program {
namespace {

// A tensor over memory that the caller of run_group owns.
Tensor over(const void* address, DType dtype, Device device, IntSpan sizes, IntSpan strides) {
  const size_t bytes = static_cast<size_t>(view_extent(sizes, strides, 0)) * size_of(dtype);
  auto storage = make_intrusive<StorageImpl>(Allocation{const_cast<void*>(address), nullptr, nullptr}, bytes, device);
  return Tensor(make_intrusive<TensorImpl>(std::move(storage), dtype, sizes, strides, 0));
}

// A number of `loop` as calls have it beside tensors of a device: 0-dim, on the host.
Tensor host_scalar(const Number& number, DType loop, DType wanted) {
  const Tensor t = empty(DimVec{}, wanted, kCPU);
  cpu::cast_contiguous(static_cast<char*>(t.data()), wanted, reinterpret_cast<const char*>(number.bytes), loop, 1);
  return t;
}

void run_step(const GroupArguments& arguments, const Step& step, const Tensor (&operands)[3], const Tensor& out) {
  if (step.row == nullptr) return copy_data(out, operands[0]);
  TensorIter it;
  it.add_output(out);
  for (int i = 0; i < step.operand_count; ++i) it.add_input(operands[i]);
  it.build(step.dtype, TensorIter::Given::Fixed);
  char numbers[5 * sizeof(Number)] = {};
  for (int n = 0; n < step.number_count; ++n) {
    std::memcpy(numbers + static_cast<size_t>(n) * size_of(step.loop), arguments.numbers[step.first_number + n].bytes,
                size_of(step.loop));
  }
  const DType compute = step.row->rule.to_float ? to_floating_result(step.common) : step.common;
  step.row->cuda(pointwise::row_text(*step.row).id.data(), it, step.loop == DType::float64 ? step.loop : compute,
                 numbers);
}

}  // namespace

void run_steps_apart(const FusedGroup& group, const GroupArguments& arguments) {
  cuda::begin_work("fused group", cuda::current_stream(group.device.index), arguments.storages);
  std::vector<Tensor> inputs, values(group.steps.size());
  for (size_t i = 0; i < group.inputs.size(); ++i) {
    inputs.push_back(
        over(arguments.inputs[i], group.inputs[i].dtype, group.device, group.sizes, group.inputs[i].strides));
  }
  for (size_t i = 0; i < group.outputs.size(); ++i) {
    const GroupOutput& o = group.outputs[i];
    values[o.step] = over(arguments.outputs[i], group.steps[o.step].dtype, group.device, group.sizes, o.strides);
  }
  for (size_t s = 0; s < group.steps.size(); ++s) {
    const Step& step = group.steps[s];
    Tensor operands[3];
    for (int i = 0; i < step.operand_count; ++i) {
      const Operand& operand = step.operands[i];
      switch (operand.from) {
        case Operand::From::Input: operands[i] = inputs[operand.index]; break;
        case Operand::From::Step: operands[i] = values[operand.index]; break;
        case Operand::From::Number: {
          const bool is_mask = step.row != nullptr && i == step.row->mask;
          operands[i] = host_scalar(arguments.numbers[operand.index], step.loop, is_mask ? DType::bool_ : step.loop);
          break;
        }
      }
    }
    if (!values[s].defined()) values[s] = empty(group.sizes, step.dtype, group.device);
    run_step(arguments, step, operands, values[s]);
  }
}

}  // namespace vt::program
