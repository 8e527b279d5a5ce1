// All-reduce over peer memory on simulated machines of 2 to 64 GPUs, in every order, with and without faults.
#include "fabric/peer_protocol.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "fabric/peer_machine.h"

using namespace vt;
using namespace vt::fabric;

namespace {

struct Free {
  void operator()(void* p) const { std::free(p); }
};
using Memory = std::unique_ptr<void, Free>;
Memory zeros(size_t bytes) { return Memory(std::aligned_alloc(64, (bytes + 63) / 64 * 64)); }

// One call of a program: what is reduced, and how.
struct Call {
  bool by_lines;
  Combine combine;
  int64_t count;  // elements
  int blocks;
  bool in_place;
};

// What members signal in.
struct Group {
  explicit Group(int members) {
    for (int m = 0; m < members; ++m) {
      signals.push_back(zeros(sizeof(Signals<kMostSimulated>)));
      memset(signals.back().get(), 0, sizeof(Signals<kMostSimulated>));
      const size_t bytes = static_cast<size_t>(lines_of(members)) * sizeof(Line);
      lines.emplace_back(std::calloc(bytes + 64, 1));  // which the system keeps as one page until it is written
    }
  }
  std::vector<Memory> signals, lines;
};

// The parts of a call, what the members make of them, and what they should.
template <class T>
struct Values {
  Values(const Call& call, int members, uint64_t seed) {
    std::mt19937_64 random(seed);
    for (int m = 0; m < members; ++m) {
      std::vector<T> part(static_cast<size_t>(call.count));
      for (T& v : part) v = static_cast<T>(static_cast<float>(random() % 2000) / 64.0f - 15.0f);
      parts.push_back(part);
      outputs.emplace_back(part.size());
    }
    for (size_t i = 0; i < static_cast<size_t>(call.count); ++i) {
      auto total = static_cast<Wide<T>>(parts[0][i]);
      for (int m = 1; m < members; ++m) {
        total = combined(call.combine, total, static_cast<Wide<T>>(parts[static_cast<size_t>(m)][i]));
      }
      expected.push_back(static_cast<T>(finished(call.combine, total, members)));
    }
  }
  bool is_right(const Call& call, size_t member) const {
    const std::vector<T>& got = call.in_place ? parts[member] : outputs[member];
    return memcmp(got.data(), expected.data(), got.size() * sizeof(T)) == 0;
  }
  std::vector<std::vector<T>> parts, outputs;
  std::vector<T> expected;
};

template <class T>
void run_call(Machine& machine, Group& group, const Call& call, Values<T>& values, int member, uint64_t launch) {
  SimulatedPeers p{};
  p.count = machine.members();
  p.self = member;
  p.combine = call.combine;
  p.patience = Machine::kPatience;
  p.launch = launch;
  p.report = &machine.missed();
  for (int m = 0; m < p.count; ++m) {
    const auto i = static_cast<size_t>(m);
    p.parts[m] = values.parts[i].data();
    p.outputs[m] = call.in_place ? values.parts[i].data() : values.outputs[i].data();
    p.signals[m] = static_cast<Signals<kMostSimulated>*>(group.signals[i].get());
    p.lines[m] = static_cast<Line*>(group.lines[i].get());
  }
  for (int b = 0; b < call.blocks; ++b) {
    SimulatedBlock block(machine, member, b, call.blocks);
    if (call.by_lines) {
      reduce_lines<T>(block, p, call.count);
    } else if (call.combine == Combine::Sum && p.count == 2) {
      reduce_shares<T, 1, 2>(block, p, call.count);
    } else if (call.combine == Combine::Sum && p.count == 4) {
      reduce_shares<T, 1, 4>(block, p, call.count);
    } else {
      reduce_shares<T, 1, 0>(block, p, call.count);
    }
  }
}

struct Outcome {
  bool ended = false;
  std::vector<Missed> missed;
  size_t wrong = 0, right = 0;  // calls of members before which nobody had missed anybody
};

std::vector<Call> random_program(std::mt19937_64& random, int members) {
  std::vector<Call> program;
  const size_t calls = 2 + random() % 4;
  for (size_t i = 0; i < calls; ++i) {
    const bool by_lines = random() % 2 == 0;
    const int blocks = by_lines ? 1 : 1 + static_cast<int>(random() % 2);
    const int64_t count = 1 + static_cast<int64_t>(random() % (members > 16 ? 40 : 300));
    program.push_back({by_lines, static_cast<Combine>(random() % 5), count, blocks, random() % 2 == 0});
  }
  return program;
}

template <class T>
Outcome run_program(const std::vector<Call>& program, int members, uint64_t seed, const Faults& faults) {
  Machine machine(members, seed, faults);
  Group group(members);
  std::vector<Values<T>> values;
  for (size_t i = 0; i < program.size(); ++i) values.emplace_back(program[i], members, seed + i);
  std::vector<std::vector<bool>> clean(program.size(), std::vector<bool>(static_cast<size_t>(members), false));
  Outcome outcome;
  outcome.ended = machine.run([&](int member) {
    for (size_t i = 0; i < program.size(); ++i) {
      run_call(machine, group, program[i], values[i], member, i + 1);
      clean[i][static_cast<size_t>(member)] = machine.missed().empty();
    }
  });
  outcome.missed = machine.missed();
  for (size_t i = 0; i < program.size(); ++i) {
    const bool is_whole = std::ranges::none_of(outcome.missed, [&](const Missed& m) { return m.launch <= i + 1; });
    for (size_t m = 0; m < clean[i].size() && is_whole; ++m) {
      if (!clean[i][m]) continue;
      ++(values[i].is_right(program[i], m) ? outcome.right : outcome.wrong);
    }
  }
  return outcome;
}

}  // namespace

