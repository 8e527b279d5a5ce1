// Matrix products on CUDA, through cuBLASLt and, of float32 on Hopper, by a kernel of our own.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>

#include "core/dtype.h"
#include "cuda/stream.h"
#include "cuda/work.h"

namespace vt::cuda {

/// What happens to the product before it is stored. `bias` has n values, one per column of C.
enum class GemmEpilogue : uint8_t {
  None,
  Bias,          // + bias
  Relu,          // relu
  ReluBias,      // relu(. + bias)
  Gelu,          // GELU, tanh form
  GeluBias,      // GELU of (. + bias)
  GeluAux,       // GELU; what went in is kept in aux
  GeluAuxBias,   // GELU of (. + bias); what went in is kept in aux
  GeluGradient,  // times GELU'(aux)
};

/// Factors that values of 8-bit floats stand for multiples of, in device memory.
struct GemmScales {
  const float *a = nullptr, *b = nullptr;  // one number each, or m and n of them
  bool by_row = false;
  const float* c = nullptr;  // one number that an 8-bit result is multiplied with; null: one
  bool fast_sums = false;    // sums may be kept in fewer bits than float32's
};

/// C (m, n) = alpha * op(A) (m, k) @ op(B) (k, n) + beta * C, all row-major, for `batch` matrices a stride apart.
/// Leading dimensions and strides are in elements. Sums are kept in float32 for 16-bit types.
struct GemmArgs {
  DType dtype = DType::float32;      // of A and B: float16, bfloat16, float32, float64, complex64, complex128
  DType out_dtype = DType::float32;  // of C: dtype, or float32 for 16-bit inputs
  std::optional<DType> b_dtype;  // of B where it is not A's. Either may be float8_e4m3fn or float8_e5m2, with A as it
                                 // is and B transposed; C is then of any floating dtype under float64
  int64_t m = 0, n = 0, k = 0;
  const void* a = nullptr;  // (m, k), or (k, m) when transposed
  int64_t lda = 0;
  bool transpose_a = false;
  bool conjugate_a = false;  // needs transpose_a
  const void* b = nullptr;   // (k, n), or (n, k) when transposed
  int64_t ldb = 0;
  bool transpose_b = false;
  bool conjugate_b = false;  // needs transpose_b
  void* c = nullptr;         // (m, n)
  int64_t ldc = 0;
  int64_t batch = 1;
  int64_t stride_a = 0, stride_b = 0, stride_c = 0;
  double alpha = 1.0;
  double beta = 0.0;  // 0: C is not read
  GemmEpilogue epilogue = GemmEpilogue::None;
  const void* bias = nullptr;  // of out_dtype
  void* aux = nullptr;         // (m, n) of out_dtype
  int64_t ld_aux = 0;
  GemmScales scales;  // of 8-bit floats
};

/// `storages` hold the operands. Throws NotImplementedError for integers, RuntimeError when cuBLASLt is missing or
/// refuses the problem.
VT_API void gemm(const GemmArgs& args, Stream stream, std::initializer_list<const StorageImpl*> storages);
/// As gemm, but false where cuBLASLt has no kernel for this combination (an epilogue, a type).
VT_API bool try_gemm(const GemmArgs& args, Stream stream, std::initializer_list<const StorageImpl*> storages);

/// How float32 products are computed.
enum class Float32Products : uint8_t {
  Float32,  // with float32's error: by FMA, or where that is faster as split products (Note [Split products])
  Fma,      // by FMA alone
  Tf32,     // by tensor cores that round the factors to TF32
  Split,    // as split products wherever there is a kernel for them, measured or not
};
/// Float32 at first.
VT_API Float32Products float32_products();
VT_API void set_float32_products(Float32Products how);

/// Whether the kernels of new problems are measured, see Note [Measured products]; on at first. Off:
/// the library's first choice, nothing read from the file.
VT_API bool gemm_is_measured();
VT_API void set_gemm_measured(bool measured);

/// Where choices are kept. At first vibetensor/ in $XDG_CACHE_HOME or ~/.cache; "" keeps none.
VT_API std::string gemm_choices_folder();
VT_API void set_gemm_choices_folder(std::string folder);

}  // namespace vt::cuda
