#include "ops/copy/waiting_terms.h"

#include <algorithm>
#include <typeinfo>
#include <utility>

#include "cuda/backend.h"
#include "cuda/capture.h"
#include "ops/copy/kernels.h"

namespace vt::waiting {
namespace {

using Places = std::vector<Place>;

int64_t reach_of(const Tensor& t) {
  int64_t reach = 0;
  for (int64_t d = 0; d < t.dim(); ++d) reach += (t.size(d) - 1) * t.stride(d);
  return reach;
}

bool are_apart(const Place& a, const Place& b) {
  for (size_t d = 0; d < a.sizes.size(); ++d) {
    if (a.start[d] + a.sizes[d] <= b.start[d] || b.start[d] + b.sizes[d] <= a.start[d]) return true;
  }
  return false;
}

int64_t count_of(const Place& place) {
  int64_t count = 1;
  for (const int64_t size : place.sizes) count *= size;
  return count;
}

constexpr size_t kNoDim = SIZE_MAX;

// `t`, of a place with these sizes, where dim d of it has become dim `to[d]` of `ndim`; that of a dim of one element
// may be kNoDim.
Tensor rearranged(const Tensor& t, const DimVec& place_sizes, const std::vector<size_t>& to, size_t ndim) {
  DimVec sizes(ndim, 1), strides(ndim, 0);
  const size_t missing = place_sizes.size() - static_cast<size_t>(t.dim());
  for (size_t d = missing; d < place_sizes.size(); ++d) {
    if (to[d] == kNoDim || t.sizes()[d - missing] == 1) continue;
    sizes[to[d]] = t.sizes()[d - missing];
    strides[to[d]] = t.strides()[d - missing];
  }
  return Tensor(make_intrusive<TensorImpl>(t.storage(), t.dtype(), sizes, strides, t.storage_offset()));
}

// What waits to write the tensor's memory, if that is terms.
const WaitingTerms* writing(const cuda::WaitingList& list, const Tensor& t, cuda::Stream stream) {
  return dynamic_cast<const WaitingTerms*>(list.writing(*t.storage(), stream));
}

// Adds what is at `part`, which begins at `start`; whether that waits.
bool add_part(const cuda::WaitingList& list, cuda::Stream stream, const Tensor& part, const DimVec& start,
              Places& places) {
  if (const WaitingTerms* waiting = writing(list, part, stream)) {
    if (std::optional<Places> found = waiting->places_in(part, start)) {
      std::ranges::move(*found, std::back_inserter(places));
      return true;
    }
  }
  places.push_back({start, DimVec(part.sizes()), {Term{kept(part), {}}}});
  return false;
}

// Whether neighbours in `out` have factors that are neighbours or the same: others are read in tiles by copies.
bool is_read_in_order(const Place& place, const Tensor& out) {
  size_t inner = kNoDim;
  for (size_t d = 0; d < place.sizes.size(); ++d) {
    if (place.sizes[d] != 1 && (inner == kNoDim || out.strides()[d] < out.strides()[inner])) inner = d;
  }
  if (inner == kNoDim) return true;
  const auto in_order = [&](const Tensor& t) {
    if (!t.defined()) return true;
    const int64_t d = static_cast<int64_t>(inner) - (static_cast<int64_t>(place.sizes.size()) - t.dim());
    return d < 0 || t.size(d) == 1 || t.stride(d) <= 1;
  };
  return std::ranges::all_of(place.terms, [&](const Term& term) { return in_order(term.x) && in_order(term.y); });
}

bool may_wait_at(const Places& places, const Tensor& out) {
  return places.size() <= kMostPlaces &&
         std::ranges::all_of(places, [&](const Place& p) { return is_read_in_order(p, out); });
}

void let_wait(cuda::WaitingList& list, cuda::Stream stream, Places places, const Tensor& out) {
  list.add(std::make_unique<WaitingTerms>(stream, std::move(places), out));
}

// The places of `grad` in a tensor in which it begins at `start`, if it waits.
std::optional<Places> places_of(const cuda::WaitingList& list, cuda::Stream stream, const Tensor& grad,
                                const DimVec& start) {
  const WaitingTerms* waiting = writing(list, grad, stream);
  return waiting != nullptr ? waiting->places_in(grad, start) : std::nullopt;
}

}  // namespace

bool may_be_in_term(const Tensor& t, Device device) {
  return t.dtype() == DType::float32 && t.device() == device && !t.impl()->is_wrapped_number() &&
         cuda::may_wait(*t.storage()) && reach_of(t) <= INT32_MAX;
}

bool may_wait_to_write(const Tensor& out) {
  return out.is_cuda() && cuda::is_capturing() && out.numel() > 0 && out.dim() <= kMostTermDims &&
         may_be_in_term(out, out.device()) && is_non_overlapping_and_dense(out.sizes(), out.strides());
}

WaitingTerms::WaitingTerms(cuda::Stream stream, Places places, const Tensor& out)
    : WaitingWork(stream, out.storage()),
      places_(std::move(places)),
      out_(out.data<float>()),
      sizes_(out.sizes()),
      strides_(out.strides()) {
  for (const Place& place : places_) {
    for (const Term& term : place.terms) {
      read.push_back(term.x.storage());
      if (term.y.defined()) read.push_back(term.y.storage());
    }
  }
}

WaitingTerms::WaitingTerms(cuda::Stream stream, std::vector<Term> terms, const Tensor& out)
    : WaitingTerms(stream, Places{{DimVec(out.sizes().size(), 0), DimVec(out.sizes()), std::move(terms)}}, out) {}

Tensor WaitingTerms::result() const {
  const int64_t offset = out_ - static_cast<float*>(written->data());
  return Tensor(make_intrusive<TensorImpl>(written, DType::float32, sizes_, strides_, offset));
}

const std::vector<Term>* WaitingTerms::terms_of(const Tensor& result) const {
  const bool is_it = places_.size() == 1 && same(places_[0].sizes, sizes_) && !places_[0].onto_zero &&
                     result.dtype() == DType::float32 && result.data() == out_ && same(result.sizes(), sizes_) &&
                     same(result.strides(), strides_);
  return is_it ? &places_[0].terms : nullptr;
}

const Term* WaitingTerms::term_of(const Tensor& result) const {
  const std::vector<Term>* terms = terms_of(result);
  return terms != nullptr && terms->size() == 1 ? &terms->front() : nullptr;
}

std::optional<Places> WaitingTerms::places_in(const Tensor& part, const DimVec& start) const {
  if (part.dtype() != DType::float32 || part.data() != out_) return std::nullopt;
  // A dim of more than one element is the one with its stride, as the result is dense.
  std::vector<size_t> to(sizes_.size(), kNoDim);
  int64_t count = 1;
  for (size_t d = 0; d < sizes_.size(); ++d) {
    if (sizes_[d] == 1) continue;
    for (size_t e = 0; e < static_cast<size_t>(part.dim()); ++e) {
      if (part.sizes()[e] == sizes_[d] && part.strides()[e] == strides_[d]) to[d] = e;
    }
    if (to[d] == kNoDim) return std::nullopt;
    count *= sizes_[d];
  }
  if (part.numel() != count) return std::nullopt;
  const auto ndim = static_cast<size_t>(part.dim());
  Places found;
  for (const Place& place : places_) {
    // A negative alone is for its own row.
    if (place.terms.size() == 1 && place.terms[0].negative && !place.terms[0].y.defined()) return std::nullopt;
    Place moved{start, DimVec(ndim, 1), {}, place.onto_zero};
    for (size_t d = 0; d < sizes_.size(); ++d) {
      if (to[d] == kNoDim) continue;
      moved.start[to[d]] += place.start[d];
      moved.sizes[to[d]] = place.sizes[d];
    }
    for (const Term& term : place.terms) {
      Term other{rearranged(term.x, place.sizes, to, ndim), {}, term.negative};
      if (term.y.defined()) other.y = rearranged(term.y, place.sizes, to, ndim);
      moved.terms.push_back(std::move(other));
    }
    found.push_back(std::move(moved));
  }
  return found;
}

std::optional<Place> WaitingTerms::place_of(const Tensor& part) const {
  if (part.dtype() != DType::float32 || part.dim() != static_cast<int64_t>(sizes_.size())) return std::nullopt;
  int64_t offset = static_cast<const float*>(part.data()) - out_;
  Place place{DimVec(sizes_.size(), 0), DimVec(part.sizes()), {}};
  std::vector<size_t> order(sizes_.size());
  for (size_t d = 0; d < order.size(); ++d) order[d] = d;
  std::ranges::sort(order, std::ranges::greater(), [&](size_t d) { return strides_[d]; });
  for (const size_t d : order) {
    if (sizes_[d] == 1) continue;
    place.start[d] = offset / strides_[d];
    offset %= strides_[d];
    if (place.sizes[d] != 1 && part.strides()[d] != strides_[d]) return std::nullopt;
    if (place.start[d] < 0 || place.start[d] + place.sizes[d] > sizes_[d]) return std::nullopt;
  }
  return offset == 0 ? std::optional(std::move(place)) : std::nullopt;
}

bool WaitingTerms::leaves_zeros_at(const Place& place) const {
  return std::ranges::all_of(places_, [&](const Place& p) { return are_apart(p, place); });
}

bool WaitingTerms::takes_along(const WaitingWork& other) {
  if (typeid(*this) != typeid(WaitingTerms) || typeid(other) != typeid(WaitingTerms)) return false;
  const auto* terms = static_cast<const WaitingTerms*>(&other);
  size_t count = places_.size() + terms->places_.size();
  for (const WaitingTerms* along : along_) count += along->places_.size();
  if (count > kMostPlaces) return false;
  along_.push_back(terms);
  return true;
}

void WaitingTerms::give() {
  const cuda::StreamGuard on(stream);
  along_.push_back(this);
  std::vector<Tensor> outs;
  outs.reserve(along_.size());
  std::vector<PlaceOf> all;
  for (const WaitingTerms* terms : along_) {
    const Tensor& out = outs.emplace_back(terms->result());
    int64_t covered = 0;
    for (const Place& place : terms->places_) {
      covered += count_of(place);
      all.push_back({place, out});
    }
    if (covered < out.numel()) fill_data(out, 0);
  }
  give_places(stream, all);
}

bool wait_to_join(TensorSpan parts, const Tensor& out, int64_t dim) {
  if (VT_LIKELY(!cuda::anything_waits()) || !may_wait_to_write(out)) return false;
  const cuda::Stream stream = cuda::current_stream(out.device().index);
  cuda::WaitingList list;
  Places places;
  DimVec start(out.sizes().size(), 0);
  bool any = false;
  for (const Tensor& part : parts) {
    if (!may_be_in_term(part, out.device())) return false;
    any = add_part(list, stream, part, start, places) || any;
    start[static_cast<size_t>(dim)] += part.size(dim);
  }
  if (!any || !may_wait_at(places, out)) return false;
  let_wait(list, stream, std::move(places), out);
  return true;
}

bool wait_to_copy(const Tensor& to, const Tensor& from) {
  if (VT_LIKELY(!cuda::anything_waits()) || !may_wait_to_write(to)) return false;
  const cuda::Stream stream = cuda::current_stream(to.device().index);
  cuda::WaitingList list;
  std::optional<Places> places = places_of(list, stream, from, DimVec(to.sizes().size(), 0));
  if (!places || !may_wait_at(*places, to)) return false;
  let_wait(list, stream, std::move(*places), to);
  return true;
}

bool wait_to_put(const Tensor& out, const Tensor& part, const Tensor& grad) {
  if (VT_LIKELY(!cuda::anything_waits()) || !may_wait_to_write(out) || !same(part.sizes(), grad.sizes())) return false;
  const cuda::Stream stream = cuda::current_stream(out.device().index);
  cuda::WaitingList list;
  const std::optional<Place> place = WaitingTerms(stream, Places(), out).place_of(part);
  if (!place) return false;
  std::optional<Places> places = places_of(list, stream, grad, place->start);
  if (!places || !may_wait_at(*places, out)) return false;
  let_wait(list, stream, std::move(*places), out);
  return true;
}

bool wait_to_add(const Tensor& sum, const Tensor& part, const Tensor& grad) {
  if (VT_LIKELY(!cuda::anything_waits()) || !may_wait_to_write(sum) || !same(part.sizes(), grad.sizes())) return false;
  const cuda::Stream stream = cuda::current_stream(sum.device().index);
  std::unique_ptr<cuda::WaitingWork> replaced;  // freed when the list is
  cuda::WaitingList list;
  const WaitingTerms* waiting = writing(list, sum, stream);
  const std::optional<Place> place = waiting != nullptr ? waiting->place_of(part) : std::nullopt;
  if (!place || !waiting->leaves_zeros_at(*place)) return false;
  std::optional<Places> places = waiting->places_in(sum, DimVec(sum.sizes().size(), 0));
  std::optional<Places> added = places_of(list, stream, grad, place->start);
  if (!places || !added) return false;
  for (Place& p : *added) {
    p.onto_zero = true;
    places->push_back(std::move(p));
  }
  if (!may_wait_at(*places, sum)) return false;
  replaced = list.take(*waiting);
  let_wait(list, stream, std::move(*places), sum);
  return true;
}

}  // namespace vt::waiting
