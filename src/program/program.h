// A recorded step as data: the calls that reached backends, and the groups of pointwise rows that ran as one pass.
//
// Note [Programs]
// Inside a deferring scope (defer.h) calls of rows are not run when they are made. Each becomes a Step of a FusedGroup,
// and its result is a tensor without memory. A group runs when a value of it is needed: it is then complete, and which
// of its values somebody can still read is known, not guessed: those alone are its outputs. So a FusedGroup is made
// anew by every run of the Python code, and whatever has to be prepared for one (a generated kernel) is kept under
// its structure: two groups of the same structure differ in addresses and in numbers only, which GroupArguments has.
//
// What a group means. The index space has `sizes`, outermost first as a tensor's; every value of the group has one
// element per index. Steps run in order for each index. A step takes its operands, converts each to the step's `loop`
// dtype (through `via` where that is another), evaluates its row's body with T = the C++ type of `loop`, and rounds the
// result to `dtype`: what a later step sees is what memory would have held, so a group gives the bits of its calls made
// one by one. Conversions are those of cast_contiguous. Nothing else is rounded and nothing is reassociated.
//
// Rows. `Step::row` points to the row's object in rows::, one address per row: rows::add. What it computes as text is
// row_text(*row) (ops/pointwise/row_text.h), from the same line of the .def table as the compiled loops: a C++
// expression on `x`, `y`, `z` (or `mask`, `y`, `z`) and the row's numbers, all of type T but for `mask`. It calls
// functions of core/math.h as m::exp and of ops/pointwise/scalar_functions.h. The result's type is given_t<row.rule,
// T>. A step without a row is a cast: its one operand, converted to `dtype`.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/backend_table.h"
#include "core/tensor.h"

namespace vt {
class Op;
}
namespace vt::pointwise {
struct Row;
}
namespace vt::reduce {
struct Row;
}

namespace vt::program {

/// Where a step finds an operand.
struct Operand {
  enum class From : uint8_t {
    Input,   // inputs[index] of the group
    Step,    // the value of steps[index], an earlier one
    Number,  // numbers[index] of the arguments: an element of the loop's own dtype, nothing to convert
  };
  From from = From::Input;
  uint16_t index = 0;
  // Converted to this first, then to the loop's dtype: where it is neither the operand's dtype nor the loop's, the
  // operand is rounded twice. Equal to the operand's own dtype: nothing to do.
  DType via = DType::float32;
  friend bool operator==(const Operand&, const Operand&) = default;
};

struct Step {
  const pointwise::Row* row = nullptr;  // null: a cast of operands[0] to `dtype`, or a reduction
  const reduce::Row* reduction = nullptr;
  bool per_row = false;           // the value has an element per row
  DType loop = DType::float32;    // int64, float32 or float64: T of the body; of a cast the operand's dtype
  DType dtype = DType::float32;   // of the value
  DType common = DType::float32;  // what the call's operands promote to, which the row's rule is about
  uint8_t operand_count = 0;
  uint8_t number_count = 0;  // the row's own numbers (alpha, ...): numbers[first_number ...], of dtype `loop`
  uint16_t first_number = 0;
  Operand operands[3];
  friend bool operator==(const Step&, const Step&) = default;
};

/// Memory that is read: element strides per dim of the group, 0 where it is broadcast.
struct GroupInput {
  DType dtype = DType::float32;
  DimVec strides;
};

/// A value that is written, each to memory of its own that nothing else in the group reads or writes. Of a value per
/// row the strides of the row's dims are 0.
struct GroupOutput {
  uint16_t step = 0;
  DimVec strides;
};

struct FusedGroup {
  Device device;
  DimVec sizes;
  int row_dims = 0;  // how many of the last dims make a row; 0 where no value is per_row
  std::vector<GroupInput> inputs;
  std::vector<Step> steps;
  std::vector<GroupOutput> outputs;
  uint16_t number_count = 0;

  int64_t numel() const;
  /// Elements of a row; 1 without rows.
  int64_t row_length() const;
  /// Elements of a step's value.
  int64_t numel_of(const Step& step) const { return step.per_row ? numel() / row_length() : numel(); }
};

/// The steps with their dtypes, one a line, as `v2: float32 = mul(v1, i0)`: equal for groups that the same code
/// computes but for geometry (device, sizes, strides, and which values are outputs).
std::string steps_text(const FusedGroup& group);

/// A number in the dtype of the step that reads it: int64, float32 (in the first four bytes) or float64.
struct Number {
  alignas(8) std::byte bytes[8] = {};
};

/// What a group runs on. Addresses are of each operand's first element; `storages` those of inputs, then of outputs,
/// for who orders work by storage (begin_work). They live until the call returns.
struct GroupArguments {
  std::vector<const char*> inputs;
  std::vector<char*> outputs;
  std::vector<Number> numbers;
  std::vector<const StorageImpl*> storages;
};

/// Runs a group with elements as one pass, on the current stream of its device. A backend without an entry has nothing
/// deferred.
extern BackendTable<void(const FusedGroup& group, const GroupArguments& arguments)> run_group;
/// The same for groups with row_dims. A backend without an entry has reductions run by themselves.
extern BackendTable<void(const FusedGroup& group, const GroupArguments& arguments)> run_row_group;

// ---- The record of a run, for explain() and for comparing runs

/// One call that reached a backend.
struct Instruction {
  enum class How : uint8_t {
    Deferred,  // a step of groups[group]
    View,      // geometry alone
    Ran,       // as in eager mode; `why` says what kept it from being deferred
  };
  /// An argument: a tensor by the number of its value, any other as text.
  struct Argument {
    int value = -1;
    std::string text;
    friend bool operator==(const Argument&, const Argument&) = default;
  };
  const Op* op = nullptr;
  How how = How::Ran;
  std::string_view why;  // a literal
  int group = -1;
  std::vector<Argument> arguments;
  std::vector<int> results;  // values
  int written = -1;          // the value that the call wrote to, if it did
  friend bool operator==(const Instruction&, const Instruction&) = default;
};

/// A tensor that calls took or gave: geometry over one of the program's storages.
struct ProgramValue {
  DType dtype = DType::float32;
  DimVec sizes, strides;
  int64_t offset = 0;
  int storage = 0;    // values that share one are views of the same memory
  int version = 0;    // writes to that memory before, within the program
  bool given = true;  // not the result of an instruction: an input, a parameter, a constant
};

/// A group that ran.
struct RanGroup {
  FusedGroup group;
  int64_t bytes_read = 0, bytes_written = 0;
  int64_t bytes_saved = 0;   // that its calls made one by one would have read and written besides
  std::string_view because;  // why it ran when it did; a literal
};

struct Program {
  std::vector<ProgramValue> values;
  std::vector<Instruction> instructions;
  std::vector<RanGroup> groups;
};

}  // namespace vt::program
