// _scaled_mm: the product of two matrices of 8-bit floats that stand for multiples of a factor, one of each matrix or
// one of each row of the left and each column of the right one.
#include "core/backend_table.h"
#include "cuda/device.h"
#include "cuda/gemm.h"
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/copy/kernels.h"
#include "ops/factory/factory.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/linalg.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

bool is_8_bit(DType d) { return is_floating(d) && size_of(d) == 1; }

// By what the sizes of the scales say.
bool scales_whole(const Tensor& scale_a, const Tensor& scale_b) { return scale_a.numel() == 1 && scale_b.numel() == 1; }

bool scales_rows(const Tensor& a, const Tensor& b, const Tensor& scale_a, const Tensor& scale_b) {
  return same(scale_a.sizes(), DimVec{a.size(0), 1}) && same(scale_b.sizes(), DimVec{1, b.size(1)}) &&
         scale_a.is_contiguous() && scale_b.is_contiguous();
}

TensorSpec scaled_mm_meta(const Tensor& a, const Tensor& b, const Tensor& scale_a, const Tensor& scale_b,
                          const Tensor& bias, const Tensor& scale_result, std::optional<DType>& out_dtype, bool&) {
  VT_CHECK(a.dim() == 2, Runtime, "mat1 must be a matrix");
  VT_CHECK(b.dim() == 2, Runtime, "mat2 must be a matrix");
  VT_CHECK(a.size(1) == b.size(0), Runtime, "mat1 and mat2 shapes cannot be multiplied (", a.size(0), "x", a.size(1),
           " and ", b.size(0), "x", b.size(1), ")");
  VT_CHECK(is_8_bit(a.dtype()) || a.dtype() != b.dtype(), Runtime, "Expected mat1 to be Float8 matrix got ", a.dtype());
  const bool narrow = is_8_bit(a.dtype()) && is_8_bit(b.dtype());
  const bool scalable = scale_a.dtype() == DType::float32 && scale_b.dtype() == DType::float32 &&
                        (scales_whole(scale_a, scale_b) || scales_rows(a, b, scale_a, scale_b));
  VT_CHECK(narrow && scalable, Value,
           "Invalid scaling configuration.\n"
           "- For TensorWise scaling, a and b should be float8, scales should be float and singletons.\n"
           "- For RowWise scaling, a and b should be float8, scales should be float, scale_a should be (",
           a.size(0), ", 1) and scale_b should be (1, ", b.size(1), "), and both should be contiguous.\nGot ",
           to_string(a), ", ", to_string(b), ", scale_a ", to_string(scale_a), " and scale_b ", to_string(scale_b));
  VT_CHECK(!scale_result.defined() || (scale_result.numel() == 1 && scale_result.dtype() == DType::float32), Runtime,
           "scale_result must be a float scalar");
  VT_CHECK(!bias.defined() || bias.numel() == b.size(1), Runtime, "Bias must be size ", b.size(1), " but got ",
           bias.numel());
  const DType out = out_dtype.value_or(a.dtype());
  VT_CHECK(is_8_bit(out) || is_reduced_floating(out) || out == DType::float32, Runtime,
           "expected out_dtype to be float32, float16, bfloat16 or an 8-bit float, got ", out);
  VT_CHECK(!scale_result.defined() || is_8_bit(out), NotImplemented, "scale_result of a result in ", out,
           "; it is for 8-bit floats");
  return {DimVec{a.size(0), b.size(1)}, out, a.device(), {}};
}

double largest(DType d) {
  switch (d) {
    case DType::float8_e4m3fn: return 448;
    case DType::float8_e5m2: return 57344;
    case DType::float8_e4m3fnuz: return 240;
    case DType::float8_e5m2fnuz: return 57344;
    default: VT_THROW(NotImplemented, "_scaled_mm with a result in ", d);
  }
}

// What is left to do with a product of the values as they lie, in float32. 8-bit results saturate.
void finish(Tensor product, const Tensor& scale_a, const Tensor& scale_b, const Tensor& bias,
            const Tensor& scale_result, const Tensor& out) {
  product = scales_whole(scale_a, scale_b)
                ? product * ops::reshape(scale_a, DimVec{1}) * ops::reshape(scale_b, DimVec{1})
                : product * scale_a * scale_b;
  if (bias.defined()) product = product + ops::as_dtype(ops::reshape(bias, DimVec{bias.numel()}), DType::float32);
  if (is_8_bit(out.dtype())) {
    if (scale_result.defined()) product = product * ops::reshape(scale_result, DimVec{1});
    product = ops::clamp(product, Scalar(-largest(out.dtype())), Scalar(largest(out.dtype())));
  }
  copy_data(out, ops::as_dtype(product, out.dtype()));
}

void scaled_mm_cpu(const Tensor& a, const Tensor& b, const Tensor& scale_a, const Tensor& scale_b, const Tensor& bias,
                   const Tensor& scale_result, std::optional<DType>, bool, Tensor& out) {
  const GradMode off(false);
  const Tensor product = ops::mm(ops::as_dtype(a, DType::float32), ops::as_dtype(b, DType::float32));
  finish(product, scale_a, scale_b, bias, scale_result, out);
}

// With rows of neighbours that begin at multiples of 16 bytes, as the library reads them.
Tensor with_aligned_rows(const Tensor& t) {
  const bool aligned = t.stride(1) == 1 && t.stride(0) >= t.size(1) && t.stride(0) % 16 == 0 &&
                       reinterpret_cast<uintptr_t>(t.data()) % 16 == 0;
  return aligned ? t : contiguous_data(t);
}

