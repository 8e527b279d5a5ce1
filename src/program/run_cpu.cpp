// A group on the CPU: block by block through the rows' compiled loops, so that what steps hand on stays in the cache.
#include <algorithm>
#include <cstring>
#include <deque>
#include <numeric>

#include "cpu/allocator.h"
#include "cpu/simd_dispatch.h"
#include "cpu/thread_pool.h"
#include "iter/cast.h"
#include "ops/pointwise/row.h"
#include "program/backends.h"

namespace vt::program {
namespace {

using pointwise::Row;

// What the buffers of a block take together.
constexpr int64_t kBlockBytes = 40 << 10;
constexpr int64_t kLeastBlock = 512, kMostBlock = 4096;

// ---- The index space as memory has it: dims fastest first, merged where all operands step through them alike

struct Space {
  std::vector<int64_t> shape;
  std::vector<std::vector<int64_t>> strides;  // bytes, by operand: inputs, then outputs
  std::vector<int64_t> items;
  int64_t numel = 1;

  explicit Space(const FusedGroup& group) {
    const size_t rank = group.sizes.size();
    std::vector<size_t> order;
    for (size_t d = rank; d-- > 0;) {
      if (group.sizes[d] != 1) order.push_back(d);
    }
    const DimVec& lead = group.outputs[0].strides;
    std::ranges::stable_sort(order, {}, [&](size_t d) { return lead[d]; });
    for (const size_t d : order) numel *= group.sizes[d];
    auto add = [&](const DimVec& elements, DType dtype) {
      items.push_back(static_cast<int64_t>(size_of(dtype)));
      std::vector<int64_t>& bytes = strides.emplace_back();
      for (const size_t d : order) bytes.push_back(elements[d] * items.back());
    };
    for (const GroupInput& in : group.inputs) add(in.strides, in.dtype);
    for (const GroupOutput& out : group.outputs) add(out.strides, group.steps[out.step].dtype);
    for (const size_t d : order) shape.push_back(group.sizes[d]);
    merge();
  }

  void merge() {
    size_t last = 0;
    for (size_t d = 1; d < shape.size(); ++d) {
      const bool alike = std::ranges::all_of(strides, [&](auto& s) { return s[last] * shape[last] == s[d]; });
      if (alike) {
        shape[last] *= shape[d];
        continue;
      }
      shape[++last] = shape[d];
      for (auto& s : strides) s[last] = s[d];
    }
    shape.resize(std::min(shape.size(), last + 1));
    for (auto& s : strides) s.resize(shape.size());
  }

  // One element after the other, in the order of the space.
  bool is_linear(size_t operand) const {
    int64_t step = items[operand];
    for (size_t d = 0; d < shape.size(); ++d) {
      if (strides[operand][d] != step) return false;
      step *= shape[d];
    }
    return true;
  }
  bool is_still(size_t operand) const {
    return std::ranges::all_of(strides[operand], [](int64_t s) { return s == 0; });
  }

  // f(offset in bytes, elements, byte stride) for the runs of an operand that elements [begin, begin + n) lie in.
  template <class F>
  void for_each_run(size_t operand, int64_t begin, int64_t n, F f) const {
    int64_t index[TensorIter::kMaxDims];
    const std::vector<int64_t>& step = strides[operand];
    int64_t offset = 0, rest = begin;
    for (size_t d = 0; d < shape.size(); ++d) {
      index[d] = rest % shape[d];
      rest /= shape[d];
      offset += index[d] * step[d];
    }
    while (n > 0) {
      const int64_t count = std::min(n, shape[0] - index[0]);
      f(offset, count, step[0]);
      n -= count;
      offset -= index[0] * step[0];
      index[0] = 0;
      for (size_t d = 1; d < shape.size(); ++d) {
        offset += step[d];
        if (++index[d] < shape[d]) break;
        offset -= shape[d] * step[d];
        index[d] = 0;
      }
    }
  }
};

// ---- What happens to each block

// Where n elements lie while a block is computed.
struct Place {
  enum class Kind : uint8_t { None, Buffer, Operand, Constant } kind = Kind::None;
  int index = 0;                   // of a buffer, of an operand that is linear
  const char* constant = nullptr;  // the same for all blocks: one element, or one for each of the block
  DType dtype = DType::float32;
  bool still = false;  // one element stands for all
};

struct Action {
  enum class Kind : uint8_t { Gather, Convert, Loop, Scatter } kind;
  Place out, in[3];
  int inputs = 1;
  int operand = 0;  // of Gather and Scatter
  LoopKernel kernel = nullptr;
  unsigned repeated = 0;
  char params[40] = {};
};

class BlockPlan {
 public:
  BlockPlan(const FusedGroup& group, const GroupArguments& arguments)
      : group_(group), arguments_(arguments), space_(group), values_(group.steps.size()), raw_(group.inputs.size()) {
    for (size_t i = 0; i < group.steps.size(); ++i) add_step(i);
    assign_buffers();
  }

