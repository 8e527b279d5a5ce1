// Branches of captured graphs: which stream gets which work, what comes after what, and what a failure leaves.
#include <doctest/doctest.h>

#include <utility>

#include "cuda/branch.h"
#include "cuda/event.h"
#include "simulated/graph_work.h"

using namespace vt;
using namespace vt::simulated;
using cuda::Branch;

TEST_CASE("a branch is another stream, from its start until leave(), in a capture alone") {
  SimulatedMachine machine;
  const cuda::Stream before = cuda::current_stream(0);
  {
    Branch branch(kCuda);
    CHECK(cuda::current_stream(0) == before);
  }
  cuda::Graph graph;
  capture(graph, [] {
    const cuda::Stream trunk = cuda::current_stream(0);
    Branch branch(kCuda);
    const cuda::Stream beside = cuda::current_stream(0);
    CHECK(beside != trunk);
    {
      Branch within(kCuda);
      CHECK(cuda::current_stream(0) == beside);
    }
    CHECK(cuda::current_stream(0) == beside);
    branch.leave();
    CHECK(cuda::current_stream(0) == trunk);
  });
  CHECK(cuda::current_stream(0) == before);
}

TEST_CASE("a branch comes after what was captured before it, and before what is captured after it") {
  SimulatedMachine machine;
  const Tensor a = bytes(64), b = bytes(64), c = bytes(64), d = bytes(64);
  cuda::Graph graph;
  capture(graph, [&] {
    for (int turn = 0; turn < 3; ++turn) {
      Branch branch(kCuda);
      copy(b, a);
      branch.leave();
      copy(c, a);
    }
    fill(a, 9);
    copy(d, b);
  });
  for (const int value : {3, 4}) {
    fill(a, value);
    graph.replay();
    CHECK(first_byte(b) == value);
    CHECK(first_byte(c) == value);
    CHECK(first_byte(d) == value);
    CHECK(first_byte(a) == 9);
  }
}

TEST_CASE("the branch of a capture serves the next one") {
  SimulatedMachine machine;
  const Tensor a = bytes(64), b = bytes(64);
  for (int turn = 0; turn < 2; ++turn) {
    cuda::Graph graph;
    capture(graph, [&] {
      Branch branch(kCuda);
      fill(a, turn + 1);
      branch.leave();
      fill(b, turn + 1);
    });
    graph.replay();
    CHECK(first_byte(a) == turn + 1);
    CHECK(first_byte(b) == turn + 1);
  }
}

TEST_CASE("what fails on a branch leaves the capture whole") {
  SimulatedMachine machine;
  const Tensor a = bytes(64);
  cuda::Graph graph;
  capture(graph, [&] {
    const cuda::Stream trunk = cuda::current_stream(0);
    CHECK_THROWS_AS(
        [&] {
          Branch branch(kCuda);
          fill(a, 1);
          cuda::synchronize_device(0);
        }(),
        Error);
    CHECK(cuda::current_stream(0) == trunk);
    fill(a, 2);
  });
  graph.replay();
  CHECK(first_byte(a) == 2);
}

namespace {

struct Buffers {
  Tensor a = bytes(64), b = bytes(64), c = bytes(64), d = bytes(64), e = bytes(64);
};
constexpr uint64_t kOrders = 30;  // in which what is ready runs

}  // namespace

TEST_CASE("what comes after a branch goes on beside it, and waits where it touches the branch's memory") {
  using Rest = void (*)(const Buffers&);
  const std::pair<const char*, Rest> rests[] = {
      {"a read of what it made", [](const Buffers& m) { copy(m.d, m.b); }},
      {"a write of what it reads",
       [](const Buffers& m) {
         fill(m.a, 9);
         copy(m.d, m.b);
       }},
      {"an event, and a stream that waits for it",
       [](const Buffers& m) {
         const cuda::Stream side = cuda::pool_stream(0), trunk = cuda::current_stream(0);
         cuda::wait_stream(side, trunk);
         {
           const cuda::StreamGuard guard(side);
           copy(m.d, m.b);
         }
         cuda::wait_stream(trunk, side);
       }},
      {"a stream that waited before",
       [](const Buffers& m) {
         const cuda::Stream side = cuda::pool_stream(0), trunk = cuda::current_stream(0);
         cuda::wait_stream(side, trunk);
         {
           Branch branch(kCuda);
           copy(m.e, m.b);
         }
         {
           const cuda::StreamGuard guard(side);
           copy(m.d, m.e);
         }
         cuda::wait_stream(trunk, side);
       }},
      {"more branches",
       [](const Buffers& m) {
         for (int turn = 0; turn < 5; ++turn) {
           Branch branch(kCuda);
           copy(turn % 2 == 0 ? m.d : m.c, m.b);
           branch.leave();
           fill(m.e, turn);
         }
         fill(m.b, 8);
       }},
  };
  for (const auto& [name, rest] : rests) {
    CAPTURE(name);
    for (uint64_t seed = 1; seed <= kOrders; ++seed) {
      SimulatedMachine machine({.seed = seed});
      const Buffers m;
      cuda::Graph graph;
      capture(graph, [&] {
        {
          Branch branch(kCuda);
          copy(m.b, m.a);
          branch.leave();
          copy(m.c, m.a);
        }
        fill(m.e, 4);  // beside it
        rest(m);
      });
      for (const int value : {3, 5}) {
        fill(m.a, value);
        fill(m.b, 0);
        graph.replay();
        CHECK(first_byte(m.c) == value);
        CHECK(first_byte(m.d) == value);
      }
    }
  }
}

TEST_CASE("memory that a branch reads is not given to what comes after it before the branch is waited for") {
  for (uint64_t seed = 1; seed <= kOrders; ++seed) {
    SimulatedMachine machine({.seed = seed});
    const Tensor a = bytes(1 << 20), b = bytes(1 << 20);
    cuda::Graph graph;
    capture(graph, [&] {
      Tensor made = bytes(1 << 20);
      copy(made, a);
      {
        Branch branch(kCuda);
        copy(b, made);
      }
      made = {};
      for (int turn = 0; turn < 3; ++turn) fill(bytes(1 << 20), 7);
    });
    for (const int value : {3, 4}) {
      fill(a, value);
      graph.replay();
      CHECK(first_byte(b) == value);
    }
  }
}
