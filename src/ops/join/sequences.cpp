// Sequences of different lengths in one tensor: padded to the longest, or packed step by step without padding.
#include "ops/join/sequences.h"

#include <algorithm>

#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/copy/kernels.h"
#include "ops/copy/read_at_once.h"
#include "ops/factory/factory.h"
#include "ops/join/register.h"
#include "ops/typed/index.h"
#include "ops/typed/join.h"
#include "ops/typed/view.h"

namespace vt {

Tensor checked_counts(const Tensor& counts, const char* name) {
  VT_CHECK(is_read_at_once(counts) && counts.dtype() == DType::int64 && counts.dim() == 1, Runtime, "'", name,
           "' argument should be a 1D CPU int64 tensor, but got ", counts);
  return contiguous_data(counts);
}

namespace {

Tensor pad_sequence(TensorSpan sequences, bool batch_first, double padding_value, std::string_view padding_side) {
  VT_CHECK(!sequences.empty(), Runtime, "received an empty list of sequences");
  VT_CHECK(padding_side == "left" || padding_side == "right", Runtime,
           "Expected padding_side to be one of left or right, but got ", padding_side, ".");
  int64_t longest = 0;
  for (const Tensor& s : sequences) {
    VT_CHECK(s.dim() > 0, Runtime, "expected sequences of at least one dimension, got ", s);
    VT_CHECK(same(s.sizes().subspan(1), sequences[0].sizes().subspan(1)), Runtime,
             "expected sequences that differ in their first dimension only, got ", sequences[0], " and ", s);
    longest = std::max(longest, s.size(0));
  }
  std::vector<Tensor> padded;
  for (const Tensor& s : sequences) {
    DimVec pad(static_cast<size_t>(2 * s.dim()), 0);
    pad[pad.size() - (padding_side == "left" ? 2 : 1)] = longest - s.size(0);
    padded.push_back(ops::constant_pad_nd(s, pad, Scalar(padding_value)));
  }
  return ops::stack(padded, batch_first ? 0 : 1);
}

// A packed sequence holds step 0 of every sequence, then step 1 of those that have one, and so on, so they must come
// longest first. Where its rows are in a padded tensor whose first two dims, (steps, batch), are joined.
Tensor rows_of(const int64_t* batch_sizes, int64_t steps, int64_t batch, Device device) {
  int64_t count = 0;
  for (int64_t t = 0; t < steps; ++t) count += batch_sizes[t];
  const Tensor rows = empty(DimVec{count}, DType::int64);
  int64_t* to = rows.data<int64_t>();
  for (int64_t t = 0; t < steps; ++t) {
    for (int64_t b = 0; b < batch_sizes[t]; ++b) *to++ = t * batch + b;
  }
  return ops::as_device(rows, device);
}

Tensor joined_steps(const Tensor& padded) { return ops::flatten(padded, 0, 1); }

std::tuple<Tensor, Tensor> pack_padded_sequence(const Tensor& input, const Tensor& lengths, bool batch_first) {
  VT_CHECK(input.dim() >= 2, Runtime, "expected padded sequences (steps, batch, *), got ", input);
  const Tensor steps_first = batch_first ? ops::transpose(input, 0, 1) : input;
  const Tensor dense_lengths = checked_counts(lengths, "lengths");
  const int64_t* length = dense_lengths.data<int64_t>();
  const int64_t batch = steps_first.size(1);
  VT_CHECK(input.numel() > 0, Runtime, "Cannot pack empty tensors.");
  VT_CHECK(lengths.size(0) == batch, Runtime, "Expected `len(lengths)` to be equal to batch_size, but got ",
           lengths.size(0), " (batch_size=", batch, ")");
  VT_CHECK(length[batch - 1] > 0, Runtime,
           "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0");
  for (int64_t b = 1; b < batch; ++b) {
    VT_CHECK(length[b] <= length[b - 1], Runtime,
             "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass "
             "`enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if you "
             "do not need ONNX exportability.");
  }
  const int64_t steps = length[0];
  VT_CHECK(steps <= steps_first.size(0), Runtime, "Expected sequences of at most ", steps_first.size(0),
           " steps, the size of the padded tensor, but got a length of ", steps);
  const Tensor batch_sizes = ops::filled(DimVec{steps}, 0, DType::int64);
  int64_t* size = batch_sizes.data<int64_t>();
  for (int64_t b = 0; b < batch; ++b) {
    for (int64_t t = 0; t < length[b]; ++t) ++size[t];
  }
  const Tensor rows = rows_of(size, steps, batch, input.device());
  return {ops::index_select(joined_steps(steps_first), 0, rows), batch_sizes};
}

std::tuple<Tensor, Tensor> pad_packed_sequence(const Tensor& data, const Tensor& batch_sizes, bool batch_first,
                                               const Scalar& padding_value, int64_t total_length) {
  const Tensor dense_sizes = checked_counts(batch_sizes, "batch_sizes");
  const int64_t* size = dense_sizes.data<int64_t>();
  const int64_t packed_steps = batch_sizes.size(0);
  VT_CHECK(packed_steps > 0, Runtime, "batch_sizes can not be empty");
  const int64_t batch = size[0], steps = total_length > 0 ? total_length : packed_steps;
  VT_CHECK(steps >= packed_steps, Runtime,
           "Expected total_length to be at least the length of the longest sequence in input, but got total_length=",
           total_length, " and max sequence length being ", packed_steps);
  DimVec sizes{checked_mul(steps, batch)};
  for (int64_t d = 1; d < data.dim(); ++d) sizes.push_back(data.size(d));
  const Tensor rows = rows_of(size, packed_steps, batch, data.device());
  const Tensor padding = ops::filled(sizes, padding_value, data.dtype(), data.device());
  const Tensor padded = ops::unflatten(ops::index_copy(padding, 0, rows, data), 0, DimVec{steps, batch});
  const Tensor lengths = ops::filled(DimVec{batch}, 0, DType::int64);
  int64_t* length = lengths.data<int64_t>();
  for (int64_t t = 0; t < packed_steps; ++t) {
    for (int64_t b = 0; b < size[t]; ++b) ++length[b];
  }
  return {batch_first ? ops::transpose(padded, 0, 1) : padded, lengths};
}

}  // namespace

void register_sequences(Registry& r) {
  r.def(
       "pad_sequence(Tensor[] sequences, bool batch_first=False, float padding_value=0.0, str padding_side=\"right\") -> Tensor")
      .composite(pad_sequence)
      .surface(kNode)
      .doc(
          "Sequences (steps, *) as one tensor (longest, batch, *), padded at the side; (batch, longest, *) if "
          "batch_first.");
  r.def("_pack_padded_sequence(Tensor input, Tensor lengths, bool batch_first) -> (Tensor, Tensor)")
      .composite(pack_padded_sequence)
      .value_dependent()
      .function_only()
      .doc(
          "The steps of padded sequences (steps, batch, *), longest first, without the padding: step 0 of all, then "
          "step 1 of those that have one, ...; and how many have each step. lengths (batch) on the CPU.");
  r.def(
       "_pad_packed_sequence(Tensor data, Tensor batch_sizes, bool batch_first, Scalar padding_value, int total_length) -> (Tensor, Tensor)")
      .composite(pad_packed_sequence)
      .value_dependent()
      .function_only()
      .doc("What _pack_padded_sequence packed, padded again to total_length steps or to the longest; and the lengths.");
}

}  // namespace vt
