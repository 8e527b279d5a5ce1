// From a group of rows to the CUDA C++ of one kernel.
//
// Note [Generated kernels]
// A kernel is made for the steps of a group, for which of their values are written, and for the form of its memory: how
// many dims are left once neighbours are joined, which operands are broadcast along the last, how many elements a
// thread takes. Addresses, numbers, sizes and strides are parameters, so groups that differ in these run the same
// kernel.
//
// A step is a block of C++ in which the row's parameters and numbers have their names and the row's body stands as it
// does in its .def table. Its value is rounded to the step's dtype, as memory would hold it, and settled: nvcc joins a
// product and a sum inside a row, and never across two, for the compiled row ends there. So must the generated one.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "program/program.h"

namespace vt::program {

/// A group's index space with its dims in the order of memory, those of one element left out and neighbours joined.
struct KernelForm {
  static constexpr int kMaxDims = 8;
  struct Place {  // of an operand: an input, or behind them an output
    std::array<int64_t, kMaxDims> strides{};
    bool is_one = false;    // one element, which all share
    bool is_splat = false;  // broadcast along the innermost dim
  };
  int dims = 0;                           // 0: one element
  std::array<int64_t, kMaxDims> sizes{};  // innermost first
  std::vector<Place> places;
  bool linear = false;  // every operand is dense in the same order, or one element
  int width = 1;        // neighbours that a thread takes at once
  bool wide = false;    // indices need 64 bits
};

/// The form of a group over memory at these addresses; dims is -1 where there are more than kMaxDims.
VT_API KernelForm form_of(const FusedGroup& group, const GroupArguments& arguments);

/// What two calls have to share to run the same kernel.
std::string kernel_key(const FusedGroup& group, const KernelForm& form);

/// Whether a kernel is made for the group: its dtypes have a type in generated code, its rows no loop.
VT_API bool has_source(const FusedGroup& group);

/// The source of the kernel `name`, whose parameters are, in this order: an address per input and output, the
/// arguments' numbers, and unless the form is linear a FastDivider (or in wide forms a size) for each dim and each
/// operand's strides; last the number of elements, divided by the width, and a zero.
VT_API std::string kernel_source(const FusedGroup& group, const KernelForm& form, const std::string& name);

/// What its parameters are made of, as a ParameterLayout takes it: "a0:ptr", ...
VT_API std::vector<std::string> parameters_of(const FusedGroup& group, const KernelForm& form);

/// The C++ type of a dtype in generated code; null for what groups do not hold.
const char* type_name(DType dtype);

}  // namespace vt::program
