#include "dispatch/owned_arguments.h"

#include <cstring>

namespace vt {
namespace {

// Bytes that a value refers to; 0 for one that holds all it says.
size_t referred_bytes(const Value& v) {
  switch (v.tag) {
    case Tag::IntList: return v.size * sizeof(int64_t);
    case Tag::DoubleList: return v.size * sizeof(double);
    case Tag::BoolList: return v.size * sizeof(bool);
    case Tag::String: return v.size;
    case Tag::Complex: return sizeof(complex<double>);
    default: return 0;
  }
}

constexpr size_t kAlign = 16;
size_t room_for(size_t bytes) { return (bytes + kAlign - 1) / kAlign * kAlign; }

}  // namespace

OwnedArguments::OwnedArguments(std::span<const Value> args) : values_(args.begin(), args.end()) {
  size_t total = 0;
  for (const Value& v : args) total += room_for(referred_bytes(v));
  if (total > 0) contents_ = std::make_unique_for_overwrite<std::byte[]>(total);
  std::byte* to = contents_.get();
  for (Value& v : values_) {
    if (v.tag == Tag::Tensor || v.tag == Tag::TensorList) {
      v.ptr = nullptr;
      v.tag = Tag::None;
    }
    const size_t bytes = referred_bytes(v);
    if (bytes == 0) continue;
    std::memcpy(to, v.ptr, bytes);
    v.ptr = to;
    to += room_for(bytes);
  }
}

}  // namespace vt
