#include "program/step_maker.h"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "core/device_backend.h"
#include "core/loan.h"
#include "core/thread_state.h"
#include "iter/cast.h"
#include "iter/tensor_iter.h"
#include "ops/copy/memory_format.h"
#include "ops/pointwise/row_plan.h"
#include "ops/reduce/engine.h"
#include "program/defer.h"
#include "program/waiting.h"

namespace vt::program {
namespace {

using pointwise::RowPlan;

// Fewer elements cost less than their step: they are computed at once, unless they are part of something.
std::atomic<int64_t> fewest_elements{8192};
// A group with more runs: so that what it holds is let go of, and its blocks' buffers stay in the cache.
constexpr size_t kMostSteps = 96, kMostInputs = 24, kMostGroups = 24;

// Whether somebody may write to the memory without a call that is seen: it is lent, or another library's.
bool is_shared(const StorageImpl& storage) {
  static const auto own_free = [] {
    const Allocation ours = backend(DeviceType::CPU).allocate(64, kCPU);
    ours.free(ours.data, ours.context, 64);
    return ours.free;
  }();
  return (storage.device() == kCPU && storage.memory().free != own_free) || is_lent(storage);
}

bool is_host_scalar(const Tensor& t, Device device) { return t.dim() == 0 && t.is_cpu() && device != kCPU; }

// What a call's result is, which nobody has made yet.
struct Shape {
  DimVec sizes, strides;
};

// Rows shorter than that are not worth a loop each; longer ones do not stay in the cache.
constexpr int64_t kShortestRow = 16, kLongestRow = 8192;

// How the elements of a call's result lie to the indices of a group.
enum class Relation : uint8_t { None, Full, PerRow };

DimVec without_ones(IntSpan sizes) {
  DimVec out;
  for (const int64_t n : sizes) {
    if (n != 1) out.push_back(n);
  }
  return out;
}
IntSpan row_sizes(const FusedGroup& group) {
  return IntSpan(group.sizes).first(group.sizes.size() - static_cast<size_t>(group.row_dims));
}

class StepMaker {
 public:
  explicit StepMaker(Call& call) : call_(call) {}

  // Null if the call became a step, else why it did not.
  const char* make() {
    if (call_.op.kind() == OpKind::Out) return "writes to a tensor that it was given";
    if (const char* why = find_plan()) return why;
    if (const char* why = find_operands()) return why;
    if (const char* why = reduction_ ? find_rows() : find_shape()) return why;
    const int64_t numel = checked_numel(space_);
    if (numel == 0) return "no elements";
    const bool inplace = call_.op.kind() == OpKind::Inplace;
    if (inplace) {
      if (const char* why = check_inplace()) return why;
    }
    if (numel < fewest_elements.load(std::memory_order_relaxed) && !any_member()) return "few elements";
    PendingGroup& group = choose_group();
    if (inplace && (!is_member(0, group) || reads_elsewhere(group))) {
      if (group.fused.steps.empty()) std::erase_if(waiting().groups, [&](const auto& g) { return g.get() == &group; });
      return "writes to memory that is read as well";
    }
    add_step(group);
    return nullptr;
  }
  int group_number() const { return number_; }

 private:
  const char* find_plan() {
    const std::string& name = call_.op.functional().name();
    if (name == "_to_copy") return plan_cast(call_.args[1], call_.args[2], call_.args[4]);
    if (name == "clone") return plan_cast({}, {}, call_.args[1]);
    if (name == "sum.dim_IntList") return plan_reduction(reduce::rows::sum, call_.args[3]);
    if (name == "mean.dim") return plan_reduction(reduce::rows::mean, call_.args[3]);
    if (name == "amax") return plan_reduction(reduce::rows::amax, {});
    if (name == "amin") return plan_reduction(reduce::rows::amin, {});
    if (!pointwise::plan_row(call_, plan_)) return "no row, or of a dtype that is not fused";
    for (int i = 0; i < plan_.row->inputs; ++i) operands_[count_++].position = plan_.row->input_at[i];
    return nullptr;
  }

  const char* plan_cast(const Value& dtype, const Value& device, const Value& format) {
    const Tensor& self = call_.args[0].as_tensor();
    if (!device.is_none() && Unbox<Device>::get(device) != self.device()) return "another device";
    if (!format.is_none() && Unbox<MemoryFormat>::get(format) != MemoryFormat::Preserve) return "another memory format";
    plan_.row = nullptr;
    plan_.loop = plan_.common = plan_.via[0] = self.dtype();
    plan_.dtype = dtype.is_none() ? self.dtype() : Unbox<DType>::get(dtype);
    for (const DType d : {plan_.loop, plan_.dtype}) {
      if (is_complex(d) || is_stored_only(d)) return "a dtype that is not fused";
    }
    operands_[count_++].position = 0;
    return nullptr;
  }

