#include "simulated/world.h"

#include <algorithm>

#include "core/error.h"
#include "cuda/pinned.h"

namespace vt::simulated {

using vt::detail::concat;

WorldShape WorldShape::of(uint64_t seed) {
  Random random(seed * 2 + 1);
  WorldShape shape;
  shape.devices = random.one_in(4) ? 2 : 1;
  shape.real_memory = random.one_in(16);
  shape.memory = (shape.real_memory ? random.between(12, 24) : random.between(16, 160)) << 20;
  shape.allocator.expandable = random.one_in(3);
  shape.allocator.thread_cache = random.one_in(2);
  shape.two_threads = random.one_in(6);
  shape.streams = random.between(1, 5);
  shape.largest = shape.real_memory ? size_t{1} << random.between(12, 20) : size_t{1} << random.between(14, 26);
  shape.live_target = shape.real_memory ? random.between(4, 20) : random.between(4, 40);
  return shape;
}

World::World(const WorldOptions& options, const AllocatorUnderTest& kind)
    : options_(options),
      kind_(kind),
      shape_(WorldShape::of(options.seed)),
      random_(options.seed),
      device_({shape_.devices, shape_.memory, shape_.real_memory, options.seed, -1}, report_) {
  cuda::set_device_api(&device_);
  allocator_ = kind.make(shape_.allocator);
  oracle_ = std::make_unique<Oracle>(device_, *allocator_, kind_, report_);
  if (shape_.two_threads) courier_ = std::make_unique<Courier>();
  // A callback that gives up a block now and then.
  out_of_memory_callback_ = cuda::add_out_of_memory_callback([this](const cuda::OutOfMemoryEvent& event) {
    if (!capturing_ && random_.one_in(3)) free_one(event.device);
  });
  streams_.resize(static_cast<size_t>(shape_.devices));
  for (int device = 0; device < shape_.devices; ++device) {
    streams_[device].push_back({nullptr, device});
    for (size_t i = 0; i < shape_.streams; ++i) {
      Stream stream{nullptr, device};
      (void)device_.create_stream(device, 0, stream.handle);
      streams_[device].push_back(stream);
    }
  }
}

World::~World() {
  cuda::remove_out_of_memory_callback(out_of_memory_callback_);
  courier_.reset();
  oracle_.reset();
  // An allocator that went wrong can't be taken down; it stays as it is.
  static auto* broken = new std::vector<std::unique_ptr<cuda::CudaAllocator>>;
  if (!report_.clean()) broken->push_back(std::move(allocator_));
  allocator_.reset();
  cuda::set_device_api(nullptr);
}

void World::fail(const std::string& what) { report_.violation(what); }

size_t World::run() {
  while (done_ < options_.operations && report_.clean()) step();
  if (report_.clean()) tear_down();
  return done_;
}

Stream World::any_stream(int device) { return streams_[device][random_.below(streams_[device].size())]; }

size_t World::any_size() {
  // Every power of two is as likely as the next; half are multiples of 512.
  const size_t top = size_t{1} << random_.below(static_cast<uint64_t>(std::bit_width(shape_.largest)));
  const size_t size = random_.between(top, 2 * top - 1);
  return random_.one_in(2) ? size : (size + 511) / 512 * 512;
}

World::Held* World::any_held(int device) {
  if (held_.empty()) return nullptr;
  const size_t first = random_.below(held_.size());
  for (size_t i = 0; i < held_.size(); ++i) {
    Held& held = held_[(first + i) % held_.size()];
    if (held.block->stream.device == device) return &held;
  }
  return nullptr;
}

void World::check(int device) {
  if (!kind_.lists) return;
  oracle_->check_statistics(device);
  if (done_ % options_.snapshot_every == 0) oracle_->check_snapshot(device);
}

void World::step() {
  const int device = any_device();
  ++done_;
  const uint64_t choice = random_.below(1000);
  // More allocations while few blocks are held, more frees while many are.
  const size_t live = oracle_->live_blocks(device);
  const uint64_t allocate_share = live < shape_.live_target ? 330 : 150;
  if (choice < allocate_share) {
    Held* held = allocate(any_stream(device), {}, 0);
    if (held != nullptr && !random_.one_in(3)) write(*held);
  } else if (choice < 480) {
    free_one(device);
  } else if (choice < 640) {
    if (Held* held = any_held(device)) write(*held);
  } else if (choice < 760) {
    if (Held* held = any_held(device)) use_elsewhere(*held);
  } else if (choice < 800) {
    if (Held* held = any_held(device)) read(*held);
  } else if (choice < 830) {
    if (!readings_.empty()) finish_reading(random_.below(readings_.size()));
  } else if (choice < 890) {
    order(any_stream(device), any_stream(any_device()));
  } else if (choice < 930) {
    keep_event(any_stream(device));
  } else if (choice < 945) {
    (void)device_.query(any_stream(device));
  } else if (choice < 960) {
    (void)device_.synchronize(any_stream(device));
  } else if (choice < 964) {
    (void)device_.synchronize(device);
  } else if (choice < 975) {
    device_.run_some(random_.below(40));
  } else if (choice < 977) {
    on_either_thread([&] { allocator_->empty_cache(); });
  } else if (choice < 979) {
    if (kind_.limits) change_limit(device);
  } else if (choice < 980) {
    change_segments();
  } else if (choice < 984) {
    if (kind_.counts) allocator_->reset_peak_stats(device);
    oracle_->on_reset_peaks(device);
  } else if (choice < 988) {
    if (kind_.pools) capture();
  } else if (choice < 996) {
    if (!graphs_.empty()) replay(graphs_[random_.below(graphs_.size())]);
  } else {
    if (!graphs_.empty()) destroy_graph(random_.below(graphs_.size()));
  }
  for (int i = 0; i < shape_.devices; ++i) {
    if (i == device || random_.one_in(8)) check(i);
  }
}

void World::on_either_thread(const std::function<void()>& call) {
  // A callback of the allocator may call again from the other thread.
  if (courier_ == nullptr || capturing_ || away_ || !random_.one_in(4)) return call();
  away_ = true;
  courier_->run(call);
  away_ = false;
}

World::Held* World::allocate(Stream stream, cuda::PoolId pool, uint64_t graph) {
  const size_t size = any_size();
  Held* held = nullptr;
  on_either_thread([&] {
    try {
      cuda::Block* block = allocator_->allocate(size, stream);
      oracle_->on_allocate(*block, size, stream, pool, graph);
      held_.push_back({block, pool, graph, 0, false, false, 0});
      held = &held_.back();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::OutOfMemory) {
        fail(concat("allocate threw: ", error.message()));
      } else if (kind_.lists) {
        oracle_->on_refusal(size, stream, pool, capturing_);
      }
    }
  });
  return held;
}

