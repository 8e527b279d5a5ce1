#include "dispatch/dispatch.h"

namespace vt {
namespace {

std::string describe_operands(const Op& op, const Value* args) {
  std::string out;
  int listed = 0;
  for (int i = 0; i < op.arg_count(); ++i) {
    if (args[i].tag != Tag::Tensor && args[i].tag != Tag::TensorList) continue;
    if (listed++ == 4) break;
    if (!out.empty()) out += ", ";
    out += op.schema().args()[i].name + ": ";
    if (args[i].tag == Tag::Tensor) {
      out += to_string(args[i].as_tensor());
      continue;
    }
    const TensorSpan list = args[i].as_tensor_list();
    out += '[';
    for (size_t j = 0; j < std::min<size_t>(list.size(), 4); ++j) out += (j ? ", " : "") + to_string(list[j]);
    out += list.size() > 4 ? ", ...]" : "]";
  }
  return out;
}

VT_NOINLINE void fill_defaults(const Op& op, Value* args, int given) {
  for (int i = given; i < op.arg_count(); ++i) {
    const Arg& a = op.schema().args()[i];
    VT_ASSERT(a.has_default, op.name(), " called without argument ", a.name);
    args[i] = a.default_value;
  }
}

}  // namespace

KeySet keys_of(const Op& op, const Value* args) {
  KeySet keys;
  const int n = op.arg_count();
  for (int i = 0; i < n; ++i) {
    if (args[i].tag == Tag::Tensor) {
      keys |= args[i].tensor->keys();
    } else if (args[i].tag == Tag::TensorList) {
      for (const Tensor& t : args[i].as_tensor_list()) {
        if (t.defined()) keys |= t.impl()->keys();
      }
    }
  }
  return keys;
}

void call_op(const Op& op, Value* args, int given, Results& results) {
  if (given < op.arg_count()) fill_defaults(op, args, given);
  Call c{op, args, results, keys_of(op, args)};
  try {
    dispatch(c);
  } catch (Error& e) {
    if (!e.has_context()) e.add_context(op.schema().name(), describe_operands(op, args));
    throw;
  }
}

Value box(const Scalar& s) {
  if (s.is_bool()) return box(s.to_bool());
  if (s.is_integral()) return box(s.to_int());
  if (s.is_floating()) return box(s.to_double());
  return box_list(Tag::Complex, s.complex_address(), 0);
}

void throw_unbox(Tag got, const char* wanted) {
  VT_THROW(Internal, "expected an argument of type ", wanted, ", got value tag ", static_cast<int>(got));
}

}  // namespace vt
