#include "cuda/gemm.h"

#include <atomic>
#include <mutex>
#include <unordered_map>

#include "core/error.h"
#include "cuda/cublaslt.h"
#include "cuda/device_api.h"
#include "cuda/gemm_choice.h"
#include "cuda/gemm_plan.h"

namespace vt::cuda {
namespace {

std::atomic<Float32Products> how_float32{Float32Products::Float32};

struct DeviceState {
  std::mutex mutex;  // also guards the descriptors, whose bias pointer is set per call
  lt::Handle handle = nullptr;
  size_t workspace_bytes = 0;
  std::unordered_map<PlanKey, Plan, PlanKeyHash> plans;
};

DeviceState& state_of(int device) {
  static auto* states = new DeviceState[kMaxDevices];
  return states[device];
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
  const PlanKey key = plan_key(g, stream.device);
  auto [entry, is_new] = state.plans.try_emplace(key);
  Plan& plan = entry->second;
  if (is_new) {
    try {
      if (describe(api, g, key, plan)) choose(api, state.handle, g, key, state.workspace_bytes, stream, plan);
    } catch (...) {
      forget(api, plan);
      state.plans.erase(entry);
      throw;
    }
  }
  if (!plan.supported) return false;
  point(api, g, plan);
  multiply(api, state.handle, g, plan, plan.algorithm, state.workspace_bytes, stream);
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
  check_dtype(args.dtype);
  check_dtype(args.out_dtype);
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

Float32Products float32_products() { return how_float32.load(std::memory_order_relaxed); }
void set_float32_products(Float32Products how) { how_float32.store(how, std::memory_order_relaxed); }

}  // namespace vt::cuda