  // Over the last dims of a contiguous tensor, whose rows a call's kernel reduces one after the other.
  const char* plan_reduction(const reduce::Row& row, const Value& dtype) {
    const Tensor& self = call_.args[0].as_tensor();
    if (!run_row_group.has(self.device())) return "a reduction";
    DType to = self.dtype();
    if (!dtype.is_none()) to = Unbox<DType>::get(dtype);
    else if (&row == &reduce::rows::sum && is_integral(to, true)) to = DType::int64;
    if (is_complex(to) || is_complex(self.dtype()) || is_stored_only(to) || is_stored_only(self.dtype()) ||
        (row.rule.domain & set_of(to)) == 0 || !self.is_contiguous()) {
      return "a reduction of a dtype or layout that is not fused";
    }
    reduction_ = &row;
    plan_.common = plan_.dtype = to;
    plan_.loop = compute_dtype(to);
    plan_.via[0] = self.dtype();
    operands_[count_++].position = 0;
    return nullptr;
  }

  const char* find_rows() {
    const Tensor& self = tensor(0);
    const Value& dims = call_.args[1];
    if (dims.is_none() || dims.size == 0 || static_cast<int64_t>(dims.size) >= self.dim()) return "a reduction of all";
    row_dims_ = static_cast<int>(dims.size);
    uint64_t seen = 0;
    for (const int64_t d : Unbox<IntSpan>::get(dims)) seen |= uint64_t(1) << wrap_dim(d, self.dim());
    const int64_t first = self.dim() - row_dims_;
    if (self.dim() > 63 || seen != (uint64_t(1) << self.dim()) - (uint64_t(1) << first)) {
      return "a reduction of other dims than the last";
    }
    space_ = DimVec(self.sizes());
    int64_t length = 1;
    for (int64_t d = first; d < self.dim(); ++d) length *= self.size(d);
    if (length < kShortestRow || length > kLongestRow) return "a reduction of short or of very long rows";
    const bool keepdim = Unbox<bool>::get(call_.args[2]);
    DimVec sizes(self.sizes().first(static_cast<size_t>(first)));
    for (int d = 0; d < row_dims_ && keepdim; ++d) sizes.push_back(1);
    shape_ = {sizes, contiguous_strides(sizes)};
    return nullptr;
  }

  const Tensor& tensor(int i) const { return call_.args[operands_[i].position].as_tensor(); }

  const char* find_operands() {
    device_ = kCPU;
    bool any = false;
    for (int i = 0; i < count_; ++i) {
      const Tensor& t = tensor(i);
      if (!t.impl()->is_wrapped_number() && t.device() != kCPU) device_ = t.device();
    }
    for (int i = 0; i < count_; ++i) {
      const Tensor& t = tensor(i);
      operands_[i].number = t.impl()->is_wrapped_number() || is_host_scalar(t, device_);
      if (operands_[i].number) {
        settle(t);
        continue;
      }
      any = true;
      if (t.device() != device_) return "tensors on several devices";
      if (!t.impl()->has_memory() && !pending_of(*t.storage())) return "no memory";
      if (t.impl()->has_memory() && is_shared(*t.storage())) return "its memory is known to others";
    }
    if (!any) return "numbers alone";
    return run_group.has(device_) ? nullptr : "a device that fuses nothing";
  }

  const char* find_shape() {
    const TensorImpl* lead = nullptr;
    bool alike = true;
    for (int i = 0; i < count_; ++i) {
      const TensorImpl& t = *tensor(i).impl();
      if (operands_[i].number) continue;
      if (!lead) lead = &t;
      alike &= t.is_contiguous() && same(t.sizes(), lead->sizes());
    }
    if (plan_.row == nullptr) {
      shape_ = {DimVec(lead->sizes()), format_strides(MemoryFormat::Preserve, tensor(0))};
    } else if (alike) {
      shape_ = {DimVec(lead->sizes()), contiguous_strides(lead->sizes())};
    } else {
      TensorIter it;
      it.add_output({});
      for (int i = 0; i < count_; ++i) it.add_input(tensor(i));
      it.build(plan_.dtype);
      shape_ = {DimVec(it.output().sizes()), DimVec(it.output().strides())};
    }
    space_ = shape_.sizes;
    return nullptr;
  }

