// Random operations on every allocator and on streams under an oracle, then on the caching allocator with bugs switched
// on that the oracle has to see.
//
//   simulated_fuzz                         the whole run
//   simulated_fuzz --seed=S                one world again, that of seed S
//   simulated_fuzz --allocator=NAME        with --seed: of this allocator, "native" otherwise
//   simulated_fuzz --operations=N          how many operations the run has
//   simulated_fuzz --planted=NAME --seed=S one world with a bug switched on
//   simulated_fuzz --crowd=N               operations of the run with many threads
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <optional>
#include <string>

#include "simulated/allocator_under_test.h"
#include "simulated/crowd.h"
#include "simulated/planted/planted.h"
#include "simulated/world.h"

namespace vt::simulated {
namespace {

constexpr size_t kOperationsPerWorld = 20000;
constexpr size_t kOperationsToCatch = 100000;

struct Arguments {
  size_t operations = 10'000'000;
  size_t crowd = 400'000;
  std::optional<uint64_t> seed;
  AllocatorUnderTest allocator = kCaching;
  PlantedBug planted = PlantedBug::None;
};

struct Outcome {
  size_t operations = 0;
  std::string violation;  // empty: none
};

Outcome run_world(const AllocatorUnderTest& kind, uint64_t seed, size_t operations) {
  WorldOptions options;
  options.seed = seed;
  options.operations = operations;
  World world(options, kind);
  Outcome outcome;
  outcome.operations = world.run();
  outcome.violation = world.report().first();
  return outcome;
}

void print_violation(const Outcome& outcome, const AllocatorUnderTest& kind, uint64_t seed, const char* planted) {
  std::printf("violation: %s\n  after %zu operations; replay with: simulated_fuzz --allocator=%s --seed=%llu%s%s\n",
              outcome.violation.c_str(), outcome.operations, kind.name, static_cast<unsigned long long>(seed),
              planted != nullptr ? " --planted=" : "", planted != nullptr ? planted : "");
}

// Operations until the oracle saw the bug; none if it did not.
std::optional<size_t> catch_bug(PlantedBug bug) {
  planted_bug = bug;
  std::optional<size_t> caught;
  size_t operations = 0;
  for (uint64_t seed = 1; operations < kOperationsToCatch && !caught; ++seed) {
    const Outcome outcome = run_world(kCaching, seed, std::min(kOperationsPerWorld, kOperationsToCatch - operations));
    operations += outcome.operations;
    if (outcome.violation.empty()) continue;
    caught = operations;
    std::printf("planted %s: caught after %zu operations (seed %llu): %s\n", name(bug), operations,
                static_cast<unsigned long long>(seed), outcome.violation.c_str());
  }
  planted_bug = PlantedBug::None;
  if (!caught) std::printf("planted %s: not caught in %zu operations\n", name(bug), operations);
  return caught;
}

bool parse(int count, char** texts, Arguments& arguments) {
  for (int i = 1; i < count; ++i) {
    const std::string text = texts[i];
    const size_t equals = text.find('=');
    const std::string key = text.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : text.substr(equals + 1);
    if (key == "--operations") {
      arguments.operations = std::strtoull(value.c_str(), nullptr, 10);
    } else if (key == "--crowd") {
      arguments.crowd = std::strtoull(value.c_str(), nullptr, 10);
    } else if (key == "--seed") {
      arguments.seed = std::strtoull(value.c_str(), nullptr, 10);
    } else if (key == "--allocator") {
      const auto* const known = std::find_if(std::begin(kAllocators), std::end(kAllocators),
                                             [&](const AllocatorUnderTest& kind) { return value == kind.name; });
      if (known == std::end(kAllocators)) return false;
      arguments.allocator = *known;
    } else if (key == "--planted") {
      for (int bug = 1; bug < static_cast<int>(PlantedBug::Count); ++bug) {
        if (value == name(static_cast<PlantedBug>(bug))) arguments.planted = static_cast<PlantedBug>(bug);
      }
      if (arguments.planted == PlantedBug::None) return false;
    } else {
      return false;
    }
  }
  return true;
}

int run(const Arguments& arguments) {
  if (arguments.seed) {
    planted_bug = arguments.planted;
    const Outcome outcome = run_world(arguments.allocator, *arguments.seed, kOperationsPerWorld);
    if (outcome.violation.empty()) {
      std::printf("seed %llu: %zu operations, no violation\n", static_cast<unsigned long long>(*arguments.seed),
                  outcome.operations);
      return 0;
    }
    print_violation(outcome, arguments.allocator, *arguments.seed,
                    arguments.planted == PlantedBug::None ? nullptr : name(arguments.planted));
    return 1;
  }
  size_t operations = 0, violations = 0;
  for (const AllocatorUnderTest& kind : kAllocators) {
    // Most of them on the one that has the most to get wrong.
    size_t left = kind.lists ? arguments.operations / 10 * 9 : arguments.operations / 30;
    for (uint64_t seed = 1; left > 0 && violations == 0; ++seed) {
      const Outcome outcome = run_world(kind, seed, kOperationsPerWorld);
      operations += outcome.operations;
      left -= std::min(left, outcome.operations);
      if (outcome.violation.empty()) continue;
      ++violations;
      print_violation(outcome, kind, seed, nullptr);
    }
  }
  // Many threads at once, each allocator; with expandable segments too.
  for (const AllocatorUnderTest& kind : kAllocators) {
    for (const bool expandable : {false, true}) {
      if ((expandable && !kind.has_options) || violations > 0) continue;
      CrowdOptions options;
      options.allocator.expandable = expandable;
      options.operations = arguments.crowd / (std::size(kAllocators) + 1);
      Report report;
      operations += run_crowd(options, kind, report);
      if (report.clean()) continue;
      ++violations;
      std::printf(
          "violation with many threads, allocator %s: %s\n  run them alone with: simulated_fuzz --operations=0 "
          "--crowd=%zu\n",
          kind.name, report.first().c_str(), arguments.crowd);
    }
  }
  int caught = 0;
  constexpr int kBugs = static_cast<int>(PlantedBug::Count) - 1;
  for (int bug = 1; bug <= kBugs; ++bug) caught += catch_bug(static_cast<PlantedBug>(bug)).has_value();
  std::printf("simulated: %zu operations, %zu violations, %d of %d planted bugs caught\n", operations, violations,
              caught, kBugs);
  return violations == 0 && caught == kBugs ? 0 : 1;
}

}  // namespace
}  // namespace vt::simulated

int main(int count, char** texts) {
  vt::simulated::Arguments arguments;
  if (!vt::simulated::parse(count, texts, arguments)) {
    std::fprintf(stderr,
                 "usage: simulated_fuzz [--operations=N] [--crowd=N] [--seed=S] [--allocator=NAME] [--planted=NAME]\n");
    return 2;
  }
  return vt::simulated::run(arguments);
}
