#include "profiler/recorder.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>

#include "autograd/anomaly.h"
#include "autograd/op_node.h"
#include "core/thread_state.h"
#include "cpu/allocator.h"
#include "cuda/allocator.h"
#include "cuda/device.h"
#include "cuda/graph.h"
#include "dispatch/flops.h"
#include "profiler/inputs.h"

namespace vt::profiler {
namespace {

constexpr size_t kDeepest = size_t{1} << 16;  // open spans of one thread

// Of Options, what a call has to look up.
constexpr unsigned kShapes = 1, kStacks = 2, kFlops = 4, kHost = 8;

// Set once the thread's log is gone: other thread-local objects may still free memory.
thread_local bool thread_has_ended = false;

// A span's id, and whether the correlator was told of it.
constexpr uint64_t token_of(uint64_t id, bool told) { return id << 1 | (told ? 1 : 0); }

Thread describe_this_thread() {
  char name[32] = {};
  pthread_getname_np(pthread_self(), name, sizeof(name));
  return {static_cast<uint32_t>(gettid()), name};
}

HostSpan::Detail& detail_of(HostSpan& span) {
  if (!span.detail) span.detail = std::make_unique<HostSpan::Detail>();
  return *span.detail;
}

}  // namespace

int64_t now_ns() noexcept {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * int64_t{1'000'000'000} + now.tv_nsec;
}

Recorder& Recorder::get() {
  static auto* instance = new Recorder;
  return *instance;
}

void Recorder::start(const Options& options, const Correlator* correlator) {
  std::lock_guard lock(mutex_);
  VT_ASSERT(!active_, "the recorder is running");
  options_ = options;
  correlator_ = correlator;
  ++session_;
  threads_.clear();
  logs_.clear();
  spans_ = Ring<HostSpan>(options.host ? options.limit : 0);
  memory_ = Ring<MemoryEvent>(options.memory ? options.limit : 0);
  if (options.memory) {
    totals_.assign(1, cpu_memory_stats().allocated_bytes);
    const int devices = cuda::is_available() ? cuda::device_count() : 0;
    for (int d = 0; d < devices; ++d) {
      totals_.push_back(static_cast<int64_t>(cuda::allocator().stats(d).requested_bytes.all.current));
    }
  }
  active_ = true;
  wanted_.store((options.shapes ? kShapes : 0u) | (options.stacks ? kStacks : 0u) | (options.flops ? kFlops : 0u) |
                (options.host ? kHost : 0u));
  if (options.host) {
    set_call_observer(this);
    autograd::set_node_observer(this);
    cuda::set_graph_observer(this);
  }
  if (options.memory) set_memory_observer(this);
}

void Recorder::stop(Profile& into) {
  set_call_observer(nullptr);
  autograd::set_node_observer(nullptr);
  cuda::set_graph_observer(nullptr);
  set_memory_observer(nullptr);
  std::lock_guard lock(mutex_);
  active_ = false;
  wanted_ = 0;
  const int64_t now = now_ns();
  for (ThreadLog* log : logs_) {
    for (HostSpan& span : log->open) {
      span.end_ns = now;
      span.finished = false;
      spans_.push(std::move(span));
    }
    log->open.clear();
  }
  logs_.clear();
  into.threads = std::move(threads_);
  into.dropped.host = spans_.dropped();
  into.dropped.memory = memory_.dropped();
  into.host = spans_.take();
  into.memory = memory_.take();
  std::ranges::sort(into.host, {}, &HostSpan::id);
}

void Recorder::unlock_after_fork(bool in_child) noexcept {
  if (in_child) {
    active_ = false;
    wanted_ = 0;
    logs_.clear();  // of threads that are not there
    set_call_observer(nullptr);
    autograd::set_node_observer(nullptr);
    cuda::set_graph_observer(nullptr);
    set_memory_observer(nullptr);
  }
  mutex_.unlock();
}

Recorder::ThreadLog::~ThreadLog() {
  thread_has_ended = true;
  Recorder& r = get();
  std::lock_guard lock(r.mutex_);
  if (std::erase(r.logs_, this) == 0) return;
  const int64_t now = now_ns();
  for (HostSpan& span : open) {
    span.end_ns = now;
    span.finished = false;
    r.spans_.push(std::move(span));
  }
}

Recorder::ThreadLog* Recorder::log_of_this_thread() {
  if (VT_UNLIKELY(thread_has_ended)) return nullptr;
  thread_local ThreadLog log;
  if (VT_UNLIKELY(log.session != session_)) {
    log.open.clear();
    if (log.thread.system_id == 0) log.thread = describe_this_thread();
    threads_.push_back(log.thread);
    logs_.push_back(&log);
    log.index = static_cast<uint32_t>(threads_.size() - 1);
    log.session = session_;
  }
  return &log;
}

uint64_t Recorder::open(HostSpan&& span, bool scoped) noexcept {
  const Correlator* correlator = nullptr;
  try {
    std::lock_guard lock(mutex_);
    if (!active_) return 0;
    ThreadLog* const log = log_of_this_thread();
    if (!log || log->open.size() >= kDeepest) return 0;
    const bool inside_counted = std::ranges::any_of(log->open, [](const HostSpan& s) { return s.flops > 0; });
    if (span.flops > 0 && inside_counted) span.flops = 0;  // part of what is counted already
    span.id = ++last_id_;
    span.thread = log->index;
    span.parent = log->open.empty() ? 0 : log->open.back().id;
    log->open.push_back(std::move(span));
    if (scoped) correlator = correlator_;
    span.id = last_id_;
    log->open.back().begin_ns = now_ns();
  } catch (...) {  // no memory: the span is not recorded
    return 0;
  }
  if (correlator) correlator->enter(span.id);
  return token_of(span.id, correlator != nullptr);
}

void Recorder::end(uint64_t token) noexcept {
  if (token == 0) return;
  const int64_t now = now_ns();
  const Correlator* correlator = nullptr;
  try {
    std::lock_guard lock(mutex_);
    if (token & 1) correlator = correlator_;
    if (active_) close(token >> 1, now);
  } catch (...) {  // no memory for this thread's log: the span is forgotten
  }
  if (correlator) correlator->leave();
}

void Recorder::close(uint64_t id, int64_t now) {
  const auto close_in = [&](ThreadLog& log) {
    const auto at = std::find_if(log.open.rbegin(), log.open.rend(), [&](const HostSpan& s) { return s.id == id; });
    if (at == log.open.rend()) return false;
    at->end_ns = now;
    // What made no node has no number: the next call has the same.
    if (at->kind == SpanKind::Op && at->sequence == static_cast<int64_t>(autograd::peek_sequence_number())) {
      at->sequence = -1;
    }
    spans_.push(std::move(*at));
    log.open.erase(std::next(at).base());
    return true;
  };
  ThreadLog* const own = log_of_this_thread();
  if (own && close_in(*own)) return;
  for (ThreadLog* log : logs_) {
    if (log != own && close_in(*log)) return;
  }
}

uint64_t Recorder::begin_range(std::string_view name, std::string_view text) {
  if (!(wanted_.load(std::memory_order_relaxed) & kHost)) return 0;
  HostSpan span;
  span.kind = SpanKind::Range;
  if (wanted_.load(std::memory_order_relaxed) & kStacks) span.stack = autograd::current_place();
  detail_of(span).name = name;
  span.detail->text = text;
  return open(std::move(span), false);
}

uint64_t Recorder::begin(const Op& op, std::span<const Value> args) noexcept {
  try {
    HostSpan span;
    span.kind = SpanKind::Op;
    span.op = &op;
    if (grad_enabled()) span.sequence = static_cast<int64_t>(autograd::peek_sequence_number());
    const unsigned wanted = wanted_.load(std::memory_order_relaxed);
    if (wanted & kStacks) span.stack = autograd::current_place();
    if (wanted & kShapes) detail_of(span).inputs = inputs_of(op, args);
    if (wanted & kFlops) span.flops = flops_of(op, args);
    return open(std::move(span), true);
  } catch (...) {
    return 0;
  }
}

uint64_t Recorder::begin(const autograd::Node& node, autograd::NodeStage stage) noexcept {
  try {
    HostSpan span;
    span.kind = stage == autograd::NodeStage::Apply ? SpanKind::Node : SpanKind::NodeEvaluate;
    if (node.sequence() != autograd::kRunFirst) span.sequence = static_cast<int64_t>(node.sequence());
    if (const auto* made_by = dynamic_cast<const autograd::OpNode*>(&node)) span.op = &made_by->op();
    else detail_of(span).name = node.name();
    return open(std::move(span), true);
  } catch (...) {
    return 0;
  }
}

uint64_t Recorder::begin_replay(const cuda::Graph& graph) noexcept {
  HostSpan span;
  span.kind = SpanKind::Replay;
  span.graph = graph.number();
  return open(std::move(span), true);
}

void Recorder::begin_capture(const cuda::Graph& graph) noexcept {
  HostSpan span;
  span.kind = SpanKind::Capture;
  span.graph = graph.number();
  open(std::move(span), false);
}

void Recorder::end_capture(const cuda::Graph& graph) noexcept {
  uint64_t id = 0;
  {
    std::lock_guard lock(mutex_);
    for (ThreadLog* log : logs_) {
      for (const HostSpan& span : log->open) {
        if (span.kind == SpanKind::Capture && span.graph == graph.number()) id = span.id;
      }
    }
  }
  if (id != 0) end(token_of(id, false));
}

void Recorder::note_memory(const void* data, int64_t bytes, Device device) noexcept {
  const int64_t now = now_ns();
  try {
    std::lock_guard lock(mutex_);
    if (!active_ || !options_.memory) return;
    const ThreadLog* const log = log_of_this_thread();
    if (!log) return;
    const size_t at = device.is_cuda() ? 1 + static_cast<size_t>(device.index) : 0;
    if (at >= totals_.size()) totals_.resize(at + 1);
    totals_[at] += bytes;
    const uint64_t span = log->open.empty() ? 0 : log->open.back().id;
    memory_.push({now, bytes, totals_[at], reinterpret_cast<uint64_t>(data), span, log->index, device});
  } catch (...) {  // no memory: not recorded
  }
}

void Recorder::on_allocate(const void* data, size_t bytes, Device device) noexcept {
  note_memory(data, static_cast<int64_t>(bytes), device);
}
void Recorder::on_free(const void* data, size_t bytes, Device device) noexcept {
  note_memory(data, -static_cast<int64_t>(bytes), device);
}

}  // namespace vt::profiler
