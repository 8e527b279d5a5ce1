// Runs a program again and again with each of its calls to the device failing.
#pragma once

#include <doctest/doctest.h>

#include "core/error.h"
#include "simulated/machine.h"

namespace vt::simulated {

/// `program()` runs once without a fault; then for its every call and for every call of each kind, the k-th fails, once
/// and together with all (of the kind) that follow. `check(bool failed)` is called after each run, without a fault,
/// with whether the program threw a vt::Error; nothing else may come out of it. Returns how many calls failed.
template <class Program, class Check>
size_t fail_every_call(SimulatedMachine& machine, Program program, Check check) {
  machine.faulty.clear_fault();
  program();
  struct Kind {
    Call call;
    size_t calls;
  };
  std::vector<Kind> kinds{{Call::Count, machine.faulty.calls()}};
  for (int i = 0; i < static_cast<int>(Call::Count); ++i) {
    const auto call = static_cast<Call>(i);
    if (machine.faulty.calls(call) > 0) kinds.push_back({call, machine.faulty.calls(call)});
  }
  check(false);
  REQUIRE(kinds[0].calls > 5);
  size_t failures = 0;
  for (const Kind& kind : kinds) {
    for (const bool for_good : {false, true}) {
      for (size_t k = 1; k <= kind.calls; ++k) {
        const std::string which = name_of(kind.call);
        CAPTURE(which);
        CAPTURE(k);
        CAPTURE(for_good);
        machine.faulty.set_fault({.call = kind.call, .at = k, .for_good = for_good});
        bool failed = false;
        try {
          program();
        } catch (const Error&) {
          failed = true;
        }
        const std::string first = name_of(machine.faulty.first_failure());
        CAPTURE(first);
        failures += machine.faulty.failures();
        machine.faulty.clear_fault();
        check(failed);
      }
    }
  }
  program();  // and then it works
  check(false);
  return failures;
}

}  // namespace vt::simulated
