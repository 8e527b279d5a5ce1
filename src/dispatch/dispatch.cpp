#include "dispatch/dispatch.h"

#include "dispatch/call_observer.h"
#include "dispatch/frontend.h"

namespace vt {
namespace detail {
constinit std::atomic<CallObserver*> call_observer{nullptr};
}  // namespace detail

void set_call_observer(CallObserver* observer) noexcept { detail::call_observer.store(observer); }

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

// What callers know the op as: "fft.rfft" of the op fft_rfft.
std::string public_name(const Op& op) {
  std::string name = op.schema().name();
  for (const Place& place : kPlaces) {
    if ((op.functional().parts.surface & place.surface) != 0 && name.starts_with(place.prefix) &&
        !place.prefix.empty()) {
      name[place.prefix.size() - 1] = '.';
    }
  }
  return name;
}

VT_NOINLINE void fill_defaults(const Op& op, Value* args, int given) {
  for (int i = given; i < op.arg_count(); ++i) {
    const Arg& a = op.schema().args()[i];
    VT_ASSERT(a.has_default, op.name(), " called without argument ", a.name);
    args[i] = a.default_value;
  }
}

// The device that a factory is not told is the thread's default. One that writes to a tensor is told both by that.
inline void complete_factory(const Op& op, Value* args) {
  Value& device = args[op.device_argument()];
  if (VT_LIKELY(op.kind() != OpKind::Out)) {
    if (device.is_none()) device = box(thread_state().default_device);
    return;
  }
  const Tensor& out = args[op.input_count()].as_tensor();
  if (device.is_none()) device = box(out.device());
  for (int i = 0; i < op.input_count(); ++i) {
    const bool is_dtype = op.schema().args()[static_cast<size_t>(i)].type == ArgType::ScalarType;
    if (is_dtype && args[i].is_none()) args[i] = box(out.dtype());
  }
}

inline void run(Call& c) {
  try {
    dispatch(c);
  } catch (Error& e) {
    e.add_frame(public_name(c.op), describe_operands(c.op, c.args));
    throw;
  }
}

VT_NOINLINE void run_observed(Call& c, CallObserver& observer) {
  struct Scope {
    CallObserver& observer;
    const uint64_t token;
    ~Scope() { observer.end(token); }
  } const scope{observer, observer.begin(c.op, c.arguments())};
  run(c);
}

}  // namespace

KeySet keys_of(const Op& op, const Value* args) {
  KeySet keys;
  for_each_tensor({args, static_cast<size_t>(op.arg_count())}, [&](int, const Tensor& t) { keys |= t.impl()->keys(); });
  if (op.device_argument() >= 0 && args[op.device_argument()].tag == Tag::Device) {
    keys |= backend_key(Unbox<Device>::get(args[op.device_argument()]).type);
  }
  return keys;
}

void call_op(const Op& op, Value* args, int given, Results& results) {
  if (given < op.arg_count()) fill_defaults(op, args, given);
  if (op.is_factory()) complete_factory(op, args);
  Call c{op, args, results, keys_of(op, args)};
  CallObserver* const observer = detail::call_observer.load(std::memory_order_acquire);
  if (VT_UNLIKELY(observer != nullptr)) return run_observed(c, *observer);
  run(c);
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
