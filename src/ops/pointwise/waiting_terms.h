// Products and negatives of captured work that wait for the sum they are part of.
//
// Note [Waiting terms]
// Plain code asks for a * cos - b * sin in three passes, and its gradient for as many. In a captured step, whose host
// time is spent once, products and negatives of float32 tensors wait (Note [Waiting work]), a negative for the product
// with it, and a product for the sum or difference that it is a term of: one pass then reads the factors and writes the
// sum, with a rounding for each operation, so that the bits are the same. A product that nobody else wants is never
// written.
#pragma once

#include "core/tensor.h"
#include "cuda/waiting_work.h"

namespace vt::pointwise {

inline constexpr int kMostTermDims = 6;

/// x, or x * y where there is a y; with `negative` -x in the place of x.
struct Term {
  Tensor x, y;
  bool negative = false;
};

class WaitingTerms final : public cuda::WaitingWork {
 public:
  /// out = the terms' sum. `out` is dense, of at most kMostTermDims dims; the tensors of the terms expand to its sizes,
  /// and reach less than 2^31 elements far.
  WaitingTerms(cuda::Stream stream, std::vector<Term> terms, const Tensor& out);

  void give() override;

  /// The only term, if this writes just what `result` is, else null.
  const Term* term_of(const Tensor& result) const;

 private:
  void give_negative();

  std::vector<Term> terms_;  // one or two
  float* out_;
  DimVec sizes_, strides_;
};

}  // namespace vt::pointwise