void World::free_held(size_t index) {
  cuda::Block* block = held_[index].block;
  held_[index] = held_.back();
  held_.pop_back();
  oracle_->on_free(*block);
  on_either_thread([&] { allocator_->deallocate(block); });
}

void World::free_one(int device) {
  Held* held = any_held(device);
  if (held != nullptr && held->graph_inputs == 0) free_held(static_cast<size_t>(held - held_.data()));
}

void World::write(Held& held) {
  if (held.frozen) return;
  held.written = true;
  held.value = static_cast<uint8_t>(random_.next());
  (void)device_.fill(held.block->data, held.value, held.block->bytes, held.block->stream);
  oracle_->on_use(*held.block, held.block->stream);
}

// Work on another stream: announced with record_stream, or waited for by the block's own stream.
void World::use_elsewhere(Held& held) {
  if (held.graph != 0 || held.graph_inputs > 0) return;
  const Stream own = held.block->stream;
  const Stream other = any_stream(random_.one_in(8) ? any_device() : own.device);
  // One that others use at unknown times can't be waited for any more, but more streams may join in.
  if (held.frozen && other == own) return;
  order(own, other);
  const bool announced = held.frozen || random_.one_in(2);
  if (announced && random_.one_in(2)) {
    allocator_->record_stream(held.block, other);
    oracle_->on_record_stream(*held.block, other);
    (void)device_.fill(held.block->data, held.value, held.block->bytes, other);
    oracle_->on_use(*held.block, other);
  } else {
    (void)device_.fill(held.block->data, held.value, held.block->bytes, other);
    oracle_->on_use(*held.block, other);
    if (announced) {
      allocator_->record_stream(held.block, other);
      oracle_->on_record_stream(*held.block, other);
    }
  }
  held.written = true;
  if (!announced) {
    order(other, own);
  } else if (other != own) {
    held.frozen = true;  // a later write on its own stream would race with this one
  }
}

