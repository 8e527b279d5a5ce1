// QR, singular values and eigenvalues on CUDA, by cuSOLVER, matrix by matrix.
#include "cuda/solver.h"
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/linalg/matrices.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/factory.h"
#include "ops/typed/linalg.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

using namespace linalg;
using cuda::Solver;

cuda::Stream stream_of(const Tensor& t) { return cuda::current_stream(t.device().index); }
Tensor first_columns(const Tensor& t, int64_t count) { return ops::narrow(t, -1, 0, count); }
Tensor first_rows(const Tensor& t, int64_t count) { return ops::narrow(t, -2, 0, count); }
Tensor infos_of(const Tensor& a) { return empty(batch_of(a), DType::int32, a.device()); }
void fill_identity(const Tensor& out) {
  copy_data(out, ops::expand(ops::eye(out.size(-2), out.size(-1), out.dtype(), out.device()), out.sizes()));
}

// `a`, column by column, becomes R and reflections, tau (..., k) their scales.
void factor(const Tensor& a, const Tensor& tau) {
  const int64_t m = a.size(-2), n = a.size(-1), k = tau.size(-1);
  if (tau.numel() == 0) return;
  const Tensor info = infos_of(a);
  Solver solver("geqrf", stream_of(a), {a.storage().get(), tau.storage().get(), info.storage().get()});
  visit_lapack(a.dtype(), [&]<class T>() {
    for (int64_t i = 0; i < info.numel(); ++i) {
      solver.geqrf<T>(m, n, a.data<T>() + i * m * n, tau.data<T>() + i * k, info.data<int32_t>() + i);
    }
  });
}

// The reflections in the first columns of `q` become the columns of their product.
void multiply_out(const Tensor& q, const Tensor& tau) {
  const int64_t m = q.size(-2), n = q.size(-1), k = tau.size(-1);
  if (q.numel() == 0) return;
  const Tensor info = infos_of(q);
  Solver solver("orgqr", stream_of(q), {q.storage().get(), tau.storage().get(), info.storage().get()});
  visit_lapack(q.dtype(), [&]<class T>() {
    for (int64_t i = 0; i < info.numel(); ++i) {
      solver.orgqr<T>(m, n, k, q.data<T>() + i * m * n, tau.data<T>() + i * k, info.data<int32_t>() + i);
    }
  });
}

void qr_cuda(const Tensor& a, std::string_view mode, Tensor& q, Tensor& r) {
  const int64_t m = a.size(-2), n = a.size(-1), k = std::min(m, n);
  const Tensor work = columns_of(a), tau = empty(with_dims(batch_of(a), DimVec{k}), a.dtype(), a.device());
  factor(work, tau);
  if (r.numel() > 0) copy_data(r, ops::triu(first_rows(work, r.size(-2))));
  if (mode == "r" || q.numel() == 0) return;
  fill_identity(q);
  if (k == 0) return;
  copy_data(first_columns(q, k), first_columns(work, k));
  multiply_out(q, tau);
}

void geqrf_cuda(const Tensor& self, Tensor& a, Tensor& tau) {
  copy_data(a, self);
  factor(a, tau);
}

void householder_cuda(const Tensor& input, const Tensor& tau, Tensor& out) {
  if (tau.size(-1) == 0) {
    if (out.numel() > 0) fill_identity(out);
    return;
  }
  copy_data(out, input);
  multiply_out(out, contiguous_data(tau));
}

void ormqr_cuda(const Tensor& self, const Tensor& given, const Tensor& other, bool left, bool transpose, Tensor& out) {
  copy_data(out, other);
  const Tensor reflections = columns_of(self), tau = contiguous_data(given), info = infos_of(out);
  const int64_t m = other.size(-2), n = other.size(-1), k = tau.size(-1), width = self.size(-2) * self.size(-1);
  if (out.numel() == 0 || k == 0) return;
  Solver solver("ormqr", stream_of(out),
                {reflections.storage().get(), tau.storage().get(), out.storage().get(), info.storage().get()});
  visit_lapack(self.dtype(), [&]<class T>() {
    for (int64_t i = 0; i < info.numel(); ++i) {
      solver.ormqr<T>(left ? 'L' : 'R', transpose, m, n, k, reflections.data<T>() + i * width, tau.data<T>() + i * k,
                      out.data<T>() + i * m * n, info.data<int32_t>() + i);
    }
  });
}

// (..., m, n) without infinities and NaNs: a bool for each matrix
Tensor all_finite_in(const Tensor& a) { return ops::all(ops::all(ops::isfinite(a), -1), -1); }

