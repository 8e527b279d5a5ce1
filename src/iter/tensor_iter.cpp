#include "iter/tensor_iter.h"

#include "core/thread_state.h"
#include "iter/given_output.h"
#include "iter/overlap.h"
#include "iter/promotion.h"

namespace vt {
namespace {

DimVec sizes_of(const int64_t* shape, int ndim) { return DimVec(IntSpan(shape, static_cast<size_t>(ndim))); }

}  // namespace

void TensorIter::add(const TensorImpl* tensor) {
  operands_[operand_count_++] = {tensor, nullptr, tensor ? tensor->dtype() : DType::float32, false, false};
}

void TensorIter::add_output(Tensor t) {
  VT_ASSERT(operand_count_ == output_count_ && output_count_ < 2);
  add(t.impl());
  outputs_[output_count_++] = std::move(t);
}

void TensorIter::add_input(const Tensor& t) {
  VT_ASSERT(operand_count_ < kMaxOperands);
  add(t.impl());
}

DType TensorIter::common_dtype() const {
  const DType first = operands_[output_count_].dtype;
  bool all_same = true;
  for (int i = output_count_; i < operand_count_; ++i) {
    all_same &= operands_[i].dtype == first && !operands_[i].tensor->is_wrapped_number();
  }
  if (all_same) return first;
  PromotionState state;
  for (int i = output_count_; i < operand_count_; ++i) state.add(*operands_[i].tensor);
  return state.result();
}

void TensorIter::find_device() {
  device_ = kCPU;
  int other = 0;
  const auto is_elsewhere = [](const TensorImpl* t) { return t && t->device() != kCPU; };
  while (other < operand_count_ && !is_elsewhere(operands_[other].tensor)) ++other;
  if (other == operand_count_) return;
  device_ = operands_[other].tensor->device();
  for (int i = output_count_; i < operand_count_; ++i) {
    const TensorImpl& t = *operands_[i].tensor;
    if (t.device() == device_) continue;
    VT_CHECK(t.device() == kCPU && t.sizes().empty(), Runtime,
             "Expected all tensors to be on the same device, but found at least two devices, ", device_, " and ",
             t.device(), "!");
    operands_[i].host_scalar = true;
  }
}

void TensorIter::broadcast() {
  const TensorImpl& first = *operands_[output_count_].tensor;
  ndim_ = static_cast<int>(first.sizes().size());
  std::copy(first.sizes().begin(), first.sizes().end(), shape_);
  for (int i = output_count_ + 1; i < operand_count_; ++i) {
    const IntSpan sizes = operands_[i].tensor->sizes();
    if (same(sizes, shape())) continue;
    const DimVec both = broadcast_sizes(shape(), sizes);
    ndim_ = static_cast<int>(both.size());
    std::copy(both.begin(), both.end(), shape_);
  }
}

// Everything contiguous and of one shape: one dimension, nothing to reorder.
bool TensorIter::try_fast(DType result) {
  const TensorImpl& first = *operands_[output_count_].tensor;
  for (int i = 0; i < operand_count_; ++i) {
    const TensorImpl* t = operands_[i].tensor;
    if (!t) continue;
    if (!t->is_contiguous() || !same(t->sizes(), first.sizes()) || operands_[i].host_scalar) return false;
  }
  numel_ = first.numel();
  for (int i = 0; i < output_count_; ++i) {
    if (operands_[i].tensor) continue;
    outputs_[i] = empty(first.sizes(), result, device_);
    operands_[i].tensor = outputs_[i].impl();
    operands_[i].dtype = result;
  }
  ndim_ = 1;
  shape_[0] = numel_;
  for (int i = 0; i < operand_count_; ++i) {
    operands_[i].data = static_cast<char*>(operands_[i].tensor->address());
    strides_[i][0] = static_cast<int64_t>(size_of(operands_[i].dtype));
  }
  return true;
}

void TensorIter::set_strides(int operand) {
  const TensorImpl& t = *operands_[operand].tensor;
  const IntSpan sizes = t.sizes(), strides = t.strides();
  const int lead = ndim_ - static_cast<int>(sizes.size());
  const auto item = static_cast<int64_t>(size_of(t.dtype()));
  for (int d = 0; d < ndim_; ++d) {
    const bool missing = d < lead || (sizes[d - lead] == 1 && shape_[d] != 1);
    strides_[operand][d] = missing ? 0 : strides[d - lead] * item;
  }
}

// Finds order_: the dims from the fastest to the slowest, judged by the operands from `first_operand` on; the first
// operand that tells two dims apart decides.
void TensorIter::order_dims(int first_operand) {
  for (int i = 0; i < ndim_; ++i) order_[i] = static_cast<int8_t>(ndim_ - 1 - i);
  auto compare = [&](int a, int b) {
    for (int i = first_operand; i < operand_count_; ++i) {
      if (!operands_[i].tensor) continue;
      const int64_t x = strides_[i][a], y = strides_[i][b];
      if (x == 0 || y == 0) continue;
      if (x != y) return x < y ? -1 : 1;
      if (shape_[a] > shape_[b]) return 1;
    }
    return 0;
  };
  for (int i = 1; i < ndim_; ++i) {
    int at = i;
    for (int j = i - 1; j >= 0; --j) {
      const int c = compare(order_[j], order_[at]);
      if (c > 0) {
        std::swap(order_[j], order_[at]);
        at = j;
      } else if (c < 0) {
        break;
      }
    }
  }
}

void TensorIter::allocate(int output, DType result) {
  int64_t step = 1;
  DimVec strides(static_cast<size_t>(ndim_));
  for (int i = 0; i < ndim_; ++i) {
    strides[order_[i]] = step;
    step *= std::max<int64_t>(shape_[order_[i]], 1);
  }
  bool row_major = true;
  for (int i = 0; i < ndim_; ++i) row_major &= order_[i] == ndim_ - 1 - i;
  const DimVec sizes = sizes_of(shape_, ndim_);
  outputs_[output] = row_major ? empty(sizes, result, device_) : empty_strided(sizes, strides, result, device_);
  operands_[output].tensor = outputs_[output].impl();
  operands_[output].dtype = result;
  operands_[output].allocated = true;
}

void TensorIter::build(DType result, Given given) {
  VT_ASSERT(input_count() >= 1);
  find_device();
  for (int i = 0; i < output_count_; ++i) {
    if (!operands_[i].tensor) continue;
    check_given_output(outputs_[i], result, device_);
    if (i == 0 || operands_[i].tensor != operands_[0].tensor) check_no_internal_overlap(*operands_[i].tensor);
  }
  if (!try_fast(result)) {
    broadcast();
    for (int i = 0; i < output_count_; ++i) {
      const TensorImpl* t = operands_[i].tensor;
      if (!t || same(t->sizes(), shape())) continue;
      bool resizable = given == Given::Resize;  // an operand cannot change under the loop
      for (int j = output_count_; j < operand_count_; ++j) resizable &= operands_[j].tensor != t;
      if (!resizable) check_keeps_shape(outputs_[i], shape());
      resize_output(outputs_[i], shape());
    }
    for (int i = 0; i < operand_count_; ++i) {
      if (operands_[i].tensor) set_strides(i);
    }
    order_dims(0);
    for (int i = 0; i < output_count_; ++i) {
      if (operands_[i].tensor) continue;
      allocate(i, result);
      set_strides(i);
    }
    finish();
  }
  for (int i = 0; i < output_count_; ++i) {
    if (operands_[i].allocated) continue;
    for (int j = output_count_; j < operand_count_; ++j) {
      if (operands_[j].tensor->storage() == operands_[i].tensor->storage()) {
        check_no_partial_overlap(*operands_[i].tensor, *operands_[j].tensor);
      }
    }
  }
}

void TensorIter::build_reduction(const Tensor& out, const Tensor& in, uint64_t dims) {
  add_output(out);
  add_input(in);
  ndim_ = static_cast<int>(in.sizes().size());
  std::copy(in.sizes().begin(), in.sizes().end(), shape_);
  find_device();
  for (int i = 0; i < operand_count_; ++i) {
    set_strides(i);
    for (int d = 0; i < output_count_ && d < ndim_; ++d) {
      VT_ASSERT(tensor(i).sizes()[d] == ((dims >> d & 1) ? 1 : shape_[d]));
      if (dims >> d & 1) strides_[i][d] = 0;
    }
  }
  order_dims(output_count_);
  finish();
}

void TensorIter::build_reduction(const Tensor& out0, const Tensor& out1, const Tensor& in, uint64_t dims) {
  add_output(out0);
  build_reduction(out1, in, dims);
}

// Applies order_, merges dims and takes the data pointers.
void TensorIter::finish() {
  numel_ = 1;
  for (int d = 0; d < ndim_; ++d) numel_ *= shape_[d];
  int64_t shape[kMaxDims];
  std::copy(shape_, shape_ + ndim_, shape);
  for (int d = 0; d < ndim_; ++d) shape_[d] = shape[order_[d]];
  for (int i = 0; i < operand_count_; ++i) {
    int64_t strides[kMaxDims];
    std::copy(strides_[i], strides_[i] + ndim_, strides);
    for (int d = 0; d < ndim_; ++d) strides_[i][d] = strides[order_[d]];
    operands_[i].data = static_cast<char*>(operands_[i].tensor->address());
  }
  merge_dims();
}

void TensorIter::merge_dims() {
  if (ndim_ == 0) {
    ndim_ = 1;
    shape_[0] = 1;
    for (int i = 0; i < operand_count_; ++i) strides_[i][0] = 0;
  }
  auto can_merge = [&](int a, int b) {
    if (shape_[a] == 1 || shape_[b] == 1) return true;
    for (int i = 0; i < operand_count_; ++i) {
      if (strides_[i][a] * shape_[a] != strides_[i][b]) return false;
    }
    return true;
  };
  int last = 0;
  for (int d = 1; d < ndim_; ++d) {
    if (can_merge(last, d)) {
      if (shape_[last] == 1) {
        for (int i = 0; i < operand_count_; ++i) strides_[i][last] = strides_[i][d];
      }
      shape_[last] *= shape_[d];
    } else if (++last != d) {
      shape_[last] = shape_[d];
      for (int i = 0; i < operand_count_; ++i) strides_[i][last] = strides_[i][d];
    }
  }
  ndim_ = last + 1;
  if (shape_[0] == 1 && ndim_ == 1) {  // one element: call it contiguous
    for (int i = 0; i < operand_count_; ++i) {
      strides_[i][0] = operands_[i].host_scalar ? 0 : static_cast<int64_t>(size_of(operands_[i].dtype));
    }
  }
}

bool TensorIter::is_contiguous() const {
  if (numel_ <= 1) return true;
  if (ndim_ != 1) return false;
  for (int i = 0; i < operand_count_; ++i) {
    if (!operands_[i].host_scalar && strides_[i][0] != static_cast<int64_t>(size_of(operands_[i].dtype))) return false;
  }
  return true;
}

bool TensorIter::fits_32bit() const {
  constexpr int64_t kMax = 0x7fffffff;
  if (numel_ > kMax) return false;
  for (int i = 0; i < operand_count_; ++i) {
    int64_t extent = static_cast<int64_t>(size_of(operands_[i].dtype));
    for (int d = 0; d < ndim_; ++d) extent += (shape_[d] - 1) * strides_[i][d];
    if (extent > kMax) return false;
  }
  return true;
}

}  // namespace vt
