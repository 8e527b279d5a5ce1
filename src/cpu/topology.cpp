#include "cpu/topology.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>

namespace vt::cpu {
namespace {

constexpr int kMaxCaches = 8;  // of a processor: data, instructions, L2, L3

// The first line of a file about a processor, "" if there is none.
std::string line_of(int processor, const std::string& name) {
  const std::string path = "/sys/devices/system/cpu/cpu" + std::to_string(processor) + "/" + name;
  std::FILE* file = std::fopen(path.c_str(), "r");
  if (!file) return "";
  char line[256];
  std::string text = std::fgets(line, sizeof(line), file) ? line : "";
  std::fclose(file);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

// "1024K" in bytes, 0 if it is no such text.
int64_t bytes_of(const std::string& text) {
  char* end = nullptr;
  const int64_t number = std::strtoll(text.c_str(), &end, 10);
  if (number <= 0) return 0;
  return *end == 'K' ? number << 10 : *end == 'M' ? number << 20 : number;
}

struct Topology {
  int processors = 0;
  std::set<std::string> cores, l2s;  // each named by the processors that share it
  int64_t l2 = 0, last_level = 0;    // bytes

  Topology() {
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof(allowed), &allowed) == 0) {
      for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (CPU_ISSET(cpu, &allowed)) add(cpu);
      }
    }
    if (l2 <= 0) l2 = sysconf(_SC_LEVEL2_CACHE_SIZE);
    if (l2 <= 0) l2 = int64_t{1} << 20;
    if (last_level <= 0) last_level = sysconf(_SC_LEVEL3_CACHE_SIZE);
    last_level = std::max(last_level, l2);
  }

  // A machine that hides what is shared counts every processor.
  void add(int cpu) {
    ++processors;
    const std::string own = "cpu" + std::to_string(cpu);
    const std::string siblings = line_of(cpu, "topology/thread_siblings_list");
    cores.insert(siblings.empty() ? own : siblings);
    std::string l2_name = own;
    for (int i = 0; i < kMaxCaches; ++i) {
      const std::string cache = "cache/index" + std::to_string(i) + "/";
      const int level = std::atoi(line_of(cpu, cache + "level").c_str());
      if (level < 2) continue;
      const int64_t bytes = bytes_of(line_of(cpu, cache + "size"));
      if (level == 2) {
        l2 = bytes;
        if (const std::string shared = line_of(cpu, cache + "shared_cpu_list"); !shared.empty()) l2_name = shared;
      }
      last_level = std::max(last_level, bytes);
    }
    l2s.insert(l2_name);
  }
};

const Topology& topology() {
  static const Topology known;
  return known;
}

}  // namespace

int physical_cores() { return std::max<int>(1, static_cast<int>(topology().cores.size())); }

int64_t l2_bytes_per_thread(int threads) {
  const Topology& t = topology();
  const int l2s = std::max<int>(1, static_cast<int>(t.l2s.size()));
  const int busy = std::clamp(threads, 1, std::max(1, t.processors));
  return t.l2 / ((busy + l2s - 1) / l2s);
}

int64_t last_level_bytes() { return topology().last_level; }

}  // namespace vt::cpu
