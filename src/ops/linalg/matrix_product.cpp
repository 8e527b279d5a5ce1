#include "ops/linalg/matrix_product.h"
#include "core/backend_table.h"

#include <algorithm>

#include "core/unsigned.h"
#include "core/waiting_memory.h"
#include "cpu/gemm.h"
#include "cuda/gemm.h"
#include "cuda/small_product.h"
#include "ops/copy/copy.h"
#include "ops/linalg/product_kernels.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt::linalg {
namespace {

bool find_layout(const Tensor& t, Matrix& m) {
  const IntSpan sizes = t.sizes(), strides = t.strides();
  const size_t d = sizes.size();
  const int64_t rows = sizes[d - 2], columns = sizes[d - 1];
  const int64_t row_step = strides[d - 2], column_step = strides[d - 1];
  m.batch_stride = d == 3 && sizes[0] > 1 ? strides[0] : 0;
  if ((column_step == 1 || columns == 1) && (rows == 1 || row_step >= std::max<int64_t>(columns, 1))) {
    m.ld = rows == 1 ? std::max<int64_t>(columns, 1) : row_step;
    m.transposed = false;
  } else if ((row_step == 1 || rows == 1) && (columns == 1 || column_step >= std::max<int64_t>(rows, 1))) {
    m.ld = columns == 1 ? std::max<int64_t>(rows, 1) : column_step;
    m.transposed = true;
  } else {
    return false;
  }
  m.data = t.data();
  return true;
}

Matrix as_matrix(const Tensor& t) {
  Matrix m;
  m.holder = t;
  if (find_layout(t, m)) return m;
  m.holder = ops::as_contiguous(t);
  VT_ASSERT(find_layout(m.holder, m));
  return m;
}

template <class T>
void product_of(const ProductShape& s, const Matrix& a, const Matrix& b, const Tensor& out, const Scalar& alpha,
                const Scalar& beta, const Tensor& bias) {
  using S = opmath_t<T>;
  auto* c = static_cast<T*>(out.data());
  const auto* pa = static_cast<const T*>(a.data);
  const auto* pb = static_cast<const T*>(b.data);
  const S x = alpha.to<S>(), y = beta.to<S>();
  if (s.batch == 1) {
    cpu::gemm<T>(a.transposed, b.transposed, s.m, s.n, s.k, x, pa, a.ld, pb, b.ld, y, c, s.n,
                 bias.defined() ? static_cast<const T*>(bias.data()) : nullptr);
  } else {
    cpu::gemm_batched<T>(a.transposed, b.transposed, s.batch, s.m, s.n, s.k, x, pa, a.ld, a.batch_stride, pb, b.ld,
                         b.batch_stride, y, c, s.n, s.m * s.n);
  }
}

void product_cpu(const ProductShape& s, const Matrix& a, const Matrix& b, const Tensor& out, const Scalar& alpha,
                 const Scalar& beta, const Tensor& bias) {
  if (a.holder.dtype() != out.dtype()) {
    const Tensor part = empty(out.sizes(), a.holder.dtype(), out.device());
    product_cpu(s, a, b, part, alpha, Scalar(0), bias);
    if (beta.to_double() == 0) {
      ops::copy_(out, part);
    } else {
      ops::add_(beta.to_double() == 1 ? out : ops::mul_(out, wrapped_number(beta)), part);
    }
    return;
  }
  visit_dtype<kNumericSet>(bits_dtype(out.dtype()),
                           [&]<class T>(TypeTag<T>) { product_of<T>(s, a, b, out, alpha, beta, bias); });
}

// A product with a row, a column or one term of sums, by rows and sums: cuBLASLt 13 crashes on these in complex128.
bool is_thin(const ProductShape& s, DType dtype) {
  return dtype == DType::complex128 && (s.m == 1 || s.n == 1 || s.k == 1);
}
void thin_product_cuda(const ProductShape& s, const Matrix& a, const Matrix& b, const Tensor& out, const Scalar& alpha,
                       const Scalar& beta, const Tensor& bias) {
  Tensor total;
  if (s.k == 1) {
    total = ops::mul(a.holder, b.holder);
  } else {
    total = ops::sum(ops::mul(a.holder, ops::transpose(b.holder, -2, -1)), DimVec{-1}, true);
    if (s.n != 1) total = ops::transpose(total, -2, -1);
  }
  total = ops::mul(total, wrapped_number(alpha));
  if (beta.is_complex() || beta.to_double() != 0) total = ops::add(total, ops::mul(out, wrapped_number(beta)));
  if (bias.defined()) total = ops::add(total, bias);
  ops::copy_(out, total);
}

void product_cuda(const ProductShape& s, const Matrix& a, const Matrix& b, const Tensor& out, const Scalar& alpha,
                  const Scalar& beta, const Tensor& bias) {
  if (is_integral(out.dtype())) return integer_product_cuda(s, a, b, out, alpha, beta, bias);
  if (is_thin(s, out.dtype())) return thin_product_cuda(s, a, b, out, alpha, beta, bias);
  if (alpha.is_complex() || beta.is_complex()) {  // the library's factors are real
    const bool adds = beta.is_complex() || beta.to_double() != 0;
    const Tensor part = adds ? empty(out.sizes(), out.dtype(), out.device()) : out;
    product_cuda(s, a, b, part, Scalar(1), Scalar(0), bias);
    ops::mul_(part, wrapped_number(alpha));
    if (adds) ops::add_(ops::mul_(out, wrapped_number(beta)), part);
    return;
  }
  cuda::GemmArgs g;
  g.dtype = a.holder.dtype();
  g.out_dtype = out.dtype();
  g.m = s.m;
  g.n = s.n;
  g.k = s.k;
  g.a = a.data;
  g.lda = a.ld;
  g.transpose_a = a.transposed;
  g.b = b.data;
  g.ldb = b.ld;
  g.transpose_b = b.transposed;
  g.c = out.data();
  g.ldc = s.n;
  g.batch = s.batch;
  g.stride_a = a.batch_stride;
  g.stride_b = b.batch_stride;
  g.stride_c = s.m * s.n;
  g.alpha = alpha.to_double();
  g.beta = beta.to_double();
  if (bias.defined()) {
    g.epilogue = cuda::GemmEpilogue::Bias;
    g.bias = bias.data();
  }
  const cuda::Stream stream = cuda::current_stream(out.device().index);
  const StorageImpl *c = out.storage().get(), *left = a.holder.storage().get(), *right = b.holder.storage().get();
  if (!bias.defined()) return cuda::gemm(g, stream, {c, left, right});
  if (cuda::try_gemm(g, stream, {c, left, right, bias.storage().get()})) return;
  // Not every type has a kernel that adds the bias on the way out.
  g.epilogue = cuda::GemmEpilogue::None;
  g.bias = nullptr;
  cuda::gemm(g, stream, {c, left, right});
  ops::add_(out, bias);
}

// The matrices of the first dim's first place: (h, rows, columns).
bool find_heads_layout(const Tensor& t, Matrix& m) {
  const Tensor first(make_intrusive<TensorImpl>(t.storage(), t.dtype(), t.sizes().subspan(1), t.strides().subspan(1),
                                                t.storage_offset()));
  return find_layout(first, m);
}

bool heads_product_cuda(const Tensor& a, const Tensor& b, const Tensor& out) {
  Matrix ma, mb;
  if (!find_heads_layout(a, ma) || !find_heads_layout(b, mb)) return false;
  cuda::GemmArgs g;
  g.m = a.size(2);
  g.n = b.size(3);
  g.k = a.size(3);
  g.a = ma.data;
  g.lda = ma.ld;
  g.transpose_a = ma.transposed;
  g.b = mb.data;
  g.ldb = mb.ld;
  g.transpose_b = mb.transposed;
  g.c = out.defined() ? out.data() : nullptr;
  g.ldc = g.n;
  g.batch = a.size(0) * a.size(1);
  g.stride_a = ma.batch_stride;
  g.stride_b = mb.batch_stride;
  g.stride_c = g.m * g.n;
  const cuda::HeadStrides heads{a.size(1), a.stride(0), b.stride(0)};
  if (!cuda::is_small(g, heads)) return false;
  if (!out.defined()) return true;
  const cuda::Stream stream = cuda::current_stream(out.device().index);
  const StorageImpl* storages[] = {a.storage().get(), b.storage().get(), out.storage().get()};
  cuda::begin_work("matrix product", stream, storages);
  cuda::small_product(g, heads, stream);
  return true;
}

constinit BackendTable<bool(const Tensor& a, const Tensor& b, const Tensor& out)> heads_product{"matrix product"};

BackendTable<void(const ProductShape&, const Matrix& a, const Matrix& b, const Tensor& out, const Scalar& alpha,
                  const Scalar& beta, const Tensor& bias)>
    product{"matrix product"};

}  // namespace

