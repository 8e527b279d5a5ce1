// Factorizations and solutions on CUDA, by cuSOLVER and cuBLAS. Batches of small matrices are one launch, others a
// loop.
#include "cuda/solver.h"
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/copy/kernels.h"
#include "ops/factory/factory.h"
#include "ops/linalg/matrices.h"
#include "ops/linalg/permutation_cuda.h"
#include "ops/tensor_operators.h"
#include "ops/typed/factory.h"
#include "ops/typed/linalg.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

using namespace linalg;
using cuda::Solver;

// Larger matrices keep the GPU busy one by one.
constexpr int64_t kLargestInBatch = 256;
bool in_one_launch(int64_t batch, int64_t n) { return batch > 1 && n <= kLargestInBatch; }

cuda::Stream stream_of(const Tensor& t) { return cuda::current_stream(t.device().index); }

// On the device: where the matrices of `t`, one after the other and of `elements` each, begin; repeated over `full`,
// which their batch `own` broadcasts to.
Tensor pointers_to(const Tensor& t, int64_t elements, const DimVec& own, const DimVec& full) {
  const auto first = static_cast<int64_t>(reinterpret_cast<uintptr_t>(t.data()));
  const Tensor each = ops::counted(first, elements * static_cast<int64_t>(t.element_size()), checked_numel(own),
                                   DType::int64, t.device());
  if (std::ranges::equal(own, full)) return each;
  return contiguous_data(ops::expand(ops::view(each, own), full));
}
template <class T>
T** matrices(const Tensor& pointers) {
  return static_cast<T**>(pointers.data());
}

Tensor infos_of(const DimVec& batch, Device device) {
  const Tensor info = empty(batch, DType::int32, device);
  fill_data(info, 0);
  return info;
}

// One LU factorization after the other, or all at once. `pivots` may be undefined: no rows are swapped.
void factor(const Tensor& factors, const Tensor& pivots, const Tensor& info) {
  const int64_t m = factors.size(-2), n = factors.size(-1), k = std::min(m, n), batch = info.numel();
  fill_data(info, 0);
  if (factors.numel() == 0) return;
  const DimVec sizes = batch_of(factors);
  const bool at_once = m == n && in_one_launch(batch, n);
  const Tensor where = at_once ? pointers_to(factors, m * n, sizes, sizes) : info;
  const Tensor& swaps = pivots.defined() ? pivots : info;
  Solver solver("getrf", stream_of(factors),
                {factors.storage().get(), swaps.storage().get(), info.storage().get(), where.storage().get()});
  visit_lapack(factors.dtype(), [&]<class T>() {
    int32_t* order = pivots.defined() ? pivots.data<int32_t>() : nullptr;
    int32_t* infos = info.data<int32_t>();
    if (at_once) {
      solver.getrf_batched<T>(n, matrices<T>(where), order, infos, batch);
      return;
    }
    for (int64_t i = 0; i < batch; ++i) {
      solver.getrf<T>(m, n, factors.data<T>() + i * m * n, order == nullptr ? nullptr : order + i * k, infos + i);
    }
  });
}

// b becomes the solutions, from the factors of A; batches of A broadcast to those of b.
void solve_by_factors(const Tensor& lu, const Tensor& pivots, const Tensor& b, const DimVec& full, bool left,
                      int64_t k) {
  const int64_t n = lu.size(-1), count = checked_numel(full);
  if (b.numel() == 0) return;
  const DimVec own = batch_of(lu);
  const char trans = left ? 'N' : 'T';
  const std::vector<int64_t> factor_of = broadcast_index(full, own);
  // a batch has its own pivots for each matrix, one after the other
  const bool at_once = in_one_launch(count, n) && std::ranges::equal(full, own);
  const Tensor info = infos_of(DimVec{1}, b.device());
  const Tensor of_factors = at_once ? pointers_to(lu, n * n, own, full) : info;
  const Tensor of_sides = at_once ? pointers_to(b, n * k, full, full) : info;
  Solver solver("getrs", stream_of(b),
                {lu.storage().get(), pivots.storage().get(), b.storage().get(), info.storage().get(),
                 of_factors.storage().get(), of_sides.storage().get()});
  visit_lapack(b.dtype(), [&]<class T>() {
    const int32_t* swaps = pivots.data<int32_t>();
    if (at_once) {
      solver.getrs_batched<T>(trans, n, k, matrices<T>(of_factors), swaps, matrices<T>(of_sides), count);
      return;
    }
    for (int64_t i = 0; i < count; ++i) {
      const int64_t f = factor_of[static_cast<size_t>(i)];
      solver.getrs<T>(trans, n, k, lu.data<T>() + f * n * n, swaps + f * n, b.data<T>() + i * n * k,
                      info.data<int32_t>());
    }
  });
}

