// How an op states its derivative: what it keeps for backward, and a function from output gradients to input gradients
// written with dispatched ops (so double backward needs nothing more).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "dispatch/value.h"

namespace vt {

class Op;

// What backward keeps: arguments and results by position. Everything else of a call (numbers, lists, flags, and the
// shape, dtype and device of every tensor argument) is always at hand.
struct Keep {
  static constexpr int kSelective = 4;
  uint32_t bits = 0;
  // For the first arguments: by bit, the arguments whose gradients read this one. It is kept only if one of those
  // requires grad: a product keeps a factor for the other's sake alone.
  uint8_t readers[kSelective] = {0xff, 0xff, 0xff, 0xff};

  static constexpr Keep arg(int i) { return {1u << i}; }
  static constexpr Keep result(int i = 0) { return {1u << (24 + i)}; }
  constexpr Keep operator|(Keep o) const { return {bits | o.bits}; }
  constexpr Keep read_by(int i, uint8_t arguments) const {
    Keep k = *this;
    k.readers[i] = arguments;
    return k;
  }
  // `wanted`: by bit, the arguments that require grad.
  constexpr bool keeps_arg(int i, uint32_t wanted) const {
    return has_arg(i) && (i >= kSelective || (readers[i] & wanted));
  }
  constexpr bool has_arg(int i) const { return bits >> i & 1; }
  constexpr bool has_result(int i) const { return bits >> (24 + i) & 1; }
};
namespace keep {
inline constexpr Keep none{};
inline constexpr Keep self = Keep::arg(0);
inline constexpr Keep result = Keep::result(0);
template <class... I>
constexpr Keep args(I... i) {
  return {(0u | ... | (1u << i))};
}
template <class... I>
constexpr Keep results(I... i) {
  return {(0u | ... | (1u << (24 + i)))};
}
}  // namespace keep

// One call of a derivative. Argument and result numbers are positions in the schema.
class VT_API GradContext {
 public:
  virtual ~GradContext() = default;

  // Gradient of a result; undefined when nothing downstream used that result (never for an op with one result).
  virtual const Tensor& grad(int result = 0) const = 0;
  // Gradient of every tensor of an op that returns Tensor[]; entries may be undefined.
  virtual TensorSpan grads() const = 0;
  // The same, zeros where undefined.
  virtual Tensor grad_or_zeros(int result) const = 0;

  // Whether the gradient of an argument (element j of a list argument) is wanted.
  virtual bool needs(int arg, int element = 0) const = 0;
  // Kept tensors; asking for one that the op does not keep is an internal error. Versions are checked here.
  virtual Tensor saved(int arg, int element = 0) const = 0;
  virtual Tensor saved_result(int result = 0) const = 0;
  // Shape, dtype and device of a tensor argument, kept or not; of an absent Tensor? the sizes are empty.
  virtual IntSpan sizes(int arg, int element = 0) const = 0;
  virtual DType dtype(int arg, int element = 0) const = 0;
  virtual Device device(int arg, int element = 0) const = 0;
  virtual int list_size(int arg) const = 0;
  virtual bool is_none(int arg) const = 0;

  // The gradient that already waits where the one of `arg` goes, for the derivative to add its own into, in place; what
  // it then sets for `arg` is the sum. Undefined where there is none or where somebody could tell: see
  // Note [Waiting gradients] in autograd/engine.h. A dense tensor of the argument's sizes and dtype.
  virtual Tensor take_waiting(int /*arg*/) const { return {}; }
  // A 16-bit dtype in which the gradient of `arg` will be wanted too, as soon as it is set: a derivative that has it in
  // registers may write both (Note [Narrow copies] in ops/copy/narrow_copy.h).
  virtual std::optional<DType> wanted_narrow(int /*arg*/) const { return {}; }

  // Number, list, string arguments as they came: ctx.arg<int64_t>(1), ctx.arg<std::optional<DimVec>>(1).
  template <class T>
  decltype(auto) arg(int i) const {
    return Unbox<T>::get(raw(i));
  }

  // The gradient of an argument. The engine sums it to the argument's shape if it was broadcast and casts its dtype.
  virtual void set(int arg, Tensor gradient) = 0;
  virtual void set(int arg, int element, Tensor gradient) = 0;

 protected:
  virtual const Value& raw(int arg) const = 0;
};

using Derivative = void (*)(GradContext&);

// One call of a forward derivative: the op's arguments and results (the primals), and a tangent for each tensor among
// the arguments, of its shape.
class VT_API JvpContext {
 public:
  // `tangents`: in the order of the tensors among `args`, absent ones left out; undefined stands for zeros.
  JvpContext(const Op& op, std::span<const Value> args, TensorSpan tangents, const Results& results)
      : op_(op), args_(args), tangents_(tangents), results_(results) {}

  const Op& op() const { return op_; }
  template <class T>
  decltype(auto) arg(int i) const {
    return Unbox<T>::get(args_[i]);
  }
  std::span<const Value> args() const { return args_; }
  const Results& results() const { return results_; }
  // Tangent of an argument (element j of a list argument); undefined for zeros.
  Tensor tangent(int arg, int element = 0) const;

  // The tangent of a result; one that is not set is zeros.
  void set(int result, Tensor tangent);
  std::vector<Tensor> take() { return std::move(out_); }

 private:
  const Op& op_;
  std::span<const Value> args_;
  TensorSpan tangents_;
  const Results& results_;
  std::vector<Tensor> out_;
};

// False for a call that it does not know (complex tensors, say): the derivative of the derivative answers that one.
using Jvp = bool (*)(JvpContext&);

}  // namespace vt
