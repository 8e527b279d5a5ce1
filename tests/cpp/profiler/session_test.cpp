// Profiles of the host: what is recorded of ops, backward, ranges, threads and memory, and when.
#include "profiler/session.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "autograd/autograd.h"
#include "core/error.h"
#include "ops/factory/factory.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/linalg.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "profiler/chrome_trace.h"

using namespace vt;
using namespace vt::profiler;

namespace {

struct Initialized {
  Initialized() { initialize(); }
} const initialized;

Tensor ones(std::initializer_list<int64_t> sizes) {
  return ops::filled(DimVec(IntSpan(sizes.begin(), sizes.size())), Scalar(1.0), DType::float32);
}

Options host_only() {
  Options o;
  o.device = false;
  return o;
}

template <class Body>
std::unique_ptr<Profile> profile_of(const Options& options, Body body) {
  start(options);
  try {
    body();
  } catch (...) {
    stop();
    throw;
  }
  return stop();
}

std::vector<std::string> names_of(const Profile& p) {
  std::vector<std::string> names;
  for (const HostSpan& span : p.host) names.push_back(name_of(span));
  return names;
}

const HostSpan& find(const Profile& p, std::string_view name) {
  const auto at = std::ranges::find_if(p.host, [&](const HostSpan& span) { return name_of(span) == name; });
  REQUIRE_MESSAGE(at != p.host.end(), name);
  return *at;
}

}  // namespace

TEST_CASE("ops are recorded with their nesting, and nothing outside a profile") {
  const Tensor a = ones({2, 3}), b = ones({3, 4});
  ops::mm(a, b);
  const auto p = profile_of(host_only(), [&] { ops::matmul(a, b); });
  ops::mm(a, b);
  CHECK(names_of(*p) == std::vector<std::string>{"aten::matmul", "aten::mm"});
  const HostSpan &outer = p->host[0], &inner = p->host[1];
  CHECK((outer.parent == 0 && inner.parent == outer.id && inner.thread == outer.thread));
  CHECK((outer.begin_ns <= inner.begin_ns && inner.end_ns <= outer.end_ns));
  CHECK((p->begin_ns <= outer.begin_ns && outer.end_ns <= p->end_ns));
  CHECK(p->dropped.total() == 0);
}

TEST_CASE("nodes of backward have the number of the call that made them") {
  const Tensor x = ones({4});
  autograd::set_requires_grad(x, true);
  const auto p = profile_of(host_only(), [&] {
    const Tensor y = ops::sum(ops::mul(x, ops::mul(x, x)));
    autograd::backward({y}, {}, false, false, {}, false, true);
  });
  std::vector<int64_t> forward, backward;
  for (const HostSpan& span : p->host) {
    if (name_of(span) == "aten::mul" && span.parent == 0) forward.push_back(span.sequence);
    if (name_of(span) == "MulBackward0") backward.push_back(span.sequence);
  }
  REQUIRE((forward.size() == 2 && backward.size() == 2));
  CHECK((forward[0] == backward[1] && forward[1] == backward[0]));
  const HostSpan& node = find(*p, "SumBackward0");
  CHECK(node.sequence == find(*p, "aten::sum").sequence);
  const HostSpan& evaluate = find(*p, "autograd::engine::evaluate_function: SumBackward0");
  CHECK(node.parent == evaluate.id);
  CHECK(find(*p, "torch::autograd::AccumulateGrad").sequence == -1);
  // Calls that record nothing have no number.
  for (const HostSpan& span : p->host) {
    if (span.kind == SpanKind::Op && span.parent == node.id) CHECK(span.sequence == -1);
  }
}