  const char* check_inplace() const {
    const Tensor& self = call_.args[0].as_tensor();
    const Pending* p = pending_of(*self.storage());
    if (!p) return "writes to memory";
    if (self.dtype() != plan_.dtype || !same(self.sizes(), shape_.sizes)) return "writes to a part, or another dtype";
    if (self.storage_offset() != 0 || !same(self.sizes(), p->sizes) || !same(self.strides(), p->strides)) {
      return "writes through a view";
    }
    return nullptr;
  }

  Relation relation_to(const PendingGroup& group) const {
    const FusedGroup& g = group.fused;
    if (reduction_) {
      const bool fits = same(g.sizes, space_) && (g.row_dims == 0 || g.row_dims == row_dims_);
      return fits ? Relation::Full : Relation::None;
    }
    if (same(g.sizes, space_)) return Relation::Full;
    const bool per_row = g.row_dims > 0 && without_ones(space_) == without_ones(row_sizes(g));
    return per_row ? Relation::PerRow : Relation::None;
  }

  // Whether operand i is a value of the group that the call computes with index by index.
  bool is_member(int i, const PendingGroup& group) const {
    if (operands_[i].number) return false;
    const Tensor& t = tensor(i);
    const Pending* p = pending_of(*t.storage());
    if (!p || p->group != &group || t.storage_offset() != 0) return false;
    const FusedGroup& g = group.fused;
    const Step& step = g.steps[p->step];
    const Relation relation = relation_to(group);
    if (relation == Relation::None || t.dtype() != step.dtype) return false;
    if (relation == Relation::PerRow) return step.per_row && t.is_contiguous() && same_elements(t, g);
    if (!step.per_row) return same(t.sizes(), g.sizes) && same(t.strides(), p->strides);
    return !reduction_ && stands_for_rows(t, g);
  }
  // Of a contiguous tensor: whether it has an element per row.
  static bool same_elements(const Tensor& t, const FusedGroup& g) {
    return without_ones(t.sizes()) == without_ones(row_sizes(g));
  }
  // Whether every index of a row sees the row's element in the tensor.
  static bool stands_for_rows(const Tensor& t, const FusedGroup& g) {
    if (t.sizes().size() != g.sizes.size()) return false;
    const size_t rows = row_sizes(g).size();
    int64_t step = 1;
    for (size_t d = g.sizes.size(); d-- > 0;) {
      const int64_t n = t.sizes()[d];
      if (d >= rows) {
        if (n != 1 && t.strides()[d] != 0) return false;
        continue;
      }
      if (n != g.sizes[d] || (n != 1 && t.strides()[d] != step)) return false;
      step *= n;
    }
    return true;
  }
  // The group that computes operand i element by element with this call, or null.
  PendingGroup* member_group(int i) const {
    if (operands_[i].number) return nullptr;
    const Pending* p = pending_of(*tensor(i).storage());
    return p && is_member(i, *p->group) ? p->group : nullptr;
  }
  bool any_member() const {
    for (int i = 0; i < count_; ++i) {
      if (member_group(i)) return true;
    }
    return false;
  }
  bool reads_elsewhere(const PendingGroup& group) const {
    const StorageImpl& written = *call_.args[0].as_tensor().storage();
    for (const auto& g : waiting().groups) {
      if (reads(*g, written)) return true;
    }
    for (int i = 1; i < count_; ++i) {  // as another view of itself
      if (!operands_[i].number && tensor(i).storage().get() == &written && !is_member(i, group)) return true;
    }
    return false;
  }

  PendingGroup& choose_group() {
    PendingGroup* chosen = nullptr;
    for (int i = 0; i < count_; ++i) {
      PendingGroup* g = member_group(i);
      if (!g || g == chosen) continue;
      if (!chosen) {
        chosen = g;
      } else if (!join(*chosen, *g)) {
        run_pending(*chosen, "two groups that could not be one");
        return choose_group();
      }
    }
    if (!chosen) chosen = sharing_group();
    if (chosen) {
      // What it would wait for must not wait for it.
      for (int i = 0; i < count_; ++i) {
        const Pending* p = operands_[i].number ? nullptr : pending_of(*tensor(i).storage());
        if (!p || is_member(i, *chosen)) continue;
        if (p->group == chosen || depends(*p->group, *chosen)) {
          run_pending(*p->group, "its value is read in other places");
          return choose_group();
        }
      }
      if (chosen->fused.steps.size() < kMostSteps && chosen->fused.inputs.size() + 3 < kMostInputs) return *chosen;
      run_pending(*chosen, "as many steps or inputs as a group may have");
      return choose_group();
    }
    if (waiting().groups.size() >= kMostGroups) run_pending(*waiting().groups.front(), "as many groups as may wait");
    auto made = std::make_unique<PendingGroup>();
    made->fused.device = device_;
    made->fused.sizes = space_;
    if (waiting().recorder) made->number = waiting().recorder->new_group();
    waiting().groups.push_back(std::move(made));
    return *waiting().groups.back();
  }

