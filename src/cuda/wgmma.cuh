// Hopper's matrix instruction, wgmma: D (64, N) += A (64, 16) B (16, N) by a warpgroup, 16-bit factors, float32 sums.
//
// B comes from shared memory, A from shared memory or registers. A thread of the warpgroup holds of D, for each group
// of 8 columns j, d[4 j + {0, 1}] = D[r][8 j + c + {0, 1}] and d[4 j + {2, 3}] = D[r + 8][8 j + c + {0, 1}], where
// r = 16 * warp + lane / 4 and c = 2 * (lane % 4). Eight of them packed to 16 bits are A's registers for those 16
// columns, so one product's result is the next one's left factor.
#pragma once

#include <cstdint>
#include <type_traits>

#include "core/half.h"
#include "cuda/mbarrier.cuh"
#include "cuda/shared_matrices.cuh"

namespace vt::cuda {

/// A tile of `Rows` x `Cols` 16-bit elements in shared memory, row after row in panels of 64 or 32 columns, swizzled
/// as the copy engine writes boxes of one panel. Aligned to 1024 bytes.
template <int Rows, int Cols>
struct Tile {
  static constexpr int kRows = Rows, kCols = Cols;
  static constexpr int kPanelCols = Cols % 64 == 0 ? 64 : 32;
  static constexpr int kPanels = Cols / kPanelCols;
  static constexpr int kRowBytes = kPanelCols * 2;
  static constexpr int kPanelBytes = Rows * kRowBytes;
  static constexpr int kBytes = kPanels * kPanelBytes;
  static_assert(Cols % kPanelCols == 0 && Rows % 8 == 0 && kPanelBytes % 1024 == 0, "panels keep the swizzle's phase");

  /// Describes the tile at shared address `base` to wgmma, whichever way its rows run: the next 8 rows are
  /// 8 kRowBytes away, the next panel kPanelBytes. Add shift(row, col) to start elsewhere.
  static __device__ __forceinline__ uint64_t describe(uint32_t base) {
    constexpr uint64_t kSwizzle = kPanelCols == 64 ? 1 : 2;
    return (kSwizzle << 62) | (uint64_t{8 * kRowBytes / 16} << 32) | (uint64_t{kPanelBytes / 16} << 16) | (base >> 4);
  }
  /// `row` is a multiple of 8, `col` of 16.
  static constexpr __host__ __device__ uint64_t shift(int row, int col) {
    return static_cast<uint64_t>(offset(row, col)) >> 4;
  }
  /// Bytes from the tile's start to (row, col), without the swizzle.
  static constexpr __host__ __device__ int offset(int row, int col) {
    return col / kPanelCols * kPanelBytes + row * kRowBytes + col % kPanelCols * 2;
  }
  /// Where the 16 bytes of (row, col) are, `col` a multiple of 8.
  static __device__ __forceinline__ uint32_t chunk(uint32_t base, int row, int col) {
    constexpr int kChunks = kRowBytes / 16;
    const int swizzled = (col % kPanelCols / 8) ^ (row * kRowBytes / 128 % kChunks);
    return base + col / kPanelCols * kPanelBytes + row * kRowBytes + swizzled * 16;
  }
};

/// Before the first wgmma of a group, and after registers that one uses were written.
__device__ __forceinline__ void wgmma_fence() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
__device__ __forceinline__ void wgmma_commit() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }
/// Waits until at most `Pending` groups of this warpgroup are unfinished.
template <int Pending>
__device__ __forceinline__ void wgmma_wait() {
  asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(Pending) : "memory");
}
/// Keeps the compiler from moving uses of `d` over a wait.
template <int Count>
__device__ __forceinline__ void hold(float (&d)[Count]) {
#pragma unroll
  for (int i = 0; i < Count; ++i) asm volatile("" : "+f"(d[i])::"memory");
}
template <int Count>
__device__ __forceinline__ void hold(uint32_t (&a)[Count]) {
#pragma unroll
  for (int i = 0; i < Count; ++i) asm volatile("" : "+r"(a[i])::"memory");
}

