#include "cuda/gemm_choices_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cctype>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/checksum.h"
#include "cuda/device.h"
#include "cuda/device_api.h"

namespace vt::cuda {
namespace {

// A line: the record in hexadecimal, then its checksum.
struct Record {
  PlanKey key;
  lt::Algorithm algorithm;
};
static_assert(sizeof(Record) == sizeof(PlanKey) + sizeof(lt::Algorithm));
constexpr size_t kDigits = 2 * (sizeof(Record) + 8);

void append_hexadecimal(std::string& text, const void* data, size_t bytes) {
  for (size_t i = 0; i < bytes; ++i) {
    const unsigned value = static_cast<const unsigned char*>(data)[i];
    text += "0123456789abcdef"[value >> 4];
    text += "0123456789abcdef"[value & 15];
  }
}

bool read_hexadecimal(const std::string& text, size_t from, void* data, size_t bytes) {
  auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
  for (size_t i = 0; i < bytes; ++i) {
    const int high = digit(text[from + 2 * i]), low = digit(text[from + 2 * i + 1]);
    if (high < 0 || low < 0) return false;
    static_cast<unsigned char*>(data)[i] = static_cast<unsigned char>(high << 4 | low);
  }
  return true;
}

}  // namespace

std::string choices_path(const std::string& folder, int device, size_t library_version) {
  if (folder.empty()) return {};
  std::string name = "gemm-3-" + device_properties(device).name + "-" + std::to_string(library_version) + "-" +
                     std::to_string(device_api().driver_version()) + ".txt";
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.' && c != '-') c = '_';
  }
  return folder + "/" + name;
}

Choices read_choices(const std::string& path) {
  Choices choices;
  if (path.empty()) return choices;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    Record record;
    uint64_t sum;
    if (line.size() == kDigits && read_hexadecimal(line, 0, &record, sizeof record) &&
        read_hexadecimal(line, 2 * sizeof record, &sum, sizeof sum) && sum == checksum(&record, sizeof record)) {
      choices[record.key] = record.algorithm;
    }
  }
  return choices;
}

void add_choice(const std::string& path, const PlanKey& key, const lt::Algorithm& algorithm) {
  if (path.empty()) return;
  const Record record{key, algorithm};
  const uint64_t sum = checksum(&record, sizeof record);
  std::string line;
  append_hexadecimal(line, &record, sizeof record);
  append_hexadecimal(line, &sum, sizeof sum);
  line += '\n';
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return;
  [[maybe_unused]] const ssize_t written = ::write(file, line.data(), line.size());
  ::close(file);
}

}  // namespace vt::cuda
