// Copies, tensors in the likeness of others, and what is put together from pieces.
#include <algorithm>

#include "fabric/rules.h"

namespace vt::fabric {
namespace {

// ---- pieces ----

Letters numbered(int64_t rank) {
  Letters letters(static_cast<size_t>(rank));
  for (size_t d = 0; d < letters.size(); ++d) letters[d] = static_cast<Letter>(d);
  return letters;
}

Description joined(const Call& call, int64_t dim, bool is_new_dim) {
  Description d;
  const TensorSpan list = call.args[0].as_tensor_list();
  int64_t rank = 0;
  for (const Tensor& t : list) rank = std::max(rank, t.dim());
  const int64_t out_rank = rank + (is_new_dim ? 1 : 0);
  if (dim < -out_rank || dim >= out_rank) return whole(call);
  dim = dim < 0 ? dim + out_rank : dim;
  Letters letters = numbered(rank);
  if (!is_new_dim) letters[static_cast<size_t>(dim)] = kWhole;
  for (size_t j = 0; j < list.size(); ++j) {
    const bool is_alike = list[j].dim() == rank;
    d.operands.push_back({.argument = 0,
                          .element = static_cast<int>(j),
                          .letters = is_alike ? letters : Letters(static_cast<size_t>(list[j].dim()), kWhole)});
  }
  if (is_new_dim) letters.insert(letters.begin() + dim, kWhole);
  d.results.push_back({letters});
  return d;
}

Description cat(const Call& call, const RuleRow&) { return joined(call, Unbox<int64_t>::get(call.args[1]), false); }
Description stack(const Call& call, const RuleRow&) { return joined(call, Unbox<int64_t>::get(call.args[1]), true); }

// Dims that are padded are whole.
Description pad(const Call& call, const RuleRow&) {
  const Tensor& t = call.args[0].as_tensor();
  Letters letters = numbered(t.dim());
  const IntSpan widths = Unbox<IntSpan>::get(call.args[1]);
  for (size_t i = 0; i < widths.size() && i / 2 < letters.size(); ++i) {
    if (widths[i] != 0) letters[letters.size() - 1 - i / 2] = kWhole;
  }
  Description d;
  d.operands.push_back({.argument = 0, .letters = letters});
  d.results.push_back({letters});
  return d;
}

Description repeat(const Call& call, const RuleRow&) {
  const IntSpan repeats = Unbox<IntSpan>::get(call.args[1]);
  const auto rank = static_cast<size_t>(call.args[0].as_tensor().dim());
  if (repeats.size() < rank) return whole(call);
  Letters letters = numbered(static_cast<int64_t>(rank)), result(repeats.size(), kWhole);
  for (size_t d = 0; d < rank; ++d) {
    const size_t at = repeats.size() - rank + d;
    if (repeats[at] != 1) letters[d] = kWhole;
    result[at] = letters[d];
  }
  Description d;
  d.operands.push_back({.argument = 0, .letters = letters});
  d.results.push_back({result});
  return d;
}

Description roll(const Call& call, const RuleRow&) {
  const auto rank = call.args[0].as_tensor().dim();
  const IntSpan dims = Unbox<IntSpan>::get(call.args[2]);
  if (dims.empty()) return whole(call);
  Letters letters = numbered(rank);
  for (const int64_t dim : dims) {
    if (dim >= -rank && dim < rank) letters[static_cast<size_t>(dim < 0 ? dim + rank : dim)] = kWhole;
  }
  Description d;
  d.operands.push_back({.argument = 0, .letters = letters});
  d.results.push_back({letters});
  return d;
}

// The gradients of views: the dims that a view keeps are those of the sizes that the call lists.
Description view_gradient(const Call& call, const RuleRow&) {
  const Tensor& g = call.args[0].as_tensor();
  const IntSpan sizes = Unbox<IntSpan>::get(call.args[1]);
  const auto rank = static_cast<int64_t>(sizes.size());
  int64_t dim = Unbox<int64_t>::get(call.args[2]);
  if (dim < -rank || dim >= rank) return whole(call);
  dim = dim < 0 ? dim + rank : dim;
  Letters result = numbered(rank);
  result[static_cast<size_t>(dim)] = kWhole;
  Letters letters = result;
  if (g.dim() < rank) letters.erase(letters.begin() + dim);  // select
  if (g.dim() > rank) letters.push_back(kWhole);             // unfold
  Description d;
  d.operands.push_back({.argument = 0, .letters = letters});
  d.results.push_back({result});
  d.sizes.push_back({1, result});
  return d;
}

constexpr RuleRow kRows[] = {
    // They read values as they go.
    {"one_hot", gathers},
    {"segment_reduce", gathers},
    {"histogram.bins_tensor", gathers},
    {"histogram.bin_ct", gathers},
    {"_histogramdd_bin_edges", gathers},
    {"ctc_loss", gathers},
    {"ctc_loss.Tensor", gathers},
    {"tensor_split.tensor_indices_or_sections", gathers},
    {"sparse_coo_tensor", gathers},
    {"sparse_csr_tensor", gathers},
    {"sparse_csc_tensor", gathers},
    {"sparse_bsr_tensor", gathers},
    {"sparse_bsc_tensor", gathers},
    {"_pack_padded_sequence", gathers},
    {"_pad_packed_sequence", gathers},

    {"clone", nullptr, "*->*", Over::Sum, {0b1}},
    {"_to_copy", nullptr, "*->*"},
    {"copy_", nullptr, "*", Over::Sum, {0b11}},
    {"fill_.Scalar", nullptr, "*"},
    {"fill_.Tensor", nullptr, "*,"},
    {"zero_", nullptr, "*", Over::Sum, {0b1}},
    {"empty_like", nullptr, "*->*", Over::Sum, {0b1}},
    {"zeros_like", nullptr, "*->*", Over::Sum, {0b1}},
    {"ones_like", nullptr, "*->*"},
    {"full_like", nullptr, "*->*"},
    {"new_empty", nullptr, "?->"},
    {"new_zeros", nullptr, "?->"},
    {"new_ones", nullptr, "?->"},
    {"new_full", nullptr, "?->"},
    {"new_empty_strided", nullptr, "?->"},

    {"_fabric_distribute", itself},
    {"_fabric_gather", itself},
    {"_fabric_join", itself},
    {"_fabric_from_local", itself},
    {"_fabric_to_local", itself},
    {"_fabric_all_reduce_", itself},

    // They change the geometry of the tensor itself.
    {"transpose_", itself},
    {"t_", itself},
    {"squeeze_", itself},
    {"squeeze_.dim", itself},
    {"squeeze_.dims", itself},
    {"unsqueeze_", itself},
    {"_unsafe_view", itself},

    {"cat", cat},
    {"stack", stack},
    {"constant_pad_nd", pad},
    {"repeat", repeat},
    {"roll", roll},
    {"tril", nullptr, "*AB->*AB", Over::Sum, {0b1}},
    {"triu", nullptr, "*AB->*AB", Over::Sum, {0b1}},
    {"select_backward", view_gradient},
    {"slice_backward", view_gradient},
    {"unfold_backward", view_gradient},
};

}  // namespace

RuleTable rules_of_copies() { return kRows; }

}  // namespace vt::fabric
