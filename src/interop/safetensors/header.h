// The header of a safetensors file: a length of 8 bytes, JSON with names, dtypes, shapes and places, then the bytes.
//
// Reading trusts nothing: what is accepted is a subset of what the format's own library accepts. Refused are names that
// occur twice or hold NUL, gaps, overlaps and bytes left over, lengths beyond 100 MB or not a multiple of 8, sizes that
// do not belong together or overflow, and text that is not UTF-8.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/dtype.h"
#include "core/shape.h"

namespace vt::interop::safetensors {

inline constexpr uint64_t kLengthBytes = 8, kMaxHeader = 100'000'000;

// The format's name of a dtype ("F32"); nothing for one that it does not have.
VT_API std::optional<std::string_view> dtype_name(DType d);

struct Entry {
  std::string name;
  DType dtype;
  DimVec sizes;
  uint64_t begin, end;  // in the bytes after the header

  uint64_t bytes() const { return end - begin; }
};

using Metadata = std::vector<std::pair<std::string, std::string>>;

struct Header {
  std::vector<Entry> entries;  // in the order of their bytes
  Metadata metadata;
  uint64_t data_begin = 0;  // in the file
};

// The bytes of JSON that follow the first eight of a file of `file_bytes`. ValueError if that cannot be.
VT_API uint64_t header_length(std::string_view first_eight, uint64_t file_bytes);
// ValueError, with the reason, if the header is not valid or does not fit the file.
VT_API Header parse_header(std::string_view json, uint64_t file_bytes);
// The first bytes of a file with these entries, up to where the data begins.
VT_API std::string header_bytes(const std::vector<Entry>& entries, const Metadata& metadata);

// Where an entry comes in a file: wide elements first, so that all lie at multiples of their size, then by name.
VT_API bool comes_before(const Entry& a, const Entry& b);
// ValueError unless the format can hold it.
VT_API void check_name(const std::string& name);

}  // namespace vt::interop::safetensors
