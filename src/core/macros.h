// Compiler-facing macros that every layer may use.
#pragma once

#define VT_API __attribute__((visibility("default")))
#define VT_LIKELY(x) __builtin_expect(!!(x), 1)
#define VT_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define VT_NOINLINE __attribute__((noinline))
#define VT_ALWAYS_INLINE inline __attribute__((always_inline))

// Code that both compilers see. VT_HD_INLINE is always inlined, so that a function instantiated in a unit built for one
// instruction set is never merged by the linker into code built for another.
#ifndef VT_HD
#ifdef __CUDACC__
#define VT_HD __host__ __device__
#else
#define VT_HD
#endif
#endif
#ifndef VT_HD_INLINE
#define VT_HD_INLINE VT_HD inline __attribute__((always_inline))
#endif