void cholesky_cuda(const Tensor& self, bool upper, bool check, Tensor& factor, Tensor& info) {
  fill_data(info, 0);
  if (factor.numel() == 0) return;
  copy_data(factor, upper ? ops::triu(self) : ops::tril(self));
  const int64_t n = self.size(-1), batch = info.numel();
  const DimVec sizes = batch_of(self);
  const bool at_once = in_one_launch(batch, n);
  const Tensor where = at_once ? pointers_to(factor, n * n, sizes, sizes) : info;
  {
    Solver solver("potrf", stream_of(self), {factor.storage().get(), info.storage().get(), where.storage().get()});
    visit_lapack(self.dtype(), [&]<class T>() {
      const char uplo = upper ? 'U' : 'L';
      if (at_once) {
        solver.potrf_batched<T>(uplo, n, matrices<T>(where), info.data<int32_t>(), batch);
        return;
      }
      for (int64_t i = 0; i < batch; ++i) {
        solver.potrf<T>(uplo, n, factor.data<T>() + i * n * n, info.data<int32_t>() + i);
      }
    });
  }
  // the batched kernels use the other triangle
  copy_data(factor, upper ? ops::triu(factor) : ops::tril(factor));
  if (check) check_errors(info, "linalg.cholesky_ex");
}

void lu_factor_cuda(const Tensor& self, bool pivot, bool check, Tensor& factors, Tensor& pivots, Tensor& info) {
  copy_data(factors, self);
  if (!pivot) {
    const int64_t k = pivots.size(-1);
    copy_data(pivots, ops::expand(ops::counted(1, 1, k, DType::int32, self.device()), pivots.sizes()));
  }
  factor(factors, pivot ? pivots : Tensor(), info);
  if (check) check_errors(info, "torch.linalg.lu_factor_ex");
}

void solve_cuda(const Tensor& a, const Tensor& b, bool left, bool check, Tensor& result, Tensor& lu, Tensor& pivots,
                Tensor& info) {
  const bool vector = is_vector_rhs(a, b);
  const int64_t k = vector ? 1 : b.size(left ? -1 : -2);
  copy_data(lu, a);
  copy_data(result, ops::expand(b, result.sizes()));
  factor(lu, pivots, info);
  solve_by_factors(lu, pivots, result, vector ? batch_of(a) : batch_of(result), left, k);
  if (check) check_errors(info, "torch.linalg.solve_ex");
}

void inverse_cuda(const Tensor& a, bool check, Tensor& inverse, Tensor& info) {
  const int64_t n = a.size(-1);
  const Tensor lu = columns_of(a), pivots = empty(with_dims(batch_of(a), DimVec{n}), DType::int32, a.device());
  copy_data(inverse, ops::expand(ops::eye(n, a.dtype(), a.device()), inverse.sizes()));
  factor(lu, pivots, info);
  solve_by_factors(lu, pivots, inverse, batch_of(a), true, n);
  if (check) check_errors(info, "linalg.inv_ex");
}

void triangular_cuda(const Tensor& a, const Tensor& b, bool upper, bool left, bool unitriangular, Tensor& out) {
  const DimVec batch = batch_of(out), own = batch_of(a);
  copy_data(out, expand_batch(b, batch));
  if (out.numel() == 0) return;
  const int64_t m = out.size(-2), n = out.size(-1), size = a.size(-1), count = checked_numel(batch);
  const Tensor triangle = columns_of(a);
  const bool at_once = in_one_launch(count, size);
  const Tensor of_triangles = at_once ? pointers_to(triangle, size * size, own, batch) : triangle;
  const Tensor of_sides = at_once ? pointers_to(out, m * n, batch, batch) : out;
  const std::vector<int64_t> triangle_of = broadcast_index(batch, own);
  const char side = left ? 'L' : 'R', uplo = upper ? 'U' : 'L', diag = unitriangular ? 'U' : 'N';
  Solver solver(
      "trsm", stream_of(out),
      {triangle.storage().get(), out.storage().get(), of_triangles.storage().get(), of_sides.storage().get()});
  visit_lapack(a.dtype(), [&]<class T>() {
    if (at_once) {
      solver.trsm_batched<T>(side, uplo, 'N', diag, m, n, matrices<T>(of_triangles), size, matrices<T>(of_sides),
                             count);
      return;
    }
    for (int64_t i = 0; i < count; ++i) {
      solver.trsm<T>(side, uplo, 'N', diag, m, n,
                     triangle.data<T>() + triangle_of[static_cast<size_t>(i)] * size * size, size,
                     out.data<T>() + i * m * n);
    }
  });
}

// ---- L D L^T ----

