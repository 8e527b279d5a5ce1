#include "cuda/gemm_choice.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <limits>
#include <mutex>

#include "core/determinism.h"
#include "core/error.h"
#include "cuda/capture.h"
#include "cuda/event.h"
#include "cuda/fault.h"
#include "cuda/gemm_choices_file.h"
#include "cuda/small_product.h"
#include "cuda/split_product.h"

namespace vt::cuda {
namespace {

std::atomic<bool> measured{true};

constexpr int kCandidates = 8;
constexpr int kRuns = 3;
// Multiplications below which a choice cannot save more than a microsecond or two; where a kernel of ours takes the
// product it may be twice as fast, and saves that much earlier.
constexpr double kSmallest = 1 << 28, kSmallestOfOurs = 1 << 24;

std::string default_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache != '\0') return std::string(cache) + "/vibetensor";
  const char* home = std::getenv("HOME");
  return home != nullptr && *home != '\0' ? std::string(home) + "/.cache/vibetensor" : std::string();
}

double size_of(const GemmArgs& g) {
  return static_cast<double>(g.m) * static_cast<double>(g.n) * static_cast<double>(g.k) * static_cast<double>(g.batch);
}

bool worth_measuring(const GemmArgs& g, const PlanKey& key, Stream stream) {
  const double smallest = key.split != SplitChoice::None || is_small(g) ? kSmallestOfOurs : kSmallest;
  return gemm_is_measured() && !is_deterministic() && g.beta == 0.0 && size_of(g) >= smallest && !is_capturing() &&
         !is_capturing(stream);
}

// Microseconds of one run, the best of several; infinity where the kernel turns out not to run. Short ones run a few
// times in a row, or the time would be the host's.
double time_of(const lt::Api& api, lt::Handle handle, const GemmArgs& g, const Plan& plan, const lt::Algorithm& a,
               size_t workspace_bytes, Stream stream) {
  double best = std::numeric_limits<double>::infinity();
  const int in_row = size_of(g) < kSmallest ? 8 : 1;
  try {
    multiply(api, handle, g, plan, a, workspace_bytes, stream);
    for (int run = 0; run < kRuns; ++run) {
      Event start(true), end(true);
      start.record(stream);
      for (int i = 0; i < in_row; ++i) multiply(api, handle, g, plan, a, workspace_bytes, stream);
      end.record(stream);
      end.synchronize();
      best = std::min(best, static_cast<double>(start.elapsed_ms(end)) * 1e3 / in_row);
    }
  } catch (const Error&) {
    if (is_poisoned(stream.device)) throw;
    return std::numeric_limits<double>::infinity();
  }
  return best;
}

// Nothing where the library has no kernel.
std::optional<lt::Algorithm> fastest(const lt::Api& api, lt::Handle handle, const GemmArgs& g, const PlanKey& key,
                                     size_t workspace_bytes, Stream stream, const Plan& plan) {
  std::optional<lt::Algorithm> best;
  double least = std::numeric_limits<double>::infinity();
  std::vector<lt::Algorithm> all = candidates(api, handle, plan, key, workspace_bytes, kCandidates);
  if (key.split != SplitChoice::None) {
    all.push_back(kSplitProduct);
    if (has_small_tiles(g, stream.device)) all.push_back(kSplitProductSmall);
  }
  if (is_small(g)) all.push_back(kSmallProduct);
  for (const lt::Algorithm& a : all) {
    const double t = time_of(api, handle, g, plan, a, workspace_bytes, stream);
    if (t < least) best = a, least = t;
  }
  return best;
}

struct Kept {
  std::mutex mutex;
  std::string folder = default_folder();
  std::unordered_map<std::string, Choices> files;  // by path, as read at the first use
};
Kept& kept() {
  static auto* instance = new Kept;
  return *instance;
}

// The choice of an earlier process, if the library still takes it.
std::optional<lt::Algorithm> remembered(const lt::Api& api, lt::Handle handle, const Plan& plan, const PlanKey& key,
                                        const std::string& path) {
  Kept& all = kept();
  std::lock_guard lock(all.mutex);
  auto [file, is_new] = all.files.try_emplace(path);
  if (is_new) file->second = read_choices(path);
  const auto entry = file->second.find(key);
  if (entry == file->second.end()) return std::nullopt;
  if (is_ours(entry->second)) return entry->second;
  lt::Heuristic result{};
  const lt::Status status =
      api.algorithm_check(handle, plan.desc, plan.a, plan.b, plan.addend, plan.c, &entry->second, &result);
  if (status != lt::kSuccess || result.state != lt::kSuccess) return std::nullopt;
  return entry->second;
}

}  // namespace

bool gemm_is_measured() { return measured.load(std::memory_order_relaxed); }
void set_gemm_measured(bool on) { measured.store(on, std::memory_order_relaxed); }

std::string gemm_choices_folder() {
  std::lock_guard lock(kept().mutex);
  return kept().folder;
}
void set_gemm_choices_folder(std::string folder) {
  std::lock_guard lock(kept().mutex);
  kept().folder = std::move(folder);
}

void choose(const lt::Api& api, lt::Handle handle, const GemmArgs& g, const PlanKey& key, size_t workspace_bytes,
            Stream stream, Plan& plan) {
  std::optional<lt::Algorithm> chosen;
  if (key.split == SplitChoice::AlwaysLarge) {
    chosen = kSplitProduct;
  } else if (key.split == SplitChoice::AlwaysSmall) {
    chosen = kSplitProductSmall;
  } else if (worth_measuring(g, key, stream)) {
    const std::string path = choices_path(gemm_choices_folder(), stream.device, api.version());
    chosen = remembered(api, handle, plan, key, path);
    if (!chosen) {
      chosen = fastest(api, handle, g, key, workspace_bytes, stream, plan);
      if (chosen) add_choice(path, key, *chosen);
    }
  } else {
    const std::vector<lt::Algorithm> first = candidates(api, handle, plan, key, workspace_bytes, 1);
    if (!first.empty()) chosen = first.front();
  }
  plan.supported = chosen.has_value();
  if (chosen) plan.algorithm = *chosen;
}

}  // namespace vt::cuda
