#include "program/waiting.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "core/device_backend.h"

namespace vt::program {
namespace {

void never_freed(void*, void*, size_t) noexcept {}

// A waiting storage's context is its Pending and, above the 48 bits of an address, whose it is: what another thread has
// is not looked at, as it may be gone by then.
uintptr_t thread_mark() {
  static std::atomic<uint16_t> threads{0};
  thread_local const uintptr_t mark = static_cast<uintptr_t>(++threads) << 48;
  return mark;
}
constexpr uintptr_t kAddressBits = (uintptr_t(1) << 48) - 1;

struct Memory {
  Allocation allocation;
  size_t bytes = 0;
  ~Memory() {
    if (allocation.free) allocation.free(allocation.data, allocation.context, bytes);
  }
};

bool is_read_by_others(const Pending& value) { return value.storage && value.storage->use_count() > 1; }

// Which steps the outputs need.
std::vector<bool> needed_steps(const FusedGroup& group, const std::vector<uint16_t>& outputs) {
  std::vector<bool> needed(group.steps.size(), false);
  for (const uint16_t o : outputs) needed[o] = true;
  for (size_t i = group.steps.size(); i-- > 0;) {
    if (!needed[i]) continue;
    const Step& step = group.steps[i];
    for (int o = 0; o < step.operand_count; ++o) {
      if (step.operands[o].from == Operand::From::Step) needed[step.operands[o].index] = true;
    }
  }
  return needed;
}

int64_t elements_read(const GroupInput& input, const DimVec& sizes) {
  int64_t n = 1;
  for (size_t d = 0; d < sizes.size(); ++d) n *= input.strides[d] != 0 ? sizes[d] : 1;
  return n;
}

// What of a group runs: the steps that outputs need, and their inputs.
struct Runnable {
  FusedGroup group;
  std::vector<size_t> inputs;  // of the pending group
  int64_t bytes_apart = 0;     // that the calls one by one would move

  Runnable(const PendingGroup& from, const std::vector<uint16_t>& outputs) {
    const FusedGroup& all = from.fused;
    group.device = all.device;
    group.sizes = all.sizes;
    group.row_dims = all.row_dims;
    group.number_count = static_cast<uint16_t>(from.numbers.size());
    const std::vector<bool> needed = needed_steps(all, outputs);
    std::vector<uint16_t> step_at(all.steps.size()), input_at(all.inputs.size(), UINT16_MAX);
    for (size_t i = 0; i < all.steps.size(); ++i) {
      const Step& s = all.steps[i];
      for (int o = 0; o < s.operand_count; ++o) bytes_apart += bytes_of(all, s.operands[o]);
      bytes_apart += bytes_of(all, s);
      if (!needed[i]) continue;
      step_at[i] = static_cast<uint16_t>(group.steps.size());
      Step& step = group.steps.emplace_back(s);
      for (int o = 0; o < step.operand_count; ++o) {
        Operand& operand = step.operands[o];
        if (operand.from == Operand::From::Step) operand.index = step_at[operand.index];
        if (operand.from != Operand::From::Input) continue;
        uint16_t& at = input_at[operand.index];
        if (at == UINT16_MAX) {
          at = static_cast<uint16_t>(inputs.size());
          inputs.push_back(operand.index);
          group.inputs.push_back(all.inputs[operand.index]);
        }
        operand.index = at;
      }
    }
    for (const uint16_t o : outputs) group.outputs.push_back({step_at[o], from.values[o]->group_strides});
    if (std::ranges::none_of(group.steps, &Step::per_row)) group.row_dims = 0;
  }

  static int64_t bytes_of(const FusedGroup& all, const Step& step) {
    return all.numel_of(step) * static_cast<int64_t>(size_of(step.dtype));
  }

