// TensorIter: the operands of an elementwise operation or a reduction brought to one shape.
//
//   TensorIter it;
//   it.add_output(out);                 // undefined: build() allocates it
//   it.add_input(a); it.add_input(b);   // borrowed: must outlive the iterator
//   const DType common = it.common_dtype();
//   it.build(result_dtype);             // broadcasts, checks, allocates, reorders and merges dims
//
// After build() the kernel sees shape() and, for each operand, data (an address that must not be read on a device
// without memory), dtype and byte strides; dim 0 is the fastest.
// Outputs come first. Broadcast dims have stride 0. Dims that all operands step through alike are merged, so a dense
// problem of any rank is one-dimensional. All sizes and offsets are 64-bit.
#pragma once

#include <optional>

#include "core/tensor.h"

namespace vt {

class VT_API TensorIter {
 public:
  static constexpr int kMaxOperands = 8;
  static constexpr int kMaxDims = 64;

  TensorIter() = default;
  TensorIter(const TensorIter&) = delete;
  TensorIter& operator=(const TensorIter&) = delete;

  void add_output(Tensor t);
  void add_input(const Tensor& t);

  // PyTorch's promotion over the inputs; and the device of the call: the first that is not the CPU.
  DType common_dtype() const;

  enum class Given : uint8_t {
    Resize,  // out=: a given output takes the broadcast shape
    Fixed,   // in-place: a given output must have it already
  };
  // Elementwise: allocates undefined outputs with `result` (in the inputs' common dense layout), checks that `result`
  // may be cast to given ones, devices (a 0-dim CPU tensor may join others), writability and overlap.
  void build(DType result, Given given = Given::Resize);

  // Reduction of `in` over `dims` (bit d set: dim d is reduced; ndim <= 64) into `out`, which has in's sizes with 1 in
  // the reduced dims. `out` gets stride 0 there. Dims are ordered by in's strides and merged where both agree.
  void build_reduction(const Tensor& out, const Tensor& in, uint64_t dims);
  // The same with two outputs of one shape (values, indices).
  void build_reduction(const Tensor& out0, const Tensor& out1, const Tensor& in, uint64_t dims);

  int operand_count() const { return operand_count_; }
  int output_count() const { return output_count_; }
  int input_count() const { return operand_count_ - output_count_; }
  int ndim() const { return ndim_; }
  IntSpan shape() const { return {shape_, static_cast<size_t>(ndim_)}; }
  int64_t numel() const { return numel_; }
  Device device() const { return device_; }

  char* data(int operand) const { return operands_[operand].data; }
  DType dtype(int operand) const { return operands_[operand].dtype; }
  // Byte strides, ndim() of them.
  const int64_t* strides(int operand) const { return strides_[operand]; }
  const TensorImpl& tensor(int operand) const { return *operands_[operand].tensor; }
  // The tensor to hand back; take_output() is the last use of it here.
  const Tensor& output(int i = 0) const { return outputs_[i]; }
  Tensor take_output(int i = 0) { return std::move(outputs_[i]); }

  // A 0-dim CPU operand of a call on another device: data() is host memory to be read when launching; its strides are
  // 0.
  bool is_host_scalar(int operand) const { return operands_[operand].host_scalar; }
  // In a reduction: whether dim d is reduced (the output stands still).
  bool is_reduced(int d) const { return strides_[0][d] == 0 && shape_[d] != 1; }
  // At most one dim, and every operand steps by its element size (a host scalar excepted).
  bool is_contiguous() const;
  // Every byte offset and the element count fit into int32.
  bool fits_32bit() const;

 private:
  struct Operand {  // set when it is added: most of the room is never used
    const TensorImpl* tensor;
    char* data;
    DType dtype;
    bool host_scalar;
    bool allocated;  // by build()
  };

  void add(const TensorImpl* tensor);
  void find_device();
  void broadcast();
  bool try_fast(DType result);
  void set_strides(int operand);
  void order_dims(int first_operand);
  void allocate(int output, DType result);
  void merge_dims();
  void finish();

  Operand operands_[kMaxOperands];
  Tensor outputs_[2];
  int operand_count_ = 0;
  int output_count_ = 0;
  int ndim_ = 0;
  int64_t numel_ = 0;
  Device device_;
  int64_t shape_[kMaxDims];                  // while building in the tensors' order, then fastest first
  int64_t strides_[kMaxOperands][kMaxDims];  // bytes
  int8_t order_[kMaxDims];                   // order_[i]: the tensors' dim that became dim i
};

}  // namespace vt
