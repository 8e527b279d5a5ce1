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
#include "ops/reduce/engine.h"
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

  // `per_row`: of the rows in their order. The elements of a group with rows lie in the order of the dims too.
  Space(const FusedGroup& group, bool per_row) {
    const size_t rank = group.sizes.size(), used = per_row ? rank - static_cast<size_t>(group.row_dims) : rank;
    std::vector<size_t> order;
    for (size_t d = used; d-- > 0;) {
      if (group.sizes[d] != 1) order.push_back(d);
    }
    const DimVec& lead = group.outputs[0].strides;
    if (group.row_dims == 0) std::ranges::stable_sort(order, {}, [&](size_t d) { return lead[d]; });
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
  bool still = false;    // one element stands for all
  bool per_row = false;  // an element per row of the block
};

struct Action {
  enum class Kind : uint8_t { Gather, Convert, Loop, Scatter, Expand, Reduce } kind;
  Place out, in[3];
  int inputs = 1;
  int operand = 0;  // of Gather and Scatter
  LoopKernel kernel = nullptr;
  const reduce::Kernels* reduction = nullptr;
  unsigned repeated = 0;
  bool by_row = false;  // a loop for each row, as an input has an element per row
  char params[40] = {};
};

class BlockPlan {
 public:
  BlockPlan(const FusedGroup& group, const GroupArguments& arguments)
      : group_(group),
        arguments_(arguments),
        elements_(group, false),
        rows_(group, true),
        row_length_(group.row_length()),
        values_(group.steps.size()),
        raw_{std::vector<Place>(group.inputs.size()), std::vector<Place>(group.inputs.size())} {
    for (size_t i = 0; i < group.steps.size(); ++i) add_step(i);
    assign_buffers();
  }

  // Rows, or elements of a group without rows; and how many of them a block has.
  int64_t count() const { return group_.row_dims > 0 ? rows_.numel : elements_.numel; }
  int64_t block() const { return block_; }

  // Rows or elements [begin, end) in the order of the space.
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

  const Space& space_of(bool per_row) const { return per_row ? rows_ : elements_; }

  Place buffer(DType dtype, bool per_row) {
    buffer_items_.push_back(static_cast<int64_t>(size_of(dtype)));
    return {.kind = Place::Kind::Buffer,
            .index = static_cast<int>(buffer_items_.size()) - 1,
            .dtype = dtype,
            .per_row = per_row};
  }
  Place converted(const Place& from, DType to) {
    if (from.dtype == to) return from;
    const Place made = buffer(to, from.per_row);
    actions_.push_back({.kind = Action::Kind::Convert, .out = made, .in = {from}});
    return made;
  }

