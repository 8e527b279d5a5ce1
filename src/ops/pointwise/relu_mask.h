// Where a ReLU let its input through, in a bit per element, and gradients that wait to be cut by it.
//
// Note [Masks of ReLU]
// A kernel that ends in a ReLU may write, for each 16 bytes of the result, a byte with the bits of its elements, a
// sixteenth of what the derivative would read of the result. They are a companion of the result's storage; the
// derivative takes them, once, if the result was not written to since and it runs on the stream, and in the capture,
// that they were made in. The gradient that it gives then waits (Note [Waiting work]), because what comes next may read
// the gradient of the result and the bits instead: batch norm's derivative does.
#pragma once

#include "core/tensor.h"
#include "cuda/waiting_work.h"
#include "ops/copy/made_in.h"

namespace vt {
class Op;
}

namespace vt::pointwise {

/// Elements that share a byte of a mask.
inline int mask_width(DType dtype) { return static_cast<int>(16 / size_of(dtype)); }
/// Memory for the mask of a dense tensor whose elements are a multiple of mask_width.
VT_API Tensor new_relu_mask(int64_t numel, DType dtype, Device device);
/// `version` is that of the storage when the result is complete; `here` where the work belongs.
VT_API void give_relu_mask(StorageImpl& result, Tensor bits, uint32_t version, const MadeIn& here);
/// The bits of a result that covers its storage, in the order of memory; undefined if there are none that hold.
VT_API Tensor take_relu_mask(const Tensor& result);

/// a + b of gradients of the result of `op`, on the current stream; undefined unless that is a ReLU, whose derivative
/// can read both, and the sum may wait: they are floating, of one dtype and lie alike.
VT_API Tensor sum_that_waits(const Op& op, const Tensor& a, const Tensor& b);

/// The sum of two gradients, rounded to their dtype.
class VT_API WaitingSum final : public cuda::WaitingWork {
 public:
  WaitingSum(cuda::Stream stream, Tensor a_, Tensor b_, const Tensor& out);
  void give() override;

  Tensor a, b;
  void* out;
};

/// A gradient cut by a mask: `gradient`, dense, where a bit is set, else 0. With `more` it is the sum of both.
class VT_API MaskedGradient final : public cuda::WaitingWork {
 public:
  MaskedGradient(cuda::Stream stream, Tensor gradient_, Tensor more_, Tensor bits_, const Tensor& out);
  void give() override;

  Tensor gradient, more, bits;
  void* out;
};

}  // namespace vt::pointwise
