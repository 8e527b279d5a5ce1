// A machine of GPUs that exists in host memory, on which src/fabric/peer_protocol.h runs as it does on GPUs.
//
// Every block of every member is a fiber; a seeded scheduler runs any of them for a while, so that members come in all
// orders, and everything about a run follows from its seed. What a member writes into another's memory is under way
// until the scheduler delivers it, in any order that the GPU's memory model allows: halves of a line apart, a signal
// behind all that its block has written before. Links can be dead in one direction, members slow, and members can die
// at any moment, with what they have under way lost.
#pragma once

#include <ucontext.h>

#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "fabric/peer_protocol.h"

namespace vt::fabric {

inline constexpr int kMostSimulated = 64;

// A member that has waited in vain, and when.
struct Missed {
  int member, peer;
  uint64_t launch;
  uint64_t time;
};
using SimulatedPeers = Peers<kMostSimulated, std::vector<Missed>*>;

struct Faults {
  std::set<std::pair<int, int>> dead_links;  // (from, to)
  int slow = -1;                             // a member that runs an eighth as often
  int dying = -1;                            // a member
  uint64_t dies_at = 0;                      // nanoseconds
};

class Machine {
 public:
  static constexpr uint64_t kPatience = 400'000;  // nanoseconds

  Machine(int members, uint64_t seed, Faults faults) : members_(members), random_(seed), faults_(std::move(faults)) {}
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  int members() const { return members_; }
  uint64_t now() const { return time_; }
  bool is_dead(int member) const { return member == faults_.dying && time_ >= faults_.dies_at; }
  std::vector<Missed>& missed() { return missed_; }

  // Runs `body(member)` on every member until all have come to their end or died. False if that takes too long: a hang.
  bool run(const std::function<void(int member)>& body) {
    for (int m = 0; m < members_; ++m) {
      auto fiber = std::make_unique<Fiber>();
      fiber->member = m;
      fiber->body = [&body, m] { body(m); };
      start(*fiber);
      fibers_.push_back(std::move(fiber));
    }
    const uint64_t last = time_ + 1000 * kPatience;
    while (!all_done()) {
      if (time_ > last) return false;
      step();
    }
    return true;
  }

  // ---- what blocks do; each gives others a chance to run
  void pass() {
    Fiber& self = *current_;
    if (draw(16) == 0) swapcontext(&self.context, &scheduler_);
  }
  void wait_a_while() { swapcontext(&current_->context, &scheduler_); }

  // Writes that arrive later. `after`: behind all that the block has under way.
  void send(int from, int to, int block, void* at, const void* data, size_t bytes, bool after) {
    if (from == to && !after) {
      memcpy(at, data, bytes);
      return;
    }
    Write write{from, to, block, at, {}, bytes, after};
    memcpy(write.data, data, bytes);
    under_way_.push_back(write);
    pass();
  }
  bool is_cut(int from, int to) const { return faults_.dead_links.contains({from, to}); }

 private:
  struct Fiber {
    int member = 0;
    std::function<void()> body;
    ucontext_t context{};
    std::vector<char> stack = std::vector<char>(size_t{64} << 10);
    bool done = false;
  };
  struct Write {
    int from, to, block;
    void* at;
    char data[16];
    size_t bytes;
    bool after;  // behind all that the block has sent before
  };

  uint64_t draw(uint64_t below) { return random_() % below; }

  static void enter(unsigned high, unsigned low) {
    auto* machine = reinterpret_cast<Machine*>(static_cast<uintptr_t>(high) << 32 | low);
    Fiber& self = *machine->current_;
    self.body();
    self.done = true;
    swapcontext(&self.context, &machine->scheduler_);
  }

  void start(Fiber& fiber) {
    getcontext(&fiber.context);
    fiber.context.uc_stack.ss_sp = fiber.stack.data();
    fiber.context.uc_stack.ss_size = fiber.stack.size();
    fiber.context.uc_link = &scheduler_;
    const auto self = reinterpret_cast<uintptr_t>(this);
    makecontext(&fiber.context, reinterpret_cast<void (*)()>(&enter), 2, static_cast<unsigned>(self >> 32),
                static_cast<unsigned>(self));
  }

