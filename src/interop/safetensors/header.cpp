#include "interop/safetensors/header.h"

#include <algorithm>
#include <cstring>

#include "interop/json.h"

namespace vt::interop::safetensors {
namespace {

struct Name {
  std::string_view name;
  DType dtype;
};
// In the order in which the format's own writer ranks them.
constexpr Name kNames[] = {
    {"BOOL", DType::bool_},
    {"F4", DType::float4_e2m1fn_x2},
    {"U8", DType::uint8},
    {"I8", DType::int8},
    {"F8_E5M2", DType::float8_e5m2},
    {"F8_E4M3", DType::float8_e4m3fn},
    {"F8_E8M0", DType::float8_e8m0fnu},
    {"F8_E4M3FNUZ", DType::float8_e4m3fnuz},
    {"F8_E5M2FNUZ", DType::float8_e5m2fnuz},
    {"I16", DType::int16},
    {"U16", DType::uint16},
    {"F16", DType::float16},
    {"BF16", DType::bfloat16},
    {"I32", DType::int32},
    {"U32", DType::uint32},
    {"F32", DType::float32},
    {"C64", DType::complex64},
    {"F64", DType::float64},
    {"I64", DType::int64},
    {"U64", DType::uint64},
};
constexpr uint64_t kMaxDims = 64;
constexpr std::string_view kMetadata = "__metadata__";

ptrdiff_t rank(DType d) { return std::ranges::find(kNames, d, &Name::dtype) - std::begin(kNames); }

// What the shape takes. Strides, too, have to fit, where a size of 0 counts as 1.
uint64_t bytes_of(const std::string& name, const std::vector<uint64_t>& shape, DType dtype) {
  uint64_t reach = size_of(dtype);
  bool fits = true, is_empty = false;
  for (const uint64_t n : shape) {
    fits = fits && !__builtin_mul_overflow(reach, std::max(n, uint64_t{1}), &reach) && reach < (uint64_t{1} << 63);
    is_empty = is_empty || n == 0;
  }
  VT_CHECK(fits, Value, "safetensors: the shape of ", json_string(name), " overflows");
  if (dtype == DType::float4_e2m1fn_x2) {
    VT_CHECK(!shape.empty() && shape.back() % 2 == 0, Value, "safetensors: ", json_string(name),
             " of F4 needs an even last size: two elements share a byte");
    reach /= 2;
  }
  return is_empty ? 0 : reach;
}

Entry read_entry(JsonReader& json, std::string name) {
  std::optional<DType> dtype;
  std::vector<uint64_t> shape, offsets;
  bool has_shape = false, has_offsets = false;
  const auto numbers = [&](std::vector<uint64_t>& out) { json.array([&] { out.push_back(json.integer()); }); };
  json.object([&](const std::string& key) {
    if (key == "dtype") {
      const std::string text = json.string();
      const auto* found = std::ranges::find(kNames, text, &Name::name);
      VT_CHECK(found != std::end(kNames), Value, "safetensors: ", json_string(name), " has the unknown dtype ",
               json_string(text));
      dtype = found->dtype;
    } else if (key == "shape") {
      numbers(shape);
      has_shape = true;
    } else if (key == "data_offsets") {
      numbers(offsets);
      has_offsets = true;
    } else {
      json.fail(json_string(name) + " has the unknown entry " + json_string(key));
    }
  });
  VT_CHECK(dtype && has_shape && has_offsets, Value, "safetensors: ", json_string(name),
           " needs dtype, shape and data_offsets");
  VT_CHECK(offsets.size() == 2, Value, "safetensors: ", json_string(name), " has ", offsets.size(),
           " data_offsets, expected 2");
  VT_CHECK(shape.size() <= kMaxDims, Value, "safetensors: ", json_string(name), " has ", shape.size(),
           " dims, expected at most ", kMaxDims);
  const uint64_t bytes = bytes_of(name, shape, *dtype);
  VT_CHECK(offsets[1] >= offsets[0] && offsets[1] - offsets[0] == bytes, Value, "safetensors: ", json_string(name),
           " takes ", bytes, " bytes by its dtype and shape, but its data_offsets are ", offsets[0], " and ",
           offsets[1]);
  Entry entry{std::move(name), *dtype, {}, offsets[0], offsets[1]};
  for (const uint64_t n : shape) entry.sizes.push_back(static_cast<int64_t>(n));
  if (*dtype == DType::float4_e2m1fn_x2) entry.sizes.back() /= 2;
  return entry;
}

}  // namespace

std::optional<std::string_view> dtype_name(DType d) {
  const auto* found = std::ranges::find(kNames, d, &Name::dtype);
  if (found == std::end(kNames)) return std::nullopt;
  return found->name;
}

void check_name(const std::string& name) {
  VT_CHECK(name != kMetadata, Value, "safetensors: a tensor cannot be called ", kMetadata);
  // To every reader in C a name ends at NUL, so that two of them may be one.
  VT_CHECK(name.find('\0') == std::string::npos, Value, "safetensors: expected a name without NUL, got ",
           json_string(name));
  VT_CHECK(utf8_fault(name) == std::string_view::npos, Value, "safetensors: expected a name in UTF-8");
}

bool comes_before(const Entry& a, const Entry& b) {
  const ptrdiff_t left = rank(a.dtype), right = rank(b.dtype);
  return left != right ? left > right : a.name < b.name;
}

uint64_t header_length(std::string_view first_eight, uint64_t file_bytes) {
  VT_CHECK(first_eight.size() == kLengthBytes, Value, "safetensors: expected at least 8 bytes, got ",
           first_eight.size());
  uint64_t length = 0;
  std::memcpy(&length, first_eight.data(), kLengthBytes);
  VT_CHECK(length <= kMaxHeader && length <= file_bytes - kLengthBytes, Value, "safetensors: the header claims ",
           length, " bytes, the file has ", file_bytes - kLengthBytes, " after its length, and ", kMaxHeader,
           " is the most that a header may have");
  VT_CHECK(length % 8 == 0, Value, "safetensors: the header has ", length,
           " bytes, which is no multiple of 8: the data would not be aligned");
  return length;
}

Header parse_header(std::string_view text, uint64_t file_bytes) {
  VT_CHECK(text.starts_with('{'), Value, "safetensors: expected a header that begins with '{'");
  Header header;
  header.data_begin = kLengthBytes + text.size();
  JsonReader json(text, "safetensors: the header");
  json.object([&](std::string name) {
    if (name == kMetadata) {
      json.object([&](std::string key) {
        std::string value = json.string();
        header.metadata.emplace_back(std::move(key), std::move(value));
      });
      return;
    }
    check_name(name);
    header.entries.push_back(read_entry(json, std::move(name)));
  });
  json.end();
  std::ranges::stable_sort(header.entries, {}, [](const Entry& e) { return std::pair(e.begin, e.end); });
  uint64_t at = 0;
  for (const Entry& e : header.entries) {
    VT_CHECK(e.begin == at, Value, "safetensors: ", json_string(e.name), " begins at ", e.begin, ", expected ", at,
             ": a gap or an overlap");
    at = e.end;
  }
  VT_CHECK(at == file_bytes - header.data_begin, Value, "safetensors: the tensors take ", at, " bytes, the file has ",
           file_bytes - header.data_begin);
  return header;
}

std::string header_bytes(const std::vector<Entry>& entries, const Metadata& metadata) {
  std::string json = "{";
  const auto comma = [&] {
    if (json.size() > 1) json += ',';
  };
  if (!metadata.empty()) {
    json += "\"__metadata__\":{";
    for (size_t i = 0; i < metadata.size(); ++i) {
      const auto& [key, value] = metadata[i];
      VT_CHECK(utf8_fault(key) == std::string_view::npos && utf8_fault(value) == std::string_view::npos, Value,
               "safetensors: expected metadata in UTF-8");
      if (i) json += ',';
      json += json_string(key) + ':' + json_string(value);
    }
    json += '}';
  }
  for (const Entry& e : entries) {
    comma();
    json += json_string(e.name) + ":{\"dtype\":\"" + std::string(*dtype_name(e.dtype)) + "\",\"shape\":[";
    for (size_t i = 0; i < e.sizes.size(); ++i) {
      const bool packed = e.dtype == DType::float4_e2m1fn_x2 && i + 1 == e.sizes.size();
      if (i) json += ',';
      json += std::to_string(e.sizes[i] * (packed ? 2 : 1));
    }
    json += "],\"data_offsets\":[" + std::to_string(e.begin) + ',' + std::to_string(e.end) + "]}";
  }
  json += '}';
  json.resize((json.size() + 7) / 8 * 8, ' ');
  VT_CHECK(json.size() <= kMaxHeader, Value, "safetensors: expected a header of at most ", kMaxHeader, " bytes, got ",
           json.size());
  const uint64_t length = json.size();
  std::string out(kLengthBytes, '\0');
  std::memcpy(out.data(), &length, kLengthBytes);
  return out + json;
}

}  // namespace vt::interop::safetensors
