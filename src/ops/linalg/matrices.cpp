#include "ops/linalg/matrices.h"

#include <string>

#include "core/linalg_error.h"
#include "core/waiting_memory.h"
#include "ops/batch/batch_call.h"
#include "ops/copy/copy.h"
#include "ops/copy/kernels.h"
#include "ops/typed/view.h"

namespace vt::linalg {

void check_dtype(const Tensor& a, std::string_view name, bool allow_low_precision) {
  VT_CHECK(is_differentiable(a.dtype()), Runtime, name, ": Expected a floating point or complex tensor as input. Got ",
           a.dtype());
  VT_CHECK(allow_low_precision || !is_reduced_floating(a.dtype()), Runtime, name,
           ": Low precision dtypes not supported. Got ", a.dtype());
}

void check_matrix(const Tensor& a, std::string_view name, std::string_view argument) {
  VT_CHECK(a.dim() >= 2, Runtime, name, ": The input tensor ", argument, " must have at least 2 dimensions.");
}

void check_factorizable(const Tensor& a, std::string_view name) {
  check_matrix(a, name);
  check_dtype(a, name);
}

void check_square(const Tensor& a, std::string_view name, std::string_view argument) {
  check_matrix(a, name, argument);
  VT_CHECK(a.size(-1) == a.size(-2), Runtime, name, ": ", argument,
           " must be batches of square matrices, but they are ", a.size(-2), " by ", a.size(-1), " matrices");
  check_dtype(a, name);
}

void check_same_dtype(const Tensor& a, const Tensor& b, std::string_view name) {
  VT_CHECK(a.dtype() == b.dtype(), Runtime, name, ": Expected A and B to have the same dtype, but found A of type ",
           a.dtype(), " and B of type ", b.dtype(), " instead");
}

namespace {

std::string words_for(std::string_view name, int info) {
  const auto is_about = [&](std::string_view what) { return name.find(what) != std::string_view::npos; };
  const std::string at = std::to_string(info);
  if (is_about("svd") && info == -4) {
    return "The algorithm failed to converge because the input matrix contained non-finite values.";
  }
  if (is_about("inv")) {
    return "The diagonal element " + at +
           " is zero, the inversion could not be completed because the input matrix is " + "singular.";
  }
  if (is_about("solve")) return "The solver failed because the input matrix is singular.";
  if (is_about("cholesky")) {
    return "The factorization could not be completed because the input is not positive-definite (the leading minor of " +
           ("order " + at) + " is not positive-definite).";
  }
  if (is_about("eig") || is_about("svd")) {
    return "The algorithm failed to converge because the input matrix is ill-conditioned or has too many repeated " +
           std::string(is_about("svd") ? "singular values" : "eigenvalues") + " (error code: " + at + ").";
  }
  if (is_about("lstsq")) {
    return "The least squares solution could not be computed because the input matrix does not have full rank (error " +
           ("code: " + at) + ").";
  }
  if (is_about("lu_factor")) {
    return "U[" + at + "," + at +
           "] is zero and using it on lu_solve would result in a division by zero. If you still " +
           "want to perform the factorization, consider calling linalg.lu(A, pivot) or linalg.lu_factor_ex(A, pivot)";
  }
  return "LAPACK gave up with info " + at;
}

}  // namespace

void check_errors(const Tensor& info, std::string_view name) {
  const Tensor found = batch::unwrapped(info);
  if (!has_values(found)) return;
  const Tensor all = contiguous_data(ops::as_device(found, kCPU));
  const int32_t* infos = all.data<int32_t>();
  for (int64_t i = 0; i < all.numel(); ++i) {
    if (infos[i] == 0) continue;
    const std::string where = all.dim() == 0 ? "" : "(Batch element " + std::to_string(i) + "): ";
    throw LinAlgError(std::string(name) + ": " + where + words_for(name, infos[i]));
  }
}

DimVec batch_of(const Tensor& a) { return DimVec(a.sizes().first(a.sizes().size() - 2)); }

DimVec with_dims(DimVec batch, IntSpan dims) {
  for (const int64_t d : dims) batch.push_back(d);
  return batch;
}

DimVec broadcast_batches(const Tensor& a, const Tensor& b, std::string_view name) {
  const DimVec x = batch_of(a), y = batch_of(b);
  DimVec out(std::max(x.size(), y.size()), 1);
  for (size_t i = 0; i < out.size(); ++i) {
    const int64_t p = i < x.size() ? x[x.size() - 1 - i] : 1, q = i < y.size() ? y[y.size() - 1 - i] : 1;
    VT_CHECK(p == q || p == 1 || q == 1, Runtime, name, ": the batches ", IntSpan(x), " and ", IntSpan(y),
             " do not broadcast: the size of tensor a (", p, ") must match the size of tensor b (", q,
             ") at non-singleton dimension ", out.size() - 1 - i);
    out[out.size() - 1 - i] = p == 1 ? q : p;
  }
  return out;
}

Tensor expand_batch(const Tensor& a, const DimVec& batch) {
  return ops::expand(a, with_dims(batch, DimVec{a.size(-2), a.size(-1)}));
}

bool is_vector_rhs(const Tensor& a, const Tensor& b) {
  return b.dim() == 1 ||
         (a.dim() - 1 == b.dim() && std::ranges::equal(b.sizes(), a.sizes().first(a.sizes().size() - 1)));
}

namespace {

DimVec column_strides(const DimVec& batch, int64_t m, int64_t n) {
  DimVec strides(batch.size() + 2);
  const size_t last = batch.size() + 1;
  strides[last - 1] = 1;
  strides[last] = std::max<int64_t>(m, 1);
  int64_t step = std::max<int64_t>(m, 1) * std::max<int64_t>(n, 1);
  for (size_t d = batch.size(); d-- > 0;) {
    strides[d] = step;
    step *= std::max<int64_t>(batch[d], 1);
  }
  return strides;
}

}  // namespace

TensorSpec columns_spec(const DimVec& batch, int64_t m, int64_t n, const Tensor& like) {
  return {with_dims(batch, DimVec{m, n}), like.dtype(), like.device(), column_strides(batch, m, n)};
}

TensorSpec spec_of(DimVec sizes, DType dtype, const Tensor& like) {
  return {std::move(sizes), dtype, like.device(), {}};
}

TensorSpec nothing_spec(const Tensor& like) { return {{0}, like.dtype(), like.device(), {}}; }

Tensor empty_columns(const DimVec& batch, int64_t m, int64_t n, DType dtype, Device device) {
  return empty_strided(with_dims(batch, DimVec{m, n}), column_strides(batch, m, n), dtype, device);
}

Tensor columns_of(const Tensor& a) {
  const Tensor copy = empty_columns(batch_of(a), a.size(-2), a.size(-1), a.dtype(), a.device());
  copy_data(copy, a);
  return copy;
}

std::vector<int64_t> broadcast_index(const DimVec& full, const DimVec& own) {
  const int64_t count = checked_numel(full);
  std::vector<int64_t> index(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    int64_t rest = i, at = 0, step = 1;
    for (size_t d = 0; d < full.size(); ++d) {
      const int64_t size = full[full.size() - 1 - d];
      const int64_t coordinate = rest % size;
      rest /= size;
      if (d >= own.size()) continue;
      const int64_t own_size = own[own.size() - 1 - d];
      if (own_size != 1) at += coordinate * step;
      step *= own_size;
    }
    index[static_cast<size_t>(i)] = at;
  }
  return index;
}

}  // namespace vt::linalg
