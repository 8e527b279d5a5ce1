#include "ops/batch/batch_call.h"

#include <algorithm>

#include "ops/typed/copy.h"
#include "ops/typed/view.h"

namespace vt::batch {
namespace {

bool has_geometry_of(const Tensor& t, const Payload& p) {
  const size_t skipped = p.is_batched ? 1 : 0;
  return t.storage_offset() == 0 && t.dtype() == p.value.dtype() && same(t.sizes(), p.value.sizes().subspan(skipped)) &&
         same(t.strides(), p.value.strides().subspan(skipped));
}

// sizes or strides with the batch's in front.
DimVec with_batch(const Payload& p, IntSpan of_one, int64_t of_batch) {
  DimVec out;
  if (p.is_batched) out.push_back(of_batch);
  for (const int64_t v : of_one) out.push_back(v);
  return out;
}

// The payload in the dtype that a view of it has, of which `per_element` fit into an element.
struct Reread {
  Tensor value;
  int64_t per_element = 1;
};

Reread reread(const Tensor& value, DType dtype) {
  if (dtype == value.dtype()) return {value};
  if (is_complex(value.dtype()) && size_of(dtype) * 2 == size_of(value.dtype())) return {ops::view_as_real(value), 2};
  VT_CHECK(size_of(dtype) == size_of(value.dtype()), NotImplemented, "a view of ", value.dtype(), " as ", dtype,
           " is not there inside vmap");
  return {ops::view(value, dtype)};
}

Tensor strided_view(const Tensor& t, const Payload& p) {
  const int64_t stride = p.is_batched ? p.value.stride(0) : 0, size = p.is_batched ? p.value.size(0) : 0;
  const int64_t at = p.value.storage_offset();
  if (is_complex(t.dtype()) && !is_complex(p.value.dtype())) {
    DimVec sizes = with_batch(p, t.sizes(), size), strides = with_batch(p, t.strides(), stride);
    for (size_t d = p.is_batched ? 1 : 0; d < strides.size(); ++d) strides[d] *= 2;
    sizes.push_back(2);
    strides.push_back(1);
    return ops::view_as_complex(ops::as_strided(p.value, sizes, strides, at + 2 * t.storage_offset()));
  }
  const Reread r = reread(p.value, t.dtype());
  return ops::as_strided(r.value, with_batch(p, t.sizes(), size), with_batch(p, t.strides(), stride * r.per_element),
                         at * r.per_element + t.storage_offset());
}

bool writes_to_first(const Op& op) {
  if (op.kind() == OpKind::Inplace) return true;
  const auto& args = op.schema().args();
  return !args.empty() && args[0].written && args[0].type == ArgType::Tensor;
}

Tensor below_wrapper(const Tensor& t, const Payload& p) { return has_geometry_of(t, p) ? p.value : strided_view(t, p); }

}  // namespace

Tensor physical(const Tensor& wrapped) { return below_wrapper(wrapped, payload_of(wrapped)); }

Tensor unwrapped(const Tensor& t) {
  Tensor at = t;
  while (is_wrapped(at)) at = physical(at);
  return at;
}

Tensor empty_per_example(IntSpan sizes, IntSpan strides, DType dtype, Device device) {
  const auto levels = transforms();
  DimVec all_sizes, all_strides(strides);
  for (const TransformLevel& level : levels) {
    if (level.is_vmap()) all_sizes.push_back(level.batch_size);
  }
  const size_t batches = all_sizes.size();
  int64_t step = std::max<int64_t>(view_extent(sizes, strides, 0), 1);
  for (size_t d = batches; d-- > 0;) {
    all_strides.insert(0, step);
    step = checked_mul(step, std::max<int64_t>(all_sizes[d], 1));
  }
  for (const int64_t s : sizes) all_sizes.push_back(s);
  Tensor t = vt::empty_strided(all_sizes, all_strides, dtype, device);
  for (size_t i = 0; i < levels.size(); ++i) {
    if (levels[i].is_vmap()) t = wrap_batched(t, static_cast<int>(i) + 1, true);
  }
  return t;
}

Tensor copy_to_write(const Tensor& self, const Tensor& src) {
  const bool is_own = !is_wrapped(src) || (is_wrapped(self) && payload_of(self).is_batched);
  if (is_own) return ops::clone(self, MemoryFormat::Contiguous);
  const Tensor out = empty_per_example(self.sizes(), contiguous_strides(self.sizes()), self.dtype(), self.device());
  return ops::copy_(out, self);
}

Tensor lifted(const Tensor& t) {
  const int level = top_vmap();
  return level_of(t) < level ? wrap_batched(t, level, false) : t;
}

BatchCall::BatchCall(Call& call, int level)
    : call_(call),
      level_(level),
      size_(transforms()[static_cast<size_t>(level - 1)].batch_size),
      randomness_(transforms()[static_cast<size_t>(level - 1)].randomness),
      writes_(writes_to_first(call.op)),
      below_(level) {}

const Payload* BatchCall::payload(const Tensor& t) const {
  if (!t.defined() || !is_wrapped(t)) return nullptr;
  const Payload& p = payload_of(t);
  return p.level == level_ ? &p : nullptr;
}

bool BatchCall::is_batched(const Tensor& t) const {
  const Payload* p = payload(t);
  return p && p->is_batched;
}

bool BatchCall::any_batched(int from) const {
  bool any = false;
  for_each_tensor(call_.inputs().subspan(static_cast<size_t>(from)),
                  [&](int, const Tensor& t) { any |= is_batched(t); });
  return any;
}

Tensor BatchCall::below(const Tensor& t) const {
  const Payload* p = payload(t);
  return p ? below_wrapper(t, *p) : t;
}

Tensor BatchCall::expanded(const Tensor& t) const {
  const Tensor value = below(t);
  if (!value.defined() || is_batched(t)) return value;
  DimVec sizes{size_};
  for (const int64_t s : value.sizes()) sizes.push_back(s);
  return ops::expand(value, sizes);
}

Tensor BatchCall::aligned(const Tensor& t, int64_t rank) const {
  const Tensor value = below(t);
  if (!value.defined()) return value;
  const bool batched = is_batched(t);
  DimVec sizes;
  if (batched) sizes.push_back(size_);
  for (int64_t d = t.dim(); d < rank; ++d) sizes.push_back(1);
  if (t.dim() >= rank) return value;
  for (const int64_t s : t.sizes()) sizes.push_back(s);
  return ops::reshape(value, sizes);
}

void BatchCall::check_written() const {
  VT_CHECK(is_batched(0) || !any_batched(1), Runtime, "vmap: ", op().schema().name(),
           "(self, *extra_args) is not possible: it writes to a tensor that is the same for all examples, and another "
           "argument is not. Write to a tensor made from one that vmap maps over (torch.zeros_like of it, say), or use "
           "the form that does not write in place");
}

Results BatchCall::run(const Op& op, const Value* args) const {
  Value values[kMaxArgs];
  std::copy_n(args, op.arg_count(), values);
  Results results;
  call_op(op, values, op.arg_count(), results);
  return results;
}

Tensor BatchCall::wrapped(const Tensor& result, bool is_batched) const {
  if (!result.defined()) return result;
  // What an op was not asked for: an empty tensor in its place.
  if (result.dim() == 1 && result.numel() == 0 && size_ > 0) return wrap_batched(result, level_, false);
  VT_ASSERT(!is_batched || (result.dim() > 0 && result.size(0) == size_), op().name(), ": its batching rule gave ",
            to_string(result), " for a batch of ", size_);
  return wrap_batched(result, level_, is_batched);
}

void BatchCall::give(const Tensor& result) { call_.results.add(wrapped(result)); }

void BatchCall::give_list(const std::vector<Tensor>& results) {
  call_.results.is_list = true;
  for (const Tensor& t : results) call_.results.list.push_back(wrapped(t));
}

void BatchCall::give(Results&& results) {
  if (results.is_list) return give_list(results.list);
  for (int i = 0; i < results.count; ++i) give(results.tensors[i]);
}

void BatchCall::give_shared(Results&& results) {
  for (Tensor& t : results.list) t = wrapped(t, false);
  for (int i = 0; i < results.count; ++i) {
    if (results.tensors[i].defined()) results.tensors[i] = wrapped(results.tensors[i], false);
  }
  const bool is_complex_number = results.number.tag == Tag::Complex;
  call_.results = std::move(results);
  if (is_complex_number) call_.results.number = box(call_.results.scalar);
}

void BatchCall::give_written() {
  logical(0).impl()->bump_version();
  call_.results.add(logical(0));
}

}  // namespace vt::batch