TEST_CASE("an op that throws ends, and so does what it was called in") {
  const auto p = profile_of(host_only(), [&] {
    const uint64_t range = begin_range("outer");
    CHECK_THROWS_AS(ops::mm(ones({2, 3}), ones({2, 3})), Error);
    ops::neg(ones({1}));
    end_range(range);
  });
  const HostSpan &mm = find(*p, "aten::mm"), &neg = find(*p, "aten::neg"), &outer = find(*p, "outer");
  CHECK((mm.finished && mm.parent == outer.id && neg.parent == outer.id && mm.end_ns <= neg.begin_ns));
}

TEST_CASE("one profile runs at a time, and stop needs one") {
  CHECK_THROWS_AS(stop(), Error);
  start(host_only());
  CHECK(is_running());
  CHECK_THROWS_WITH_AS(start(host_only()), doctest::Contains("already enabled"), Error);
  CHECK_THROWS_AS(start_nvtx(false), Error);
  ops::neg(ones({1}));
  CHECK(names_of(*stop()).back() == "aten::neg");
  CHECK_FALSE(is_running());
  start_nvtx(true);
  CHECK_THROWS_AS(start(host_only()), Error);
  const uint64_t range = begin_range("a range of NVTX");
  ops::neg(ones({1}));
  end_range(range);
  stop_nvtx();
  CHECK_THROWS_AS(stop_nvtx(), Error);
}

TEST_CASE("what is open at the end is in the profile, and what ends later is not in the next one") {
  start(host_only());
  const uint64_t open = begin_range("open");
  ops::neg(ones({1}));
  const auto p = stop();
  CHECK_FALSE(find(*p, "open").finished);
  CHECK(find(*p, "open").end_ns >= find(*p, "aten::neg").end_ns);
  const auto next = profile_of(host_only(), [&] {
    end_range(open);
    ops::neg(ones({1}));
  });
  CHECK(std::ranges::count(names_of(*next), "open") == 0);
  CHECK(find(*next, "aten::neg").parent == 0);
  end_range(0);
  CHECK(begin_range("outside") == 0);
}

TEST_CASE("a range may end out of order and on another thread") {
  const auto p = profile_of(host_only(), [&] {
    const uint64_t first = begin_range("first", "shown beside it"), second = begin_range("second");
    end_range(first);
    std::thread([&] { end_range(second); }).join();
    end_range(second);  // again: nothing
  });
  REQUIRE(p->host.size() == 2);
  CHECK((find(*p, "first").finished && find(*p, "second").finished));
  CHECK(find(*p, "first").detail->text == "shown beside it");
}

TEST_CASE("every thread has its own spans, those that end early too") {
  constexpr int kThreads = 4, kCalls = 50;
  const auto p = profile_of(host_only(), [&] {
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([] {
        begin_range("left open");
        for (int j = 0; j < kCalls; ++j) ops::neg(ones({1}));
      });
    }
    for (std::thread& t : threads) t.join();
  });
  CHECK(std::ranges::count(names_of(*p), "aten::neg") == kThreads * kCalls);
  CHECK(std::ranges::count(names_of(*p), "left open") == kThreads);
  CHECK(p->threads.size() == kThreads);
  for (const HostSpan& span : p->host) {
    if (span.kind != SpanKind::Op || span.parent == 0) continue;
    const auto parent = std::ranges::find(p->host, span.parent, &HostSpan::id);
    REQUIRE(parent != p->host.end());
    CHECK(parent->thread == span.thread);
  }
}

namespace {
// Works when its thread is all but gone.
struct LastWords {
  ~LastWords() {
    const uint64_t range = begin_range("last words");
    ops::neg(ones({1}));
    end_range(range);
  }
};
}  // namespace

TEST_CASE("work of a thread's last destructors is passed over") {
  Options o = host_only();
  o.memory = true;
  const auto p = profile_of(o, [] {
    std::thread([] {
      thread_local LastWords words;  // made before the thread's log, so destroyed after it
      (void)&words;
      ops::neg(ones({1}));
    }).join();
  });
  CHECK(std::ranges::count(names_of(*p), "last words") == 0);
  CHECK(std::ranges::count(names_of(*p), "aten::neg") == 1);
}

