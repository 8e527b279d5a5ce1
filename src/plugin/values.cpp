#include "plugin/values.h"

#include <cstring>

#include "interop/dlpack.h"
#include "plugin/callback.h"

namespace vt::plugin {

vt_dtype to_abi(DType d) {
  const interop::DLDataType t = interop::dl_dtype(d);
  return {t.code, t.bits, t.lanes};
}
DType dtype_from(vt_dtype d) {
  const std::optional<DType> found = interop::dtype_of_dl({d.code, d.bits, d.lanes});
  VT_CHECK(found, Type, "expected a dtype, got code ", static_cast<int>(d.code), " with ", static_cast<int>(d.bits),
           " bits in ", d.lanes, " lanes");
  return *found;
}

vt_device to_abi(Device d) {
  switch (d.type) {
    case DeviceType::CPU: return {VT_CPU, 0};
    case DeviceType::CUDA: return {VT_CUDA, d.index};
    default: return {VT_META, 0};
  }
}
Device device_from(vt_device d) {
  VT_CHECK(d.index >= (d.type == VT_CUDA ? -1 : 0) && d.index < 128, Value, "expected the index of a device, got ",
           d.index);
  switch (d.type) {
    case VT_CPU: return kCPU;
    case VT_META: return {DeviceType::Meta, -1};
    case VT_CUDA: return resolve_device({DeviceType::CUDA, static_cast<int8_t>(d.index)});
    default: VT_THROW(Value, "expected the device type VT_CPU, VT_CUDA or VT_META, got ", d.type);
  }
}

vt_value to_abi(const Value& v) {
  vt_value out{};
  out.size = v.size;
  switch (v.tag) {
    case Tag::None: break;
    case Tag::Tensor:
      out.tag = VT_TAG_TENSOR;
      out.as.tensor = handle(v.as_tensor());
      break;
    case Tag::DType:
      out.tag = VT_TAG_DTYPE;
      out.as.dtype = to_abi(Unbox<DType>::get(v));
      break;
    case Tag::Device:
      out.tag = VT_TAG_DEVICE;
      out.as.device = to_abi(Unbox<Device>::get(v));
      break;
    default: out.tag = static_cast<uint32_t>(v.tag); out.as.i = v.i;
  }
  return out;
}
static_assert(static_cast<int>(Tag::TensorList) == VT_TAG_TENSOR_LIST && static_cast<int>(Tag::Bool) == VT_TAG_BOOL &&
              static_cast<int>(Tag::Int) == VT_TAG_INT && static_cast<int>(Tag::Double) == VT_TAG_FLOAT &&
              static_cast<int>(Tag::Complex) == VT_TAG_COMPLEX && static_cast<int>(Tag::IntList) == VT_TAG_INT_LIST &&
              static_cast<int>(Tag::DoubleList) == VT_TAG_FLOAT_LIST &&
              static_cast<int>(Tag::BoolList) == VT_TAG_BOOL_LIST && static_cast<int>(Tag::String) == VT_TAG_STRING &&
              static_cast<int>(Tag::Generator) == VT_TAG_GENERATOR &&
              static_cast<int>(Tag::MemoryFormat) == VT_TAG_MEMORY_FORMAT);
static_assert(sizeof(vt_value) == sizeof(Value) && sizeof(bool) == 1);

void describe(const TensorImpl& t, vt_tensor_info& info) {
  const bool plain = t.has_memory() && (t.keys() & kWrapperKeys).empty();
  info.data = plain ? t.address() : nullptr;
  info.sizes = t.sizes().data();
  info.strides = t.strides().data();
  info.numel = t.numel();
  info.ndim = static_cast<int32_t>(t.sizes().size());
  info.dtype = to_abi(t.dtype());
  info.device = to_abi(t.device());
  info.flags = 0;
  if (t.is_contiguous()) info.flags |= VT_TENSOR_CONTIGUOUS;
  if (t.storage()->read_only()) info.flags |= VT_TENSOR_READ_ONLY;
  if (t.requires_grad()) info.flags |= VT_TENSOR_REQUIRES_GRAD;
}

Scalar number_from(const vt_value& v) {
  switch (v.tag) {
    case VT_TAG_BOOL: return Scalar(v.as.i != 0);
    case VT_TAG_INT: return Scalar(v.as.i);
    case VT_TAG_FLOAT: return Scalar(v.as.d);
    case VT_TAG_COMPLEX:
      VT_CHECK(v.as.ptr, Type, "expected a complex number, got null");
      return Scalar(*static_cast<const complex<double>*>(v.as.ptr));
    default: VT_THROW(Type, "expected a number, got a value with tag ", v.tag);
  }
}

CheckedArguments::CheckedArguments(const Op& op, const vt_value* args, int count) {
  static_assert(sizeof(values_) / sizeof(Value) == 24);
  const auto& declared = op.schema().args();
  VT_CHECK(count >= 0 && count <= op.arg_count() && (count == 0 || args), Type, op.name(), ": expected up to ",
           op.arg_count(), " arguments, got ", count);
  for (int i = 0; i < count; ++i) values_[i] = check(declared[i], args[i]);
  for (int i = count; i < op.arg_count(); ++i) {
    VT_CHECK(declared[i].has_default, Type, op.name(), ": argument '", declared[i].name, "' is missing");
    values_[i] = declared[i].default_value;
  }
}

namespace {

bool is_number(uint32_t tag) { return tag >= VT_TAG_BOOL && tag <= VT_TAG_COMPLEX; }

Tag tag_of_list(ArgType type) {
  switch (type) {
    case ArgType::IntList: return Tag::IntList;
    case ArgType::FloatList: return Tag::DoubleList;
    case ArgType::BoolList: return Tag::BoolList;
    default: return Tag::String;
  }
}

}  // namespace

Value CheckedArguments::check(const Arg& arg, const vt_value& v) {
  const auto expect = [&](bool fits) {
    VT_CHECK(fits, Type, "argument '", arg.name, "': expected ", arg.type_name(), ", got a value with tag ", v.tag);
  };
  if (v.tag == VT_TAG_NONE) {
    expect(arg.optional);
    return {};
  }
  switch (arg.type) {
    case ArgType::Tensor:
      if (arg.accepts_number && is_number(v.tag)) {
        numbers_.push_back(wrapped_number(number_from(v)));
        return box(numbers_.back());
      }
      expect(v.tag == VT_TAG_TENSOR && v.as.tensor);
      return box(tensor_in(v.as.tensor));
    case ArgType::TensorList: {
      expect(v.tag == VT_TAG_TENSOR_LIST && (v.as.ptr || v.size == 0));
      const TensorSpan list(static_cast<const Tensor*>(v.as.ptr), v.size);
      for (const Tensor& t : list) {
        VT_CHECK(t.defined() || arg.optional_elements, Type, "argument '", arg.name, "': expected tensors, got null");
      }
      return box(list);
    }
    case ArgType::Scalar: {
      expect(is_number(v.tag));
      const Scalar s = number_from(v);
      if (v.tag != VT_TAG_COMPLEX) return box(s);
      complex_.push_back(s.to_complex());
      return box_list(Tag::Complex, &complex_.back(), 0);
    }
    case ArgType::Int: expect(v.tag == VT_TAG_INT || v.tag == VT_TAG_BOOL); return box(v.as.i);
    case ArgType::Float:
      expect(v.tag == VT_TAG_FLOAT || v.tag == VT_TAG_INT);
      return box(v.tag == VT_TAG_FLOAT ? v.as.d : static_cast<double>(v.as.i));
    case ArgType::Bool: expect(v.tag == VT_TAG_BOOL); return box(v.as.i != 0);
    case ArgType::String:
    case ArgType::IntList:
    case ArgType::FloatList:
    case ArgType::BoolList: {
      const Tag tag = tag_of_list(arg.type);
      expect(v.tag == static_cast<uint32_t>(tag) && (v.as.ptr || v.size == 0));
      return box_list(tag, v.as.ptr ? v.as.ptr : "", v.size);
    }
    case ArgType::ScalarType: expect(v.tag == VT_TAG_DTYPE); return box(dtype_from(v.as.dtype));
    case ArgType::Device: expect(v.tag == VT_TAG_DEVICE); return box(device_from(v.as.device));
    case ArgType::Generator: expect(v.tag == VT_TAG_GENERATOR); return box_list(Tag::Generator, v.as.ptr, 0);
    case ArgType::MemoryFormat:
      expect(v.tag == VT_TAG_MEMORY_FORMAT && v.as.i >= 0 && v.as.i <= 3);
      return box(static_cast<MemoryFormat>(v.as.i));
  }
  VT_THROW(Internal, "an argument type without a check");
}

}  // namespace vt::plugin
