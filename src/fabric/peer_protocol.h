// What members of a group compute over each other's memory, written once: for GPUs, whose kernels are in
// peer_reduce.cu, and for the simulated machine of the tests, where members run in any order and links fail.
//
// Note [Sums over peers]
// Every member combines the parts of all in the order of the members, so that each gets the same bits, run after run.
// Small sums go by lines. A member writes its part into a place of its own in the memory of every other; each eight
// bytes there are four of data beside the number of the round, so that who finds the number has the data: nothing else
// is waited for, and no part is read by others. Two places take turns. A place is written again two rounds later, when
// everybody has been seen in the round between, and so has left the one before.
// Larger sums go by shares. Each member combines a share of the elements, reading the parts where they lie, and writes
// it into all outputs: what moves over a link is as little as a ring would move, in one step. Before that, and behind
// it, blocks of the same number meet: no member reads a part before it is there, nor goes on while another still reads
// or writes its memory. An element is written by the thread that has read it from everyone, so outputs may be the
// inputs. Blocks are few, so that all of a kernel run at once beside other work. Who waits longer than `patience`
// stops, and says whom it missed.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "core/half.h"

#ifdef __CUDACC__
#define VT_MEMBER __device__ __forceinline__
#define VT_UNROLL _Pragma("unroll")
#else
#define VT_MEMBER inline
#define VT_UNROLL
#endif

