// The rules of kinds, and which ops are of one.
#include <algorithm>

#include "iter/promotion.h"
#include "ops/batch/rules.h"
#include "ops/copy/copy.h"
#include "ops/typed/reduce.h"
#include "ops/typed/sort.h"
#include "ops/typed/view.h"

namespace vt::batch {
namespace {

int64_t highest_rank(const BatchCall& c) {
  int64_t rank = 0;
  for_each_tensor_argument(c, [&](int, const Tensor& t) { rank = std::max(rank, t.dim()); });
  return rank;
}

// The dtype that operands of several dtypes have in common. With the batch's dim a number per example would no longer
// promote like a tensor without dims.
std::optional<DType> mixed_dtype(const BatchCall& c) {
  PromotionState state;
  std::optional<DType> first;
  bool is_mixed = false, has_number = false;
  for_each_tensor_argument(c, [&](int, const Tensor& t) {
    state.add(*t.impl());
    if (t.dtype() == DType::bool_) return;
    is_mixed |= first && *first != t.dtype();
    has_number |= t.dim() == 0;
    first = t.dtype();
  });
  return is_mixed && has_number ? std::optional(state.result()) : std::nullopt;
}

bool names_dim(const Arg& a) {
  static constexpr std::string_view kNames[] = {"dim", "dims", "dim0", "dim1", "dim2"};
  return std::ranges::find(kNames, a.name) != std::end(kNames);
}

DimVec all_dims(int64_t rank) {
  DimVec dims;
  for (int64_t d = 1; d <= std::max<int64_t>(rank, 1); ++d) dims.push_back(d);
  return dims;
}

// Of tensors without dims the op sees one of size 1, which goes again.
Tensor without_added_dim(const Tensor& t) {
  return t.defined() && t.dim() == 2 && t.size(1) == 1 ? ops::squeeze(t, 1) : t;
}

void shift_dims(BatchCall& c, bool nothing_means_all) {
  const auto& schema = c.op().schema().args();
  Arguments args(c);
  // A gradient's rank may differ from that of the tensor whose dims are meant: its sizes are given then.
  const int sizes_at = c.op().schema().index_of("input_sizes");
  const int64_t own_rank = c.logical(0).dim();
  const int64_t rank = sizes_at >= 0 ? static_cast<int64_t>(c.arg<IntSpan>(sizes_at).size()) : own_rank;
  const bool is_scalar = own_rank == 0 && sizes_at < 0;
  const bool all_scalars = is_scalar && highest_rank(c) == 0;
  bool flattens = false, keeps = false;
  for (int i = 0; i < c.count(); ++i) {
    const Arg& a = schema[static_cast<size_t>(i)];
    if (a.name == "keepdim") keeps = c.arg<bool>(i);
    if (i == sizes_at) {
      DimVec sizes{c.size()};
      for (const int64_t s : c.arg<IntSpan>(i)) sizes.push_back(s);
      args.set(i, std::move(sizes));
    }
    if (!names_dim(a)) continue;
    if (a.type == ArgType::IntList) {
      const bool is_absent = c.value(i).is_none();
      const IntSpan given = c.arg<IntSpan>(i);
      DimVec dims;
      for (const int64_t d : given) dims.push_back(wrap_dim(d, rank) + 1);
      if (is_absent || (given.empty() && nothing_means_all)) dims = all_dims(rank);
      args.set(i, std::move(dims));
    } else if (c.value(i).is_none()) {
      flattens = true;
      args.set(i, int64_t{1});
    } else {
      args.set(i, wrap_dim(c.arg<int64_t>(i), rank) + 1);
    }
  }
  for_each_tensor_argument(c, [&](int i, const Tensor& t) {
    Tensor value = c.expanded(t);
    if (flattens) value = ops::reshape(value, DimVec{c.size(), t.numel()});
    else if (is_scalar && t.dim() == 0) value = ops::unsqueeze(value, 1);
    args.set(i, std::move(value));
  });
  Results r = c.run(args.values());
  for (int i = 0; i < r.count; ++i) {
    if (all_scalars) r.tensors[i] = without_added_dim(r.tensors[i]);
    if (flattens && keeps) {
      DimVec ones(static_cast<size_t>(own_rank) + 1, 1);
      ones[0] = c.size();
      r.tensors[i] = ops::reshape(r.tensors[i], ones);
    }
  }
  c.give(std::move(r));
}

Tensor as_row(const BatchCall& c) {
  const Tensor& t = c.logical(0);
  return ops::reshape(c.below(0), DimVec{c.size(), t.numel()});
}

template <auto reduce>
void of_everything(BatchCall& c) {
  c.give(reduce(as_row(c)));
}
template <auto reduce>
void of_everything_in(BatchCall& c) {
  c.give(reduce(as_row(c), c.arg<std::optional<DType>>(1)));
}

Tensor sum_row(const Tensor& t, std::optional<DType> dtype) { return ops::sum(t, DimVec{1}, false, dtype); }
Tensor mean_row(const Tensor& t, std::optional<DType> dtype) { return ops::mean(t, DimVec{1}, false, dtype); }
Tensor prod_row(const Tensor& t, std::optional<DType> dtype) { return ops::prod(t, 1, false, dtype); }
Tensor max_row(const Tensor& t) { return ops::amax(t, DimVec{1}, false); }
Tensor min_row(const Tensor& t) { return ops::amin(t, DimVec{1}, false); }
Tensor any_row(const Tensor& t) { return ops::any(t, int64_t{1}, false); }
Tensor all_row(const Tensor& t) { return ops::all(t, int64_t{1}, false); }
Tensor median_row(const Tensor& t) { return std::get<0>(ops::median(t, 1, false)); }
Tensor nanmedian_row(const Tensor& t) { return std::get<0>(ops::nanmedian(t, 1, false)); }

}  // namespace

void elementwise(BatchCall& c) {
  if (c.writes()) c.check_written();
  const int64_t rank = highest_rank(c);
  const std::optional<DType> common = mixed_dtype(c);
  Arguments args(c);
  for_each_tensor_argument(c, [&](int i, const Tensor& t) {
    const bool is_written = i == 0 && c.writes();
    Tensor value = is_written ? c.below(t) : c.is_batched(t) ? c.aligned(t, rank) : c.below(t);
    if (common && !is_written && t.dim() == 0 && t.dtype() != DType::bool_) value = ops::as_dtype(value, *common);
    args.set(i, std::move(value));
  });
  Results r = c.run(args.values());
  if (c.writes()) return c.give_written();
  c.give(std::move(r));
}

void leading(BatchCall& c) {
  Arguments args(c);
  for_each_tensor_argument(c, [&](int i, const Tensor& t) { args.set(i, c.expanded(t)); });
  c.give(c.run(args.values()));
}

void along_dims(BatchCall& c) { shift_dims(c, false); }
void reduction(BatchCall& c) { shift_dims(c, true); }

namespace {
// The sizes of t with its first dim as `batch` parts.
DimVec split_first(const Tensor& t, int64_t batch) {
  DimVec sizes{batch, batch == 0 ? 0 : t.size(0) / batch};
  for (const int64_t s : t.sizes().subspan(1)) sizes.push_back(s);
  return sizes;
}
}  // namespace

void merged(BatchCall& c) {
  Arguments args(c);
  for_each_tensor_argument(c, [&](int i, const Tensor& t) {
    DimVec sizes(t.sizes());
    sizes[0] = checked_mul(sizes[0], c.size());
    args.set(i, ops::reshape(c.expanded(t), sizes));
  });
  Results r = c.run(args.values());
  for (int i = 0; i < r.count; ++i) {
    Tensor& t = r.tensors[i];
    if (!t.defined()) continue;
    t = ops::reshape(t, split_first(t, c.size()));
  }
  c.give(std::move(r));
}

// Images, rank `full` with a batch dim of their own and one less without.
template <int64_t full>
void of_images(BatchCall& c) {
  c.logical(0).dim() == full ? merged(c) : leading(c);
}

// Dims are those of the first tensor alone; the others are the same for all examples.
void along_dims_of_first(BatchCall& c) {
  if (c.any_batched(1)) return loop(c);
  Arguments args(c);
  const auto& schema = c.op().schema().args();
  for (int i = 0; i < c.count(); ++i) {
    if (names_dim(schema[static_cast<size_t>(i)])) args.set(i, wrap_dim(c.arg<int64_t>(i), c.logical(0).dim()) + 1);
  }
  for_each_tensor_argument(c, [&](int i, const Tensor& t) { args.set(i, i == 0 ? c.expanded(t) : c.below(t)); });
  c.give(c.run(args.values()));
}

RuleTable rules_by_kind() {
  static constexpr RuleRow kRows[] = {
      {"copy_", elementwise},
      {"fill_.Scalar", elementwise},
      {"zero_", elementwise},
      {"complex", elementwise},
      {"nextafter", elementwise},

      {"rand_like", draw_elements},
      {"randn_like", draw_elements},
      {"randint_like", draw_elements},
      {"randint_like.low_dtype", draw_elements},
      {"normal.Tensor_Tensor", draw_elements},
      {"normal.Tensor_float", draw_elements},
      {"normal.float_Tensor", draw_elements},
      {"bernoulli", draw_elements},
      {"bernoulli.p", draw_elements},
      {"uniform_", draw_elements},
      {"normal_", draw_elements},
      {"log_normal_", draw_elements},
      {"exponential_", draw_elements},
      {"cauchy_", draw_elements},
      {"geometric_", draw_elements},
      {"bernoulli_.Tensor", draw_elements},
      {"bernoulli_.float", draw_elements},
      {"random_.from", draw_elements},
      {"random_.to", draw_elements},
      {"random_", draw_elements},
      {"_scaled_dropout", draw_elements},
      {"_rrelu_slopes", draw_elements},
      {"poisson", draw_elements},
      {"_standard_gamma", draw_elements},
      {"binomial", draw_elements},

      {"sum", of_everything_in<sum_row>},
      {"mean", of_everything_in<mean_row>},
      {"prod", of_everything_in<prod_row>},
      {"max", of_everything<max_row>},
      {"min", of_everything<min_row>},
      {"any", of_everything<any_row>},
      {"all", of_everything<all_row>},
      {"median", of_everything<median_row>},
      {"nanmedian", of_everything<nanmedian_row>},
      {"sum.dim_IntList", reduction},
      {"nansum", reduction},
      {"mean.dim", reduction},
      {"amax", reduction},
      {"amin", reduction},
      {"var.correction", reduction},
      {"std.correction", reduction},
      {"var_mean.correction", reduction},
      {"std_mean.correction", reduction},
      {"logsumexp", reduction},
      {"linalg_vector_norm", reduction},

      {"prod.dim_int", along_dims},
      {"any.dim", along_dims},
      {"any.dims", along_dims},
      {"all.dim", along_dims},
      {"all.dims", along_dims},
      {"count_nonzero", along_dims},
      {"count_nonzero.dim_IntList", along_dims},
      {"max.dim", along_dims},
      {"min.dim", along_dims},
      {"argmax", along_dims},
      {"argmin", along_dims},
      {"cumsum", along_dims},
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
      {"flip", along_dims},
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
      {"select_backward", along_dims},
      {"slice_backward", along_dims},
      {"diagonal_backward", along_dims},
      {"unfold_backward", along_dims},

      {"_linalg_lstsq", loop},
      {"_gather_taps", along_dims_of_first},
      {"_scatter_taps", along_dims_of_first},

      {"native_dropout_backward", leading},
      {"tril", leading},
      {"triu", leading},
      {"constant_pad_nd", leading},
      {"_max_windows", leading},
      {"_max_windows_backward", leading},
      {"_average_windows", leading},
      {"_average_windows_backward", leading},
      {"_euclidean_distances", leading},
      {"linalg_cholesky_ex", leading},
      {"_linalg_det", leading},
      {"_linalg_slogdet", leading},
      {"_linalg_eigh", leading},
      {"linalg_eig", leading},
      {"_linalg_eigvals", leading},
      {"linalg_lu_factor_ex", leading},
      {"_permutation_matrix", leading},
      {"linalg_ldl_factor_ex", leading},
      {"linalg_matrix_exp", leading},
      {"linalg_qr", leading},
      {"geqrf", leading},
      {"_householder_product", leading},
      {"_apply_reflections", leading},
      {"linalg_inv_ex", leading},
      {"_linalg_svd", leading},

      {"_causal_softmax", merged},
      {"_attention", merged},
      {"_attention_backward", merged},
      {"grid_sampler", merged},
      {"_grid_sampler_backward", merged},
      {"_grid_sampler_double_backward", merged},
      {"im2col", of_images<4>},
      {"col2im", of_images<3>},
      {"_lstm_step_backward", merged},
      {"_gru_step_backward", merged},
  };
  return kRows;
}

}  // namespace vt::batch
