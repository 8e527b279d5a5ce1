#include "cuda/kernel_parameters.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "core/error.h"
#include "core/half.h"
#include "cuda/device_api.h"

namespace vt::cuda {
namespace {

struct TypeName {
  std::string_view name;
  ParameterType type;
  uint8_t bytes;
  uint8_t alignment;
};
constexpr TypeName kTypes[] = {
    {"ptr", ParameterType::Address, 8, 8},   {"i1", ParameterType::Bool, 1, 1},
    {"u1", ParameterType::Bool, 1, 1},       {"i8", ParameterType::Signed, 1, 1},
    {"i16", ParameterType::Signed, 2, 2},    {"i32", ParameterType::Signed, 4, 4},
    {"i64", ParameterType::Signed, 8, 8},    {"u8", ParameterType::Unsigned, 1, 1},
    {"u16", ParameterType::Unsigned, 2, 2},  {"u32", ParameterType::Unsigned, 4, 4},
    {"u64", ParameterType::Unsigned, 8, 8},  {"fp16", ParameterType::Float16, 2, 2},
    {"bf16", ParameterType::BFloat16, 2, 2}, {"fp32", ParameterType::Float32, 4, 4},
    {"fp64", ParameterType::Float64, 8, 8},  {"tma", ParameterType::TensorMap, 128, 64},
};

uint8_t alignment_of(const ParameterField& field) { return field.bytes == 128 ? 64 : field.bytes; }
size_t aligned(size_t offset, size_t alignment) { return (offset + alignment - 1) / alignment * alignment; }

bool number_from(std::string_view text, int64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

// Splits "x.size(0)" into "x" and 0.
bool take_dim(std::string_view& what, std::string_view kind, uint8_t& dim) {
  const size_t dot = what.rfind('.');
  if (dot == std::string_view::npos || !what.ends_with(')')) return false;
  const std::string_view call = what.substr(dot + 1, what.size() - dot - 2);
  int64_t value = 0;
  if (!call.starts_with(kind) || call.size() <= kind.size() || call[kind.size()] != '(') return false;
  if (!number_from(call.substr(kind.size() + 1), value) || value < 0 || value > 63) return false;
  dim = static_cast<uint8_t>(value);
  what = what.substr(0, dot);
  return true;
}

template <class T>
void write(const ParameterField& field, T value, std::byte* parameters) {
  std::memcpy(parameters + field.offset, &value, sizeof value);
}

}  // namespace

ParameterLayout::ParameterLayout(std::vector<std::string> names, const std::vector<std::string>& texts)
    : arguments(std::move(names)) {
  VT_CHECK(arguments.size() <= UINT16_MAX, Value, "a kernel has ", UINT16_MAX, " arguments at most");
  for (const std::string& text : texts) add(text);
  VT_CHECK(bytes <= kMaxBytes, Value, "expected parameters of ", kMaxBytes, " bytes at most, got ", bytes);
}

void ParameterLayout::add(std::string_view text) {
  std::vector<ParameterField> added;
  size_t alignment = 1;
  for (std::string_view rest = text; !rest.empty();) {
    const size_t blank = std::min(rest.find(' '), rest.size());
    if (blank > 0) {
      added.push_back(field_of(rest.substr(0, blank)));
      alignment = std::max<size_t>(alignment, alignment_of(added.back()));
    }
    rest.remove_prefix(std::min(blank + 1, rest.size()));
  }
  VT_CHECK(!added.empty(), Value, "expected a parameter such as \"x:ptr\", got \"", text, "\"");
  const size_t begin = aligned(bytes, alignment);
  size_t end = begin;
  for (ParameterField& field : added) {
    end = aligned(end, alignment_of(field));
    field.offset = static_cast<uint32_t>(end);
    end += field.bytes;
    fields.push_back(field);
  }
  bytes = begin + aligned(end - begin, alignment);
  parameters.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(bytes - begin)});
}

