// Reading and writing at indices.
#include <algorithm>

#include "fabric/rules.h"
#include "ops/copy/copy.h"
#include "ops/tensor_operators.h"
#include "ops/typed/index.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/view.h"

namespace vt::fabric {
namespace {

int64_t wrapped_dim(const Call& call, int argument) {
  const int64_t rank = call.args[0].as_tensor().dim(), d = Unbox<int64_t>::get(call.args[argument]);
  return d < 0 ? d + rank : d;
}

Letters numbered(int64_t rank) {
  Letters letters(static_cast<size_t>(rank));
  for (size_t d = 0; d < letters.size(); ++d) letters[d] = static_cast<Letter>(d);
  return letters;
}

// self, dim, index and perhaps a source: the dim that is indexed is whole.
Description index_dim(const Call& call, const RuleRow&) {
  const int64_t rank = call.args[0].as_tensor().dim(), dim = wrapped_dim(call, 1);
  if (dim < 0 || dim >= rank) return whole(call);
  Letters letters = numbered(rank);
  letters[static_cast<size_t>(dim)] = kWhole;
  Description d;
  d.broadcasts = false;
  for_each_tensor(call.inputs(), [&](int i, const Tensor& t) {
    const bool is_index = i == 2 || t.dim() != rank;
    d.operands.push_back(
        {.argument = i, .letters = is_index ? Letters(static_cast<size_t>(t.dim()), kWhole) : letters});
  });
  d.results.push_back({letters});
  return d;
}

// ---- several indices ----

struct Indexed {
  Letters self;  // dims without an index have letters
  Letters result;
  int64_t index_rank = 0;
  bool by_numbers = true;  // no masks
};

// The dims of the indices stand where the first of them is, or in front if they are not side by side.
Indexed indexed(const Tensor& self, TensorSpan indices) {
  Indexed i{numbered(self.dim()), {}};
  int runs = 0;
  size_t first = 0;
  for (size_t d = 0; d < indices.size() && d < i.self.size(); ++d) {
    if (!indices[d].defined()) continue;
    i.by_numbers &= indices[d].dtype() != DType::bool_ && indices[d].dtype() != DType::uint8;
    i.index_rank = std::max(i.index_rank, indices[d].dim());
    i.self[d] = kWhole;
    const bool begins = d == 0 || !indices[d - 1].defined();
    if (begins && runs++ == 0) first = d;
  }
  if (runs > 1) first = 0;
  i.by_numbers &= runs > 0 && indices.size() <= i.self.size();
  Letters of_indices;
  for (int64_t k = i.index_rank; k-- > 0;) of_indices.push_back(static_cast<Letter>(kMaxLetters / 2 + k));
  for (size_t d = 0; d < i.self.size(); ++d) {
    if (d == first) i.result.insert(i.result.end(), of_indices.begin(), of_indices.end());
    if (i.self[d] != kWhole) i.result.push_back(i.self[d]);
  }
  return i;
}

Letters from_the_right(const Letters& letters, int64_t rank) {
  const auto n = static_cast<size_t>(rank);
  if (n <= letters.size()) return {letters.end() - rank, letters.end()};
  Letters longer(n - letters.size(), kWhole);
  longer.insert(longer.end(), letters.begin(), letters.end());
  return longer;
}

Description index(const Call& call, const RuleRow&) {
  const Tensor& self = call.args[0].as_tensor();
  const TensorSpan indices = call.args[1].as_tensor_list();
  const Indexed found = indexed(self, indices);
  if (!found.by_numbers) return whole(call);
  Description d;
  d.operands.push_back({.argument = 0, .letters = found.self});
  for (size_t j = 0; j < indices.size(); ++j) {
    if (!indices[j].defined()) continue;
    Letters letters;
    for (int64_t k = indices[j].dim(); k-- > 0;) letters.push_back(static_cast<Letter>(kMaxLetters / 2 + k));
    d.operands.push_back({.argument = 1, .element = static_cast<int>(j), .letters = letters});
  }
  d.results.push_back({found.result});
  return d;
}

// What several indices may write to is written by one member, in their order: the indices are whole.
Description index_put(const Call& call, const RuleRow&) {
  const Tensor& self = call.args[0].as_tensor();
  const TensorSpan indices = call.args[1].as_tensor_list();
  Indexed found = indexed(self, indices);
  if (!found.by_numbers) return whole(call);
  std::ranges::replace_if(found.result, [](Letter l) { return l >= kMaxLetters / 2; }, kWhole);
  Description d;
  d.operands.push_back({.argument = 0, .letters = found.self});
  for (size_t j = 0; j < indices.size(); ++j) {
    if (!indices[j].defined()) continue;
    d.operands.push_back({.argument = 1,
                          .element = static_cast<int>(j),
                          .letters = Letters(static_cast<size_t>(indices[j].dim()), kWhole)});
  }
  const Tensor& values = call.args[2].as_tensor();
  d.operands.push_back({.argument = 2, .letters = from_the_right(found.result, values.dim())});
  return d;
}

// ---- embedding ----

constexpr Letter kVocabulary = 'v' - 'a';

// Of a part of the vocabulary: rows of it, zeros for indices that are another member's.
void rows_of_part(LocalCall& c) {
  if (!c.placed().is_sharded(kVocabulary)) return c.run();
  const int64_t begin = c.placed().begin(kVocabulary, c.member()), rows = c.tensor(0).size(0);
  const Tensor at = ops::sub(c.tensor(1), wrapped_number(Scalar(begin)));
  const Tensor is_here = (at >= Scalar(int64_t{0})) & (at < Scalar(rows));
  if (rows == 0) {
    DimVec sizes(at.sizes());
    sizes.push_back(c.tensor(0).size(1));
    c.results().add(ops::zero_(vt::empty(sizes, c.tensor(0).dtype(), c.tensor(0).device())));
    return;
  }
  c.set(1, ops::masked_fill(at, ~is_here, Scalar(int64_t{0})));
  c.run();
  c.results().tensors[0] = ops::masked_fill(c.results().tensors[0], ops::unsqueeze(~is_here, -1), Scalar(0));
}

// Rows that are scaled by how often they occur need all indices.
Description embedding_gradient(const Call& call, const RuleRow&) {
  return described(call, Unbox<bool>::get(call.args[4]) ? "Be,B->Ve" : "*e,*->Ve");
}

Description searched(const Call& call, const RuleRow&) {
  return described(call, call.args[0].as_tensor().dim() <= 1 ? "S,*,S->*" : "*S,*V,*S->*V");
}

constexpr RuleRow kRows[] = {
    {"index_select", index_dim},
    {"index_add", index_dim},
    {"index_copy", index_dim},
    {"index_fill.int_Scalar", index_dim},
    {"index.Tensor", index},
    {"index_put_", index_put},
    {"take", nullptr, ".,*->*"},
    {"embedding", nullptr, "ve,*->*e", Over::Sum, {}, rows_of_part},
    {"embedding_dense_backward", embedding_gradient},
    {"searchsorted.Tensor", searched},
    {"bucketize.Tensor", nullptr, "*,S->*"},
};

}  // namespace

RuleTable rules_of_indexing() { return kRows; }

}  // namespace vt::fabric