namespace vt::fabric {

inline constexpr int kMostPeers = 16;
inline constexpr int kMostBlocks = 64;
inline constexpr int kPeerThreads = 512;  // of a block
inline constexpr int kLineBlocks = 32;
inline constexpr int kLineSlots = kLineBlocks * kPeerThreads;
inline constexpr int kLineBytes = 8;  // of data in a line
inline constexpr int kStamps = 256;

// When a member began and ended a collective, in nanoseconds of its device's clock.
struct Stamp {
  uint64_t begin, end;
  uint64_t launch;  // the number that the host gave it
};

// Where the members of a group signal to each other, in the memory of one of them. Numbers only grow: a kernel that is
// replayed by a graph signals anew.
template <int kMost>
struct Signals {
  uint32_t arrived[kMostBlocks][kMost];  // by block and peer: how often the peer's block has come
  uint32_t rounds[kMostBlocks];          // how often this member's block has
  uint32_t line_rounds[kLineBlocks];
  uint32_t abandoned;      // not 0: nobody else comes any more
  uint64_t waited[kMost];  // nanoseconds that the first block has waited for each peer
  uint64_t calls;
  Stamp stamps[kStamps];  // of the latest calls
};

// Each half: 32 bits of data, and above them the round.
struct alignas(16) Line {
  uint64_t first, second;
};
// Of one member: two turns, a place for each peer, its slots.
constexpr int64_t lines_of(int peers) { return int64_t{2} * peers * kLineSlots; }

enum class Combine : uint8_t { Sum, Mean, Max, Min, Product };

// One member's call. `Report` is the machine's own way to hear of who was missed.
template <int kMost, class Report>
struct Peers {
  void* parts[kMost];
  void* outputs[kMost];
  Signals<kMost>* signals[kMost];
  Line* lines[kMost];
  int count;
  int self;
  Combine combine;
  uint64_t patience;  // nanoseconds
  uint64_t launch;
  Report report;
};

template <class T, int kWidth>
struct alignas(sizeof(T) * kWidth) Vector {
  T values[kWidth];
};

// What a T is combined in.
template <class T>
using Wide = std::conditional_t<std::is_same_v<T, float16> || std::is_same_v<T, bfloat16>, float, T>;

template <class W>
VT_MEMBER W combined(Combine how, W a, W b) {
  bool is_nan = false;  // which wins
  if constexpr (!std::is_integral_v<W>) is_nan = a != a;
  switch (how) {
    case Combine::Max: return is_nan || a > b ? a : b;
    case Combine::Min: return is_nan || a < b ? a : b;
    case Combine::Product: return static_cast<W>(a * b);
    default: return static_cast<W>(a + b);
  }
}

template <class W>
VT_MEMBER W finished(Combine how, W total, int count) {
  return how == Combine::Mean ? static_cast<W>(total / static_cast<W>(count)) : total;
}

// Waits until `is_there`, or for as long as there is patience. `counts`: the time goes into the statistics, for which
// one thread of a member is enough.
template <class Env, class P, class Test>
VT_MEMBER void wait_for(Env& env, const P& p, int peer, bool counts, Test is_there) {
  if (is_there()) return;
  auto& own = *p.signals[p.self];
  const uint64_t start = env.waiting_since();
  for (uint32_t tries = 1; !is_there(); ++tries) {
    if (tries % 16 != 0) continue;
    if (env.now() - start <= p.patience && env.heard(&own.abandoned) == 0) continue;
    env.missed(p, peer);
    break;
  }
  if (counts) own.waited[peer] += env.now() - start;
}

template <class Env, class P>
VT_MEMBER void meet(Env& env, const P& p) {
  const int b = env.block();
  auto& own = *p.signals[p.self];
  const uint32_t round = own.rounds[b] + 1;
  env.sync();
  env.each([&](int t) {
    if (t < p.count && t != p.self) env.signal(&p.signals[t]->arrived[b][p.self], t, round);
  });
  env.each([&](int t) {
    if (t >= p.count || t == p.self) return;
    wait_for(env, p, t, b == 0, [&] { return static_cast<int32_t>(env.heard(&own.arrived[b][t]) - round) >= 0; });
  });
  env.sync();
  env.once([&] { own.rounds[b] = round; });
}

template <class Env, class P>
VT_MEMBER uint64_t begin_call(Env& env, const P&) {
  return env.block() == 0 ? env.now() : 0;
}
template <class Env, class P>
VT_MEMBER void end_call(Env& env, const P& p, uint64_t begin) {
  env.sync();
  if (env.block() != 0) return;
  env.once([&] {
    auto& own = *p.signals[p.self];
    own.stamps[own.calls % kStamps] = {begin, env.now(), p.launch};
    ++own.calls;
  });
}

template <class T, class Env, class P>
VT_MEMBER void reduce_lines(Env& env, const P& p, int64_t count) {
  constexpr int kIn = kLineBytes / sizeof(T);
  const uint64_t begun = begin_call(env, p);
  auto& own = *p.signals[p.self];
  const uint32_t round = own.line_rounds[env.block()] + 1;
  const int64_t turn = static_cast<int64_t>(round & 1) * p.count;
  const auto slot_of = [&](int t) { return static_cast<int64_t>(env.block()) * kPeerThreads + t; };
  const auto own_line = [&](int64_t first) {
    const auto* part = static_cast<const T*>(p.parts[p.self]) + first;
    T values[kIn];
    VT_UNROLL for (int k = 0; k < kIn; ++k) values[k] = first + k < count ? part[k] : T();
    uint32_t words[2];
    memcpy(words, values, sizeof words);
    return Line{words[0] | static_cast<uint64_t>(round) << 32, words[1] | static_cast<uint64_t>(round) << 32};
  };
  env.each([&](int t) {
    const int64_t slot = slot_of(t);
    if (slot * kIn >= count) return;
    const Line mine = own_line(slot * kIn);
    for (int peer = 0; peer < p.count; ++peer) {
      if (peer != p.self) env.put(p.lines[peer] + (turn + p.self) * kLineSlots + slot, peer, mine);
    }
  });
  env.each([&](int t) {
    const int64_t slot = slot_of(t), first = slot * kIn;
    if (first >= count) return;
    Wide<T> total[kIn] = {};
    for (int peer = 0; peer < p.count; ++peer) {
      Line line{};
      if (peer == p.self) {
        line = own_line(first);
      } else {
        const Line* at = p.lines[p.self] + (turn + peer) * kLineSlots + slot;
        wait_for(env, p, peer, slot == 0, [&] {
          line = env.line(at);
          return static_cast<uint32_t>(line.first >> 32) == round && static_cast<uint32_t>(line.second >> 32) == round;
        });
      }
      const uint32_t words[2] = {static_cast<uint32_t>(line.first), static_cast<uint32_t>(line.second)};
      T values[kIn];
      memcpy(values, words, sizeof words);
      VT_UNROLL for (int k = 0; k < kIn; ++k) {
        const auto value = static_cast<Wide<T>>(values[k]);
        total[k] = peer == 0 ? value : combined(p.combine, total[k], value);
      }
    }
    auto* output = static_cast<T*>(p.outputs[p.self]) + first;
    VT_UNROLL for (int k = 0; k < kIn; ++k) {
      if (first + k < count) output[k] = static_cast<T>(finished(p.combine, total[k], p.count));
    }
  });
  env.sync();
  env.once([&] { own.line_rounds[env.block()] = round; });
  end_call(env, p, begun);
}

// Vectors i, i + step, ...: kAtOnce of them, from all members and to all. kPeers: how many there are, 0 for any number.
template <class V, class T, int kWidth, int kPeers, int kAtOnce, class Env, class P>
VT_MEMBER void combine_at(Env& env, const P& p, int64_t i, int64_t step) {
  Wide<T> total[kAtOnce][kWidth] = {};
  const auto part_of = [&](int peer, int j) {
    return env.read(static_cast<const V*>(p.parts[peer]) + i + j * step, peer);
  };
  if constexpr (kPeers > 0) {  // all are on their way before the first is used
    V parts[kPeers][kAtOnce];
    VT_UNROLL for (int peer = 0; peer < kPeers; ++peer) {
      VT_UNROLL for (int j = 0; j < kAtOnce; ++j) parts[peer][j] = part_of(peer, j);
    }
    VT_UNROLL for (int peer = 0; peer < kPeers; ++peer) {
      VT_UNROLL for (int j = 0; j < kAtOnce; ++j) {
        VT_UNROLL for (int k = 0; k < kWidth; ++k) {
          const auto value = static_cast<Wide<T>>(parts[peer][j].values[k]);
          total[j][k] = peer == 0 ? value : total[j][k] + value;
        }
      }
    }
  } else {
    for (int peer = 0; peer < p.count; ++peer) {
      V parts[kAtOnce];
      VT_UNROLL for (int j = 0; j < kAtOnce; ++j) parts[j] = part_of(peer, j);
      VT_UNROLL for (int j = 0; j < kAtOnce; ++j) {
        VT_UNROLL for (int k = 0; k < kWidth; ++k) {
          const auto value = static_cast<Wide<T>>(parts[j].values[k]);
          total[j][k] = peer == 0 ? value : combined(p.combine, total[j][k], value);
        }
      }
    }
  }
  V sums[kAtOnce];
  VT_UNROLL for (int j = 0; j < kAtOnce; ++j) {
    VT_UNROLL for (int k = 0; k < kWidth; ++k) {
      sums[j].values[k] = static_cast<T>(kPeers > 0 ? total[j][k] : finished(p.combine, total[j][k], p.count));
    }
  }
  for (int n = 0; n < p.count; ++n) {  // everybody begins with itself, so that no link is written to by all
    const int peer = p.self + n < p.count ? p.self + n : p.self + n - p.count;
    VT_UNROLL for (int j = 0; j < kAtOnce; ++j)
        env.write(static_cast<V*>(p.outputs[peer]) + i + j * step, peer, sums[j]);
  }
}

// `count` vectors of kWidth elements. kPeers > 0: sums alone.
template <class T, int kWidth, int kPeers, class Env, class P>
VT_MEMBER void reduce_shares(Env& env, const P& p, int64_t count) {
  using V = Vector<T, kWidth>;
  constexpr int kAtOnce = kPeers > 0 ? 8 / kPeers : 2;
  const uint64_t begun = begin_call(env, p);
  meet(env, p);
  const int64_t share = (count + p.count - 1) / p.count;
  const int64_t begin = share * p.self, end = begin + share < count ? begin + share : count;
  const int64_t step = static_cast<int64_t>(env.blocks()) * kPeerThreads;
  env.each([&](int t) {
    int64_t i = begin + static_cast<int64_t>(env.block()) * kPeerThreads + t;
    for (; i + (kAtOnce - 1) * step < end; i += kAtOnce * step) {
      combine_at<V, T, kWidth, kPeers, kAtOnce>(env, p, i, step);
    }
    for (; i < end; i += step) combine_at<V, T, kWidth, kPeers, 1>(env, p, i, step);
  });
  meet(env, p);
  end_call(env, p, begun);
}

}  // namespace vt::fabric
