#include "cuda/gemm.h"

#include <atomic>
#include <cstring>
#include <mutex>
#include <unordered_map>

#include "core/error.h"
#include "cuda/cublaslt.h"
#include "cuda/device_api.h"
#include "cuda/workspace.h"

namespace vt::cuda {
namespace {

std::atomic<bool> tf32_allowed{false};

// Everything that a kernel choice depends on. Compared and hashed as bytes, so it has no padding.
struct PlanKey {
  int64_t m, n, k, lda, ldb, ldc, batch, stride_a, stride_b, stride_c, ld_aux;
  uint8_t dtype, out_dtype, op_a, op_b, epilogue, uses_c, tf32, align_a, align_b, align_c, align_aux, unused;
  uint32_t unused2;
};
static_assert(sizeof(PlanKey) == 11 * 8 + 16);

struct PlanKeyHash {
  size_t operator()(const PlanKey& key) const {
    uint64_t words[sizeof(PlanKey) / 8];
    std::memcpy(words, &key, sizeof key);
    uint64_t hash = 0x9e3779b97f4a7c15ull;
    for (const uint64_t word : words) hash = (hash ^ word) * 0xff51afd7ed558ccdull, hash ^= hash >> 32;
    return hash;
  }
};
struct PlanKeyEqual {
  bool operator()(const PlanKey& a, const PlanKey& b) const { return std::memcmp(&a, &b, sizeof a) == 0; }
};

// A problem with its descriptors and the algorithm chosen for it; kept for the life of the process.
struct Plan {
  bool supported = false;
  lt::MatmulDesc desc = nullptr;
  lt::Layout a = nullptr, b = nullptr, c = nullptr;
  lt::Heuristic choice{};
};

struct DeviceState {
  std::mutex mutex;  // also guards the descriptors, whose bias pointer is set per call
  lt::Handle handle = nullptr;
  size_t workspace_bytes = 0;
  std::unordered_map<PlanKey, Plan, PlanKeyHash, PlanKeyEqual> plans;
};

DeviceState& state_of(int device) {
  static auto* states = new DeviceState[kMaxDevices];
  return states[device];
}

cudaDataType cuda_type(DType dtype) {
  switch (dtype) {
    case DType::float16: return CUDA_R_16F;
    case DType::bfloat16: return CUDA_R_16BF;
    case DType::float32: return CUDA_R_32F;
    case DType::float64: return CUDA_R_64F;
    case DType::complex64: return CUDA_C_32F;
    case DType::complex128: return CUDA_C_64F;
    default: VT_THROW(NotImplemented, "matrix products on CUDA are not implemented for '", dtype, "'");
  }
}

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
    // Our A is cuBLASLt's B, see Note [Row-major products].
    case GemmEpilogue::SumA: return lt::kEpilogueBGradB;
  }
  VT_ASSERT(false);
}

uint8_t alignment(const void* pointer) {
  const auto bits = reinterpret_cast<uintptr_t>(pointer) | 256;
  const uintptr_t lowest = bits & (~bits + 1);
  return static_cast<uint8_t>(lowest > 16 ? 16 : lowest);
}