/// Ends a basic block, so that the assembler cannot move a wait up over the work before it, which is to run while the
/// products do. `never` must be false without the compiler knowing.
__device__ __forceinline__ void end_block(bool never) {
  if (never) asm volatile("nanosleep.u32 1;");
}

/// wgmma for one N: `shared` takes both factors from shared memory, `registers` takes A from registers. TransposeA and
/// TransposeB: the factor lies (k, m) or (k, n) in memory instead of (m, k) and (n, k). Without `accumulate` D is
/// overwritten.
template <class T, int N>
struct Wgmma;

// clang-format off
#define VT_WGMMA_R0 "%0, %1, %2, %3, %4, %5, %6, %7"
#define VT_WGMMA_R1 "%8, %9, %10, %11, %12, %13, %14, %15"
#define VT_WGMMA_R2 "%16, %17, %18, %19, %20, %21, %22, %23"
#define VT_WGMMA_R3 "%24, %25, %26, %27, %28, %29, %30, %31"
#define VT_WGMMA_R4 "%32, %33, %34, %35, %36, %37, %38, %39"
#define VT_WGMMA_R5 "%40, %41, %42, %43, %44, %45, %46, %47"
#define VT_WGMMA_R6 "%48, %49, %50, %51, %52, %53, %54, %55"
#define VT_WGMMA_R7 "%56, %57, %58, %59, %60, %61, %62, %63"
#define VT_WGMMA_R8 "%64, %65, %66, %67, %68, %69, %70, %71"
#define VT_WGMMA_R9 "%72, %73, %74, %75, %76, %77, %78, %79"
#define VT_WGMMA_R10 "%80, %81, %82, %83, %84, %85, %86, %87"
#define VT_WGMMA_R11 "%88, %89, %90, %91, %92, %93, %94, %95"
#define VT_WGMMA_R12 "%96, %97, %98, %99, %100, %101, %102, %103"
#define VT_WGMMA_R13 "%104, %105, %106, %107, %108, %109, %110, %111"
#define VT_WGMMA_R14 "%112, %113, %114, %115, %116, %117, %118, %119"
#define VT_WGMMA_R15 "%120, %121, %122, %123, %124, %125, %126, %127"
#define VT_WGMMA_D8(i) "+f"(d[i]), "+f"(d[i + 1]), "+f"(d[i + 2]), "+f"(d[i + 3]), \
                       "+f"(d[i + 4]), "+f"(d[i + 5]), "+f"(d[i + 6]), "+f"(d[i + 7])

