// PyTorch's type promotion over the operands of one call.
#pragma once

#include "core/tensor.h"

namespace vt {

// Operands fall into three classes: with dimensions, 0-dim, and wrapped numbers (Python scalars). A lower class takes
// part only when it brings a higher category (an int tensor plus a Python float), as torch.result_type has it.
class VT_API PromotionState {
 public:
  void add(const TensorImpl& t);
  void add(const Scalar& number);
  // The common dtype; Internal error if nothing was added.
  DType result() const;

 private:
  struct Class {
    DType dtype = DType::bool_;
    bool present = false;
    void add(DType d);
  };
  static Class combine(const Class& higher, const Class& lower);
  Class dimensioned_, zero_dim_, wrapped_;
};

VT_API DType result_type(TensorSpan tensors);
VT_API DType result_type(const Tensor& a, const Tensor& b);

// The dtype of a result that must be floating point: integers and bools give the default dtype.
inline DType to_floating_result(DType d) { return is_integral(d, true) ? default_dtype() : d; }

}  // namespace vt
