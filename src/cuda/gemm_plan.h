// What gemm works out once per problem: the library's descriptors, and the kernel chosen for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "cuda/cublaslt.h"
#include "cuda/gemm.h"

namespace vt::cuda {

/// What becomes of the split product (Note [Split products]).
enum class SplitChoice : uint8_t { None, Candidate, AlwaysLarge, AlwaysSmall };

/// Everything that a kernel choice depends on. Compared, hashed and stored as bytes, so it has no padding.
struct PlanKey {
  int64_t m, n, k, lda, ldb, ldc, batch, stride_a, stride_b, stride_c, ld_aux;
  uint8_t dtype, out_dtype, op_a, op_b, epilogue, uses_c, tf32, align_a, align_b, align_c, align_aux;
  SplitChoice split;
  uint8_t deterministic, b_dtype, scales, fast_sums;  // the last three are zero but of 8-bit floats

  bool operator==(const PlanKey& other) const { return std::memcmp(this, &other, sizeof other) == 0; }
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

/// Throws NotImplementedError for a dtype that cuBLASLt does not multiply.
void check_dtype(DType dtype);

PlanKey plan_key(const GemmArgs& args, int device);

/// Stands for the split product among the library's algorithms, none of which is these bits.
inline constexpr lt::Algorithm kSplitProduct{{0x73706c6974, 0, 0, 0, 0, 0, 0, 1}};
/// With small tiles.
inline constexpr lt::Algorithm kSplitProductSmall{{0x73706c6974, 1, 0, 0, 0, 0, 0, 1}};
/// The same for the product of small matrices.
inline constexpr lt::Algorithm kSmallProduct{{0x736d616c6c, 0, 0, 0, 0, 0, 0, 1}};
/// Whether it stands for a kernel of ours.
bool is_ours(const lt::Algorithm& algorithm);

/// A problem with its descriptors and the algorithm chosen for it; kept for the life of the process.
struct Plan {
  bool supported = false;
  lt::MatmulDesc desc = nullptr;
  lt::Layout a = nullptr, b = nullptr, c = nullptr;
  lt::Layout addend = nullptr;  // of the matrix that beta multiplies: c unless that is of 8-bit floats
  lt::Algorithm algorithm{};
};

/// Makes the plan's descriptors. False where the library does not know what is asked for.
bool describe(const lt::Api& api, const GemmArgs& args, const PlanKey& key, Plan& plan);
/// Drops them again, where the plan is not kept.
void forget(const lt::Api& api, Plan& plan);
/// The pointers of a call in descriptors that were made for another.
void point(const lt::Api& api, const GemmArgs& args, Plan& plan);
/// The library's candidates for it, the one that it expects to be fastest first; empty where it has none.
std::vector<lt::Algorithm> candidates(const lt::Api& api, lt::Handle handle, const Plan& plan, const PlanKey& key,
                                      size_t workspace_bytes, int wanted);
/// Gives the product to `stream`.
void multiply(const lt::Api& api, lt::Handle handle, const GemmArgs& args, const Plan& plan,
              const lt::Algorithm& algorithm, size_t workspace_bytes, Stream stream);

}  // namespace vt::cuda