void check_not_hermitian(DType dtype, bool hermitian) {
  VT_CHECK(!hermitian || !is_complex(dtype), NotImplemented,
           "the L D L^H of complex Hermitian matrices is not there on CUDA: cuSOLVER has it for symmetric ones; it is "
           "there for the CPU: move them with .cpu()");
}

void ldl_factor_cuda(const Tensor& a, bool hermitian, bool check, Tensor& factors, Tensor& pivots, Tensor& info) {
  check_not_hermitian(a.dtype(), hermitian);
  fill_data(info, 0);
  if (factors.numel() == 0) return;
  copy_data(factors, a);
  const int64_t n = a.size(-1);
  {
    Solver solver("sytrf", stream_of(a), {factors.storage().get(), pivots.storage().get(), info.storage().get()});
    visit_lapack(a.dtype(), [&]<class T>() {
      for (int64_t i = 0; i < info.numel(); ++i) {
        solver.sytrf<T>('L', n, factors.data<T>() + i * n * n, pivots.data<int32_t>() + i * n,
                        info.data<int32_t>() + i);
      }
    });
  }
  copy_data(factors, ops::tril(factors));
  if (check) check_errors(info, "torch.linalg.ldl_factor_ex");
}

void ldl_solve_cuda(const Tensor& factors, const Tensor& pivots, const Tensor& b, bool hermitian, Tensor& out) {
  check_not_hermitian(b.dtype(), hermitian);
  const DimVec batch = batch_of(out);
  copy_data(out, expand_batch(b, batch));
  if (out.numel() == 0) return;
  const int64_t n = out.size(-2), k = out.size(-1), count = checked_numel(batch);
  const Tensor given = columns_of(factors), swaps = contiguous_data(cast_data(pivots, DType::int64));
  const Tensor info = infos_of(DimVec{1}, b.device());
  const std::vector<int64_t> of_factors = broadcast_index(batch, batch_of(factors));
  Solver solver("sytrs", stream_of(out),
                {given.storage().get(), swaps.storage().get(), out.storage().get(), info.storage().get()});
  visit_lapack(out.dtype(), [&]<class T>() {
    for (int64_t i = 0; i < count; ++i) {
      const int64_t j = of_factors[static_cast<size_t>(i)];
      solver.sytrs<T>('L', n, k, given.data<T>() + j * n * n, swaps.data<int64_t>() + j * n, out.data<T>() + i * n * k,
                      info.data<int32_t>());
    }
  });
}

// ---- determinants ----

// 1 or -1 for each matrix's swaps
Tensor parity_of(const Tensor& pivots, DType dtype) {
  const Tensor unmoved = ops::counted(1, 1, pivots.size(-1), DType::int32, pivots.device());
  const Tensor signs = ops::where(pivots != unmoved, wrapped_number(-1.0), wrapped_number(1.0));
  return ops::as_dtype(ops::prod(signs, -1), dtype);
}

void det_cuda(const Tensor& a, Tensor& det, Tensor& lu, Tensor& pivots) {
  copy_data(lu, a);
  factor(lu, pivots, infos_of(batch_of(a), a.device()));
  copy_data(det, ops::prod(ops::diagonal(lu, 0, -2, -1), -1) * parity_of(pivots, a.dtype()));
}

void slogdet_cuda(const Tensor& a, Tensor& sign, Tensor& logabsdet, Tensor& lu, Tensor& pivots) {
  copy_data(lu, a);
  factor(lu, pivots, infos_of(batch_of(a), a.device()));
  const Tensor diagonal = ops::diagonal(lu, 0, -2, -1);
  copy_data(sign, ops::prod(ops::sgn(diagonal), -1) * parity_of(pivots, a.dtype()));
  copy_data(logabsdet, ops::sum(ops::log(ops::abs(diagonal)), DimVec{-1}));
}

void permutation_cuda(const Tensor& given, int64_t rows, DType, Tensor& out) {
  fill_data(out, 0);
  if (out.numel() > 0) write_permutations(contiguous_data(given), out, rows);
}

}  // namespace

void register_factors_cuda(Registry& r) {
  r.at("linalg_cholesky_ex").cuda(cholesky_cuda);
  r.at("linalg_lu_factor_ex").cuda(lu_factor_cuda);
  r.at("_permutation_matrix").cuda(permutation_cuda);
  r.at("_linalg_solve_ex").cuda(solve_cuda);
  r.at("linalg_inv_ex").cuda(inverse_cuda);
  r.at("linalg_solve_triangular").cuda(triangular_cuda);
  r.at("linalg_ldl_factor_ex").cuda(ldl_factor_cuda);
  r.at("linalg_ldl_solve").cuda(ldl_solve_cuda);
  r.at("_linalg_det").cuda(det_cuda);
  r.at("_linalg_slogdet").cuda(slogdet_cuda);
}

}  // namespace vt