// cuSOLVER takes matrices that are not wide; of a wide one the adjoint V S U^H is factored.
void svd_cuda(const Tensor& a, bool full, bool vectors, const std::optional<std::string_view>& driver, Tensor& u,
              Tensor& s, Tensor& vh) {
  VT_CHECK(!driver || *driver == "gesvd", NotImplemented, "torch.linalg.svd: driver '", *driver,
           "' is not there yet, only 'gesvd'");
  const int64_t rows = a.size(-2), columns = a.size(-1);
  if (s.numel() == 0) {
    for (Tensor* basis : {&u, &vh}) {
      if (vectors && basis->numel() > 0) fill_identity(*basis);
    }
    return;
  }
  const bool wide = rows < columns;
  const int64_t m = std::max(rows, columns), n = std::min(rows, columns), u_columns = full ? m : n;
  const Tensor work = columns_of(wide ? ops::adjoint(a) : a);
  const DimVec batch = batch_of(a);
  const Tensor left = vectors ? empty_columns(batch, m, u_columns, a.dtype(), a.device()) : s;
  const Tensor right = vectors ? empty_columns(batch, n, n, a.dtype(), a.device()) : s;
  const Tensor info = ops::where(all_finite_in(a), ops::zeros(DimVec{}, DType::int32, a.device()),
                                 ops::full(DimVec{}, -4, DType::int32, a.device()));
  check_errors(info, "linalg.svd");
  {
    Solver solver(
        "gesvd", stream_of(a),
        {work.storage().get(), left.storage().get(), right.storage().get(), s.storage().get(), info.storage().get()});
    visit_lapack(a.dtype(), [&]<class T>() {
      auto* values = s.data<lapack::Real<T>>();
      for (int64_t i = 0; i < info.numel(); ++i) {
        solver.gesvd<T>(!vectors ? 'N'
                        : full   ? 'A'
                                 : 'S',
                        m, n, work.data<T>() + i * m * n, values + i * n,
                        vectors ? left.data<T>() + i * m * u_columns : nullptr,
                        vectors ? right.data<T>() + i * n * n : nullptr, info.data<int32_t>() + i);
      }
    });
  }
  check_errors(info, "linalg.svd");
  if (!vectors) return;
  copy_data(u, wide ? ops::adjoint(right) : left);
  copy_data(vh, wide ? ops::adjoint(left) : right);
}

void eigh_cuda(const Tensor& a, std::string_view uplo, bool wants_vectors, Tensor& values, Tensor& vectors) {
  const int64_t n = a.size(-1);
  if (a.numel() == 0) return;
  const bool upper = uplo == "U" || uplo == "u";
  // what is not finite gives NaN; the iteration need not end with it
  const Tensor triangle = upper ? ops::triu(a) : ops::tril(a), finite = all_finite_in(triangle);
  const Tensor per_matrix = ops::unsqueeze(ops::unsqueeze(finite, -1), -1);
  const Tensor work = columns_of(ops::where(per_matrix, triangle, wrapped_number(0.0))), info = infos_of(a);
  {
    Solver solver("syevd", stream_of(a), {work.storage().get(), values.storage().get(), info.storage().get()});
    visit_lapack(a.dtype(), [&]<class T>() {
      auto* w = values.data<lapack::Real<T>>();
      for (int64_t i = 0; i < info.numel(); ++i) {
        solver.heevd<T>(wants_vectors ? 'V' : 'N', upper ? 'U' : 'L', n, work.data<T>() + i * n * n, w + i * n,
                        info.data<int32_t>() + i);
      }
    });
  }
  check_errors(info, "linalg.eigh");
  const Tensor nan = wrapped_number(NAN);
  copy_data(values, ops::where(ops::unsqueeze(finite, -1), values, nan));
  if (wants_vectors) copy_data(vectors, ops::where(per_matrix, work, nan));
}

// cuSOLVER has them from CUDA 12.6 on, so LAPACK computes them on the host.
void eig_cuda(const Tensor& a, Tensor& values, Tensor& vectors) {
  const auto [host_values, host_vectors] = ops::linalg_eig(ops::_to_copy(a, std::nullopt, kCPU));
  copy_data(values, host_values);
  copy_data(vectors, host_vectors);
}
void eigvals_cuda(const Tensor& a, Tensor& values) {
  copy_data(values, ops::_linalg_eigvals(ops::_to_copy(a, std::nullopt, kCPU)));
}

}  // namespace

void register_orthogonal_cuda(Registry& r) {
  r.at("linalg_qr").cuda(qr_cuda);
  r.at("geqrf").cuda(geqrf_cuda);
  r.at("_householder_product").cuda(householder_cuda);
  r.at("_apply_reflections").cuda(ormqr_cuda);
  r.at("_linalg_svd").cuda(svd_cuda);
  r.at("_linalg_eigh").cuda(eigh_cuda);
  r.at("linalg_eig").cuda(eig_cuda);
  r.at("_linalg_eigvals").cuda(eigvals_cuda);
}

}  // namespace vt
