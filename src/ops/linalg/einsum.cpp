// einsum: an equation read into labels, and its operands multiplied pair by pair as batched matrix products.
#include <algorithm>
#include <array>

#include "dispatch/registry.h"
#include "ops/tensor_operators.h"
#include "ops/typed/linalg.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

// The label of a dimension: 0-51 are the letters A-Za-z, from kHidden on stand the dimensions under "...", counted from
// the right. A list of labels is a DimVec.
constexpr int64_t kHidden = 52;

bool contains(IntSpan labels, int64_t x) { return std::ranges::find(labels, x) != labels.end(); }
int64_t index_of(IntSpan labels, int64_t x) { return std::ranges::find(labels, x) - labels.begin(); }

std::string letter(int64_t label) {
  if (label >= kHidden) return "...";
  return std::string(1, static_cast<char>(label < 26 ? 'A' + label : 'a' + label - 26));
}

// The equation
// ----------------------------------------------------------------------------------------------------------

// The subscripts of one operand or of the result, around their ellipsis if they have one.
struct Term {
  DimVec before, after;
  bool ellipsis = false;

  int64_t letters() const { return static_cast<int64_t>(before.size() + after.size()); }
  DimVec with_hidden(int64_t count) const {
    DimVec labels = before;
    for (int64_t i = count; i > 0; --i) labels.push_back(kHidden + i - 1);
    for (const int64_t x : after) labels.push_back(x);
    return labels;
  }
};

struct Equation {
  std::vector<Term> operands;
  std::optional<Term> result;
};

int64_t label_of(char c, size_t at) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  VT_CHECK(c >= 'a' && c <= 'z', Runtime, "einsum(): invalid subscript given at index ", at,
           " in the equation string, subscripts must be in [a-zA-Z]");
  return c - 'a' + 26;
}

Equation parse(std::string_view text) {
  Equation e{{Term{}}, std::nullopt};
  auto place = [&] { return e.result ? std::string("output") : "operand " + std::to_string(e.operands.size() - 1); };
  for (size_t i = 0; i < text.size(); ++i) {
    Term& term = e.result ? *e.result : e.operands.back();
    if (text[i] == ' ') continue;
    if (text[i] == ',' && !e.result) {
      e.operands.emplace_back();
    } else if (text[i] == '-' && !e.result) {
      VT_CHECK(text.substr(i, 2) == "->", Runtime, "einsum(): expected \"->\" at index ", i, " in the equation string");
      e.result.emplace();
      ++i;
    } else if (text[i] == '.') {
      VT_CHECK(!term.ellipsis, Runtime, "einsum(): found '.' for ", place(),
               " for which an ellipsis was already found");
      VT_CHECK(text.substr(i, 3) == "...", Runtime, "einsum(): found '.' for ", place(),
               " that is not part of any ellipsis");
      term.ellipsis = true;
      i += 2;
    } else {
      (term.ellipsis ? term.after : term.before).push_back(label_of(text[i], i));
    }
  }
  return e;
}

// How many dimensions of operand `i` are under its ellipsis.
int64_t hidden_dims(const Term& term, const Tensor& t, size_t i) {
  if (term.ellipsis) {
    VT_CHECK(term.letters() <= t.dim(), Runtime, "einsum(): the number of subscripts in the equation (", term.letters(),
             ") is more than the number of dimensions (", t.dim(), ") for operand ", i);
    return t.dim() - term.letters();
  }
  VT_CHECK(term.letters() == t.dim(), Runtime, "einsum(): the number of subscripts in the equation (", term.letters(),
           ") does not match the number of dimensions (", t.dim(), ") for operand ", i, " and no ellipsis was given");
  return 0;
}

// The labels of the result; without an arrow: what is under the ellipsis, then the letters that occur once, in order.
DimVec result_labels(const Equation& e, int64_t hidden) {
  std::array<int, kHidden> uses{};
  for (const Term& term : e.operands) {
    for (const int64_t x : term.with_hidden(0)) ++uses[x];
  }
  if (!e.result) {
    Term once;
    for (int64_t x = 0; x < kHidden; ++x) {
      if (uses[x] == 1) once.after.push_back(x);
    }
    return once.with_hidden(hidden);
  }
  const DimVec letters = e.result->with_hidden(0);
  for (const int64_t x : letters) {
    VT_CHECK(uses[x] > 0, Runtime, "einsum(): output subscript ", letter(x),
             " does not appear in the equation for any input operand");
    VT_CHECK(std::ranges::count(letters, x) == 1, Runtime, "einsum(): output subscript ", letter(x),
             " appears more than once in the output");
  }
  return e.result->with_hidden(e.result->ellipsis ? hidden : 0);
}

