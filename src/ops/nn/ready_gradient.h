// Gradients that a forward kernel writes because it has everything at hand.
//
// Note [Ready gradients]
// When cross entropy's kernel knows a row's logarithm of sums, the row is still in registers: writing the logits'
// gradient then saves backward's reading of them, a third of its traffic and of both passes'. Its scale is known only
// backward; but training calls backward() on the loss itself as a rule, and then it is exactly 1. So a kernel makes the
// gradient of a loss ready, for a scale of 1, if the last such loss was differentiated with that, and it is a companion
// of the memory of a saved result until the derivative takes it: once, with a scale that the engine made as 1
// (mark_ones), on the stream and in the capture that it was made in. Any other backward pass computes the gradient from
// the logits, as if there were none, and ends the habit, as a loss does that is never differentiated. The numbers are
// the same to the bit. A gradient of more than kMostReadyBytes would lie beside logits as large, just where most memory
// is in use; it is left to backward, which can write it over them (Note [Kept memory] in dispatch/kept_memory.h).
#pragma once

#include "core/tensor.h"

namespace vt {

// The engine says so of the gradient that it makes for a loss.
VT_API void mark_ones(const Tensor& t);
// Whether that was said of t, and t was not written to since.
VT_API bool is_marked_ones(const Tensor& t);

inline constexpr int64_t kMostReadyBytes = int64_t{256} << 20;
// Whether to make a gradient of so many bytes ready. A yes is for one loss.
VT_API bool expects_unit_gradient(int64_t bytes);
VT_API void give_ready_gradient(const Tensor& beside, const Tensor& gradient);
// What was given beside a saved result, if the gradient of the loss is `incoming`; undefined if there is none.
VT_API Tensor take_ready_gradient(const Tensor& beside, const Tensor& incoming);

}  // namespace vt
