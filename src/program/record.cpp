#include "program/record.h"

#include "core/scalar.h"
#include "core/shape.h"

namespace vt::program {
namespace {

std::string list_text(IntSpan list) { return to_string(DimVec(list)); }

// A value that is no tensor, as a program shows it.
std::string text_of(const Value& v) {
  switch (v.tag) {
    case Tag::None: return "None";
    case Tag::Bool:
    case Tag::Int:
    case Tag::Double:
    case Tag::Complex: return to_string(Unbox<Scalar>::get(v));
    case Tag::IntList: return list_text(Unbox<IntSpan>::get(v));
    case Tag::String: return "'" + std::string(Unbox<std::string_view>::get(v)) + "'";
    case Tag::DType: return to_string(Unbox<DType>::get(v));
    case Tag::Device: return to_string(Unbox<Device>::get(v));
    case Tag::DoubleList: return "[" + std::to_string(v.size) + " floats]";
    case Tag::BoolList: return "[" + std::to_string(v.size) + " bools]";
    case Tag::Generator: return "generator";
    case Tag::MemoryFormat: return "format " + std::to_string(v.i);
    default: return "?";
  }
}

}  // namespace

int Recorder::value_of(const Tensor& t, bool given) {
  const StorageImpl* storage = t.storage().get();
  auto found = storages_.find(storage);
  if (found == storages_.end()) found = storages_.emplace(storage, Known{next_storage_++, 0}).first;
  ProgramValue value{t.dtype(),
                     DimVec(t.sizes()),
                     DimVec(t.strides()),
                     t.storage_offset(),
                     found->second.storage,
                     found->second.version,
                     given};
  for (size_t i = program_.values.size(); i-- > 0;) {
    const ProgramValue& v = program_.values[i];
    if (v.storage == value.storage && v.version == value.version && v.dtype == value.dtype &&
        v.offset == value.offset && v.sizes == value.sizes && v.strides == value.strides) {
      return static_cast<int>(i);
    }
  }
  program_.values.push_back(std::move(value));
  return static_cast<int>(program_.values.size()) - 1;
}

Instruction Recorder::begin(const Call& call) {
  Instruction made;
  made.op = &call.op;
  for (const Value& v : call.arguments()) {
    if (v.tag == Tag::Tensor && v.as_tensor().impl()->is_wrapped_number()) {
      made.arguments.push_back({-1, "number"});
    } else if (v.tag == Tag::Tensor) {
      made.arguments.push_back({value_of(v.as_tensor(), true), {}});
    } else if (v.tag == Tag::TensorList) {
      for (const Tensor& t : v.as_tensor_list()) {
        made.arguments.push_back(t.defined() ? Instruction::Argument{value_of(t, true), {}}
                                             : Instruction::Argument{-1, "None"});
      }
    } else {
      made.arguments.push_back({-1, text_of(v)});
    }
  }
  return made;
}

void Recorder::end(Instruction instruction, const Call& call) {
  const auto& args = call.op.schema().args();
  for (size_t i = 0; i < args.size(); ++i) {
    if (!args[i].written || call.args[i].tag != Tag::Tensor) continue;
    const Tensor& t = call.args[i].as_tensor();
    const auto found = storages_.find(t.storage().get());
    if (found != storages_.end()) ++found->second.version;
    instruction.written = value_of(t, false);
  }
  auto add = [&](const Tensor& t) {
    if (!t.defined()) return;
    // Memory that no argument has is new, whatever had its address before.
    bool known = false;
    for_each_tensor(call.arguments(), [&](int, const Tensor& a) { known |= a.storage() == t.storage(); });
    if (!known) storages_[t.storage().get()] = {next_storage_++, 0};
    instruction.results.push_back(value_of(t, false));
  };
  for (int i = 0; i < call.results.count; ++i) add(call.results.tensors[i]);
  for (const Tensor& t : call.results.list) add(t);
  program_.instructions.push_back(std::move(instruction));
}

int Recorder::new_group() {
  const auto number = static_cast<int>(joined_.size());
  joined_.push_back(number);
  group_at_.push_back(-1);
  return number;
}

void Recorder::joined(int group, int into) {
  if (group >= 0 && into >= 0) joined_[static_cast<size_t>(group)] = into;
}

void Recorder::ran(int group, RanGroup what) {
  if (group < 0) return;  // made before the record began
  group_at_[static_cast<size_t>(group)] = static_cast<int>(program_.groups.size());
  program_.groups.push_back(std::move(what));
}

int Recorder::place_of(int group) const {
  if (group < 0) return -1;
  auto at = static_cast<size_t>(group);
  while (joined_[at] != static_cast<int>(at)) at = static_cast<size_t>(joined_[at]);
  return group_at_[at];
}

Program Recorder::take() {
  for (Instruction& i : program_.instructions) i.group = place_of(i.group);
  return std::move(program_);
}

}  // namespace vt::program