  int64_t numel() const { return space_.numel; }
  int64_t block() const { return block_; }

  // Elements [begin, end) in the order of the space.
  void run(int64_t begin, int64_t end) const {
    const size_t bytes = static_cast<size_t>(slots_) * static_cast<size_t>(slot_bytes_) + 64;
    struct Scratch {
      size_t bytes;
      char* data;
      ~Scratch() { cpu_deallocate(data, bytes); }
    } const scratch{bytes, static_cast<char*>(cpu_allocate(bytes))};
    for (int64_t at = begin; at < end; at += block_) run_block(scratch.data, at, std::min(block_, end - at));
  }

 private:
  int operand_of_output(size_t output) const { return static_cast<int>(group_.inputs.size() + output); }
  int output_of_step(size_t step) const {
    for (size_t i = 0; i < group_.outputs.size(); ++i) {
      if (group_.outputs[i].step == step) return static_cast<int>(i);
    }
    return -1;
  }

  Place buffer(DType dtype) {
    buffer_items_.push_back(static_cast<int64_t>(size_of(dtype)));
    return {.kind = Place::Kind::Buffer, .index = static_cast<int>(buffer_items_.size()) - 1, .dtype = dtype};
  }
  Place converted(const Place& from, DType to) {
    if (from.dtype == to) return from;
    const Place made = buffer(to);
    actions_.push_back({.kind = Action::Kind::Convert, .out = made, .in = {from}});
    return made;
  }

  // An input as its memory has it.
  const Place& raw(size_t input) {
    Place& place = raw_[input];
    if (place.kind != Place::Kind::None) return place;
    const DType dtype = group_.inputs[input].dtype;
    if (space_.is_still(input)) {
      place = {.kind = Place::Kind::Constant, .constant = arguments_.inputs[input], .dtype = dtype, .still = true};
    } else if (space_.is_linear(input)) {
      place = {.kind = Place::Kind::Operand, .index = static_cast<int>(input), .dtype = dtype};
    } else {
      place = buffer(dtype);
      actions_.push_back({.kind = Action::Kind::Gather, .out = place, .operand = static_cast<int>(input)});
    }
    return place;
  }

  Place constant(const char* element, DType dtype) {
    auto& kept = constants_.emplace_back(8);
    std::memcpy(kept.data(), element, size_of(dtype));
    return {.kind = Place::Kind::Constant, .constant = kept.data(), .dtype = dtype, .still = true};
  }

  // An operand in the dtype that its step's loop takes it in.
  Place operand(const Step& step, const Operand& o, DType wanted) {
    if (o.from == Operand::From::Number) {
      return constant(reinterpret_cast<const char*>(arguments_.numbers[o.index].bytes), wanted);
    }
    const bool is_input = o.from == Operand::From::Input;
    const DType own = is_input ? group_.inputs[o.index].dtype : group_.steps[o.index].dtype;
    const Place from = is_input ? raw(o.index) : values_[o.index];
    const bool rounds = step.row != nullptr && own != o.via && o.via != wanted;
    if (from.still) {
      if (!rounds && from.dtype == wanted) return from;
      alignas(8) char rounded[8], element[8];
      if (rounds) cpu::cast_contiguous(rounded, o.via, from.constant, own, 1);
      cpu::cast_contiguous(element, wanted, rounds ? rounded : from.constant, rounds ? o.via : own, 1);
      return constant(element, wanted);
    }
    for (const Converted& c : converted_) {
      if (c.operand == o && c.wanted == wanted) return c.place;
    }
    Place made = from;
    if (rounds) {  // in the order of a single call's loop: a run that stands still is rounded before it is converted
      const bool stands = is_input && space_.strides[o.index][0] == 0;
      made = stands ? converted(converted(from, o.via), wanted)
                    : converted(converted(converted(from, wanted), o.via), wanted);
    } else {
      made = converted(from, wanted);
    }
    converted_.push_back({o, wanted, made});
    return made;
  }

