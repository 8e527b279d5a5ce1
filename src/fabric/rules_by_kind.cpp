// The rules of kinds, and which ops are of one.
#include <algorithm>
#include <cmath>

#include "fabric/rules.h"
#include "ops/copy/copy.h"
#include "ops/tensor_operators.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"

namespace vt::fabric {
namespace {

bool names_dim(const Arg& a) {
  static constexpr std::string_view kNames[] = {"dim", "dims", "dim0", "dim1", "dim2"};
  return std::ranges::find(kNames, a.name) != std::end(kNames);
}

const Tensor* first_tensor(const Call& call) {
  const Tensor* first = nullptr;
  for_each_tensor(call.inputs(), [&](int, const Tensor& t) {
    if (!first) first = &t;
  });
  return first;
}

// Which dims of a tensor of that rank the call names, by bit; all of them where it names none of an optional argument,
// or `nothing_means_all`.
uint64_t named_dims(const Call& call, int64_t rank, bool nothing_means_all) {
  uint64_t named = 0;
  const auto& args = call.op.functional().schema().args();
  const auto name = [&](int64_t d) {
    if (d >= -rank && d < rank) named |= uint64_t{1} << (d < 0 ? d + rank : d);
  };
  bool any_argument = false;
  for (size_t i = 0; i < args.size(); ++i) {
    if (!names_dim(args[i])) continue;
    any_argument = true;
    const Value& v = call.args[i];
    if (v.tag == Tag::Int) name(v.i);
    const IntSpan list = v.tag == Tag::IntList ? Unbox<IntSpan>::get(v) : IntSpan();
    for (const int64_t d : list) name(d);
    if (v.is_none() || (v.tag == Tag::IntList && list.empty() && nothing_means_all)) return ~uint64_t{0};
  }
  return any_argument ? named : ~uint64_t{0};
}

bool keeps_dims(const Call& call) {
  const int at = call.op.functional().schema().index_of("keepdim");
  return at >= 0 && Unbox<bool>::get(call.args[at]);
}

// ---- along dims ----

// Tensors of one rank whose dims belong together; those that are named are whole. Tensors of another rank are whole.
Description along(const Call& call, uint64_t named, bool reduces) {
  const auto rank = static_cast<size_t>(first_tensor(call)->dim());
  Letters letters(rank);
  for (size_t d = 0; d < rank; ++d) letters[d] = named >> d & 1 ? kWhole : static_cast<Letter>(d);
  Description description;
  description.broadcasts = false;
  for_each_tensor(call.inputs(), [&](int i, const Tensor& t) {
    const bool is_alike = static_cast<size_t>(t.dim()) == rank;
    description.operands.push_back(
        {.argument = i, .letters = is_alike ? letters : Letters(static_cast<size_t>(t.dim()), kWhole)});
  });
  ResultForm result;
  const bool keeps = !reduces || keeps_dims(call);
  for (size_t d = 0; d < rank; ++d) {
    if (!(named >> d & 1) || keeps) result.letters.push_back(letters[d]);
  }
  description.results.push_back(std::move(result));
  return description;
}

// Argument numbers of a call in which every tensor is looked up by its position, of rank `sizes` where the call lists
// the sizes of what it gives.
Description along_dims(const Call& call, const RuleRow&) {
  const Schema& schema = call.op.functional().schema();
  const int at = schema.index_of("input_sizes");
  const bool has_keepdim = schema.index_of("keepdim") >= 0;
  return at >= 0 ? whole(call) : along(call, named_dims(call, first_tensor(call)->dim(), false), has_keepdim);
}

// ---- reductions ----

// The letters of reduced dims are those of a sum, or extremum; of another reduction they are whole.
Description reduction(const Call& call, const RuleRow& row) {
  const auto rank = static_cast<size_t>(call.args[0].as_tensor().dim());
  const uint64_t named = named_dims(call, static_cast<int64_t>(rank), true);
  Description d = along(call, named, true);
  if (row.over != Over::Nothing) {
    for (size_t i = 0; i < rank; ++i) d.operands[0].letters[i] = static_cast<Letter>(i);
  }
  return d;
}

// A mean over parts is a sum over parts, divided by how many elements there are in all.
void mean_of_parts(LocalCall& c) {
  const Tensor& whole = c.placed().args()[0].as_tensor();
  const Tensor& x = c.tensor(0);
  bool is_split = false;
  for (const Letter l : c.placed().description().operands[0].letters) {
    is_split |= c.placed().is_sharded(l) && !std::ranges::count(c.placed().description().results[0].letters, l);
  }
  if (!is_split) return c.run();
  const auto dtype = c.arg<std::optional<DType>>(c.op().schema().index_of("dtype")).value_or(x.dtype());
  const DType wide = is_reduced_floating(dtype) ? DType::float32 : dtype;
  const int at = c.op().schema().index_of("dim");
  const bool all = at < 0 || c.arg<std::optional<IntSpan>>(at).value_or(IntSpan()).empty();
  double count = static_cast<double>(whole.numel());
  Tensor total;
  if (at < 0) {
    total = ops::sum(x, wide);
  } else {
    total = ops::sum(x, c.arg<std::optional<IntSpan>>(at), c.arg<bool>(2), wide);
    if (!all) {
      count = 1;
      uint64_t seen = 0;
      for (const int64_t d : c.arg<IntSpan>(at)) {
        const int64_t i = wrap_dim(d, whole.dim());
        if (!(seen >> i & 1)) count *= static_cast<double>(whole.size(i));
        seen |= uint64_t{1} << i;
      }
    }
  }
  c.results().add(ops::as_dtype(ops::div(total, wrapped_number(Scalar(count))), dtype));
}

// ---- norms ----

double order_of_norm(const Value& v) { return Unbox<Scalar>::get(v).to_double(); }

// Of a finite order from 0 on members put norms of parts together; of others, of which nothing has none, the dims that
// are reduced are whole.
Description norm(const Call& call, const RuleRow& row) {
  RuleRow reduced = row;
  const double order = order_of_norm(call.args[1]);
  reduced.over = std::isfinite(order) && order >= 0 ? Over::Sum : Over::Nothing;
  Description d = reduction(call, reduced);
  for (ResultForm& r : d.results) r.over = Over::Nothing;
  return d;
}

bool reduces_parts(const PlacedCall& c) {
  const Letters& kept = c.description().results[0].letters;
  return std::ranges::any_of(c.description().operands[0].letters,
                             [&](Letter l) { return c.is_sharded(l) && !std::ranges::count(kept, l); });
}

DType dtype_of_norm(const PlacedCall& c) {
  const int at = c.op().functional().schema().index_of("dtype");
  const DType own = c.args()[0].as_tensor().dtype();
  return Unbox<std::optional<DType>>::get(c.args()[at]).value_or(to_real(own));
}

// A norm of 16 bits is rounded once, when it is that of all parts.
void norm_of_part(LocalCall& c) {
  const int at = c.op().functional().schema().index_of("dtype");
  const bool is_reduced = reduces_parts(c.placed()) && is_reduced_floating(dtype_of_norm(c.placed()));
  if (is_reduced) c.set(at, box(DType::float32));
  c.run();
}

// The norm of norms, in float64: a power of one may leave the range of float32.
void join_norms(PlacedCall& c) {
  if (!reduces_parts(c)) return;
  const double order = order_of_norm(c.args()[1]);
  const bool counts = order == 0;
  std::vector<Tensor> powers;
  for (Results& r : c.by_member()) {
    const Tensor wide = ops::as_dtype(r.tensors[0], DType::float64);
    powers.push_back(counts ? wide : ops::pow(wide, Scalar(order)));
  }
  powers = c.summed(std::move(powers));
  for (size_t i = 0; i < powers.size(); ++i) {
    const Tensor whole = counts ? powers[i] : ops::pow(powers[i], Scalar(1 / order));
    c.by_member()[i].tensors[0] = ops::as_dtype(whole, dtype_of_norm(c));
  }
}

constexpr RuleRow kRows[] = {
    // Rows of the pointwise tables that are linear.
    {"add.Tensor", elementwise, {}, Over::Sum, {0b11}},
    {"sub.Tensor", elementwise, {}, Over::Sum, {0b11}},
    {"rsub.Tensor", elementwise, {}, Over::Sum, {0b11}},
    {"mul.Tensor", elementwise, {}, Over::Sum, {0b01, 0b10}},
    {"div.Tensor", elementwise, {}, Over::Sum, {0b01}},
    {"neg", elementwise, {}, Over::Sum, {0b1}},
    {"where.self", elementwise, {}, Over::Sum, {0b110}},
    {"complex", elementwise, {}, Over::Sum, {0b11}},
    {"nextafter", elementwise},
    {"native_dropout_backward", elementwise},

    {"sum", reduction, {}, Over::Sum, {0b1}},
    {"sum.dim_IntList", reduction, {}, Over::Sum, {0b1}},
    {"nansum", reduction, {}, Over::Sum},
    {"count_nonzero", reduction, {}, Over::Sum},
    {"count_nonzero.dim_IntList", reduction, {}, Over::Sum},
    {"mean", reduction, {}, Over::Sum, {0b1}, mean_of_parts},
    {"mean.dim", reduction, {}, Over::Sum, {0b1}, mean_of_parts},
    {"amax", reduction, {}, Over::Max},
    {"amin", reduction, {}, Over::Min},
    {"max", reduction, {}, Over::Max},
    {"min", reduction, {}, Over::Min},
    {"any", reduction, {}, Over::Max},
    {"any.dim", reduction, {}, Over::Max},
    {"any.dims", reduction, {}, Over::Max},
    {"all", reduction, {}, Over::Min},
    {"all.dim", reduction, {}, Over::Min},
    {"all.dims", reduction, {}, Over::Min},
    {"prod", reduction, {}, Over::Nothing},
    {"prod.dim_int", reduction, {}, Over::Nothing},
    {"median", reduction, {}, Over::Nothing},
    {"nanmedian", reduction, {}, Over::Nothing},
    {"var.correction", reduction, {}, Over::Nothing},
    {"std.correction", reduction, {}, Over::Nothing},
    {"var_mean.correction", reduction, {}, Over::Nothing},
    {"std_mean.correction", reduction, {}, Over::Nothing},
    {"logsumexp", reduction, {}, Over::Nothing},
    {"linalg_vector_norm", norm, {}, Over::Sum, {}, norm_of_part, join_norms},

    {"max.dim", along_dims},
    {"min.dim", along_dims},
    {"argmax", along_dims},
    {"argmin", along_dims},
    {"cumsum", along_dims, {}, Over::Sum, {0b1}},
    {"cumprod", along_dims},
    {"logcumsumexp", along_dims},
    {"cummax", along_dims},
    {"cummin", along_dims},
    {"sort", along_dims},
    {"topk", along_dims},
    {"kthvalue", along_dims},
    {"mode", along_dims},
    {"median.dim", along_dims},
    {"nanmedian.dim", along_dims},
    {"flip", along_dims, {}, Over::Sum, {0b1}},
    {"gather", along_dims},
    {"scatter.src", along_dims},
    {"scatter.value", along_dims},
    {"scatter.reduce", along_dims},
    {"scatter.value_reduce", along_dims},
    {"scatter_add", along_dims},
    {"scatter_reduce.two", along_dims},
    {"_softmax", along_dims},
    {"_log_softmax", along_dims},
    {"_softmax_backward_data", along_dims},
    {"_log_softmax_backward_data", along_dims},
    {"_fft_c2c", along_dims},
    {"_fft_r2c", along_dims},
    {"_fft_c2r", along_dims},
    {"_gather_taps", along_dims},
    {"_scatter_taps", along_dims},
};

}  // namespace

Description elementwise(const Call& call, const RuleRow&) { return described(call, "*->*"); }

RuleTable rules_by_kind() { return kRows; }

}  // namespace vt::fabric