ParameterField ParameterLayout::field_of(std::string_view text) const {
  const size_t colon = text.rfind(':');
  VT_CHECK(colon != std::string_view::npos, Value, "expected a field such as \"x:ptr\", got \"", text, "\"");
  std::string_view what = text.substr(0, colon);
  const std::string_view type_name = text.substr(colon + 1);
  const auto* type = std::find_if(std::begin(kTypes), std::end(kTypes), [&](auto& t) { return t.name == type_name; });
  VT_CHECK(type != std::end(kTypes), Value, "\"", text, "\": there is no type ", type_name,
           " of parameters, only ptr, i1 to i64, u1 to u64, fp16, bf16, fp32, fp64 and tma");
  ParameterField field;
  field.type = type->type;
  field.bytes = type->bytes;
  const bool whole = field.type == ParameterType::Signed || field.type == ParameterType::Unsigned;
  if (what.starts_with('=')) {
    field.from = ParameterField::From::Constant;
    VT_CHECK(whole && number_from(what.substr(1), field.constant), Value, "\"", text,
             "\": expected a whole number after '=', of an integer type");
    std::byte scratch[8];
    ParameterField first = field;
    first.offset = 0;
    store_integer(first, field.constant, scratch);  // that it fits
    return field;
  }
  if (take_dim(what, "size", field.dim)) field.from = ParameterField::From::Size;
  if (take_dim(what, "stride", field.dim)) field.from = ParameterField::From::Stride;
  VT_CHECK(field.from == ParameterField::From::Argument || whole, Value, "\"", text, "\": expected an integer type");
  const auto found = std::find(arguments.begin(), arguments.end(), what);
  VT_CHECK(found != arguments.end(), Value, "\"", text, "\": there is no argument ", what);
  field.argument = static_cast<uint16_t>(found - arguments.begin());
  return field;
}

void store_integer(const ParameterField& field, int64_t value, std::byte* parameters) {
  if (field.type == ParameterType::Unsigned && value >= 0) {
    return store_unsigned(field, static_cast<uint64_t>(value), parameters);
  }
  const int bits = field.bytes * 8;
  const bool fits = bits == 64 || (value >= -(int64_t{1} << (bits - 1)) && value < int64_t{1} << (bits - 1));
  VT_CHECK(fits && field.type != ParameterType::Unsigned, Overflow, value, " does not fit ",
           field.type == ParameterType::Unsigned ? "u" : "i", bits);
  std::memcpy(parameters + field.offset, &value, field.bytes);  // little endian
}

void store_unsigned(const ParameterField& field, uint64_t value, std::byte* parameters) {
  const int bits = field.bytes * 8 - (field.type == ParameterType::Signed ? 1 : 0);
  VT_CHECK(bits == 64 || value >> bits == 0, Overflow, value, " does not fit ",
           field.type == ParameterType::Signed ? "i" : "u", field.bytes * 8);
  std::memcpy(parameters + field.offset, &value, field.bytes);
}

void store_float(const ParameterField& field, double value, std::byte* parameters) {
  const auto single = static_cast<float>(value);
  switch (field.type) {
    case ParameterType::Float16: return write(field, float16(single), parameters);
    case ParameterType::BFloat16: return write(field, bfloat16(single), parameters);
    case ParameterType::Float32: return write(field, single, parameters);
    case ParameterType::Float64: return write(field, value, parameters);
    default: VT_THROW(Type, "expected a whole number, got ", value);
  }
}

void check_parameters(const ParameterLayout& layout, const KernelFacts& facts, std::string_view kernel) {
  if (!facts.parameters_known) return;
  const auto describe = [](const auto& parameters) {
    std::string text;
    for (const auto& p : parameters) text += vt::detail::concat(text.empty() ? "" : ", ", p.bytes, " at ", p.offset);
    return text.empty() ? "none" : text;
  };
  const bool same = layout.parameters.size() == facts.parameters.size() &&
                    std::equal(layout.parameters.begin(), layout.parameters.end(), facts.parameters.begin(),
                               [](const auto& ours, const auto& theirs) {
                                 return ours.offset == theirs.offset && ours.bytes == theirs.bytes;
                               });
  VT_CHECK(same, Value, kernel, " takes parameters of these bytes: ", describe(facts.parameters),
           "; the layout that was given for it has ", describe(layout.parameters));
}

}  // namespace vt::cuda
