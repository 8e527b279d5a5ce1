// What the parameters of a kernel that others compiled are made of: said in text, laid out as its compiler laid them
// out.
//
// Note [Parameters in text]
// A parameter is the fields of a C struct in their order, with blanks between them; of most parameters that is one
// field.
//   x:ptr            the address of the first element of argument x, null for None
//   n:i32            argument n as a number: i1 i8 i16 i32 i64 u1 u8 u16 u32 u64 fp16 bf16 fp32 fp64
//   x.size(0):i32    the size or the stride, in elements, of a dim of argument x
//   x.stride(1):i64
//   =1:i32           the same number in every call; also what fills a gap that alignment alone would not leave
//   d:tma            128 bytes as they are, aligned to 64: what cuTensorMapEncodeTiled writes
// Every field is aligned to its own bytes, and a parameter to those of its widest field, as C does it on the device.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/macros.h"

namespace vt::cuda {

struct KernelFacts;

enum class ParameterType : uint8_t { Address, Bool, Signed, Unsigned, Float16, BFloat16, Float32, Float64, TensorMap };

struct ParameterField {
  enum class From : uint8_t { Argument, Size, Stride, Constant };
  From from = From::Argument;
  ParameterType type = ParameterType::Address;
  uint8_t bytes = 0;
  uint8_t dim = 0;        // of Size and Stride
  uint16_t argument = 0;  // which one; of Constant unused
  uint32_t offset = 0;    // in the packed parameters
  int64_t constant = 0;
};

/// The parameters of a kernel, packed one after the other as CUDA's parameter space has them.
struct VT_API ParameterLayout {
  static constexpr size_t kMaxBytes = 4096;  // of all parameters together, which is CUDA's limit

  struct Parameter {
    uint32_t offset, bytes;
  };

  /// `parameters` are texts as the note has them. ValueError for what they do not mean.
  ParameterLayout(std::vector<std::string> arguments, const std::vector<std::string>& parameters);

  std::vector<std::string> arguments;  // names, in the order of a call
  std::vector<ParameterField> fields;
  std::vector<Parameter> parameters;
  size_t bytes = 0;

 private:
  void add(std::string_view text);
  ParameterField field_of(std::string_view text) const;
};

/// Writes a number where a field has its place. OverflowError where it does not fit.
VT_API void store_integer(const ParameterField& field, int64_t value, std::byte* parameters);
VT_API void store_unsigned(const ParameterField& field, uint64_t value, std::byte* parameters);
VT_API void store_float(const ParameterField& field, double value, std::byte* parameters);

/// ValueError that names `kernel` where the driver says that its parameters lie elsewhere.
VT_API void check_parameters(const ParameterLayout& layout, const KernelFacts& facts, std::string_view kernel);

}  // namespace vt::cuda
