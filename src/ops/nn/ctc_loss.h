// Connectionist temporal classification: steps along the frames of a sample, for kernels of any device.
//
// Note [Paths of a target]
// A target of S labels stands for all paths through the T frames that, with repeats merged and blanks left out, read as
// it. They walk over 2S + 1 positions: blanks at the even ones, label i at 2i + 1. From a position a path goes on to
// itself, to the next one, and past a blank to the next label if that differs from its own. log_alpha[t][p] is the
// logarithm of the probability of all beginnings that are at p in frame t, log_beta that of all ends, both with frame t
// itself.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "core/macros.h"
#include "core/tensor.h"

namespace vt::ctc {

// One element of a batch. T is float or double.
template <class T>
struct Sample {
  const T* log_probs;  // frame t, class c at t * frame_stride + c * class_stride
  int64_t frame_stride, class_stride;
  const int64_t* labels;  // (target_length)
  int64_t frames, target_length, blank;

  VT_HD_INLINE int64_t positions() const { return 2 * target_length + 1; }
  VT_HD_INLINE int64_t class_at(int64_t p) const { return p % 2 == 0 ? blank : labels[p / 2]; }
  VT_HD_INLINE T log_prob(int64_t t, int64_t p) const {
    return log_probs[t * frame_stride + class_at(p) * class_stride];
  }
  // Whether paths go from position p straight to p + 2.
  VT_HD_INLINE bool skips(int64_t p) const {
    return p % 2 == 1 && p + 2 < positions() && labels[p / 2] != labels[p / 2 + 1];
  }
};

template <class T>
VT_HD_INLINE T log_sum(T a, T b, T c) {
  T largest = a > b ? a : b;
  largest = largest > c ? largest : c;
  if (largest == -INFINITY) largest = T(0);  // none of them is there
  return std::log(std::exp(a - largest) + std::exp(b - largest) + std::exp(c - largest)) + largest;
}

// log_alpha of frame t and position p from those of the frame before (unused for the first frame).
template <class T>
VT_HD_INLINE T next_alpha(const Sample<T>& s, int64_t t, int64_t p, const T* before) {
  if (t == 0) return p < 2 ? s.log_prob(0, p) : T(-INFINITY);
  const T one = p >= 1 ? before[p - 1] : T(-INFINITY);
  const T two = p >= 2 && s.skips(p - 2) ? before[p - 2] : T(-INFINITY);
  return log_sum(before[p], one, two) + s.log_prob(t, p);
}

// log_beta of frame t from those of the frame after.
template <class T>
VT_HD_INLINE T next_beta(const Sample<T>& s, int64_t t, int64_t p, const T* after) {
  const int64_t end = s.positions();
  if (t == s.frames - 1) return p >= end - 2 ? s.log_prob(t, p) : T(-INFINITY);
  const T one = p + 1 < end ? after[p + 1] : T(-INFINITY);
  const T two = s.skips(p) ? after[p + 2] : T(-INFINITY);
  return log_sum(after[p], one, two) + s.log_prob(t, p);
}

// -log of the probability of the target, from log_alpha of the last frame.
template <class T>
VT_HD_INLINE T loss_of(const Sample<T>& s, const T* last) {
  if (s.frames == 0) return s.target_length == 0 ? T(0) : T(INFINITY);
  const int64_t end = s.positions();
  return -log_sum(last[end - 1], end > 1 ? last[end - 2] : T(-INFINITY), T(-INFINITY));
}

// Where the targets and lengths of a batch are: concatenated, or padded to rows.
struct Targets {
  Tensor labels;               // int64, dense, on the device
  std::vector<int64_t> first;  // of each sample, in labels
  int64_t longest = 0;
};

// Checks the call's arguments; RuntimeError.
Targets targets_of(const Tensor& log_probs, const Tensor& targets, IntSpan input_lengths, IntSpan target_lengths,
                   int64_t blank);

}  // namespace vt::ctc
