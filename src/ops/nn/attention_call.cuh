// A call of attention on CUDA as its kernels get it, and which kernels serve it.
#pragma once

#include "core/tensor.h"
#include "cuda/philox.cuh"
#include "ops/nn/attention_general.cuh"
#include "ops/nn/fused_attention.h"

namespace vt::attention {

/// What forward and backward are told beside their tensors.
struct Request {
  const Tensor &q, &k, &v;
  double scale;
  Form form;
  ops::AttentionOptions options;  // of kGeneral
  Tensor philox;                  // with dropout: what forward writes and backward reads
  PhiloxPosition position;        // with dropout, forward
};

/// Whether so few queries see each key that what counts is how fast keys are read.
inline bool decodes(const Request& r) {
  const int64_t rows = r.q.size(2) * (r.q.size(1) / r.k.size(1));
  return r.options.dropout_p == 0 && (rows <= 16 || r.q.size(2) <= 4);
}

/// General, and what it points into.
struct GeneralCall {
  General device{};
  Tensor mask, ranges, philox;
};
/// Makes what the kernels read of a call's options, on the current stream. The mask is (batch, heads, queries, keys)
/// with strides of zero where it is broadcast. `by_key`: for kernels whose rows are keys.
GeneralCall general_call(const ops::AttentionOptions& options, double scale, bool by_key);
/// The same with dropout's random numbers: new ones, which are noted, or with `again` those that were.
GeneralCall general_call(const Request& request, bool by_key, bool again);

/// Refuses what no kernel is for; scaled_dot_product_attention has asked before.
void check_suits(const Tensor& q, const Tensor& k, const Tensor& v, double scale);

inline const StorageImpl* storage_of(const Tensor& t) { return t.defined() ? t.storage().get() : nullptr; }

/// Kernels for Hopper, where the build has them: of 16-bit floats with head dims up to 256, where the form
/// is general or sums have an order up to 128 backward.
struct HopperKernels {
  void (*forward)(const Request& request, const Tensor& out, const Tensor& lse) = nullptr;
  ops::AttentionGradients (*backward)(const Request& request, const Tensor& grad, const Tensor& out,
                                      const Tensor& lse) = nullptr;
};
HopperKernels& hopper_kernels();

/// Note [Portable attention]. Any layout.
void portable_forward(const Request& request, const Tensor& out, const Tensor& lse);
ops::AttentionGradients portable_backward(const Request& request, const Tensor& grad, const Tensor& out,
                                          const Tensor& lse);

}  // namespace vt::attention