// A copy to page-locked memory on another stream, whose result is looked at later.
void World::read(Held& held) {
  if (!held.written || held.frozen || held.graph != 0 || held.graph_inputs > 0 || readings_.size() > 8) return;
  const Stream own = held.block->stream;
  const Stream other = any_stream(own.device);
  order(own, other);
  Reading reading{cuda::allocate_pinned(held.block->requested), held.block->requested, held.value, other};
  const auto begin = reinterpret_cast<uintptr_t>(reading.memory.data);
  for (const PinnedUse& use : pinned_uses_) {
    if (use.begin < begin + reading.bytes && begin < use.end && !device_.has_run(use.until)) {
      fail("page-locked memory was reused while a copy may still use it");
    }
  }
  std::erase_if(pinned_uses_, [&](const PinnedUse& use) { return device_.has_run(use.until); });
  (void)device_.copy(reading.memory.data, held.block->data, reading.bytes, CopyKind::DeviceToHost, other);
  oracle_->on_use(*held.block, other);
  cuda::record_pinned_use(reading.memory.data, other);
  pinned_uses_.push_back({begin, begin + reading.bytes, device_.position_of(other)});
  allocator_->record_stream(held.block, other);
  oracle_->on_record_stream(*held.block, other);
  held.frozen = own != other;
  readings_.push_back(reading);
}

void World::finish_reading(size_t index) {
  const Reading reading = readings_[index];
  readings_[index] = readings_.back();
  readings_.pop_back();
  // Half are dropped without a look, while the copy may still run.
  if (random_.one_in(2)) {
    (void)device_.synchronize(reading.stream);
    const auto* bytes = static_cast<const uint8_t*>(reading.memory.data);
    const bool right = std::all_of(bytes, bytes + reading.bytes, [&](uint8_t byte) { return byte == reading.value; });
    if (shape_.real_memory && !right) fail("a block was overwritten before another stream had read it");
  }
  reading.memory.free(reading.memory.data, reading.memory.context, reading.bytes);
}

void World::order(Stream before, Stream after) {
  if (before == after) return;
  EventHandle event = nullptr;
  (void)device_.create_event(before.device, false, false, event);
  (void)device_.record_event(event, before);
  (void)device_.wait_event(after, event);
  (void)device_.destroy_event(before.device, event);
}

void World::keep_event(Stream stream) {
  if (events_.size() < 4) {
    EventHandle event = nullptr;
    (void)device_.create_event(stream.device, random_.one_in(2), false, event);
    (void)device_.record_event(event, stream);
    events_.push_back({event, stream.device});
    return;
  }
  const size_t index = random_.below(events_.size());
  const auto [event, device] = events_[index];
  switch (random_.below(4)) {
    case 0: (void)device_.query(event); return;
    case 1: (void)device_.synchronize(event); return;
    case 2: (void)device_.wait_event(stream, event); return;
    default:
      (void)device_.destroy_event(device, event);
      events_.erase(events_.begin() + static_cast<std::ptrdiff_t>(index));
  }
}

void World::change_limit(int device) {
  const size_t limit = random_.one_in(3) ? cuda::kNoMemoryLimit : random_.below(shape_.memory + 1);
  allocator_->set_memory_limit(device, limit);
  oracle_->set_limit(device, limit);
  device_.set_cap(device, limit == cuda::kNoMemoryLimit ? 0 : std::max<size_t>(limit, 1));
}

void World::change_segments() {
  cuda::AllocatorSettings settings;
  settings.expandable_segments = random_.one_in(2);
  allocator_->apply(settings);
}