  bool all_done() const {
    for (const auto& fiber : fibers_) {
      if (!fiber->done && !is_dead(fiber->member)) return false;
    }
    return true;
  }

  bool may_arrive(size_t i) const {
    const Write& write = under_way_[i];
    for (size_t j = 0; j < i && write.after; ++j) {
      if (under_way_[j].from == write.from && under_way_[j].block == write.block) return false;
    }
    return true;
  }

  void deliver(size_t i) {
    const Write write = under_way_[i];
    under_way_.erase(under_way_.begin() + static_cast<std::ptrdiff_t>(i));
    if (!is_cut(write.from, write.to)) memcpy(write.at, write.data, write.bytes);
  }

  void step() {
    time_ += 20;
    if (faults_.dying >= 0 && is_dead(faults_.dying)) {
      std::erase_if(under_way_, [&](const Write& w) { return w.from == faults_.dying; });
    }
    const uint64_t deliveries = under_way_.empty() ? 0 : draw(1 + 2 * static_cast<uint64_t>(members_));
    for (uint64_t n = 0; n < deliveries && !under_way_.empty(); ++n) {
      const size_t i = draw(under_way_.size());
      if (may_arrive(i)) deliver(i);
    }
    Fiber& next = *fibers_[draw(fibers_.size())];
    if (next.done || is_dead(next.member) || (next.member == faults_.slow && draw(100) != 0)) return;
    current_ = &next;
    swapcontext(&scheduler_, &next.context);
  }

  int members_;
  std::mt19937_64 random_;
  Faults faults_;
  uint64_t time_ = 1;
  std::vector<std::unique_ptr<Fiber>> fibers_;
  std::vector<Write> under_way_;
  std::vector<Missed> missed_;
  Fiber* current_ = nullptr;
  ucontext_t scheduler_{};
};

// A block as peer_protocol.h sees it. Blocks of a member run one after the other within its fiber unless a test gives
// them fibers of their own.
class SimulatedBlock {
 public:
  SimulatedBlock(Machine& machine, int member, int block, int blocks)
      : machine_(machine), member_(member), block_(block), blocks_(blocks) {}

  int block() const { return block_; }
  int blocks() const { return blocks_; }
  void sync() { machine_.pass(); }
  template <class F>
  void each(const F& f) {
    phase_ = machine_.now();
    for (int t = 0; t < kPeerThreads; ++t) f(t);
  }
  template <class F>
  void once(const F& f) {
    f();
  }
  template <class T>
  T read(const T* at, int member) {
    machine_.pass();
    T value = *at;
    if (machine_.is_cut(member, member_)) memset(&value, 0xDD, sizeof value);
    return value;
  }
  template <class T>
  void write(T* at, int member, const T& value) {
    static_assert(sizeof(T) <= 16);
    machine_.send(member_, member, block_, at, &value, sizeof value, false);
  }
  void signal(uint32_t* at, int member, uint32_t value) {
    machine_.send(member_, member, block_, at, &value, sizeof value, true);
  }
  uint32_t heard(const uint32_t* at) {
    machine_.wait_a_while();
    return *at;
  }
  void put(Line* at, int member, const Line& line) {
    machine_.send(member_, member, block_, &at->first, &line.first, 8, false);
    machine_.send(member_, member, block_, &at->second, &line.second, 8, false);
  }
  Line line(const Line* at) {
    machine_.wait_a_while();
    return *at;
  }
  uint64_t now() const { return machine_.now(); }
  // Threads of a block wait at the same time, though they come one after the other here.
  uint64_t waiting_since() const { return phase_; }
  void missed(const SimulatedPeers& p, int peer) const {
    p.report->push_back({member_, peer, p.launch, machine_.now()});
  }

 private:
  Machine& machine_;
  int member_, block_, blocks_;
  uint64_t phase_ = 0;
};

}  // namespace vt::fabric