// The operands
// ----------------------------------------------------------------------------------------------------------

struct Operand {
  Tensor tensor;
  DimVec labels;

  int64_t size(int64_t label) const { return tensor.size(index_of(labels, label)); }
};

// Two dimensions with one label, if there are.
std::optional<std::pair<size_t, size_t>> repeat_in(const DimVec& labels) {
  for (size_t second = 1; second < labels.size(); ++second) {
    const size_t first = index_of(labels, labels[second]);
    if (first < second) return std::pair(first, second);
  }
  return std::nullopt;
}

// The diagonal over dimensions of one label.
void join_repeats(Operand& o, size_t position) {
  while (const auto repeat = repeat_in(o.labels)) {
    const auto [first, second] = *repeat;
    const int64_t label = o.labels[first], dim = static_cast<int64_t>(first), other = static_cast<int64_t>(second);
    VT_CHECK(o.tensor.size(dim) == o.tensor.size(other), Runtime, "einsum(): subscript ", letter(label),
             " is repeated for operand ", position, " but the sizes don't match, ", o.tensor.size(other),
             " != ", o.tensor.size(dim));
    o.tensor = ops::diagonal(o.tensor, 0, dim, other);
    o.labels.erase(second);
    o.labels.erase(first);
    o.labels.push_back(label);  // where diagonal puts it
  }
}

// Sizes must agree where labels do; a size of 1 stands for any.
void check_sizes(const std::vector<Operand>& operands) {
  std::vector<std::pair<int64_t, int64_t>> seen;  // label, size
  for (size_t i = 0; i < operands.size(); ++i) {
    for (const int64_t x : operands[i].labels) {
      const int64_t size = operands[i].size(x);
      const auto known = std::ranges::find(seen, x, &std::pair<int64_t, int64_t>::first);
      if (known == seen.end()) {
        seen.emplace_back(x, size);
        continue;
      }
      VT_CHECK(size == known->second || size == 1 || known->second == 1, Runtime, "einsum(): subscript ", letter(x),
               " has size ", size, " for operand ", i, " which does not broadcast with previously seen size ",
               known->second);
      if (known->second == 1) known->second = size;
    }
  }
}

// A view with a dimension for every label of `order`, of size 1 where the operand lacks it.
Tensor arranged(const Operand& o, IntSpan order) {
  DimVec dims;
  for (const int64_t x : order) {
    if (contains(o.labels, x)) dims.push_back(index_of(o.labels, x));
  }
  Tensor t = std::ranges::is_sorted(dims) ? o.tensor : ops::permute(o.tensor, dims);
  for (size_t i = 0; i < order.size(); ++i) {
    if (!contains(o.labels, order[i])) t = ops::unsqueeze(t, static_cast<int64_t>(i));
  }
  return t;
}

// Summed over the labels that `keep` refuses.
template <class Keep>
void sum_others(Operand& o, Keep keep) {
  DimVec dims, rest;
  for (size_t d = 0; d < o.labels.size(); ++d) {
    if (keep(o.labels[d])) {
      rest.push_back(o.labels[d]);
    } else {
      dims.push_back(static_cast<int64_t>(d));
    }
  }
  if (dims.empty()) return;
  o.tensor = ops::sum(o.tensor, dims);
  o.labels = rest;
}

void expand_to(Operand& o, int64_t label, int64_t size) {
  if (o.size(label) == size) return;
  DimVec sizes(o.tensor.sizes());
  sizes[index_of(o.labels, label)] = size;
  o.tensor = ops::expand(o.tensor, sizes);
}

DimVec joined(std::initializer_list<const DimVec*> lists) {
  DimVec all;
  for (const DimVec* list : lists) {
    for (const int64_t x : *list) all.push_back(x);
  }
  return all;
}

