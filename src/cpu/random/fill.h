// Fills of contiguous memory with random numbers, bit for bit PyTorch's CPU streams.
//
// Each function draws from the generator exactly as many words as PyTorch does for n elements, in the same order, so
// calls may be split and mixed freely, except where noted. Parameters are taken as valid; the caller holds the
// generator's mutex.
#pragma once

#include <cstdint>

#include "core/dtype.h"
#include "core/generator.h"

namespace vt::cpu {

// [from, to) in a floating dtype.
void fill_uniform(CpuGenerator& generator, DType dtype, void* out, int64_t n, double from, double to);

// Normals in a floating dtype, in blocks of 16 uniforms of the dtype's arithmetic type; the last, partial block is a
// whole block again that ends with the memory. n >= 16, and not to be split.
void fill_normal_blocks(CpuGenerator& generator, DType dtype, void* out, int64_t n, double mean, double std);
// One double Box-Muller pair per two elements; the second value of a pair waits in the generator.
void fill_normal(CpuGenerator& generator, DType dtype, void* out, int64_t n, double mean, double std);
void fill_log_normal(CpuGenerator& generator, DType dtype, void* out, int64_t n, double mean, double std);

// Floating dtypes; geometric also integral ones, where what does not fit wraps as a machine conversion does.
void fill_exponential(CpuGenerator& generator, DType dtype, void* out, int64_t n, double rate);
void fill_cauchy(CpuGenerator& generator, DType dtype, void* out, int64_t n, double median, double sigma);
void fill_geometric(CpuGenerator& generator, DType dtype, void* out, int64_t n, double p);

// Zeros and ones in any real dtype. The second form takes a probability per element, of dtype p_dtype (floating), and
// is a RuntimeError at the first one outside [0, 1].
void fill_bernoulli(CpuGenerator& generator, DType dtype, void* out, int64_t n, double p);
void fill_bernoulli(CpuGenerator& generator, DType dtype, void* out, int64_t n, DType p_dtype, const void* p);

// Poisson numbers with a rate per element, of the same floating dtype; a RuntimeError at the first negative or infinite
// one.
void fill_poisson(CpuGenerator& generator, DType dtype, void* out, int64_t n, const void* rates);

// Integers of [base, base + range) in any real dtype; range > 0.
void fill_integers(CpuGenerator& generator, DType dtype, void* out, int64_t n, uint64_t range, int64_t base);
// All of int64 in int64, float32, float64 and bfloat16.
void fill_int64_range(CpuGenerator& generator, DType dtype, void* out, int64_t n);
// [0, max] of an integral dtype; [0, 2^digits] of a floating one.
void fill_random(CpuGenerator& generator, DType dtype, void* out, int64_t n);

// A random permutation of 0 .. n-1 in an integral or floating dtype.
void fill_permutation(CpuGenerator& generator, DType dtype, void* out, int64_t n);

}  // namespace vt::cpu