  static int64_t bytes_of(const FusedGroup& all, const Operand& o) {
    if (o.from == Operand::From::Number) return 0;
    if (o.from == Operand::From::Step) return bytes_of(all, all.steps[o.index]);
    const GroupInput& input = all.inputs[o.index];
    return elements_read(input, all.sizes) * static_cast<int64_t>(size_of(input.dtype));
  }
  int64_t bytes_read() const {
    int64_t n = 0;
    for (const GroupInput& i : group.inputs) {
      n += elements_read(i, group.sizes) * static_cast<int64_t>(size_of(i.dtype));
    }
    return n;
  }
  int64_t bytes_written() const {
    int64_t n = 0;
    for (const GroupOutput& o : group.outputs) n += bytes_of(group, group.steps[o.step]);
    return n;
  }
};

void run_sources_first(PendingGroup& group, const char* because) {
  for (size_t i = 0; i < group.sources.size(); ++i) {
    if (const Pending* p = pending_of(*group.sources[i].storage)) run_pending(*p->group, because);
  }
}

}  // namespace

Waiting& waiting() {
  thread_local Waiting here;
  return here;
}

Allocation place_of(const Pending& value) {
  return {nullptr, reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(&value) | thread_mark()), &never_freed};
}

bool waits(const StorageImpl& storage) { return !storage.data() && storage.memory().free == &never_freed; }

Pending* pending_without_memory(const StorageImpl& storage) {
  if (storage.memory().free != &never_freed) return nullptr;
  const auto context = reinterpret_cast<uintptr_t>(storage.memory().context);
  return (context & ~kAddressBits) == thread_mark() ? reinterpret_cast<Pending*>(context & kAddressBits) : nullptr;
}

void run_pending(PendingGroup& group, const char* because) {
  Waiting& state = waiting();
  run_sources_first(group, because);
  std::vector<uint16_t> outputs;
  for (size_t i = 0; i < group.values.size(); ++i) {
    if (is_read_by_others(*group.values[i])) outputs.push_back(static_cast<uint16_t>(i));
  }
  std::vector<Memory> made(outputs.size());
  const Runnable runnable(group, outputs);
  if (!outputs.empty()) {
    GroupArguments arguments;
    for (const size_t i : runnable.inputs) {
      const PendingGroup::Source& source = group.sources[i];
      arguments.inputs.push_back(static_cast<const char*>(source.storage->data()) + source.offset);
      arguments.storages.push_back(source.storage.get());
    }
    arguments.numbers = group.numbers;
    DeviceBackend& memory = backend(group.fused.device.type);
    for (size_t i = 0; i < outputs.size(); ++i) {
      const StorageImpl& storage = *group.values[outputs[i]]->storage;
      made[i].bytes = storage.bytes();
      made[i].allocation = memory.allocate(storage.bytes(), group.fused.device);
      arguments.outputs.push_back(static_cast<char*>(made[i].allocation.data));
      arguments.storages.push_back(&storage);
    }
    const auto& run = runnable.group.row_dims > 0 ? run_row_group : run_group;
    run(group.fused.device, runnable.group, arguments);
    for (size_t i = 0; i < outputs.size(); ++i) {
      group.values[outputs[i]]->storage->replace(std::exchange(made[i].allocation, {}), made[i].bytes);
    }
  }
  if (state.recorder) {
    RanGroup ran{runnable.group, runnable.bytes_read(), runnable.bytes_written(), 0, because};
    ran.bytes_saved = runnable.bytes_apart - ran.bytes_read - ran.bytes_written;
    state.recorder->ran(group.number, std::move(ran));
  }
  const auto at = std::ranges::find(state.groups, &group, &std::unique_ptr<PendingGroup>::get);
  const std::unique_ptr<PendingGroup> done = std::move(*at);
  state.groups.erase(at);
}

bool reads(const PendingGroup& group, const StorageImpl& storage) {
  return std::ranges::any_of(group.sources, [&](const auto& s) { return s.storage.get() == &storage; });
}

void run_readers(const StorageImpl& storage, const char* because) {
  Waiting& state = waiting();
  for (size_t i = 0; i < state.groups.size();) {
    if (reads(*state.groups[i], storage)) {
      run_pending(*state.groups[i], because);
      i = 0;  // what it read from ran too
    } else {
      ++i;
    }
  }
}

bool depends(const PendingGroup& group, const PendingGroup& other) {
  for (const auto& source : group.sources) {
    const Pending* p = pending_of(*source.storage);
    if (p && (p->group == &other || depends(*p->group, other))) return true;
  }
  return false;
}

}  // namespace vt::program
