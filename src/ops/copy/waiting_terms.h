// Sums and products of captured work that wait for what they are part of.
//
// Note [Waiting terms]
// Plain code asks for a * cos - b * sin in three passes, and its gradient for as many. In a captured step, whose host
// time is spent once, products and negatives of float32 tensors wait (Note [Waiting work]), a negative for the product
// with it, and a product for the sum or difference that it is a term of: one pass then reads the factors and writes the
// sum, with a rounding for each operation, so that the bits are the same. A product that nobody else wants is never
// written.
//
// What becomes of such a sum is often that it is moved: joined with another one (cat, stack), put where the slice was
// that it is the gradient of, copied into another order of dims. That waits too: a result has places, each with a sum
// of its own, and zeros around them, and where it is moved its places move. So both halves of a rotary embedding are
// one pass, and backward those of queries and keys, with the values beside them, are one. Results that are needed at
// the same time, as rotated queries and keys are by attention, are one pass too.
#pragma once

#include <optional>
#include <vector>

#include "core/tensor.h"
#include "cuda/waiting_work.h"

namespace vt::waiting {

inline constexpr int kMostTermDims = 6;
inline constexpr int kMostPlaces = 8;

/// x, or x * y where there is a y; with `negative` -x in the place of x.
struct Term {
  Tensor x, y;
  bool negative = false;
};

/// Elements of a result from `start` on, `sizes` of them: the sum of one or two terms, whose tensors expand to `sizes`.
struct Place {
  DimVec start, sizes;
  std::vector<Term> terms;
  bool onto_zero = false;  // 0 + the sum, which has another sign where that is -0
};

class WaitingTerms : public cuda::WaitingWork {
 public:
  /// `out` is dense, of at most kMostTermDims dims. At most kMostPlaces, apart; what none of them covers becomes zero.
  /// The tensors of their terms reach less than 2^31 elements far.
  WaitingTerms(cuda::Stream stream, std::vector<Place> places, const Tensor& out);
  /// out = the terms' sum.
  WaitingTerms(cuda::Stream stream, std::vector<Term> terms, const Tensor& out);

  void give() override;
  /// Terms that give() would give too, if there is room for their places.
  bool takes_along(const WaitingWork& other) override;

  /// The terms, if this writes just what `result` is and that is their sum, else null.
  const std::vector<Term>* terms_of(const Tensor& result) const;
  /// The only term, if this writes just what `result` is, else null.
  const Term* term_of(const Tensor& result) const;
  /// The places as those of a tensor in which `part` begins at `start`. `part` has just the elements that this writes,
  /// its dims may be in another order with dims of one element between; nothing if it is not so.
  std::optional<std::vector<Place>> places_in(const Tensor& part, const DimVec& start) const;
  /// Whether `place` is apart from all others.
  bool leaves_zeros_at(const Place& place) const;
  /// The place of `part`, a view of what this writes with as many dims; nothing for other views.
  std::optional<Place> place_of(const Tensor& part) const;

 protected:
  /// What this writes.
  Tensor result() const;
  const std::vector<Place>& places() const { return places_; }

 private:
  std::vector<Place> places_;
  std::vector<const WaitingTerms*> along_;
  float* out_;
  DimVec sizes_, strides_;
};

/// Whether `t`, of float32 on `device`, may be in a term, and be read when that is written.
bool may_be_in_term(const Tensor& t, Device device);
/// Whether this thread captures, and `out` may be written by what waits.
bool may_wait_to_write(const Tensor& out);
/// A tensor as a term keeps it: the memory without the history.
inline Tensor kept(const Tensor& t) { return make_detached(t); }

// Each of these leaves the work to wait, or returns false with nothing done where it is better done at once: outside of
// a capture, and where what is moved does not wait.

/// out = `parts` one behind the other along `dim`.
bool wait_to_join(TensorSpan parts, const Tensor& out, int64_t dim);
/// to = from.
bool wait_to_copy(const Tensor& to, const Tensor& from);
/// out = zeros, with `grad` in the place of `part`, a view of it.
bool wait_to_put(const Tensor& out, const Tensor& part, const Tensor& grad);
/// part += grad, where what waits to write `sum` leaves zeros in the place of `part`, a view of it.
bool wait_to_add(const Tensor& sum, const Tensor& part, const Tensor& grad);

/// A place and the tensor that it is of.
struct PlaceOf {
  const Place& place;
  const Tensor& out;
};
/// Gives the places, kMostPlaces at most, to `stream` as one pass.
void give_places(cuda::Stream stream, const std::vector<PlaceOf>& places);

}  // namespace vt::waiting
