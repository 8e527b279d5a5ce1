// The record of a scope's calls as a Program.
#pragma once

#include <unordered_map>

#include "dispatch/op.h"
#include "program/program.h"

namespace vt::program {

class Recorder {
 public:
  /// Before the call: its arguments as values.
  Instruction begin(const Call& call);
  /// After it: its results.
  void end(Instruction instruction, const Call& call);
  /// Number of the group, which has not run yet.
  int new_group();
  /// The steps of a group became part of another.
  void joined(int group, int into);
  void ran(int group, RanGroup what);
  Program take();

 private:
  int value_of(const Tensor& t, bool given);

  int place_of(int group) const;

  Program program_;
  std::vector<int> group_at_;  // where its run stands in program_.groups, by number
  std::vector<int> joined_;    // the number that took it, or its own
  struct Known {
    int storage;
    int version;
  };
  std::unordered_map<const StorageImpl*, Known> storages_;
  int next_storage_ = 0;
};

}  // namespace vt::program
