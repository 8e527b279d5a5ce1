// Schema-lite: the subset of PyTorch's schema grammar that ops are declared in, parsed once at start-up.
//
//   name.overload(Tensor self, int[2] dims, *, ScalarType? dtype=None, Tensor(a!) out) -> (Tensor, Tensor)
//
// Types: Tensor, Scalar, int, float, bool, str, ScalarType, Device, Generator, MemoryFormat; `?` optional, `[]` or
// `[n]` list (a lone number is accepted for `[n]` and for int[] of one), `Tensor?[]` list with gaps, `(a)` view of,
// `(a!)` written to; `*` starts keyword-only arguments;
// `Tensor|Scalar` a tensor in whose place a number may be given: it promotes as a number (PyTorch has overloads for
// these).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dispatch/value.h"

namespace vt {

enum class ArgType : uint8_t {
  Tensor,
  TensorList,
  Scalar,
  Int,
  Float,
  Bool,
  String,
  IntList,
  FloatList,
  BoolList,
  ScalarType,
  Device,
  Generator,
  MemoryFormat,
};

struct Arg {
  std::string name;
  ArgType type = ArgType::Tensor;
  bool optional = false;           // `?` after the whole type
  bool optional_elements = false;  // Tensor?[]
  bool keyword_only = false;
  bool accepts_number = false;  // Tensor|Scalar
  bool written = false;         // (a!)
  bool aliased = false;         // (a) or (a!)
  bool has_default = false;
  int list_size = 0;    // n of [n]; 0: any
  Value default_value;  // valid if has_default; points into the members below
  DimVec default_ints;
  std::string default_text;

  std::string type_name() const;
};

struct Ret {
  ArgType type = ArgType::Tensor;
  bool written = false;
  std::string name;
};

class VT_API Schema {
 public:
  // Throws Internal for text outside the grammar.
  explicit Schema(std::string_view text);
  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;

  const std::string& text() const { return text_; }
  const std::string& name() const { return name_; }          // "sum"
  const std::string& overload() const { return overload_; }  // "dim" or ""
  const std::string& full_name() const { return full_name_; }
  const std::vector<Arg>& args() const { return args_; }
  const std::vector<Ret>& rets() const { return rets_; }
  bool returns_list() const { return rets_.size() == 1 && rets_[0].type == ArgType::TensorList; }
  int index_of(std::string_view arg) const;  // -1 if there is none

  // The derived declarations: `add_(Tensor(a!) self, ...)` and `add.out(..., *, Tensor(a!) out)`.
  std::string inplace_text() const;
  std::string out_text() const;

 private:
  std::string text_, name_, overload_, full_name_;
  std::vector<Arg> args_;
  std::vector<Ret> rets_;
};

VT_API std::string_view type_name(ArgType t);
// Of a list the type of its elements, else the type itself.
VT_API ArgType element_type(ArgType t);

}  // namespace vt
