// Cross entropy of logits and class numbers over contiguous rows. T: float, double, float16, bfloat16. Threaded.
#pragma once

#include <cstdint>

#include "core/dtype.h"

namespace vt::cpu {

// Beside logits larger than this even double has no digits for the log of the sum, as in a row that is masked by the
// lowest number of its dtype: backward makes it anew.
inline constexpr double kLargestKeptSum = 1 << 20;

// lse[r] = log sum exp of row r of logits (rows, columns), in double: float32 has no digits left for a probability
// below a logit of a few thousands; loss[r] = lse[r] - logits[r, target[r]], 0 where the target is `ignore`. Returns
// the first row whose target is neither `ignore` nor in [0, columns), or -1.
template <class T>
VT_API int64_t cross_entropy(const T* logits, const int64_t* target, int64_t ignore, double* lse, opmath_t<T>* loss,
                             int64_t rows, int64_t columns);

// dlogits[r] = scale (softmax(logits[r]) - one_hot(target[r])), 0 where the target is `ignore`; logits and dlogits may
// be the same.
template <class T>
VT_API void cross_entropy_backward(const T* logits, const int64_t* target, int64_t ignore, const double* lse,
                                   opmath_t<T> scale, T* dlogits, int64_t rows, int64_t columns);

}  // namespace vt::cpu
