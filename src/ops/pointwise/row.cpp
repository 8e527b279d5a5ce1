#include "ops/pointwise/row.h"

#include <array>
#include <cmath>

#include "core/unsigned.h"
#include "cpu/simd_dispatch.h"
#include "cpu/thread_pool.h"
#include "iter/cast.h"
#include "iter/promotion.h"
#include "iter/stored_cast.h"
#include "ops/batch/rules.h"
#include "ops/copy/kernels.h"
#include "ops/copy/scalar_fits.h"
#include "ops/pointwise/columns.h"
#include "ops/pointwise/complex_special.h"
#include "ops/pointwise/operand_dtype.h"
#include "ops/pointwise/row_forms.h"
#include "ops/pointwise/row_of.h"
#include "ops/pointwise/row_plan.h"

namespace vt::pointwise {
namespace {

constexpr int kMaxNumbers = 5;

struct Params {
  alignas(16) char bytes[kMaxNumbers * 16];
};

void write_number(char* to, DType compute, const Scalar& s) {
  switch (compute) {
    case DType::float32: *reinterpret_cast<float*>(to) = s.to<float>(); break;
    case DType::float64: *reinterpret_cast<double*>(to) = s.to<double>(); break;
    case DType::complex64: *reinterpret_cast<complex<float>*>(to) = s.to<complex<float>>(); break;
    case DType::complex128: *reinterpret_cast<complex<double>*>(to) = s.to<complex<double>>(); break;
    default: *reinterpret_cast<int64_t*>(to) = s.to<int64_t>();
  }
}

DType loop_dtype(const Call& call, const Row& row, DType common) {
  return row.loop_dtype ? row.loop_dtype(call, row, common) : compute_dtype(common);
}

// A number that every floating dtype holds, so that there is nothing to check; NaN if `v` is none.
float small_number(const Value& v) {
  if (v.tag == Tag::Double && std::fabs(v.d) <= 65504.0) return static_cast<float>(v.d);
  if (v.tag == Tag::Int && v.i >= -65504 && v.i <= 65504) return static_cast<float>(v.i);
  return std::numeric_limits<float>::quiet_NaN();
}

// The call's numbers packed in the dtype that kernels compute in, which they reach by way of the dtype that the rule
// reads them in. A Scalar has to fit that one.
void pack_numbers(Params& p, const Call& call, const Row& row, DType compute, DType common) {
  const size_t item = size_of(compute);
  const DType read = row.rule.exact_numbers && is_reduced_floating(common) ? compute : common;
  for (int i = 0; i < row.numbers; ++i) {
    char* to = p.bytes + i * item;
    if (compute == DType::float32 && read == compute) {
      const float small = small_number(call.args[row.number_at[i]]);
      if (!std::isnan(small)) {
        std::memcpy(to, &small, sizeof small);
        continue;
      }
    }
    const Scalar number = number_of(call.args[row.number_at[i]]);
    if (row.checked_numbers >> i & 1) check_scalar_fits(number, read);
    write_number(to, compute, number);
    if (read != compute) cpu::round_contiguous(to, compute, read, 1);
  }
}

// What every call asks of a dtype, in one place of memory.
struct DTypeFacts {
  unsigned set;
  bool computes;  // in itself
};
constexpr auto kFacts = [] {
  std::array<DTypeFacts, kNumDTypes> facts{};
  for (int i = 0; i < kNumDTypes; ++i) {
    const auto d = static_cast<DType>(i);
    facts[static_cast<size_t>(i)] = {set_of(d), compute_dtype(d) == d};
  }
  return facts;
}();

LoopKernel cpu_kernel(const Row& row, DType compute) {
  return row.loops[static_cast<int>(simd_level())]->kernels[compute_type_index(compute)];
}

const Tensor& input(const Call& call, const Row& row, int i) { return call.args[row.input_at[i]].as_tensor(); }

Tensor given_output(const Call& call) {
  switch (call.op.kind()) {
    case OpKind::Inplace: return call.args[0].as_tensor();
    case OpKind::Out: return call.args[call.op.input_count()].as_tensor();
    default: return {};
  }
}

// The plainest calls, without an iterator: CPU, functional or in-place, dense operands of one shape and of the dtype
// that is computed in, where an operand may also be a number of the same or a lower category.
bool try_small(Call& call, const Row& row) {
  if (call.key != Key::CPU || call.op.kind() == OpKind::Out || row.inputs > 2 || row.mask >= 0 ||
      row.rule.numbers_promote || row.loop_dtype) {
    return false;
  }
  const TensorImpl* in[2] = {};
  int lead = -1;  // the input that sets dtype and shape
  unsigned repeated = 0;
  for (int i = 0; i < row.inputs; ++i) {
    const TensorImpl* t = in[i] = input(call, row, i).impl();
    if (!t || !t->is_contiguous()) return false;
    if (t->is_wrapped_number()) {
      if (VT_UNLIKELY(t->dtype() == DType::uint64)) return false;
      repeated |= 1u << i;
    } else if (lead < 0) {
      lead = i;
    } else if (t->dtype() != in[lead]->dtype() || !same(t->sizes(), in[lead]->sizes())) {
      return false;
    }
  }
  if (lead < 0) return false;
  const DType dtype = in[lead]->dtype();
  const DTypeFacts& facts = kFacts[static_cast<size_t>(dtype)];
  if (!facts.computes || (row.rule.to_float && dtype == DType::int64) || (row.rule.domain & facts.set) == 0) {
    return false;
  }
  alignas(16) char number[16];
  char* data[3];
  for (int i = 0; i < row.inputs; ++i) {
    data[i + 1] = static_cast<char*>(in[i]->data());
    if (!(repeated >> i & 1)) continue;
    if (category(in[i]->dtype()) > category(dtype) || dtype == DType::complex64) return false;
    cpu::cast_contiguous(number, dtype, data[i + 1], in[i]->dtype(), 1);
    data[i + 1] = number;
  }
  if (row.check) row.check(call, dtype);
  Params params;
  if (row.numbers) pack_numbers(params, call, row, dtype, dtype);
  const DType result = result_dtype(row.rule, dtype);
  Tensor out;
  if (call.op.kind() == OpKind::Inplace) {
    out = call.args[0].as_tensor();
    if (lead != 0 || result != dtype) return false;
    if (row.inputs == 2 && in[0] != in[1] && in[0]->storage() == in[1]->storage()) return false;
    check_writable(out);
  } else {
    out = empty(in[lead]->sizes(), result);
  }
  data[0] = static_cast<char*>(out.data());
  LoopKernel kernel = cpu_kernel(row, dtype);
  const char* numbers = params.bytes;
  MendedLoop mended;
  if (VT_UNLIKELY(is_complex(dtype))) mend_special_values(row, dtype, mended, kernel, numbers);
  const int64_t n = out.numel();
  if (n <= kLoopGrain) {
    if (n > 0) kernel(data, repeated, n, numbers);
  } else {
    int64_t step[3] = {static_cast<int64_t>(size_of(result)), static_cast<int64_t>(size_of(dtype)),
                       static_cast<int64_t>(size_of(dtype))};
    for (int i = 0; i < row.inputs; ++i) {
      if (repeated >> i & 1) step[i + 1] = 0;
    }
    parallel_for(0, n, kLoopGrain, [&](int64_t begin, int64_t end) {
      char* part[3];
      for (int i = 0; i <= row.inputs; ++i) part[i] = data[i] + begin * step[i];
      kernel(part, repeated, end - begin, numbers);
    });
  }
  if (call.op.kind() == OpKind::Inplace) out.impl()->bump_version();
  call.results.add(std::move(out));
  return true;
}

// Whether elements of uint64 are compared with a number below all of them, which has no place among their bits.
bool compares_with_negative(const Call& call, const Row& row) {
  if (row.rule.gives != Gives::Bool) return false;
  for (int i = 0; i < row.inputs; ++i) {
    const Tensor& t = input(call, row, i);
    if (!t.impl()->is_wrapped_number() || t.dtype() != DType::int64) continue;
    const Scalar number = read_scalar(t);
    if (number.to_int() < 0 && !number.is_past_int64()) return true;
  }
  return false;
}

DType promoted(const Call& call, const Row& row) {
  PromotionState state;
  for (int i = 0; i < row.inputs; ++i) {
    if (i == row.mask) continue;
    const Tensor& t = input(call, row, i);
    VT_CHECK(t.defined(), Type, "argument '", call.op.schema().args()[row.input_at[i]].name,
             "' must be Tensor, not None");
    state.add(*t.impl());
  }
  for (int i = 0; row.rule.numbers_promote && i < row.numbers; ++i) state.add(number_of(call.args[row.number_at[i]]));
  const DType common = state.result();
  for (int i = 0; i < row.inputs; ++i) {
    const TensorImpl& t = *input(call, row, i).impl();
    VT_CHECK(t.dtype() != DType::uint64 || !t.is_wrapped_number() || !is_integral(common, true) || common == t.dtype(),
             Overflow, "int too big to convert: the number does not fit in 64 bits; say it as a float");
  }
  return common == DType::uint64 && compares_with_negative(call, row) ? DType::float64 : common;
}

void loop_cuda(const Call& call, const Row& row, const TensorIter& it, DType compute);

void loop_cpu(const Call& call, const Row& row, const TensorIter& it, DType compute) {
  const DType type = loop_dtype(call, row, compute);
  Params params;
  pack_numbers(params, call, row, type, type == DType::float64 ? type : compute);
  CpuLoop loop{cpu_kernel(row, type), {}, {}, row.inputs <= 2, params.bytes};
  loop.dtypes[0] = result_dtype(row.rule, type);
  for (int i = 0; i < row.inputs; ++i) {
    loop.dtypes[i + 1] = i == row.mask ? DType::bool_ : type;
    loop.via[i + 1] = i == row.mask ? DType::bool_ : operand_dtype(row.rule, it.tensor(i + 1), i, compute);
  }
  MendedLoop mended;
  if (VT_UNLIKELY(is_complex(type))) mend_special_values(row, type, mended, loop.kernel, loop.params);
  run_cpu_loop(it, loop);
}

// The kernels of CUDA write no wide unsigned integers: an int64 result is converted.
void loop_cuda_unsigned(const Call& call, const Row& row, const TensorIter& it) {
  Tensor inputs[3];
  TensorIter in_int64;
  in_int64.add_output({});
  for (int i = 0; i < row.inputs; ++i) {
    const Tensor& t = input(call, row, i);
    inputs[i] = it.is_host_scalar(i + 1) && is_wide_unsigned(t.dtype()) ? cast_data(t, DType::int64) : t;
    in_int64.add_input(inputs[i]);
  }
  in_int64.build(result_dtype(row.rule, DType::int64));
  loop_cuda(call, row, in_int64, DType::int64);
  copy_data(it.output(), in_int64.output());
}

void loop_cuda(const Call& call, const Row& row, const TensorIter& it, DType compute) {
  if (VT_UNLIKELY(is_wide_unsigned(compute))) return loop_cuda_unsigned(call, row, it);
  if (row.wait != nullptr && row.wait(call, row, it.output())) return;
  const DType type = loop_dtype(call, row, compute);
  const DType common = type == DType::float64 ? type : compute;
  Params params;
  pack_numbers(params, call, row, type, common);
  row.cuda(call.op.schema().name().c_str(), it, common, params.bytes);
}

}  // namespace

constinit BackendTable<void(const Call&, const Row&, const TensorIter&, DType)> run_loop{"pointwise"};

void register_row_loops() {
  run_loop.cpu(loop_cpu).cuda(loop_cuda);
  batch::elementwise_kernel = row_kernel;
}

Scalar number_of(const Value& v) {
  if (v.is_none()) return Scalar(-1.0);
  if (v.tag != Tag::String) return Unbox<Scalar>::get(v);
  const auto text = Unbox<std::string_view>::get(v);
  VT_CHECK(text == "none" || text == "tanh", Runtime, "approximate argument must be either none or tanh.");
  return Scalar(text == "tanh" ? 1.0 : 0.0);
}

void run_row(Call& call, const Row& row) {
  if (try_small(call, row)) return;
  const DType common = promoted(call, row);
  if (row.check) row.check(call, common);
  // Tests that take every dtype take 8-bit floats too, in what holds their elements.
  const bool stored = is_stored_only(common) && !is_wide_unsigned(common) && row.rule.gives == Gives::Bool &&
                      row.rule.domain == kAllSet;
  const DType compute = row.rule.to_float ? to_floating_result(common) : stored ? way_between(common, common) : common;
  if ((row.rule.domain & computed_set_of(compute)) == 0) throw_unsupported_dtype(common);
  if (row.mask >= 0) {
    const DType mask = input(call, row, row.mask).dtype();
    VT_CHECK(mask == DType::bool_, Runtime, "expected the mask to be a bool tensor, but got a tensor with dtype ",
             mask);
  }

  TensorIter it;
  it.add_output(given_output(call));
  Tensor rounded[2];  // a number to what it is beside
  for (int i = 0; i < row.inputs; ++i) {
    const Tensor& t = input(call, row, i);
    if (stored && t.dtype() != common) it.add_input(rounded[i] = cast_data(t, common));
    else it.add_input(t);
  }
  it.build(result_dtype(row.rule, compute),
           call.op.kind() == OpKind::Inplace ? TensorIter::Given::Fixed : TensorIter::Given::Resize);

  if (it.numel() > 0) run_loop(it.device(), call, row, it, compute);
  if (call.op.kind() != OpKind::Functional) it.output().impl()->bump_version();
  call.results.add(it.take_output());
}

namespace {

// Whether a row's check reads values: of what integers are divided by.
bool reads_operands(const Row& row, DType common) { return row.check == check_divisor && is_integral(common, true); }

VT_NOINLINE const Row& chosen(const Call& call, const Row& row) {
  Choice choice{input(call, row, 0).dtype()};
  for (int i = 0; i < row.inputs; ++i) {
    if (VT_LIKELY(input(call, row, i).dtype() != DType::uint64)) continue;
    choice.dtype = promoted(call, row);
    break;
  }
  if (row.numbers == 1) {
    const Scalar number = number_of(call.args[row.number_at[0]]);
    const bool of_tensors_kind = is_differentiable(choice.dtype) || (number.is_integral() && is_integral(choice.dtype));
    if (of_tensors_kind && !number.is_complex()) choice.number = number.to_double();
  }
  return row.choose(choice);
}

}  // namespace

const Row* row_of(const Op& op) {
  const Op::Parts& parts = op.functional().parts;
  return parts.kernel[0] == row_kernel ? static_cast<const Row*>(parts.data) : nullptr;
}

bool plan_row(const Call& call, RowPlan& plan) {
  const Row* row = row_of(call.op);
  if (!row) return false;
  if (row->choose) row = &chosen(call, *row);
  for (int i = 0; i < row->inputs; ++i) {
    if (!input(call, *row, i).defined()) return false;
  }
  const DType common = promoted(call, *row);
  if (is_complex(common) || is_stored_only(common) || reads_operands(*row, common)) return false;
  const DType compute = row->rule.to_float ? to_floating_result(common) : common;
  if ((row->rule.domain & computed_set_of(compute)) == 0) return false;
  if (row->mask >= 0 && input(call, *row, row->mask).dtype() != DType::bool_) return false;
  if (row->check) row->check(call, common);
  plan.row = row;
  plan.common = compute;
  plan.loop = loop_dtype(call, *row, compute);
  plan.dtype = result_dtype(row->rule, compute);
  Params params;
  pack_numbers(params, call, *row, plan.loop, plan.loop == DType::float64 ? plan.loop : compute);
  const size_t item = size_of(plan.loop);
  for (int i = 0; i < row->numbers; ++i) std::memcpy(plan.numbers[i], params.bytes + i * item, item);
  for (int i = 0; i < row->inputs; ++i) {
    const TensorImpl& t = *input(call, *row, i).impl();
    if (is_complex(t.dtype()) || is_stored_only(t.dtype())) return false;
    plan.via[i] = i == row->mask ? DType::bool_ : operand_dtype(row->rule, t, i, compute);
  }
  return true;
}

void row_kernel(Call& call) {
  const Row& row = *static_cast<const Row*>(call.op.functional().parts.data);
  run_row(call, VT_UNLIKELY(row.choose != nullptr) ? chosen(call, row) : row);
}

OpBuilder add_row(Registry& r, const char* schema, Row& row) {
  OpBuilder op = r.def(schema);
  const std::string_view text = schema;
  const Op& made = *r.find(text.substr(0, text.find('(')));
  row.inputs = row.numbers = 0;
  int position = 0;
  for (const Arg& a : made.schema().args()) {
    if (a.type == ArgType::Tensor) {
      row.input_at[row.inputs++] = static_cast<int8_t>(position);
    } else {
      VT_ASSERT(row.numbers < kMaxNumbers);
      if (a.type == ArgType::Scalar) row.checked_numbers |= static_cast<uint8_t>(1u << row.numbers);
      row.number_at[row.numbers++] = static_cast<int8_t>(position);
    }
    ++position;
  }
  op.boxed(row_kernel).data(&row).autocast({.cuda = row.rule.cuda_autocast});
  if (row.rule.surface != kUnsaid) op.surface(row.rule.surface);
  op.inplace_surface(row.rule.inplace_surface);
  const RowForms forms = row_forms(made.schema(), row.rule);
  if (forms.inplace) op.inplace();
  return op.out(forms.out);
}

}  // namespace vt::pointwise