  // A group over the same indices that reads one of the inputs too.
  PendingGroup* sharing_group() const {
    for (const auto& g : waiting().groups) {
      if (g->fused.device != device_ || relation_to(*g) != Relation::Full) continue;
      for (int i = 0; i < count_; ++i) {
        if (!operands_[i].number && reads(*g, *tensor(i).storage())) return g.get();
      }
    }
    return nullptr;
  }

  // Makes the steps of `other` part of `group`, where neither waits for the other.
  bool join(PendingGroup& group, PendingGroup& other) {
    const FusedGroup &a = group.fused, &b = other.fused;
    const bool alike = same(a.sizes, b.sizes) && (a.row_dims == 0 || b.row_dims == 0 || a.row_dims == b.row_dims);
    if (a.device != b.device || !alike || depends(group, other) || depends(other, group)) return false;
    if (group.fused.steps.size() + other.fused.steps.size() > kMostSteps ||
        group.fused.inputs.size() + other.fused.inputs.size() > kMostInputs) {
      return false;
    }
    group.fused.row_dims = std::max(a.row_dims, b.row_dims);
    const auto first_step = static_cast<uint16_t>(group.fused.steps.size());
    const auto first_number = static_cast<uint16_t>(group.numbers.size());
    std::vector<uint16_t> input_at;
    for (size_t i = 0; i < other.sources.size(); ++i) {
      input_at.push_back(add_input(group, other.sources[i], other.fused.inputs[i]));
    }
    for (Step step : other.fused.steps) {
      step.first_number = static_cast<uint16_t>(step.first_number + first_number);
      for (int o = 0; o < step.operand_count; ++o) {
        Operand& operand = step.operands[o];
        switch (operand.from) {
          case Operand::From::Input: operand.index = input_at[operand.index]; break;
          case Operand::From::Step: operand.index = static_cast<uint16_t>(operand.index + first_step); break;
          case Operand::From::Number: operand.index = static_cast<uint16_t>(operand.index + first_number);
        }
      }
      group.fused.steps.push_back(step);
    }
    for (auto& value : other.values) {
      value->group = &group;
      value->step = static_cast<uint16_t>(value->step + first_step);
      group.values.push_back(std::move(value));
    }
    group.numbers.insert(group.numbers.end(), other.numbers.begin(), other.numbers.end());
    if (waiting().recorder) waiting().recorder->joined(other.number, group.number);
    std::erase_if(waiting().groups, [&](const auto& g) { return g.get() == &other; });
    return true;
  }

  static uint16_t add_input(PendingGroup& group, const PendingGroup::Source& source, const GroupInput& input) {
    for (size_t i = 0; i < group.sources.size(); ++i) {
      const GroupInput& there = group.fused.inputs[i];
      if (group.sources[i].storage == source.storage && group.sources[i].offset == source.offset &&
          there.dtype == input.dtype && there.strides == input.strides) {
        return static_cast<uint16_t>(i);
      }
    }
    group.sources.push_back(source);
    group.fused.inputs.push_back(input);
    return static_cast<uint16_t>(group.sources.size() - 1);
  }

  // The strides of a tensor that broadcasts to the call's indices, over the indices of the group.
  DimVec strides_over(const FusedGroup& group, IntSpan sizes, IntSpan strides) const {
    const IntSpan own = reduction_ ? IntSpan(space_) : IntSpan(shape_.sizes);
    const size_t rank = own.size(), lead = rank - sizes.size();
    DimVec over(rank, 0);
    for (size_t d = lead; d < rank; ++d) {
      if (sizes[d - lead] != 1) over[d] = strides[d - lead];
    }
    return same(own, group.sizes) ? over : rows_over(group, own, over);
  }
  // Of sizes with an element per row, over the indices of the group.
  static DimVec rows_over(const FusedGroup& group, IntSpan sizes, IntSpan strides) {
    DimVec over(group.sizes.size(), 0);
    size_t from = 0;
    for (size_t d = 0; d < row_sizes(group).size(); ++d) {
      if (group.sizes[d] == 1) continue;
      while (sizes[from] == 1) ++from;
      over[d] = strides[from++];
    }
    return over;
  }