  // n elements in the place of one, for loops that take no repeated inputs.
  Place spread(const Place& one) {
    const size_t item = size_of(one.dtype);
    auto& all = constants_.emplace_back(static_cast<size_t>(kMostBlock) * item);
    for (int64_t i = 0; i < kMostBlock; ++i) std::memcpy(all.data() + i * item, one.constant, item);
    return {.kind = Place::Kind::Constant, .constant = all.data(), .dtype = one.dtype};
  }

  // The value of a step is made in `dtype` by an action that writes to where this says.
  Place place_of_result(int output, DType dtype) {
    if (output >= 0 && space_.is_linear(operand_of_output(output))) {
      return {.kind = Place::Kind::Operand, .index = operand_of_output(output), .dtype = dtype};
    }
    return buffer(dtype);
  }

  void add_step(size_t i) {
    const Step& step = group_.steps[i];
    const int output = output_of_step(i);
    Place result;
    if (step.row == nullptr) {
      Place from = operand(step, step.operands[0], step.loop);
      if (from.still) from = spread(from);
      result = place_of_result(output, step.dtype);
      actions_.push_back({.kind = Action::Kind::Convert, .out = result, .in = {from}});
    } else {
      result = add_row(step, output);
    }
    if (output >= 0 && result.kind == Place::Kind::Buffer) {
      actions_.push_back({.kind = Action::Kind::Scatter, .in = {result}, .operand = operand_of_output(output)});
    }
    values_[i] = result;
  }

  Place add_row(const Step& step, int output) {
    const Row& row = *step.row;
    const DType given = pointwise::result_dtype(row.rule, step.loop);
    Action loop{.kind = Action::Kind::Loop};
    loop.inputs = step.operand_count;
    for (int i = 0; i < step.operand_count; ++i) {
      Place in = operand(step, step.operands[i], i == row.mask ? DType::bool_ : step.loop);
      if (in.still) {
        if (step.operand_count <= 2) loop.repeated |= 1u << i;
        else in = spread(in);
      }
      loop.in[i] = in;
    }
    loop.kernel = row.loops[static_cast<int>(simd_level())]->kernels[pointwise::compute_type_index(step.loop)];
    const size_t item = size_of(step.loop);
    for (int i = 0; i < step.number_count; ++i) {
      std::memcpy(loop.params + static_cast<size_t>(i) * item, arguments_.numbers[step.first_number + i].bytes, item);
    }
    if (given == step.dtype) {
      loop.out = place_of_result(output, given);
      actions_.push_back(loop);
      return loop.out;
    }
    loop.out = buffer(given);
    actions_.push_back(loop);
    const Place result = place_of_result(output, step.dtype);
    actions_.push_back({.kind = Action::Kind::Convert, .out = result, .in = {loop.out}});
    return result;
  }