  // An input as its memory has it: an element per row where it has no more, or where no more are wanted.
  const Place& raw(size_t input, bool per_row) {
    if (group_.row_dims > 0 && !per_row) {
      const DimVec& strides = group_.inputs[input].strides;
      const auto row = std::span(strides.begin(), strides.size()).last(static_cast<size_t>(group_.row_dims));
      per_row = std::ranges::all_of(row, [](int64_t stride) { return stride == 0; });
    }
    Place& place = raw_[per_row][input];
    if (place.kind != Place::Kind::None) return place;
    const DType dtype = group_.inputs[input].dtype;
    if (elements_.is_still(input)) {
      place = {.kind = Place::Kind::Constant, .constant = arguments_.inputs[input], .dtype = dtype, .still = true};
    } else if (space_of(per_row).is_linear(input)) {
      place = {.kind = Place::Kind::Operand, .index = static_cast<int>(input), .dtype = dtype, .per_row = per_row};
    } else {
      place = buffer(dtype, per_row);
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
      alignas(8) char element[8];
      cpu::cast_contiguous(element, wanted, reinterpret_cast<const char*>(arguments_.numbers[o.index].bytes), step.loop,
                           1);
      return constant(element, wanted);
    }
    const bool is_input = o.from == Operand::From::Input;
    const DType own = is_input ? group_.inputs[o.index].dtype : group_.steps[o.index].dtype;
    const Place from = is_input ? raw(o.index, step.per_row && !step.reduction) : values_[o.index];
    const bool rounds = step.row != nullptr && own != o.via && o.via != wanted;
    if (from.still) {
      if (!rounds && from.dtype == wanted) return from;
      alignas(8) char rounded[8], element[8];
      if (rounds) cpu::cast_contiguous(rounded, o.via, from.constant, own, 1);
      cpu::cast_contiguous(element, wanted, rounds ? rounded : from.constant, rounds ? o.via : own, 1);
      return constant(element, wanted);
    }
    for (const Converted& c : converted_) {
      if (c.operand == o && c.wanted == wanted && c.place.per_row == from.per_row) return c.place;
    }
    Place made = from;
    if (rounds) {  // in the order of a single call's loop: a run that stands still is rounded before it is converted
      const bool stands = is_input && elements_.strides[o.index][0] == 0;
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
    const auto most = static_cast<size_t>(std::max(kMostBlock, row_length_));
    auto& all = constants_.emplace_back(most * item);
    for (size_t i = 0; i < most; ++i) std::memcpy(all.data() + i * item, one.constant, item);
    return {.kind = Place::Kind::Constant, .constant = all.data(), .dtype = one.dtype};
  }

  // An element per row as one for each element.
  Place expanded(const Place& from) {
    if (from.still) return spread(from);
    if (!from.per_row) return from;
    const Place made = buffer(from.dtype, false);
    actions_.push_back({.kind = Action::Kind::Expand, .out = made, .in = {from}});
    return made;
  }

  // The value of a step is made in `dtype` by an action that writes to where this says.
  Place place_of_result(int output, DType dtype, bool per_row) {
    const int operand = output >= 0 ? operand_of_output(output) : 0;
    if (output >= 0 && space_of(per_row).is_linear(static_cast<size_t>(operand))) {
      return {.kind = Place::Kind::Operand, .index = operand, .dtype = dtype, .per_row = per_row};
    }
    return buffer(dtype, per_row);
  }

  void add_step(size_t i) {
    const Step& step = group_.steps[i];
    const int output = output_of_step(i);
    Place result;
    if (step.reduction) {
      result = add_reduction(step, output);
    } else if (step.row) {
      result = add_row(step, output);
    } else {
      Place from = operand(step, step.operands[0], step.loop);
      if (from.still) from = spread(from);
      if (!step.per_row) from = expanded(from);
      result = convert(from, output, step);
    }
    if (output >= 0 && result.kind == Place::Kind::Buffer) {
      actions_.push_back({.kind = Action::Kind::Scatter, .in = {result}, .operand = operand_of_output(output)});
    }
    values_[i] = result;
  }

  // To the dtype and place of a step's value.
  Place convert(const Place& from, int output, const Step& step) {
    const Place result = place_of_result(output, step.dtype, step.per_row);
    actions_.push_back({.kind = Action::Kind::Convert, .out = result, .in = {from}});
    return result;
  }

  // The value of an action that makes `given`.
  Place add(Action action, DType given, int output, const Step& step) {
    const bool as_wanted = given == step.dtype;
    action.out = as_wanted ? place_of_result(output, given, step.per_row) : buffer(given, step.per_row);
    actions_.push_back(action);
    return as_wanted ? action.out : convert(action.out, output, step);
  }

  Place add_reduction(const Step& step, int output) {
    Action action{.kind = Action::Kind::Reduce};
    action.in[0] = expanded(operand(step, step.operands[0], step.loop));
    const auto& kernels = *step.reduction->kernels[static_cast<int>(simd_level())];
    action.reduction = kernels.kernels[pointwise::compute_type_index(step.loop)];
    return add(action, pointwise::result_dtype(step.reduction->rule, step.loop), output, step);
  }

  Place add_row(const Step& step, int output) {
    const Row& row = *step.row;
    Action loop{.kind = Action::Kind::Loop};
    loop.inputs = step.operand_count;
    const bool takes_repeated = step.operand_count <= 2;
    for (int i = 0; i < step.operand_count; ++i) {
      Place in = operand(step, step.operands[i], i == row.mask ? DType::bool_ : step.loop);
      const bool one_for_row = in.per_row && !step.per_row;
      if (!takes_repeated && (in.still || one_for_row)) in = expanded(in);
      if (takes_repeated && (in.still || one_for_row)) loop.repeated |= 1u << i;
      loop.by_row |= takes_repeated && one_for_row;
      loop.in[i] = in;
    }
    loop.kernel = row.loops[static_cast<int>(simd_level())]->kernels[pointwise::compute_type_index(step.loop)];
    const size_t item = size_of(step.loop);
    for (int i = 0; i < step.number_count; ++i) {
      std::memcpy(loop.params + static_cast<size_t>(i) * item, arguments_.numbers[step.first_number + i].bytes, item);
    }
    return add(loop, pointwise::result_dtype(row.rule, step.loop), output, step);
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
          const bool alike = p.per_row == action.out.per_row && buffer_items_[b] == out_item;
          const bool over = action.kind == Action::Kind::Loop && alike;
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
    for (size_t i = 0; i < elements_.items.size(); ++i) {
      per_element += elements_.is_linear(i) ? elements_.items[i] : 0;
    }
    const int64_t elements = std::clamp(kBlockBytes / per_element / 64 * 64, kLeastBlock, kMostBlock);
    block_ = std::max<int64_t>(elements / row_length_, 1);
    slot_bytes_ = (block_ * row_length_ * widest + 63) / 64 * 64;
  }

  char* operand_data(int operand) const {
    const auto i = static_cast<size_t>(operand);
    return i < arguments_.inputs.size() ? const_cast<char*>(arguments_.inputs[i])
                                        : arguments_.outputs[i - arguments_.inputs.size()];
  }

  // `count` rows from `at` on, or elements of a group without rows.
  void run_block(char* buffers, int64_t at, int64_t count) const {
    const int64_t line = row_length_;
    auto address = [&](const Place& p) {
      switch (p.kind) {
        case Place::Kind::Buffer: return buffers + p.index * slot_bytes_;
        case Place::Kind::Operand: {
          const int64_t first = p.per_row ? at : at * line;
          return operand_data(p.index) + first * elements_.items[static_cast<size_t>(p.index)];
        }
        default: return const_cast<char*>(p.constant);
      }
    };
    auto size = [&](const Place& p) { return p.per_row ? count : count * line; };
    auto item = [](const Place& p) { return static_cast<int64_t>(size_of(p.dtype)); };
    for (const Action& a : actions_) {
      switch (a.kind) {
        case Action::Kind::Loop: {
          char* data[4] = {address(a.out)};
          for (int i = 0; i < a.inputs; ++i) data[i + 1] = address(a.in[i]);
          if (!a.by_row) {
            a.kernel(data, a.repeated, size(a.out), a.params);
            break;
          }
          for (int64_t r = 0; r < count; ++r) {
            a.kernel(data, a.repeated, line, a.params);
            data[0] += line * item(a.out);
            for (int i = 0; i < a.inputs; ++i) {
              if (!a.in[i].still) data[i + 1] += (a.in[i].per_row ? 1 : line) * item(a.in[i]);
            }
          }
          break;
        }
        case Action::Kind::Convert:
          cpu::cast_contiguous(address(a.out), a.out.dtype, address(a.in[0]), a.in[0].dtype, size(a.out));
          break;
        case Action::Kind::Expand:
          for (int64_t r = 0; r < count; ++r) {
            const int64_t step = item(a.out);
            cpu::move_strided(address(a.out) + r * line * step, step, address(a.in[0]) + r * step, 0, step, line);
          }
          break;
        case Action::Kind::Reduce:
          for (int64_t r = 0; r < count; ++r) {
            alignas(16) char acc[reduce::kMaxAccBytes];
            a.reduction->start(acc, 1);
            a.reduction->run(acc, address(a.in[0]) + r * line * item(a.in[0]), line, 0.0);
            a.reduction->finish(address(a.out) + r * item(a.out), acc, 1, static_cast<double>(line), 0.0);
          }
          break;
        case Action::Kind::Gather: move(a, address(a.out), a.out.per_row, at, count, true); break;
        case Action::Kind::Scatter: move(a, address(a.in[0]), a.in[0].per_row, at, count, false);
      }
    }
  }

  // Between a buffer and memory that is not linear.
  void move(const Action& a, char* buffer, bool per_row, int64_t at, int64_t count, bool gathers) const {
    const Space& space = space_of(per_row);
    const auto operand = static_cast<size_t>(a.operand);
    const int64_t item = space.items[operand], line = per_row ? 1 : row_length_;
    char* memory = operand_data(a.operand);
    space.for_each_run(operand, at * line, count * line, [&](int64_t offset, int64_t n, int64_t step) {
      if (gathers) cpu::move_strided(buffer, item, memory + offset, step, item, n);
      else cpu::move_strided(memory + offset, step, buffer, item, item, n);
      buffer += n * item;
    });
  }

  struct Converted {
    Operand operand;
    DType wanted;
    Place place;
  };

  const FusedGroup& group_;
  const GroupArguments& arguments_;
  const Space elements_, rows_;
  const int64_t row_length_;
  std::vector<Action> actions_;
  std::vector<Place> values_, raw_[2];  // raw_[1]: an element per row
  std::vector<Converted> converted_;
  std::deque<std::vector<char>> constants_;
  std::vector<int64_t> buffer_items_;
  int slots_ = 0;
  int64_t slot_bytes_ = 0, block_ = 1;
};

}  // namespace

void run_group_cpu(const FusedGroup& group, const GroupArguments& arguments) {
  const BlockPlan plan(group, arguments);
  const auto steps = static_cast<int64_t>(group.steps.size());
  const int64_t grain = std::max(plan.block(), kLoopGrain / (steps * group.row_length()));
  parallel_for(0, plan.count(), grain, [&](int64_t begin, int64_t end) { plan.run(begin, end); });
}

}  // namespace vt::program