TEST_CASE("all-reduce on 2 to 64 members gives the sums of one device, in any order") {
  for (const int members : {2, 3, 4, 5, 8, 16, 31, 64}) {
    for (uint64_t seed = 1; seed <= (members > 8 ? 2u : 8u); ++seed) {
      CAPTURE(members);
      CAPTURE(seed);
      std::mt19937_64 random(seed * 1000 + static_cast<uint64_t>(members));
      const std::vector<Call> program = random_program(random, members);
      const Outcome outcome = seed % 2 == 0 ? run_program<bfloat16>(program, members, seed, {})
                                            : run_program<float>(program, members, seed, {});
      REQUIRE(outcome.ended);
      CHECK(outcome.missed.empty());
      CHECK(outcome.wrong == 0);
      CHECK(outcome.right == program.size() * static_cast<size_t>(members));
    }
  }
}

TEST_CASE("integers and doubles, sizes that fill no line and no share") {
  for (const int64_t count : {1, 2, 3, 7, 8, 9, 511, 513}) {
    for (const bool by_lines : {true, false}) {
      CAPTURE(count);
      CAPTURE(by_lines);
      const std::vector<Call> program(3, Call{by_lines, Combine::Max, count, 2, true});
      CHECK(run_program<int8_t>(program, 3, 1, {}).right == 9);
      CHECK(run_program<int64_t>(program, 3, 2, {}).right == 9);
      CHECK(run_program<double>(program, 3, 3, {}).right == 9);
    }
  }
}

TEST_CASE("500 programs with faults: none hangs, and who is missed is who failed") {
  int with_reports = 0, without = 0;
  size_t right = 0;
  for (uint64_t seed = 1; seed <= 500; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const int sizes[] = {2, 2, 3, 4, 5, 8, 8, 16, 24, 64};
    const int members = sizes[seed % 50 == 0 ? 9 : random() % (seed % 25 == 0 ? 9 : 6)];
    const auto any = [&] { return static_cast<int>(random() % static_cast<uint64_t>(members)); };
    Faults faults;
    std::set<int> suspects;
    switch (random() % (members > 16 ? 2 : 3)) {  // of many a slow one takes too long to wait for
      case 0: {
        const int from = any(),
                  to = (from + 1 + static_cast<int>(random() % static_cast<uint64_t>(members - 1))) % members;
        faults.dead_links.insert({from, to});
        suspects = {from};
        break;
      }
      case 2: faults.slow = any(); break;
      default:
        faults.dying = any();
        faults.dies_at = 1 + random() % 60'000;
        suspects = {faults.dying};
    }
    if (faults.slow >= 0) suspects = {faults.slow};
    const std::vector<Call> program = random_program(random, members);
    const Outcome outcome = run_program<float>(program, members, seed, faults);
    CAPTURE(members);
    CAPTURE(faults.slow);
    CAPTURE(faults.dying);
    CAPTURE(faults.dies_at);
    CAPTURE(program.size());
    CAPTURE(outcome.missed.size());
    REQUIRE(outcome.ended);
    CHECK(outcome.wrong == 0);
    right += outcome.right;
    if (outcome.missed.empty()) {
      ++without;
      CHECK(faults.dead_links.empty());
      continue;
    }
    ++with_reports;
    // The first reports tell of the fault; later ones may tell of members that the fault held up.
    const Missed first = *std::ranges::min_element(outcome.missed, {}, &Missed::time);
    CHECK(std::ranges::any_of(outcome.missed, [&](const Missed& m) {
      return m.time <= first.time + Machine::kPatience / 10 && suspects.contains(m.peer);
    }));
    CHECK(first.launch >= 1);
    CHECK(first.launch <= program.size());
  }
  MESSAGE("programs that reported a member: ", with_reports, ", that came to their end: ", without, ", right: ", right);
  CHECK(with_reports > 200);
  CHECK(right > 1000);
}

TEST_CASE("a group that is abandoned stops waiting") {
  Machine machine(2, 1, {});
  Group group(2);
  const Call call{false, Combine::Sum, 10, 1, true};
  Values<float> values(call, 2, 1);
  static_cast<Signals<kMostSimulated>*>(group.signals[0].get())->abandoned = 1;
  const bool ended = machine.run([&](int member) {
    if (member == 0) run_call(machine, group, call, values, 0, 1);
  });
  REQUIRE(ended);
  REQUIRE(!machine.missed().empty());
  CHECK(machine.missed()[0].peer == 1);
  CHECK(machine.now() < Machine::kPatience);
}

TEST_CASE("members note when calls began and ended, and how long they waited for whom") {
  Faults faults;
  faults.slow = 1;
  Machine machine(2, 3, faults);
  Group group(2);
  const Call call{false, Combine::Sum, 100, 1, true};
  Values<float> values(call, 2, 1);
  REQUIRE(machine.run([&](int member) { run_call(machine, group, call, values, member, 7); }));
  for (int m = 0; m < 2; ++m) {
    const auto& own = *static_cast<Signals<kMostSimulated>*>(group.signals[static_cast<size_t>(m)].get());
    CHECK(own.calls == 1);
    CHECK(own.stamps[0].launch == 7);
    CHECK(own.stamps[0].begin < own.stamps[0].end);
  }
  const auto& fast = *static_cast<Signals<kMostSimulated>*>(group.signals[0].get());
  CHECK(fast.waited[1] > 0);
  CHECK(fast.waited[0] == 0);
}