// A0 to A6: the numbers of the operands after D's.
#define VT_WGMMA(T, NAME, N, REGISTERS, A0, A1, A2, A3, A4, A5, A6, ...)                                              \
  template <>                                                                                                         \
  struct Wgmma<T, N> {                                                                                                \
    template <bool TransposeA, bool TransposeB>                                                                       \
    static __device__ __forceinline__ void shared(float (&d)[N / 2], uint64_t a, uint64_t b, bool accumulate) {       \
      asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, %" #A2 ", 0;\n"                                                   \
                   "wgmma.mma_async.sync.aligned.m64n" #N "k16.f32." NAME "." NAME " {" REGISTERS "}, "               \
                   "%" #A0 ", %" #A1 ", p, 1, 1, %" #A3 ", %" #A4 ";\n}"                                              \
                   : __VA_ARGS__                                                                                      \
                   : "l"(a), "l"(b), "r"(int{accumulate}), "n"(int{TransposeA}), "n"(int{TransposeB}));               \
    }                                                                                                                 \
    template <bool TransposeB>                                                                                        \
    static __device__ __forceinline__ void registers(float (&d)[N / 2], const uint32_t* a, uint64_t b,                \
                                                     bool accumulate) {                                               \
      asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, %" #A5 ", 0;\n"                                                   \
                   "wgmma.mma_async.sync.aligned.m64n" #N "k16.f32." NAME "." NAME " {" REGISTERS "}, "               \
                   "{%" #A0 ", %" #A1 ", %" #A2 ", %" #A3 "}, %" #A4 ", p, 1, 1, %" #A6 ";\n}"                        \
                   : __VA_ARGS__                                                                                      \
                   : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"(int{accumulate}), "n"(int{TransposeB})); \
    }                                                                                                                 \
  };
#define VT_WGMMA_TYPES(...)                \
  VT_WGMMA(bfloat16, "bf16", __VA_ARGS__) \
  VT_WGMMA(float16, "f16", __VA_ARGS__)

VT_WGMMA_TYPES(16, VT_WGMMA_R0, 8, 9, 10, 11, 12, 13, 14, VT_WGMMA_D8(0))
VT_WGMMA_TYPES(32, VT_WGMMA_R0 ", " VT_WGMMA_R1, 16, 17, 18, 19, 20, 21, 22, VT_WGMMA_D8(0), VT_WGMMA_D8(8))
VT_WGMMA_TYPES(48, VT_WGMMA_R0 ", " VT_WGMMA_R1 ", " VT_WGMMA_R2, 24, 25, 26, 27, 28, 29, 30, VT_WGMMA_D8(0), VT_WGMMA_D8(8), VT_WGMMA_D8(16))
VT_WGMMA_TYPES(64, VT_WGMMA_R0 ", " VT_WGMMA_R1 ", " VT_WGMMA_R2 ", " VT_WGMMA_R3, 32, 33, 34, 35, 36, 37, 38, VT_WGMMA_D8(0), VT_WGMMA_D8(8), VT_WGMMA_D8(16), VT_WGMMA_D8(24))
VT_WGMMA_TYPES(80, VT_WGMMA_R0 ", " VT_WGMMA_R1 ", " VT_WGMMA_R2 ", " VT_WGMMA_R3 ", " VT_WGMMA_R4, 40, 41, 42, 43, 44, 45, 46, VT_WGMMA_D8(0), VT_WGMMA_D8(8), VT_WGMMA_D8(16), VT_WGMMA_D8(24), VT_WGMMA_D8(32))
VT_WGMMA_TYPES(96, VT_WGMMA_R0 ", " VT_WGMMA_R1 ", " VT_WGMMA_R2 ", " VT_WGMMA_R3 ", " VT_WGMMA_R4 ", " VT_WGMMA_R5, 48, 49, 50, 51, 52, 53, 54, VT_WGMMA_D8(0), VT_WGMMA_D8(8), VT_WGMMA_D8(16), VT_WGMMA_D8(24), VT_WGMMA_D8(32), VT_WGMMA_D8(40))
VT_WGMMA_TYPES(128, VT_WGMMA_R0 ", " VT_WGMMA_R1 ", " VT_WGMMA_R2 ", " VT_WGMMA_R3 ", " VT_WGMMA_R4 ", " VT_WGMMA_R5 ", " VT_WGMMA_R6 ", " VT_WGMMA_R7, 64, 65, 66, 67, 68, 69, 70, VT_WGMMA_D8(0), VT_WGMMA_D8(8), VT_WGMMA_D8(16), VT_WGMMA_D8(24), VT_WGMMA_D8(32), VT_WGMMA_D8(40), VT_WGMMA_D8(48), VT_WGMMA_D8(56))
VT_WGMMA_TYPES(160, VT_WGMMA_R0 ", " VT_WGMMA_R1 ", " VT_WGMMA_R2 ", " VT_WGMMA_R3 ", " VT_WGMMA_R4 ", " VT_WGMMA_R5 ", " VT_WGMMA_R6 ", " VT_WGMMA_R7 ", " VT_WGMMA_R8 ", " VT_WGMMA_R9, 80, 81, 82, 83, 84, 85, 86, VT_WGMMA_D8(0), VT_WGMMA_D8(8), VT_WGMMA_D8(16), VT_WGMMA_D8(24), VT_WGMMA_D8(32), VT_WGMMA_D8(40), VT_WGMMA_D8(48), VT_WGMMA_D8(56), VT_WGMMA_D8(64), VT_WGMMA_D8(72))
VT_WGMMA_TYPES(176, VT_WGMMA_R0 ", " VT_WGMMA_R1 ", " VT_WGMMA_R2 ", " VT_WGMMA_R3 ", " VT_WGMMA_R4 ", " VT_WGMMA_R5 ", " VT_WGMMA_R6 ", " VT_WGMMA_R7 ", " VT_WGMMA_R8 ", " VT_WGMMA_R9 ", " VT_WGMMA_R10, 88, 89, 90, 91, 92, 93, 94, VT_WGMMA_D8(0), VT_WGMMA_D8(8), VT_WGMMA_D8(16), VT_WGMMA_D8(24), VT_WGMMA_D8(32), VT_WGMMA_D8(40), VT_WGMMA_D8(48), VT_WGMMA_D8(56), VT_WGMMA_D8(64), VT_WGMMA_D8(72), VT_WGMMA_D8(80))
VT_WGMMA_TYPES(192, VT_WGMMA_R0 ", " VT_WGMMA_R1 ", " VT_WGMMA_R2 ", " VT_WGMMA_R3 ", " VT_WGMMA_R4 ", " VT_WGMMA_R5 ", " VT_WGMMA_R6 ", " VT_WGMMA_R7 ", " VT_WGMMA_R8 ", " VT_WGMMA_R9 ", " VT_WGMMA_R10 ", " VT_WGMMA_R11, 96, 97, 98, 99, 100, 101, 102, VT_WGMMA_D8(0), VT_WGMMA_D8(8), VT_WGMMA_D8(16), VT_WGMMA_D8(24), VT_WGMMA_D8(32), VT_WGMMA_D8(40), VT_WGMMA_D8(48), VT_WGMMA_D8(56), VT_WGMMA_D8(64), VT_WGMMA_D8(72), VT_WGMMA_D8(80), VT_WGMMA_D8(88))
VT_WGMMA_TYPES(256, VT_WGMMA_R0 ", " VT_WGMMA_R1 ", " VT_WGMMA_R2 ", " VT_WGMMA_R3 ", " VT_WGMMA_R4 ", " VT_WGMMA_R5 ", " VT_WGMMA_R6 ", " VT_WGMMA_R7 ", " VT_WGMMA_R8 ", " VT_WGMMA_R9 ", " VT_WGMMA_R10 ", " VT_WGMMA_R11 ", " VT_WGMMA_R12 ", " VT_WGMMA_R13 ", " VT_WGMMA_R14 ", " VT_WGMMA_R15, 128, 129, 130, 131, 132, 133, 134, VT_WGMMA_D8(0), VT_WGMMA_D8(8), VT_WGMMA_D8(16), VT_WGMMA_D8(24), VT_WGMMA_D8(32), VT_WGMMA_D8(40), VT_WGMMA_D8(48), VT_WGMMA_D8(56), VT_WGMMA_D8(64), VT_WGMMA_D8(72), VT_WGMMA_D8(80), VT_WGMMA_D8(88), VT_WGMMA_D8(96), VT_WGMMA_D8(104), VT_WGMMA_D8(112), VT_WGMMA_D8(120))
// clang-format on
#undef VT_WGMMA_TYPES
#undef VT_WGMMA
#undef VT_WGMMA_D8
#undef VT_WGMMA_R0
#undef VT_WGMMA_R1
#undef VT_WGMMA_R2
#undef VT_WGMMA_R3
#undef VT_WGMMA_R4
#undef VT_WGMMA_R5
#undef VT_WGMMA_R6
#undef VT_WGMMA_R7
#undef VT_WGMMA_R8
#undef VT_WGMMA_R9
#undef VT_WGMMA_R10
#undef VT_WGMMA_R11
#undef VT_WGMMA_R12
#undef VT_WGMMA_R13
#undef VT_WGMMA_R14
#undef VT_WGMMA_R15

/// Changes the registers of every thread of the warpgroup.
template <int Registers>
__device__ __forceinline__ void grow_registers() {
  asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(Registers));
}
template <int Registers>
__device__ __forceinline__ void shrink_registers() {
  asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(Registers));
}

}  // namespace vt::cuda