  // Buffers whose lives do not meet share a slot; a loop may write over an input of its own that ends there.
  void assign_buffers() {
    const size_t count = buffer_items_.size();
    std::vector<size_t> last(count, 0);
    int64_t widest = 1;
    for (size_t a = 0; a < actions_.size(); ++a) {
      for (const Place& p : actions_[a].in) {
        if (p.kind == Place::Kind::Buffer) last[static_cast<size_t>(p.index)] = a;
      }
      const Place& out = actions_[a].out;
      if (out.kind == Place::Kind::Buffer) last[static_cast<size_t>(out.index)] = a;
    }
    for (const int64_t item : buffer_items_) widest = std::max(widest, item);
    std::vector<int> slot(count, -1), free;
    for (size_t a = 0; a < actions_.size(); ++a) {
      Action& action = actions_[a];
      const bool writes_buffer = action.out.kind == Place::Kind::Buffer;
      const int64_t out_item = writes_buffer ? buffer_items_[static_cast<size_t>(action.out.index)] : 0;
      auto release = [&](bool before) {
        for (const Place& p : action.in) {
          if (p.kind != Place::Kind::Buffer) continue;
          const auto b = static_cast<size_t>(p.index);
          const bool over = action.kind == Action::Kind::Loop && buffer_items_[b] == out_item;
          if (last[b] != a || slot[b] < 0 || over != before) continue;
          if (std::ranges::find(free, slot[b]) == free.end()) free.push_back(slot[b]);
        }
      };
      release(true);
      if (writes_buffer) {
        const auto b = static_cast<size_t>(action.out.index);
        if (free.empty()) {
          slot[b] = slots_++;
        } else {
          slot[b] = free.back();
          free.pop_back();
        }
        if (last[b] == a) free.push_back(slot[b]);  // nobody reads it
      }
      release(false);
    }
    for (Action& action : actions_) {
      for (Place& p : action.in) {
        if (p.kind == Place::Kind::Buffer) p.index = slot[static_cast<size_t>(p.index)];
      }
      if (action.out.kind == Place::Kind::Buffer) action.out.index = slot[static_cast<size_t>(action.out.index)];
    }
    int64_t per_element = std::max<int64_t>(1, slots_) * widest;
    for (size_t i = 0; i < space_.items.size(); ++i) per_element += space_.is_linear(i) ? space_.items[i] : 0;
    block_ = std::clamp(kBlockBytes / per_element / 64 * 64, kLeastBlock, kMostBlock);
    slot_bytes_ = block_ * widest;
  }

  char* operand_data(int operand) const {
    const auto i = static_cast<size_t>(operand);
    return i < arguments_.inputs.size() ? const_cast<char*>(arguments_.inputs[i])
                                        : arguments_.outputs[i - arguments_.inputs.size()];
  }

  void run_block(char* buffers, int64_t at, int64_t n) const {
    auto address = [&](const Place& p) {
      switch (p.kind) {
        case Place::Kind::Buffer: return buffers + p.index * slot_bytes_;
        case Place::Kind::Operand: return operand_data(p.index) + at * space_.items[static_cast<size_t>(p.index)];
        default: return const_cast<char*>(p.constant);
      }
    };
    for (const Action& a : actions_) {
      switch (a.kind) {
        case Action::Kind::Loop: {
          char* data[4] = {address(a.out)};
          for (int i = 0; i < a.inputs; ++i) data[i + 1] = address(a.in[i]);
          a.kernel(data, a.repeated, n, a.params);
          break;
        }
        case Action::Kind::Convert:
          cpu::cast_contiguous(address(a.out), a.out.dtype, address(a.in[0]), a.in[0].dtype, n);
          break;
        case Action::Kind::Gather: {
          char* to = address(a.out);
          const int64_t item = space_.items[static_cast<size_t>(a.operand)];
          const char* from = operand_data(a.operand);
          space_.for_each_run(static_cast<size_t>(a.operand), at, n, [&](int64_t offset, int64_t count, int64_t step) {
            cpu::move_strided(to, item, from + offset, step, item, count);
            to += count * item;
          });
          break;
        }
        case Action::Kind::Scatter: {
          const char* from = address(a.in[0]);
          const int64_t item = space_.items[static_cast<size_t>(a.operand)];
          char* to = operand_data(a.operand);
          space_.for_each_run(static_cast<size_t>(a.operand), at, n, [&](int64_t offset, int64_t count, int64_t step) {
            cpu::move_strided(to + offset, step, from, item, item, count);
            from += count * item;
          });
          break;
        }
      }
    }
  }

  struct Converted {
    Operand operand;
    DType wanted;
    Place place;
  };

  const FusedGroup& group_;
  const GroupArguments& arguments_;
  Space space_;
  std::vector<Action> actions_;
  std::vector<Place> values_, raw_;
  std::vector<Converted> converted_;
  std::deque<std::vector<char>> constants_;
  std::vector<int64_t> buffer_items_;
  int slots_ = 0;
  int64_t slot_bytes_ = 0, block_ = kLeastBlock;
};

}  // namespace

void run_group_cpu(const FusedGroup& group, const GroupArguments& arguments) {
  const BlockPlan plan(group, arguments);
  const auto steps = static_cast<int64_t>(group.steps.size());
  const int64_t grain = std::max(plan.block(), kLoopGrain / steps);
  parallel_for(0, plan.numel(), grain, [&](int64_t begin, int64_t end) { plan.run(begin, end); });
}

}  // namespace vt::program