PlanKey make_key(const GemmArgs& g) {
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
  key.tf32 = g.dtype == DType::float32 && tf32_allowed.load(std::memory_order_relaxed);
  key.align_a = alignment(g.a), key.align_b = alignment(g.b), key.align_c = alignment(g.c);
  key.align_aux = g.aux != nullptr ? alignment(g.aux) : 0;
  return key;
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

// Note [Row-major products]
// cuBLASLt is column-major, where a row-major (r, c) matrix is its transpose, (c, r) with the same leading dimension.
// C = A @ B becomes C^T = B^T @ A^T: our B goes in first, our A second, rows and columns trade places, and a vector
// along the rows of its result runs along the columns of ours.
void make_plan(const lt::Api& api, DeviceState& state, const GemmArgs& g, const PlanKey& key, Plan& plan) {
  const cudaDataType in = cuda_type(g.dtype), out = cuda_type(g.out_dtype);
  const int compute = is_double(g.dtype) ? lt::kCompute64F : key.tf32 ? lt::kCompute32FFastTf32 : lt::kCompute32F;
  lt::check(api.desc_create(&plan.desc, compute, scale_type(g.dtype)), "cublasLtMatmulDescCreate");
  set(api, plan.desc, lt::kDescTransA, static_cast<int32_t>(key.op_b));
  set(api, plan.desc, lt::kDescTransB, static_cast<int32_t>(key.op_a));
  set(api, plan.desc, lt::kDescEpilogue, static_cast<uint32_t>(epilogue_code(g.epilogue)));
  if (g.bias != nullptr) {
    set(api, plan.desc, lt::kDescBiasPointer, g.bias);
    set(api, plan.desc, lt::kDescBiasDataType, static_cast<int32_t>(out));
  }
  if (g.aux != nullptr) {
    set(api, plan.desc, lt::kDescAuxPointer, g.aux);
    set(api, plan.desc, lt::kDescAuxLd, g.ld_aux);
  }
  plan.a = g.transpose_b ? make_layout(api, in, g.k, g.n, g.ldb, g.batch, g.stride_b)
                         : make_layout(api, in, g.n, g.k, g.ldb, g.batch, g.stride_b);
  plan.b = g.transpose_a ? make_layout(api, in, g.m, g.k, g.lda, g.batch, g.stride_a)
                         : make_layout(api, in, g.k, g.m, g.lda, g.batch, g.stride_a);
  plan.c = make_layout(api, out, g.n, g.m, g.ldc, g.batch, g.stride_c);

  lt::Preference preference = nullptr;
  lt::check(api.preference_create(&preference), "cublasLtMatmulPreferenceCreate");
  auto prefer = [&](lt::PreferenceAttribute attribute, auto value) {
    lt::check(api.preference_set(preference, attribute, &value, sizeof value), "cublasLtMatmulPreferenceSetAttribute");
  };
  prefer(lt::kPreferenceWorkspace, static_cast<uint64_t>(state.workspace_bytes));
  prefer(lt::kPreferenceAlignA, static_cast<uint32_t>(key.align_b));
  prefer(lt::kPreferenceAlignB, static_cast<uint32_t>(key.align_a));
  prefer(lt::kPreferenceAlignC, static_cast<uint32_t>(key.align_c));
  prefer(lt::kPreferenceAlignD, static_cast<uint32_t>(key.align_c));
  int found = 0;
  const lt::Status status =
      api.heuristic(state.handle, plan.desc, plan.a, plan.b, plan.c, plan.c, preference, 1, &plan.choice, &found);
  api.preference_destroy(preference);
  if (status != lt::kSuccess && status != lt::kNotSupported) lt::throw_status(status, "cublasLtMatmulAlgoGetHeuristic");
  plan.supported = status == lt::kSuccess && found > 0 && plan.choice.state == lt::kSuccess;
}

void start(const lt::Api& api, DeviceState& state, int device) {
  lt::check(api.create(&state.handle), "cublasLtCreate");
  // What cuBLAS itself takes: large tiles of Hopper split along k need it.
  state.workspace_bytes = size_t{device_properties(device).major >= 9 ? 32u : 8u} << 20;
}

bool run(const GemmArgs& g, Stream stream) {
  const lt::Api& api = lt::api();
  DeviceGuard guard(stream.device);
  DeviceState& state = state_of(stream.device);
  std::lock_guard lock(state.mutex);
  if (state.handle == nullptr) start(api, state, stream.device);
  const PlanKey key = make_key(g);
  auto [entry, is_new] = state.plans.try_emplace(key);
  Plan& plan = entry->second;
  if (is_new) {
    try {
      make_plan(api, state, g, key, plan);
    } catch (...) {
      state.plans.erase(entry);
      throw;
    }
  } else if (plan.supported) {
    if (g.bias != nullptr) set(api, plan.desc, lt::kDescBiasPointer, g.bias);
    if (g.aux != nullptr) set(api, plan.desc, lt::kDescAuxPointer, g.aux);
  }
  if (!plan.supported) return false;

  // Large enough for a complex<double>; real types read the front.
  struct {
    float f[2];
    double d[2];
  } alpha{{static_cast<float>(g.alpha), 0}, {g.alpha, 0}}, beta{{static_cast<float>(g.beta), 0}, {g.beta, 0}};
  const bool wide = is_double(g.dtype);
  const void* alpha_data = wide ? static_cast<const void*>(alpha.d) : alpha.f;
  const void* beta_data = wide ? static_cast<const void*>(beta.d) : beta.f;
  lt::check(api.matmul(state.handle, plan.desc, alpha_data, g.b, plan.a, g.a, plan.b, beta_data, g.c, plan.c, g.c,
                       plan.c, &plan.choice.algorithm, workspace(stream, state.workspace_bytes), state.workspace_bytes,
                       stream.handle),
            "cublasLtMatmul");
  return true;
}

// With no terms to sum, C is beta * C; only the case that needs no kernel is ours.
void zero_product(const GemmArgs& g, Stream stream) {
  VT_CHECK(g.beta == 0.0 && g.epilogue == GemmEpilogue::None, NotImplemented,
           "a CUDA matrix product over an empty inner dimension is implemented without beta and epilogue only");
  const size_t bytes = size_of(g.out_dtype);
  for (int64_t i = 0; i < g.batch; ++i) {
    char* c = static_cast<char*>(g.c) + static_cast<size_t>(i * g.stride_c) * bytes;
    check(device_api().fill_rows(c, static_cast<size_t>(g.ldc) * bytes, 0, static_cast<size_t>(g.n) * bytes,
                                 static_cast<size_t>(g.m), stream),
          "fill");
  }
}

}  // namespace

bool try_gemm(const GemmArgs& args, Stream stream, std::initializer_list<const StorageImpl*> storages) {
  (void)cuda_type(args.dtype);
  (void)cuda_type(args.out_dtype);
  VT_ASSERT(args.m >= 0 && args.n >= 0 && args.k >= 0 && args.batch >= 0);
  VT_ASSERT(!args.conjugate_a || args.transpose_a);
  VT_ASSERT(!args.conjugate_b || args.transpose_b);
  if (args.m == 0 || args.n == 0 || args.batch == 0) return true;
  begin_work("matrix product", stream, {storages.begin(), storages.size()});
  if (args.k == 0) {
    zero_product(args, stream);
    return true;
  }
  VT_CHECK(args.batch <= INT32_MAX, Runtime, "expected at most 2^31-1 matrices in a batch, got ", args.batch);
  return run(args, stream);
}

void gemm(const GemmArgs& args, Stream stream, std::initializer_list<const StorageImpl*> storages) {
  VT_CHECK(try_gemm(args, stream, storages), Runtime, "cuBLASLt has no kernel for this product: ", args.dtype, " (",
           args.m, ", ", args.k, ") x (", args.k, ", ", args.n, "), batch ", args.batch);
}

bool allow_tf32() { return tf32_allowed.load(std::memory_order_relaxed); }
void set_allow_tf32(bool allow) { tf32_allowed.store(allow, std::memory_order_relaxed); }

}  // namespace vt::cuda
