#include "cuda/gemm_plan.h"

#include "core/determinism.h"
#include "core/error.h"
#include "cuda/small_product.h"
#include "cuda/split_product.h"
#include "cuda/workspace.h"

namespace vt::cuda {
namespace {

cudaDataType cuda_type(DType dtype) {
  switch (dtype) {
    case DType::float16: return CUDA_R_16F;
    case DType::bfloat16: return CUDA_R_16BF;
    case DType::float32: return CUDA_R_32F;
    case DType::float64: return CUDA_R_64F;
    case DType::complex64: return CUDA_C_32F;
    case DType::complex128: return CUDA_C_64F;
    case DType::float8_e4m3fn: return CUDA_R_8F_E4M3;
    case DType::float8_e5m2: return CUDA_R_8F_E5M2;
    default: VT_THROW(NotImplemented, "matrix products on CUDA are not implemented for '", dtype, "'");
  }
}

bool is_8_bit(DType dtype) { return dtype == DType::float8_e4m3fn || dtype == DType::float8_e5m2; }

bool is_double(DType dtype) { return dtype == DType::float64 || dtype == DType::complex128; }

cudaDataType scale_type(DType dtype) {
  if (is_complex(dtype)) return dtype == DType::complex64 ? CUDA_C_32F : CUDA_C_64F;
  return is_double(dtype) ? CUDA_R_64F : CUDA_R_32F;
}

lt::Epilogue epilogue_code(GemmEpilogue epilogue) {
  switch (epilogue) {
    case GemmEpilogue::None: return lt::kEpilogueDefault;
    case GemmEpilogue::Bias: return lt::kEpilogueBias;
    case GemmEpilogue::Relu: return lt::kEpilogueRelu;
    case GemmEpilogue::ReluBias: return lt::kEpilogueReluBias;
    case GemmEpilogue::Gelu: return lt::kEpilogueGelu;
    case GemmEpilogue::GeluBias: return lt::kEpilogueGeluBias;
    case GemmEpilogue::GeluAux: return lt::kEpilogueGeluAux;
    case GemmEpilogue::GeluAuxBias: return lt::kEpilogueGeluAuxBias;
    case GemmEpilogue::GeluGradient: return lt::kEpilogueDGelu;
  }
  VT_ASSERT(false);
}

uint8_t alignment(const void* pointer) {
  const auto bits = reinterpret_cast<uintptr_t>(pointer) | 256;
  const uintptr_t lowest = bits & (~bits + 1);
  return static_cast<uint8_t>(lowest > 16 ? 16 : lowest);
}

template <typename T>
void set(const lt::Api& api, lt::MatmulDesc desc, lt::DescAttribute attribute, T value) {
  lt::check(api.desc_set(desc, attribute, &value, sizeof value), "cublasLtMatmulDescSetAttribute");
}

lt::Layout make_layout(const lt::Api& api, cudaDataType type, int64_t rows, int64_t cols, int64_t ld, int64_t batch,
                       int64_t stride) {
  lt::Layout layout = nullptr;
  lt::check(api.layout_create(&layout, type, static_cast<uint64_t>(rows), static_cast<uint64_t>(cols), ld),
            "cublasLtMatrixLayoutCreate");
  if (batch > 1) {
    const auto count = static_cast<int32_t>(batch);
    lt::check(api.layout_set(layout, lt::kLayoutBatchCount, &count, sizeof count), "cublasLtMatrixLayoutSetAttribute");
    lt::check(api.layout_set(layout, lt::kLayoutBatchStride, &stride, sizeof stride),
              "cublasLtMatrixLayoutSetAttribute");
  }
  return layout;
}

}  // namespace

void check_dtype(DType dtype) { (void)cuda_type(dtype); }

PlanKey plan_key(const GemmArgs& g, int device) {
  PlanKey key;
  std::memset(&key, 0, sizeof key);
  const bool batched = g.batch > 1;
  key.m = g.m, key.n = g.n, key.k = g.k;
  key.lda = g.lda, key.ldb = g.ldb, key.ldc = g.ldc;
  key.batch = g.batch;
  if (batched) key.stride_a = g.stride_a, key.stride_b = g.stride_b, key.stride_c = g.stride_c;
  key.ld_aux = g.aux != nullptr ? g.ld_aux : 0;
  key.dtype = static_cast<uint8_t>(g.dtype);
  key.out_dtype = static_cast<uint8_t>(g.out_dtype);
  key.op_a = static_cast<uint8_t>(!g.transpose_a ? lt::kOpN : g.conjugate_a ? lt::kOpC : lt::kOpT);
  key.op_b = static_cast<uint8_t>(!g.transpose_b ? lt::kOpN : g.conjugate_b ? lt::kOpC : lt::kOpT);
  key.epilogue = static_cast<uint8_t>(g.epilogue);
  key.uses_c = g.beta != 0.0;
  key.tf32 = g.dtype == DType::float32 && float32_products() == Float32Products::Tf32;
  key.split = !can_split(g, device)                          ? SplitChoice::None
              : float32_products() != Float32Products::Split ? SplitChoice::Candidate
              : likely_tiles(g, device) == SplitTiles::Small ? SplitChoice::AlwaysSmall
                                                             : SplitChoice::AlwaysLarge;
  key.deterministic = is_deterministic();
  if (is_8_bit(g.dtype)) {
    key.b_dtype = static_cast<uint8_t>(g.b_dtype.value_or(g.dtype));
    key.scales = static_cast<uint8_t>((g.scales.a == nullptr ? 0
                                       : g.scales.by_row     ? 2
                                                             : 1) +
                                      (g.scales.c != nullptr ? 4 : 0));
    key.fast_sums = g.scales.fast_sums;
  }
  key.align_a = alignment(g.a), key.align_b = alignment(g.b), key.align_c = alignment(g.c);
  key.align_aux = g.aux != nullptr ? alignment(g.aux) : 0;
  return key;
}

namespace {
bool is(const lt::Algorithm& algorithm, const lt::Algorithm& other) {
  return std::memcmp(&algorithm, &other, sizeof algorithm) == 0;
}
}  // namespace

bool is_ours(const lt::Algorithm& algorithm) {
  return is(algorithm, kSplitProduct) || is(algorithm, kSplitProductSmall) || is(algorithm, kSmallProduct);
}

// Note [Row-major products]
// cuBLASLt is column-major, where a row-major (r, c) matrix is its transpose, (c, r) with the same leading dimension.
// C = A @ B becomes C^T = B^T @ A^T: our B goes in first, our A second, rows and columns trade places, and a vector
// along the rows of its result runs along the columns of ours.
bool describe(const lt::Api& api, const GemmArgs& g, const PlanKey& key, Plan& plan) {
  const cudaDataType in = cuda_type(g.dtype), in_b = cuda_type(g.b_dtype.value_or(g.dtype)),
                     out = cuda_type(g.out_dtype);
  const cudaDataType addend = is_8_bit(g.out_dtype) ? CUDA_R_16BF : out;
  const int compute = is_double(g.dtype) ? lt::kCompute64F : key.tf32 ? lt::kCompute32FFastTf32 : lt::kCompute32F;
  lt::check(api.desc_create(&plan.desc, compute, scale_type(g.dtype)), "cublasLtMatmulDescCreate");
  set(api, plan.desc, lt::kDescTransA, static_cast<int32_t>(key.op_b));
  set(api, plan.desc, lt::kDescTransB, static_cast<int32_t>(key.op_a));
  set(api, plan.desc, lt::kDescEpilogue, static_cast<uint32_t>(epilogue_code(g.epilogue)));
  if (g.bias != nullptr) set(api, plan.desc, lt::kDescBiasDataType, static_cast<int32_t>(addend));
  if (g.aux != nullptr) set(api, plan.desc, lt::kDescAuxLd, g.ld_aux);
  if (g.scales.fast_sums) set(api, plan.desc, lt::kDescFastSums, int8_t{1});
  if (g.scales.by_row) {  // of CUDA 12.9 and up
    const int32_t mode = lt::kScaleByRow;
    if (api.desc_set(plan.desc, lt::kDescScaleModeA, &mode, sizeof mode) != lt::kSuccess ||
        api.desc_set(plan.desc, lt::kDescScaleModeB, &mode, sizeof mode) != lt::kSuccess) {
      return false;
    }
  }
  point(api, g, plan);
  plan.a = g.transpose_b ? make_layout(api, in_b, g.k, g.n, g.ldb, g.batch, g.stride_b)
                         : make_layout(api, in_b, g.n, g.k, g.ldb, g.batch, g.stride_b);
  plan.b = g.transpose_a ? make_layout(api, in, g.m, g.k, g.lda, g.batch, g.stride_a)
                         : make_layout(api, in, g.k, g.m, g.lda, g.batch, g.stride_a);
  plan.c = make_layout(api, out, g.n, g.m, g.ldc, g.batch, g.stride_c);
  plan.addend = addend == out ? plan.c : make_layout(api, addend, g.n, g.m, g.ldc, g.batch, g.stride_c);
  return true;
}

void forget(const lt::Api& api, Plan& plan) {
  if (plan.addend == plan.c) plan.addend = nullptr;
  for (const lt::Layout layout : {plan.a, plan.b, plan.c, plan.addend}) {
    if (layout != nullptr) api.layout_destroy(layout);
  }
  if (plan.desc != nullptr) api.desc_destroy(plan.desc);
  plan = {};
}

void point(const lt::Api& api, const GemmArgs& g, Plan& plan) {
  if (g.bias != nullptr) set(api, plan.desc, lt::kDescBiasPointer, g.bias);
  if (g.aux != nullptr) set(api, plan.desc, lt::kDescAuxPointer, g.aux);
  if (g.scales.a != nullptr) set(api, plan.desc, lt::kDescScaleB, g.scales.a);  // Note [Row-major products]
  if (g.scales.b != nullptr) set(api, plan.desc, lt::kDescScaleA, g.scales.b);
  if (g.scales.c != nullptr) set(api, plan.desc, lt::kDescScaleD, g.scales.c);
}

std::vector<lt::Algorithm> candidates(const lt::Api& api, lt::Handle handle, const Plan& plan, const PlanKey& key,
                                      size_t workspace_bytes, int wanted) {
  lt::Preference preference = nullptr;
  lt::check(api.preference_create(&preference), "cublasLtMatmulPreferenceCreate");
  auto prefer = [&](lt::PreferenceAttribute attribute, auto value) {
    lt::check(api.preference_set(preference, attribute, &value, sizeof value), "cublasLtMatmulPreferenceSetAttribute");
  };
  prefer(lt::kPreferenceWorkspace, static_cast<uint64_t>(workspace_bytes));
  prefer(lt::kPreferenceAlignA, static_cast<uint32_t>(key.align_b));
  prefer(lt::kPreferenceAlignB, static_cast<uint32_t>(key.align_a));
  prefer(lt::kPreferenceAlignC, static_cast<uint32_t>(key.align_c));
  prefer(lt::kPreferenceAlignD, static_cast<uint32_t>(key.align_c));
  int found = 0;
  std::vector<lt::Heuristic> offered(static_cast<size_t>(wanted));
  const lt::Status status =
      api.heuristic(handle, plan.desc, plan.a, plan.b, plan.addend, plan.c, preference, wanted, offered.data(), &found);
  api.preference_destroy(preference);
  if (status != lt::kSuccess && status != lt::kNotSupported) lt::throw_status(status, "cublasLtMatmulAlgoGetHeuristic");
  std::vector<lt::Algorithm> algorithms;
  if (status != lt::kSuccess) return algorithms;
  offered.resize(static_cast<size_t>(found));
  for (const lt::Heuristic& h : offered) {
    if (h.state == lt::kSuccess) algorithms.push_back(h.algorithm);
  }
  return algorithms;
}

void multiply(const lt::Api& api, lt::Handle handle, const GemmArgs& g, const Plan& plan,
              const lt::Algorithm& algorithm, size_t workspace_bytes, Stream stream) {
  if (is(algorithm, kSplitProduct)) return split_product(g, stream, SplitTiles::Large);
  if (is(algorithm, kSplitProductSmall)) return split_product(g, stream, SplitTiles::Small);
  if (is(algorithm, kSmallProduct)) return small_product(g, stream);
  // Large enough for a complex<double>; real types read the front.
  struct {
    float f[2];
    double d[2];
  } alpha{{static_cast<float>(g.alpha), 0}, {g.alpha, 0}}, beta{{static_cast<float>(g.beta), 0}, {g.beta, 0}};
  const bool wide = is_double(g.dtype);
  const void* alpha_data = wide ? static_cast<const void*>(alpha.d) : alpha.f;
  const void* beta_data = wide ? static_cast<const void*>(beta.d) : beta.f;
  lt::check(api.matmul(handle, plan.desc, alpha_data, g.b, plan.a, g.a, plan.b, beta_data, g.c, plan.addend, g.c,
                       plan.c, &algorithm, workspace(stream, workspace_bytes), workspace_bytes, stream.handle),
            "cublasLtMatmul");
}

}  // namespace vt::cuda
