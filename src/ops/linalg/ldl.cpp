// L D L^T of symmetric or Hermitian matrices that need not be definite (Bunch and Kaufman), and solutions with it.
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/linalg/matrices.h"
#include "ops/typed/linalg.h"

namespace vt {
namespace {

using namespace linalg;

DimVec pivots_of(const Tensor& a) { return DimVec(a.sizes().first(a.sizes().size() - 1)); }

std::array<TensorSpec, 3> ldl_factor_meta(const Tensor& a, bool, bool) {
  check_square(a, "torch.linalg.ldl_factor_ex");
  return {columns_spec(batch_of(a), a.size(-2), a.size(-1), a), spec_of(pivots_of(a), DType::int32, a),
          spec_of(batch_of(a), DType::int32, a)};
}

void ldl_factor_cpu(const Tensor& a, bool hermitian, bool check, Tensor& factors, Tensor& pivots, Tensor& info) {
  copy_data(factors, a);
  const int64_t n = a.size(-1);
  int32_t *infos = info.data<int32_t>(), *swaps = pivots.data<int32_t>();
  visit_lapack(a.dtype(), [&]<class T>() {
    T* matrices = factors.data<T>();
    for_each_matrix(info.numel(), n * n * n / 3.0, [&](int64_t i) {
      T* matrix = matrices + i * n * n;
      infos[i] = lapack::sytrf(hermitian, 'L', n, matrix, n, swaps + i * n);
      for (int64_t column = 1; column < n; ++column) std::fill_n(matrix + column * n, column, T(0));
    });
  });
  if (check) check_errors(info, "torch.linalg.ldl_factor_ex");
}

TensorSpec ldl_solve_meta(const Tensor& factors, const Tensor& pivots, const Tensor& b, bool) {
  check_square(factors, "torch.linalg.ldl_solve", "LD");
  check_matrix(b, "torch.linalg.ldl_solve", "B");
  VT_CHECK(factors.dtype() == b.dtype(), Runtime, "torch.linalg.ldl_solve: LD dtype", factors.dtype(),
           " does not match b dtype ", b.dtype());
  VT_CHECK(b.size(-2) == factors.size(-1), Runtime,
           "torch.linalg.ldl_solve: expected B to have as many rows as LD, got ", to_string(b), " and ",
           to_string(factors));
  VT_CHECK(is_integral(pivots.dtype()), Runtime, "torch.linalg.ldl_solve: Expected pivots to be integers. Got ",
           pivots.dtype());
  VT_CHECK(same(pivots.sizes(), pivots_of(factors)), Runtime, "torch.linalg.ldl_solve: Expected LD.shape[:-1] and ",
           "pivots.shape to be the same, but got pivots with shape ", pivots.sizes(), " instead");
  return columns_spec(broadcast_batches(factors, b, "linalg.ldl_solve"), b.size(-2), b.size(-1), b);
}

void ldl_solve_cpu(const Tensor& factors, const Tensor& pivots, const Tensor& b, bool hermitian, Tensor& out) {
  const DimVec batch = batch_of(out);
  copy_data(out, expand_batch(b, batch));
  const int64_t n = out.size(-2), k = out.size(-1);
  const Tensor given = columns_of(factors), swaps = contiguous_data(cast_data(pivots, DType::int32));
  const std::vector<int64_t> of_factors = broadcast_index(batch, batch_of(factors));
  const int64_t count = checked_numel(batch);
  if (out.numel() == 0) return;
  visit_lapack(out.dtype(), [&]<class T>() {
    for_each_matrix(count, 2.0 * n * n * k, [&](int64_t i) {
      const int64_t j = of_factors[static_cast<size_t>(i)];
      const int32_t* order = swaps.data<int32_t>() + j * n;
      for (int64_t row = 0; row < n; ++row) {
        VT_CHECK(order[row] != 0 && std::abs(order[row]) <= n, Runtime,
                 "torch.linalg.ldl_solve: expected pivots of ldl_factor, between 1 and ", n,
                 " or their negatives, got ", order[row]);
      }
      lapack::sytrs(hermitian, 'L', n, k, given.data<T>() + j * n * n, n, order, out.data<T>() + i * n * k, n);
    });
  });
}

std::tuple<Tensor, Tensor> ldl_factor(const Tensor& a, bool hermitian) {
  auto [factors, pivots, info] = ops::linalg_ldl_factor_ex(a, hermitian, false);
  check_errors(info, "torch.linalg.ldl_factor");
  return {factors, pivots};
}

void no_derivative(GradContext&) {
  VT_CHECK(false, NotImplemented,
           "the derivative of torch.linalg.ldl_factor and ldl_solve is not there, as in PyTorch: "
           "expected torch.linalg.solve, which has one");
}

}  // namespace

void register_ldl(Registry& r) {
  r.def(
       "linalg_ldl_factor_ex(Tensor self, *, bool hermitian=False, bool check_errors=False) -> (Tensor LD, Tensor pivots, Tensor info)")
      .meta(ldl_factor_meta)
      .cpu(ldl_factor_cpu)
      .backward(keep::none, no_derivative)
      .surface(kLinalg)
      .doc(
          "L below the diagonal and D on it and, where a block of D has two rows, beside it, of symmetric matrices "
          "(..., n, n), Hermitian ones with `hermitian`; LAPACK's pivots (..., n), negative for such blocks; info (...).");
  r.def("linalg_ldl_factor(Tensor self, *, bool hermitian=False) -> (Tensor LD, Tensor pivots)")
      .composite(ldl_factor)
      .out()
      .surface(kLinalg)
      .doc("linalg.ldl_factor_ex that raises LinAlgError where D has a zero on its diagonal.");
  r.def("linalg_ldl_solve(Tensor LD, Tensor pivots, Tensor B, *, bool hermitian=False) -> Tensor")
      .meta(ldl_solve_meta)
      .cpu(ldl_solve_cpu)
      .backward(keep::none, no_derivative)
      .surface(kLinalg)
      .doc("X of A X = B (..., n, k) from the factors of A, of which ldl_factor makes them.");
}

}  // namespace vt
