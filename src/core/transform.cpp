#include "core/transform.h"

#include <algorithm>
#include <atomic>
#include <unordered_map>

#include "core/captured.h"
#include "core/thread_state.h"

namespace vt {
namespace {

struct Levels {
  std::vector<TransformLevel> all;
  int visible = 0;
  std::vector<uint64_t> guarding;  // levels of grad that let no captured tensor be written to
  // The innermost level as storages were made, while there are such. An address that was freed is overwritten.
  std::unordered_map<const StorageImpl*, uint64_t> made;
};
thread_local Levels t_levels;
std::atomic<uint64_t> next_id{1};

// Of the guarding levels that calls pass through the innermost, 0 if there is none.
uint64_t top_guarding() noexcept {
  const Levels& levels = t_levels;
  for (size_t i = levels.guarding.size(); i > 0; --i) {
    if (is_running(levels.guarding[i - 1])) return levels.guarding[i - 1];
  }
  return 0;
}

// Inside a vmap every call is looked at, for what it draws at random, and inside a guarding level, for what it writes
// to.
void include_key() {
  ThreadState& state = thread_state();
  const bool looked_at = top_vmap() > 0 || top_guarding() > 0;
  state.included = looked_at ? state.included | Key::Transform : state.included - Key::Transform;
}

uint64_t push(TransformLevel level) {
  Levels& levels = t_levels;
  VT_ASSERT(levels.visible == static_cast<int>(levels.all.size()), "a transform was entered below a running one");
  VT_CHECK(levels.all.size() < 64, Runtime, "more than 64 transforms, one inside the other");
  level.id = next_id.fetch_add(1, std::memory_order_relaxed);
  level.grad_enabled = thread_state().grad_enabled;
  levels.all.push_back(level);
  ++levels.visible;
  include_key();
  return level.id;
}

void free_payload(void*, void* context, size_t) noexcept { delete static_cast<Payload*>(context); }

}  // namespace

uint64_t push_vmap(int64_t batch_size, Randomness randomness) {
  return push({.batch_size = batch_size, .randomness = randomness});
}
uint64_t push_grad() { return push({}); }

TransformLevel pop_transform(uint64_t id) {
  Levels& levels = t_levels;
  VT_ASSERT(!levels.all.empty() && levels.all.back().id == id, "transforms are left in another order than entered");
  const TransformLevel last = levels.all.back();
  levels.all.pop_back();
  levels.visible = static_cast<int>(levels.all.size());
  std::erase(levels.guarding, id);
  if (levels.guarding.empty()) levels.made.clear();
  include_key();
  return last;
}

void guard_captured(uint64_t id) {
  VT_ASSERT(!t_levels.all.empty() && t_levels.all.back().id == id, "a level that is not the innermost is to guard");
  t_levels.guarding.push_back(id);
  include_key();
}

void note_storage_made(const StorageImpl& storage) {
  Levels& levels = t_levels;
  if (VT_UNLIKELY(!levels.guarding.empty())) levels.made[&storage] = levels.all.back().id;
}

void allow_writes_to(const Tensor& t) { note_storage_made(*t.storage()); }

bool is_captured(const StorageImpl& storage) noexcept {
  const uint64_t top = top_guarding();
  if (top == 0) return false;
  const auto made = t_levels.made.find(&storage);
  return made == t_levels.made.end() || made->second < top;
}

std::span<const TransformLevel> transforms() noexcept {
  return {t_levels.all.data(), static_cast<size_t>(t_levels.visible)};
}

int top_vmap() noexcept {
  for (int i = t_levels.visible; i > 0; --i) {
    if (t_levels.all[static_cast<size_t>(i - 1)].is_vmap()) return i;
  }
  return 0;
}

bool is_running(uint64_t id) noexcept {
  return std::ranges::any_of(transforms(), [&](const TransformLevel& l) { return l.id == id; });
}

void note_reach_below(int level) noexcept {
  for (int i = level; i < t_levels.visible; ++i) t_levels.all[static_cast<size_t>(i)].reaches_below = true;
}

bool holds_payload(const StorageImpl& storage) noexcept { return storage.memory().free == free_payload; }

const Payload& payload_of(const Tensor& t) {
  const auto& payload = *static_cast<const Payload*>(t.storage()->memory().context);
  const auto& levels = t_levels.all;  // also those that the running call is below
  const auto at = static_cast<size_t>(payload.level - 1);
  VT_CHECK(at < levels.size() && levels[at].id == payload.id, Runtime,
           "a tensor made inside vmap is used after the function that it was made in returned: return it from there");
  return payload;
}

int level_of(const Tensor& t) { return is_wrapped(t) ? payload_of(t).level : 0; }

bool requires_grad_below(const Tensor& t) {
  for (const Tensor* at = &t; is_wrapped(*at);) {
    at = &payload_of(*at).value;
    if (at->requires_grad()) return true;
  }
  return false;
}

bool is_differentiated(const Tensor& t) {
  return (thread_state().grad_enabled && t.requires_grad()) || (is_wrapped(t) && requires_grad_below(t));
}

Tensor wrap_batched(const Tensor& value, int level, bool is_batched) {
  const size_t skipped = is_batched ? 1 : 0;
  const IntSpan sizes = value.sizes().subspan(skipped), strides = value.strides().subspan(skipped);
  const uint64_t id = t_levels.all[static_cast<size_t>(level - 1)].id;
  const auto bytes = static_cast<size_t>(view_extent(sizes, strides, 0)) * value.element_size();
  auto* payload = new Payload{value, level, id, is_batched};
  auto storage = make_intrusive<StorageImpl>(Allocation{nullptr, payload, free_payload}, bytes, value.device());
  Tensor t(make_intrusive<TensorImpl>(std::move(storage), value.dtype(), sizes, strides, 0));
  t.impl()->set_key(Key::Transform, true);
  return t;
}

BelowLevel::BelowLevel(int level)
    : visible_(t_levels.visible),
      included_(thread_state().included),
      excluded_(thread_state().excluded),
      grad_enabled_(thread_state().grad_enabled) {
  ThreadState& state = thread_state();
  state.excluded = state.excluded - Key::Autograd;
  for (const TransformLevel& above : transforms().subspan(static_cast<size_t>(level))) {
    if (above.is_vmap()) continue;
    state.grad_enabled = above.grad_enabled;
    break;
  }
  t_levels.visible = level - 1;
  include_key();
}

BelowLevel::~BelowLevel() {
  t_levels.visible = visible_;
  ThreadState& state = thread_state();
  state.included = included_;
  state.excluded = excluded_;
  state.grad_enabled = grad_enabled_;
}

}  // namespace vt