// The checks that the library makes necessary; the words are PyTorch's.
void check_library_takes(const Tensor& a, const Tensor& b, const Tensor& bias, const Tensor& out) {
  const cuda::DeviceProperties& device = cuda::device_properties(a.device().index);
  VT_CHECK(device.major > 8 || (device.major == 8 && device.minor >= 9), Runtime,
           "torch._scaled_mm is only supported on CUDA devices with compute capability >= 9.0 or 8.9");
  for (const Tensor* t : {&a, &b}) {
    VT_CHECK(t->dtype() == DType::float8_e4m3fn || t->dtype() == DType::float8_e5m2, NotImplemented,
             "_scaled_mm on CUDA takes float8_e4m3fn and float8_e5m2, got ", t->dtype());
  }
  VT_CHECK(a.size(1) % 16 == 0, Runtime,
           "Expected trailing dimension of mat1 to be divisible by 16 but got mat1 shape: (", a.size(0), "x", a.size(1),
           ").");
  VT_CHECK(b.size(0) % 16 == 0 && b.size(1) % 16 == 0, Runtime, "mat2 shape (", b.size(0), "x", b.size(1),
           ") must be divisible by 16");
  VT_CHECK(a.dtype() != DType::float8_e5m2 || b.dtype() != DType::float8_e5m2, Runtime,
           "Multiplication of two Float8_e5m2 matrices is not supported");
  VT_CHECK(!is_8_bit(out.dtype()) || out.dtype() == DType::float8_e4m3fn || out.dtype() == DType::float8_e5m2,
           NotImplemented, "_scaled_mm on CUDA with a result in ", out.dtype());
  if (!bias.defined()) return;
  VT_CHECK(out.dtype() != DType::float32, Runtime, "Bias is not supported when out_dtype is set to Float32");
  VT_CHECK(is_reduced_floating(bias.dtype()), Runtime, "Bias must be either Half or BFloat16, but got ", bias.dtype());
  const DType wanted = is_8_bit(out.dtype()) ? bias.dtype() : out.dtype();
  VT_CHECK(bias.dtype() == wanted, Runtime, "Bias must be ", wanted, " to compute ", out.dtype(), " output, but got ",
           bias.dtype());
}

void scaled_mm_cuda(const Tensor& a, const Tensor& b, const Tensor& scale_a, const Tensor& scale_b, const Tensor& bias,
                    const Tensor& scale_result, std::optional<DType>, bool use_fast_accum, Tensor& out) {
  const GradMode off(false);
  check_library_takes(a, b, bias, out);
  if (out.numel() == 0) return;
  if (a.size(1) == 0) {
    return finish(ops::filled(out.sizes(), 0, DType::float32, out.device()), scale_a, scale_b, bias, scale_result, out);
  }
  const Tensor rows = with_aligned_rows(a), columns = with_aligned_rows(ops::t(b));
  const Tensor addend = bias.defined() ? contiguous_data(bias) : Tensor();
  cuda::GemmArgs g;
  g.dtype = a.dtype();
  g.b_dtype = b.dtype();
  g.out_dtype = out.dtype();
  g.m = a.size(0);
  g.n = b.size(1);
  g.k = a.size(1);
  g.a = rows.data();
  g.lda = rows.stride(0);
  g.b = columns.data();
  g.ldb = columns.stride(0);
  g.transpose_b = true;
  g.c = out.data();
  g.ldc = g.n;
  g.scales = {scale_a.data<float>(), scale_b.data<float>(), !scales_whole(scale_a, scale_b),
              scale_result.defined() ? scale_result.data<float>() : nullptr, use_fast_accum};
  if (bias.defined()) {
    g.epilogue = cuda::GemmEpilogue::Bias;
    g.bias = addend.data();
  }
  const auto storage = [](const Tensor& t) { return t.defined() ? t.storage().get() : nullptr; };
  const cuda::Stream stream = cuda::current_stream(out.device().index);
  // The library refuses 8-bit results with some of these scales by an error of the call, so it is not asked for them.
  if (!is_8_bit(out.dtype()) && cuda::try_gemm(g, stream,
                                               {storage(out), storage(rows), storage(columns), storage(scale_a),
                                                storage(scale_b), storage(addend), storage(scale_result)})) {
    return;
  }
  // Nor has it a kernel for factors by row before CUDA 12.9.
  const Tensor product = empty(out.sizes(), DType::float32, out.device());
  g.out_dtype = DType::float32;
  g.c = product.data();
  g.epilogue = cuda::GemmEpilogue::None;
  g.bias = nullptr;
  g.scales = {};
  g.scales.fast_sums = use_fast_accum;
  cuda::gemm(g, stream, {storage(product), storage(rows), storage(columns)});
  finish(product, scale_a, scale_b, bias, scale_result, out);
}

}  // namespace

void register_scaled_product(Registry& r) {
  r.def(
       "_scaled_mm(Tensor self, Tensor mat2, Tensor scale_a, Tensor scale_b, Tensor? bias=None, Tensor? scale_result=None, ScalarType? out_dtype=None, bool use_fast_accum=False) -> Tensor")
      .meta(scaled_mm_meta)
      .cpu(scaled_mm_cpu)
      .cuda(scaled_mm_cuda)
      .not_differentiable()
      .function_only()
      .doc(
          "scale_a * self @ mat2 * scale_b + bias of 8-bit floats, in out_dtype, or self's dtype: (m, k) @ (k, n). The "
          "scales are float32, one number each or (m, 1) and (1, n). An 8-bit result is multiplied with scale_result and "
          "saturates. use_fast_accum: CUDA may keep sums in fewer bits than float32's.");
}

}  // namespace vt