// The product of two operands, summed over the labels that `keep` refuses.
template <class Keep>
Operand product(Operand a, Operand b, Keep keep) {
  sum_others(a, [&](int64_t x) { return keep(x) || contains(b.labels, x); });
  sum_others(b, [&](int64_t x) { return keep(x) || contains(a.labels, x); });
  DimVec batch, inner, rows, columns;
  for (const int64_t x : a.labels) (!contains(b.labels, x) ? rows : keep(x) ? batch : inner).push_back(x);
  for (const int64_t x : b.labels) {
    if (!contains(a.labels, x)) columns.push_back(x);
  }
  const DimVec order = joined({&batch, &rows, &columns});
  if (inner.empty()) return {arranged(a, order) * arranged(b, order), order};
  DimVec sizes;
  std::array<int64_t, 4> count = {1, 1, 1, 1};  // of the batch, the rows, the columns and what is summed over
  auto measure = [&](const DimVec& labels, int64_t& product, bool in_result) {
    for (const int64_t x : labels) {
      const bool in_a = contains(a.labels, x), in_b = contains(b.labels, x);
      const int64_t size = !in_b ? a.size(x) : !in_a || a.size(x) == 1 ? b.size(x) : a.size(x);
      if (in_a) expand_to(a, x, size);
      if (in_b) expand_to(b, x, size);
      product *= size;
      if (in_result) sizes.push_back(size);
    }
  };
  measure(batch, count[0], true);
  measure(rows, count[1], true);
  measure(columns, count[2], true);
  measure(inner, count[3], false);
  const Tensor left = arranged(a, joined({&batch, &rows, &inner}));
  const Tensor right = arranged(b, joined({&batch, &inner, &columns}));
  const Tensor result = ops::bmm(ops::reshape(left, DimVec{count[0], count[1], count[3]}),
                                 ops::reshape(right, DimVec{count[0], count[3], count[2]}));
  return {ops::reshape(result, sizes), order};
}

// Positions in the list of operands, two a product; what a product gives goes to the end of the list.
void check_path(IntSpan path, size_t operands) {
  const size_t size = operands == 1 ? 1 : 2 * (operands - 1);
  VT_CHECK(path.size() == size, Runtime, "einsum(): expected contraction path given in path parameter to have size ",
           size, " but got ", path.size());
  for (size_t i = 0; i + 1 < path.size(); i += 2) {
    const int64_t a = path[i], b = path[i + 1], left = static_cast<int64_t>(operands - i / 2);
    VT_CHECK(a >= 0 && a < left && b >= 0 && b < left, Runtime, "einsum(): invalid contraction (", a, ", ", b,
             ") operand index is out of bounds");
    VT_CHECK(a != b, Runtime, "einsum(): invalid contraction (", a, ", ", b,
             ") cannot contract an operand with itself");
  }
}

Tensor einsum(std::string_view equation, TensorSpan tensors, std::optional<DimVec> path) {
  VT_CHECK(!tensors.empty(), Runtime, "einsum(): must provide at least one operand");
  const Equation e = parse(equation);
  VT_CHECK(e.operands.size() == tensors.size(), Runtime,
           "einsum(): ", e.operands.size() > tensors.size() ? "fewer" : "more",
           " operands were provided than specified in the equation");
  int64_t hidden = 0;
  std::vector<Operand> operands;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const int64_t own = hidden_dims(e.operands[i], tensors[i], i);
    hidden = std::max(hidden, own);
    operands.push_back({tensors[i], e.operands[i].with_hidden(own)});
    join_repeats(operands.back(), i);
  }
  const DimVec result = result_labels(e, hidden);
  check_sizes(operands);
  if (path) check_path(*path, operands.size());
  for (size_t step = 0; operands.size() > 1; ++step) {
    // Without a path from the left: the product so far goes back to the front.
    const int64_t one = path ? (*path)[2 * step] : 0, other = path ? (*path)[2 * step + 1] : 1;
    Operand a = std::move(operands[one]), b = std::move(operands[other]);
    operands.erase(operands.begin() + std::max(one, other));
    operands.erase(operands.begin() + std::min(one, other));
    auto needed = [&](int64_t x) {
      return contains(result, x) ||
             std::ranges::any_of(operands, [&](const Operand& o) { return contains(o.labels, x); });
    };
    Operand made = product(std::move(a), std::move(b), needed);
    operands.insert(path ? operands.end() : operands.begin(), std::move(made));
  }
  sum_others(operands[0], [&](int64_t x) { return contains(result, x); });
  return arranged(operands[0], result);
}

}  // namespace

void register_einsum(Registry& r) {
  r.def("einsum(str equation, Tensor[] tensors, *, int[]? path=None) -> Tensor")
      .composite(einsum)
      .autocast({.cuda = AutocastPolicy::Lower})
      .doc(
          "The sum of products that `equation` describes: \"ij,jk->ik\"; path: which two operands to multiply, in "
          "turn.");
}

}  // namespace vt
