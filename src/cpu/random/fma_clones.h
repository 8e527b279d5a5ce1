// Loops whose bits depend on fused multiply-add, compiled for machines with and without the instruction.
//
// Such a loop writes std::fma where the bits need one, so that both versions agree: without the instruction the C
// library computes it. No other product in it feeds a sum, so the compiler has nothing left to fuse.
#pragma once

namespace vt::cpu {

inline bool has_fma() {
  static const bool has = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return has;
}

// Runs `body`, an always-inlined lambda without arguments.
template <class Body>
__attribute__((target("avx2,fma"), noinline)) void run_with_fma(const Body& body) {
  body();
}
template <class Body>
__attribute__((noinline)) void run_without_fma(const Body& body) {
  body();
}
template <class Body>
void run_fma_clone(const Body& body) {
  has_fma() ? run_with_fma(body) : run_without_fma(body);
}

}  // namespace vt::cpu
