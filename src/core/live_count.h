// How many objects of a kind are alive, for leak tests and `live_counters`. Each thread counts what it makes and
// destroys in a place of its own, without locked instructions; the sum over threads is the answer.
#pragma once

#include <cstdint>

namespace vt {

enum class Counted : uint8_t { Tensor, Storage, Node };
inline constexpr int kCountedKinds = 3;

/// Adds `change` (1: made, -1: destroyed) to the calling thread's count.
void count_live(Counted kind, int64_t change) noexcept;
/// The sum over all threads, past ones too. Exact while no other thread makes or destroys.
int64_t live_count(Counted kind) noexcept;

}  // namespace vt