void matrix_product(const Tensor& a, const Tensor& b, const Tensor& out, const Scalar& alpha, const Scalar& beta,
                    const Tensor& bias) {
  for (const Tensor* t : {&a, &b, &out}) fill_memory(*t);
  const IntSpan left = a.sizes();
  const size_t d = left.size();
  const ProductShape s{d == 3 ? left[0] : 1, left[d - 2], b.sizes()[d - 1], left[d - 1]};
  if (out.numel() == 0 || !out.impl()->has_memory()) return;
  if (s.k == 0) {
    if (!beta.is_complex() && beta.to_double() == 0) {
      ops::zero_(out);
    } else {
      ops::mul_(out, wrapped_number(beta));
    }
    if (bias.defined()) ops::add_(out, bias);
    return;
  }
  const Matrix ma = as_matrix(a), mb = as_matrix(b);
  const Tensor row = bias.defined() ? ops::as_contiguous(bias) : Tensor();
  product(out.device(), s, ma, mb, out, alpha, beta, row);
}

bool try_heads_product(const Tensor& a, const Tensor& b, const Tensor& out) {
  const bool is_plain = a.dtype() == DType::float32 && b.dtype() == DType::float32 && a.device() == b.device() &&
                        a.numel() > 0 && b.numel() > 0 && a.impl()->has_memory() && b.impl()->has_memory();
  return is_plain && heads_product.has(a.device()) && heads_product(a.device(), a, b, out);
}

void register_matrix_product() {
  product.cpu(product_cpu).cuda(product_cuda);
  heads_product.cuda(heads_product_cuda);
}

}  // namespace vt::linalg