  static uint16_t add_number(PendingGroup& group, const void* bytes, DType dtype) {
    Number n;
    std::memcpy(n.bytes, bytes, size_of(dtype));
    group.numbers.push_back(n);
    return static_cast<uint16_t>(group.numbers.size() - 1);
  }

  void add_step(PendingGroup& group) {
    Step step;
    step.row = plan_.row;
    step.reduction = reduction_;
    step.per_row = reduction_ != nullptr || relation_to(group) == Relation::PerRow;
    if (reduction_) group.fused.row_dims = row_dims_;
    step.loop = plan_.loop;
    step.common = plan_.common;
    step.dtype = plan_.dtype;
    step.operand_count = static_cast<uint8_t>(count_);
    for (int i = 0; i < count_; ++i) {
      const Tensor& t = tensor(i);
      Operand& o = step.operands[i];
      o.via = plan_.via[i];
      if (operands_[i].number) {
        alignas(16) char rounded[16], element[16];
        cpu::cast_contiguous(rounded, o.via, static_cast<const char*>(t.data()), t.dtype(), 1);
        cpu::cast_contiguous(element, plan_.loop, rounded, o.via, 1);
        o.from = Operand::From::Number;
        o.index = add_number(group, element, plan_.loop);
        o.via = plan_.loop;
      } else if (is_member(i, group)) {
        o.from = Operand::From::Step;
        o.index = pending_of(*t.storage())->step;
      } else {
        o.from = Operand::From::Input;
        const int64_t offset = t.storage_offset() * static_cast<int64_t>(t.element_size());
        o.index =
            add_input(group, {t.storage(), offset}, {t.dtype(), strides_over(group.fused, t.sizes(), t.strides())});
      }
    }
    if (plan_.row) {
      step.number_count = static_cast<uint8_t>(plan_.row->numbers);
      step.first_number = static_cast<uint16_t>(group.numbers.size());
      for (int i = 0; i < plan_.row->numbers; ++i) add_number(group, plan_.numbers[i], plan_.loop);
    }
    group.fused.steps.push_back(step);
    group.fused.number_count = static_cast<uint16_t>(group.numbers.size());
    auto value = std::make_unique<Pending>();
    value->group = &group;
    value->step = static_cast<uint16_t>(group.fused.steps.size() - 1);
    number_ = group.number;
    if (call_.op.kind() == OpKind::Inplace) {
      const Tensor& self = call_.args[0].as_tensor();
      Pending* before = pending_of(*self.storage());
      value->sizes = before->sizes;
      value->strides = before->strides;
      value->group_strides = before->group_strides;
      value->storage = std::move(before->storage);
      const size_t bytes = value->storage->bytes();
      value->storage->replace(place_of(*value), bytes);
      group.values.push_back(std::move(value));
      self.impl()->bump_version();
      call_.results.add(self);
      return;
    }
    value->sizes = shape_.sizes;
    value->strides = shape_.strides;
    value->group_strides = step.per_row ? rows_over(group.fused, shape_.sizes, shape_.strides) : shape_.strides;
    const int64_t numel = checked_numel(shape_.sizes);
    const size_t bytes = static_cast<size_t>(numel) * size_of(plan_.dtype);
    value->storage = make_intrusive<StorageImpl>(place_of(*value), bytes, group.fused.device);
    Tensor result(make_intrusive<TensorImpl>(value->storage, plan_.dtype, shape_.sizes, shape_.strides, 0));
    if (VT_UNLIKELY(thread_state().inference_mode)) result.impl()->set_inference(true);
    group.values.push_back(std::move(value));
    call_.results.add(std::move(result));
  }

  struct CallOperand {
    int position = 0;
    bool number = false;
  };

  Call& call_;
  RowPlan plan_{};
  const reduce::Row* reduction_ = nullptr;
  int row_dims_ = 0;
  DimVec space_;  // the indices of a group that the call would begin
  CallOperand operands_[3];
  int count_ = 0;
  Device device_;
  Shape shape_;
  int number_ = -1;
};

}  // namespace

MadeStep make_step(Call& call) {
  StepMaker maker(call);
  const char* const why = maker.make();
  return {why, maker.group_number()};
}

namespace detail {
int64_t exchange_fewest_elements(int64_t n) { return fewest_elements.exchange(n); }
}  // namespace detail

}  // namespace vt::program