TEST_CASE("starting and stopping while other threads work") {
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      const Tensor x = ones({8});
      while (!done) {
        const uint64_t range = begin_range("work");
        ops::add(x, x);
        end_range(range);
      }
    });
  }
  for (int i = 0; i < 30; ++i) {
    Options o = host_only();
    o.memory = o.shapes = i % 2 == 0;
    const auto p = profile_of(o, [] { std::this_thread::sleep_for(std::chrono::milliseconds(2)); });
    for (const HostSpan& span : p->host) CHECK((span.id != 0 && span.end_ns >= span.begin_ns));
    CHECK(std::ranges::is_sorted(p->host, {}, &HostSpan::id));
  }
  done = true;
  for (std::thread& t : threads) t.join();
}

TEST_CASE("a limit keeps the latest spans and the ranges around them") {
  Options o = host_only();
  o.limit = 10;
  const auto p = profile_of(o, [&] {
    const uint64_t range = begin_range("around all");
    const Tensor x = ones({1});
    for (int i = 0; i < 100; ++i) ops::neg(x);
    end_range(range);
  });
  CHECK(p->host.size() == 10);
  CHECK(p->dropped.host == 100 + 1 - 10);
  CHECK(names_of(*p).front() == "around all");
}

TEST_CASE("shapes, flops counted once, and memory by the span that took it") {
  Options o = host_only();
  o.shapes = o.flops = o.memory = true;
  const Tensor a = ones({2, 3}), b = ones({3, 4});
  const auto p = profile_of(o, [&] {
    Tensor c = ops::matmul(a, b);
    ops::add(c, c, 2.0);
  });
  const HostSpan& mm = find(*p, "aten::mm");
  CHECK(mm.flops == 2 * 2 * 3 * 4);
  CHECK(find(*p, "aten::matmul").flops == 0);
  CHECK(find(*p, "aten::add").flops == 8);
  REQUIRE(mm.detail->inputs.size() == 2);
  CHECK(mm.detail->inputs[1].tensors[0].sizes == std::vector<int64_t>{3, 4});
  CHECK(mm.detail->inputs[1].tensors[0].strides == std::vector<int64_t>{4, 1});
  const auto& add = find(*p, "aten::add").detail->inputs;
  CHECK((add[2].type == Input::Type::Other && add[2].value == "2"));
  int64_t taken = 0, given = 0;
  for (const MemoryEvent& event : p->memory) {
    CHECK(event.device == kCPU);
    (event.bytes > 0 ? taken : given) += event.bytes;
    if (event.bytes == 8 * 4 && event.span == mm.id) taken += 1 << 20;
  }
  CHECK(taken == (1 << 20) + 2 * 8 * 4);
  CHECK(given == -2 * 8 * 4);
}

TEST_CASE("text in a trace is JSON, whatever it is") {
  CHECK(json_string("plain") == "\"plain\"");
  CHECK(json_string("a\"b\\c\n") == "\"a\\\"b\\\\c\\u000a\"");
  CHECK(json_string("\xc3\xa9") == "\"\xc3\xa9\"");
  for (const char* broken : {"\xff", "\xc3", "\xe2\x82", "\xed\xa0\x80", "\xc0\xaf", "\xf5\x80\x80\x80"}) {
    CHECK(json_string(broken).starts_with("\"\\ufffd"));
  }
  const auto p = profile_of(host_only(), [] { end_range(begin_range("\"quoted\"\xff")); });
  std::string text;
  write_chrome_trace(*p, {}, [&](std::string_view piece) { text += piece; });
  CHECK(text.find("\"name\": \"\\\"quoted\\\"\\ufffd\"") != std::string::npos);
  CHECK(text.starts_with("{\"schemaVersion\": 1"));
  CHECK(text.ends_with("]}\n"));
}
