#include "cuda/alloc/heap.h"

#include <utility>

#include "core/error.h"

namespace vt::cuda::alloc {
namespace {
constexpr int kSlab = 64;

// How a block that serves such a request may be kept. Only usual ones are, not what pressure left.
Stock stock_of(const HeapBlock& block, bool is_small) noexcept {
  const Segment& segment = *block.segment;
  if (!segment.pool->id.is_shared() || segment.is_small != is_small) return Stock::None;
  if (!is_small) return is_split(block) ? Stock::LargePart : Stock::LargeWhole;
  return is_split(block) && block.bytes <= kSmallRequest ? Stock::Small : Stock::None;
}

}  // namespace

Heap::Heap(int device, CacheList& caches, const std::atomic<bool>& expandable, const ReclaimMemory& reclaim)
    : device_(device),
      caches_(caches),
      expandable_(expandable),
      reclaim_(reclaim),
      pending_(device),
      orphans_(caches.history) {
  pools_.push_back(std::make_unique<Pool>());
}

Heap::~Heap() {
  collect_caches();
  capturing_ = 0;
  if (may_call() && !pending_.empty()) wait_for_device();
  pending_.reap_all([this](HeapBlock* block) { complete(block); });
  for (const auto& pool : pools_) pool->retained = 0;
  release_free(/*only_dying=*/false);
  while (segments_ != nullptr) {
    Segment* const left_over = segments_;
    unlink(left_over);
    delete left_over;
  }
}

// Sets whose call this is.
void Heap::enter(ThreadCache* cache) noexcept {
  caller_ = cache;
  if (VT_UNLIKELY(cache == nullptr) && caches_.any_thread()) publish_all();
}

// Brings the statistics up to what the thread did by itself. Before anything is counted, so that peaks are in order.
void Heap::settle_caller() noexcept {
  if (caller_ == nullptr) return;
  std::lock_guard lock(caller_->lock);
  publish(caller_->unpublished[device_]);
}

HeapBlock* Heap::allocate(const Request& request) {
  std::unique_lock lock(mutex_);
  enter(request.cache);
  Want want = resolve(request);
  reserve_spares(kSparesPerCall);
  bool tight = false;
  HeapBlock* block = nullptr;
  if (VT_LIKELY(want.bytes <= limit_ || want.bytes <= reserved_)) {
    if (VT_UNLIKELY(!pending_.empty())) {
      settle_caller();
      reap();
    }
    block = fit_with_stock(want);
    if (block == nullptr && collect_caches()) block = fit(want);
    if (block == nullptr) block = grown(want, Growth::Preferred, Growth::Multiple);
    if (VT_UNLIKELY(block == nullptr)) block = under_pressure(request, want, lock, tight);
  } else {
    stats_.num_oom_rejections++;
  }
  if (VT_UNLIKELY(block == nullptr)) refuse(request, lock);
  reserve_spares(1);
  hand_out(block, want, request, tight);
  return block;
}

Heap::Want Heap::resolve(const Request& request) {
  Pool* pool = request.pool.is_shared() ? pools_.front().get() : find_pool(request.pool);
  VT_CHECK(pool != nullptr && !pool->is_dying(), Runtime, "expected a memory pool that is retained, got pool (",
           request.pool.owner, ", ", request.pool.number, ")");
  // Half the address space is more than any device has, and rounding it can't wrap around.
  const size_t bytes = request.bytes > SIZE_MAX / 2 ? SIZE_MAX / 2 : round_up(request.bytes, kGranule);
  return {bytes, bytes <= kSmallRequest, pool, &lane_of(*pool, request.stream)};
}

Pool* Heap::find_pool(PoolId id) noexcept {
  for (const auto& pool : pools_) {
    if (pool->id == id) return pool.get();
  }
  return nullptr;
}

Lane& Heap::lane_of(Pool& pool, Stream stream) {
  for (auto& lane : pool.lanes) {
    if (lane->stream != stream) continue;
    if (VT_UNLIKELY(lane != pool.lanes.front())) std::swap(lane, pool.lanes.front());  // likely asked for again
    return *pool.lanes.front();
  }
  pool.lanes.push_back(std::make_unique<Lane>());
  Lane& lane = *pool.lanes.back();
  lane.stream = stream;
  lane.pool = &pool;
  return lane;
}

HeapBlock* Heap::fit(const Want& want) noexcept {
  return (want.is_small ? want.lane->small : want.lane->large).best_fit(want.bytes);
}

// The best fit of the heap and what the calling thread keeps for the stream; settles the caller. Unless it is perfect,
// what the thread keeps is merged first.
HeapBlock* Heap::fit_with_stock(const Want& want) noexcept {
  HeapBlock* const block = fit(want);
  if (caller_ == nullptr) return block;
  std::lock_guard lock(caller_->lock);
  publish(caller_->unpublished[device_]);
  if (want.is_small || !want.pool->id.is_shared() || (block != nullptr && block->bytes == want.bytes)) return block;
  Shelf* const shelf = caller_->shelf(want.lane->stream);
  if (shelf == nullptr || shelf->large.empty()) return block;
  shelf->large.drain([this](HeapBlock* kept) { take_in(kept); });
  return fit(want);
}

// Under pressure a hole is a hole: small requests may lie in large segments and the other way round.
HeapBlock* Heap::fit_anywhere(const Want& want) noexcept {
  HeapBlock* const usual = fit(want);
  return usual != nullptr ? usual : (want.is_small ? want.lane->large : want.lane->small).best_fit(want.bytes);
}

void Heap::hand_out(HeapBlock* block, const Want& want, const Request& request, bool tight) noexcept {
  erase_free(block);
  const Segment& segment = *block->segment;
  const size_t rest = block->bytes - want.bytes;
  const size_t worth_keeping = segment.is_small || tight ? kGranule : kSmallRequest + 1;
  if (rest >= worth_keeping) insert_free(split_off(block, want.bytes));
  block->requested = request.bytes;
  block->frames = request.frames;
  note_shape(block->shape);
  block->uses = nullptr;
  block->stock = stock_of(*block, want.is_small);
  block->allocated_by = request.cache;
  block->set_state(Use::Live);
  count(stats_.allocation, segment, 1);
  count(stats_.active, segment, 1);
  count(stats_.allocated_bytes, segment, static_cast<int64_t>(block->bytes));
  count(stats_.active_bytes, segment, static_cast<int64_t>(block->bytes));
  count(stats_.requested_bytes, segment, static_cast<int64_t>(block->requested));
  log(HistoryAction::Alloc, reinterpret_cast<uintptr_t>(block->data), block->bytes, block->stream.handle, block->frames,
      segment.pool->id);
}

void Heap::deallocate(HeapBlock* block, uint64_t frames, ThreadCache* cache) noexcept {
  std::lock_guard lock(mutex_);
  enter(cache);
  settle_caller();
  const Segment& segment = *block->segment;
  count(stats_.allocation, segment, -1);
  count(stats_.allocated_bytes, segment, -static_cast<int64_t>(block->bytes));
  count(stats_.requested_bytes, segment, -static_cast<int64_t>(block->requested));
  if (block->uses != nullptr) {
    log(HistoryAction::FreeRequested, reinterpret_cast<uintptr_t>(block->data), block->bytes, block->stream.handle,
        frames, segment.pool->id);
    block->set_state(Use::Pending);
    pending_.start(block, capturing_ == 0);
    return;
  }
  count(stats_.active, segment, -1);
  count(stats_.active_bytes, segment, -static_cast<int64_t>(block->bytes));
  log_freed(*block, frames);
  make_free(block);
  erase_dead_pools();
}

// A pending block whose last use is done.
void Heap::complete(HeapBlock* block) noexcept {
  const Segment& segment = *block->segment;
  count(stats_.active, segment, -1);
  count(stats_.active_bytes, segment, -static_cast<int64_t>(block->bytes));
  log(HistoryAction::FreeCompleted, reinterpret_cast<uintptr_t>(block->data), block->bytes, block->stream.handle, 0,
      segment.pool->id);
  make_free(block);
}

void Heap::make_free(HeapBlock* block) noexcept {
  block->freed_at = ++clock_;
  block = merge_neighbours(block);
  insert_free(block);
  Segment* const segment = block->segment;
  if (VT_UNLIKELY(segment->pool->is_dying()) && may_call()) (void)release(block);
}

void Heap::insert_free(HeapBlock* block) noexcept {
  block->set_state(Use::Free);
  block->lane->of(*block->segment).insert(block);
  if (!is_split(*block)) return;
  count(stats_.inactive_split, *block->segment, 1);
  count(stats_.inactive_split_bytes, *block->segment, static_cast<int64_t>(block->bytes));
}

void Heap::erase_free(HeapBlock* block) noexcept {
  block->lane->of(*block->segment).erase(block);
  if (!is_split(*block)) return;
  count(stats_.inactive_split, *block->segment, -1);
  count(stats_.inactive_split_bytes, *block->segment, -static_cast<int64_t>(block->bytes));
}

// `block` is in no set; its free neighbours of the same lane leave theirs. Returns the block that is left.
HeapBlock* Heap::merge_neighbours(HeapBlock* block) noexcept {
  if (HeapBlock* next = block->next; next != nullptr && next->state() == Use::Free && next->lane == block->lane) {
    erase_free(next);
    absorb_next(block);
    put_spare(next);
  }
  HeapBlock* previous = block->previous;
  if (previous == nullptr || previous->state() != Use::Free || previous->lane != block->lane) return block;
  erase_free(previous);
  absorb_next(previous);
  previous->freed_at = block->freed_at;
  put_spare(block);
  return previous;
}

void Heap::absorb_next(HeapBlock* block) noexcept {
  HeapBlock* const next = block->next;
  block->bytes += next->bytes;
  block->next = next->next;
  if (next->next != nullptr) next->next->previous = block;
}

// Cuts `block` after `bytes`; what follows is returned, in no set and without a state. Needs a spare.
HeapBlock* Heap::split_off(HeapBlock* block, size_t bytes) noexcept {
  HeapBlock* rest = take_spare();
  rest->data = block->begin() + bytes;
  rest->bytes = block->bytes - bytes;
  rest->stream = block->stream;
  rest->lane = block->lane;
  rest->segment = block->segment;
  rest->freed_at = block->freed_at;
  rest->previous = block;
  rest->next = block->next;
  if (block->next != nullptr) block->next->previous = rest;
  block->next = rest;
  block->bytes = bytes;
  return rest;
}

void Heap::reserve_spares(int count) {
  if (VT_LIKELY(spare_count_ >= count)) return;
  slabs_.push_back(std::make_unique<HeapBlock[]>(kSlab));
  for (int i = 0; i < kSlab; ++i) put_spare(&slabs_.back()[i]);
}

HeapBlock* Heap::take_spare() noexcept {
  HeapBlock* block = spares_;
  spares_ = block->link;
  --spare_count_;
  block->link = nullptr;
  return block;
}

void Heap::put_spare(HeapBlock* block) noexcept {
  block->data = nullptr;
  block->bytes = block->requested = 0;
  block->uses = nullptr;
  block->frames = 0;
  block->shape.ndim = -1;
  block->previous = block->next = block->left = block->right = nullptr;
  block->set_state(Use::Spare);
  block->link = spares_;
  spares_ = block;
  ++spare_count_;
}

void Heap::record_stream(HeapBlock* block, Stream stream) {
  std::lock_guard lock(mutex_);
  pending_.add(block, stream);
}

void Heap::reap() noexcept {
  if (!may_call()) return;
  pending_.reap([this](HeapBlock* block) { complete(block); });
  erase_dead_pools();
}

// A block of a thread's stock. It counted as free all the time; make_free counts what it becomes.
void Heap::take_in(HeapBlock* block) noexcept {
  if (is_split(*block)) {
    count(stats_.inactive_split, *block->segment, -1);
    count(stats_.inactive_split_bytes, *block->segment, -static_cast<int64_t>(block->bytes));
  }
  make_free(block);
}

void Heap::drain(ThreadCache& cache, Sizes sizes) noexcept {
  std::lock_guard lock(mutex_);
  std::lock_guard cache_lock(cache.lock);
  drain_locked(cache, sizes);
}

void Heap::drain_locked(ThreadCache& cache, Sizes sizes) noexcept {
  publish(cache.unpublished[device_]);
  const auto take = [this](HeapBlock* block) { take_in(block); };
  for (const auto& shelf : cache.shelves) {
    if (shelf->stream.device != device_) continue;
    if (sizes != Sizes::Large && !shelf->small.empty()) shelf->small.drain(take);
    if (sizes != Sizes::Small && !shelf->large.empty()) shelf->large.drain(take);
  }
}

// True if there was anything.
bool Heap::collect_caches() noexcept {
  bool any = false;
  caches_.for_each([&](ThreadCache& cache) {
    for (const auto& shelf : cache.shelves) any |= shelf->stream.device == device_ && !shelf->empty();
    drain_locked(cache, Sizes::All);
  });
  return any;
}

void Heap::empty_cache(ThreadCache* cache) {
  std::lock_guard lock(mutex_);
  enter(cache);
  collect_caches();
  if (!may_call()) return;
  reap();
  release_free(/*only_dying=*/false);
}

void Heap::set_limit(size_t bytes) {
  std::lock_guard lock(mutex_);
  limit_ = bytes;
  if (reserved_ <= limit_ || !may_call()) return;
  collect_caches();
  reap();
  ++ladder_runs_;
  while (reserved_ > limit_) {
    HeapBlock* const victim = choose_victim(reserved_ - limit_);
    if (victim == nullptr) return;
    (void)release(victim);
  }
}

size_t Heap::limit() {
  std::lock_guard lock(mutex_);
  return limit_;
}

void Heap::retain_pool(PoolId id) {
  VT_CHECK(!id.is_shared(), Value, "expected a private memory pool, got the shared one");
  std::lock_guard lock(mutex_);
  Pool* pool = find_pool(id);
  if (pool == nullptr) {
    pools_.push_back(std::make_unique<Pool>());
    pool = pools_.back().get();
    pool->id = id;
  }
  pool->retained++;
}

void Heap::release_pool(PoolId id) noexcept {
  std::lock_guard lock(mutex_);
  Pool* const pool = find_pool(id);
  if (pool == nullptr || pool->retained == 0 || --pool->retained > 0) return;
  publish_all();
  if (may_call()) reap();
  sweep_dying_pools();
}

void Heap::begin_capture() {
  std::lock_guard lock(mutex_);
  ++capturing_;
}

void Heap::end_capture() noexcept {
  std::lock_guard lock(mutex_);
  if (capturing_ > 0) --capturing_;
  if (!may_call()) return;
  publish_all();
  reap();
  sweep_dying_pools();
}

}  // namespace vt::cuda::alloc