// Records a small program on one stream and, half the time, a second that joins.
void World::capture() {
  const int device = any_device();
  if (streams_[device].size() < 2 || graphs_.size() > 3) return;
  size_t pool = pools_.size();
  if (!pools_.empty() && random_.one_in(2)) pool = random_.below(pools_.size());
  if (pool == pools_.size()) {
    const Stream stream = streams_[device][1 + random_.below(streams_[device].size() - 1)];
    pools_.push_back({cuda::new_pool_id(), device, stream, 0});
  }
  Pool& p = pools_[pool];
  const Stream main = p.stream;
  Graph graph;
  graph.number = next_graph_++;
  graph.pool = p.id;
  graph.stream = main;
  allocator_->retain_pool(main.device, p.id);
  ++p.retained;
  allocator_->begin_capture(main.device);
  const auto mode = static_cast<CaptureMode>(random_.below(3));
  if (device_.begin_capture(main, mode) != Status::Success) fail("begin_capture failed");
  capturing_ = true;
  std::vector<Stream> joined{main};
  {
    const cuda::PoolGuard guard(main.device, p.id);
    const size_t steps = random_.between(1, 24);
    for (size_t i = 0; i < steps && report_.clean(); ++i) {
      ++done_;
      const Stream stream = joined[random_.below(joined.size())];
      switch (random_.below(8)) {
        case 0:
        case 1:
        case 2: {
          Held* held = allocate(stream, p.id, graph.number);
          if (held != nullptr) write(*held);
          break;
        }
        case 3:
        case 4: {
          Held* held = any_held(main.device);
          if (held != nullptr && held->graph == graph.number) free_held(static_cast<size_t>(held - held_.data()));
          break;
        }
        case 5: {  // reads what was there before
          Held* held = any_held(main.device);
          if (held == nullptr || held->graph != 0 || held->frozen || held->block->stream != main) break;
          (void)device_.fill(held->block->data, held->value, held->block->bytes, main);
          oracle_->on_use(*held->block, main);
          held->written = true;
          ++held->graph_inputs;
          graph.inputs.push_back({held->block, held->value});
          break;
        }
        case 6: {  // a block of another stream is freed while the capture runs
          free_one(main.device);
          break;
        }
        default: {
          const Stream other = streams_[main.device][1 + random_.below(streams_[main.device].size() - 1)];
          if (std::find(joined.begin(), joined.end(), other) == joined.end()) joined.push_back(other);
          order(stream, other);
        }
      }
      check(main.device);
    }
  }
  for (const Stream stream : joined) order(stream, main);
  const Status status = device_.end_capture(main, graph.graph);
  allocator_->end_capture(main.device);
  capturing_ = false;
  if (!report_.clean()) return;
  if (status != Status::Success) return fail(concat("end_capture failed with ", static_cast<int>(status)));
  (void)device_.instantiate(main.device, graph.graph, graph.exec);
  graphs_.push_back(graph);
  check(main.device);
}

void World::replay(Graph& graph) {
  const Stream stream = any_stream(graph.stream.device);
  for (const Stream other : streams_[graph.stream.device]) order(other, stream);
  (void)device_.launch_graph(graph.exec, stream);
  oracle_->on_replay(graph.number, stream);
  for (Held& held : held_) {
    if (held.graph == graph.number) oracle_->on_use(*held.block, stream);
    for (const Graph::Input& input : graph.inputs) {
      if (input.block != held.block) continue;
      held.value = input.value;
      oracle_->on_use(*held.block, stream);
    }
  }
  for (const Stream other : streams_[graph.stream.device]) order(stream, other);
}

void World::destroy_graph(size_t index) {
  const Graph graph = graphs_[index];
  graphs_[index] = graphs_.back();
  graphs_.pop_back();
  (void)device_.destroy_graph_exec(graph.exec);
  (void)device_.destroy_graph(graph.graph);
  for (Held& held : held_) {
    for (const Graph::Input& input : graph.inputs) held.graph_inputs -= input.block == held.block;
    if (held.graph == graph.number && random_.one_in(2)) {
      held.graph = 0;
      held.written = false;  // perhaps never replayed
    }
  }
  oracle_->on_graph_destroyed(graph.number);
  const auto pool = std::find_if(pools_.begin(), pools_.end(), [&](const Pool& p) { return p.id == graph.pool; });
  allocator_->release_pool(graph.stream.device, graph.pool);
  if (--pool->retained > 0) return;
  const Pool released = *pool;
  pools_.erase(pool);
  oracle_->on_pool_released(released.device, released.id);
}

void World::tear_down() {
  while (!graphs_.empty() && report_.clean()) destroy_graph(graphs_.size() - 1);
  while (!held_.empty() && report_.clean()) {
    held_.back().graph_inputs = 0;
    const int device = held_.back().block->stream.device;
    free_held(held_.size() - 1);
    check(device);
  }
  while (!readings_.empty()) finish_reading(readings_.size() - 1);
  for (const auto& [event, device] : events_) (void)device_.destroy_event(device, event);
  device_.run_all();
  for (int device = 0; device < shape_.devices; ++device) (void)device_.synchronize(device);
  allocator_->empty_cache();
  for (int device = 0; device < shape_.devices && !kind_.trims; ++device) (void)device_.trim_pool(device);
  cuda::empty_pinned_cache();
  if (!report_.clean()) return;
  const SimulatedDevice::Counts left = device_.counts();
  if (left.bytes != 0 || left.extents != 0 || left.host_blocks != 0 || left.graphs != 0 || left.execs != 0 ||
      left.captures != 0) {
    fail(concat("left behind after everything was freed: ", device_.describe_counts()));
  }
}

}  // namespace vt::simulated
