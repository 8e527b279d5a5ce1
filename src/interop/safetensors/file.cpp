#include "interop/safetensors/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <map>

#include "interop/atomic_file.h"
#include "interop/json.h"

namespace vt::interop::safetensors {
namespace {

constexpr std::string_view kIndexEnding = ".index.json";
constexpr uint64_t kMaxIndex = 1 << 30;

[[noreturn]] void throw_errno(const std::string& path) {
  const int code = errno;
  throw FileError(code, std::strerror(code), path);
}

class FileSource final : public Source {
 public:
  explicit FileSource(std::string path)
      : path_(std::move(path)), fd_(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    if (fd_ < 0) throw_errno(path_);
    struct stat found{};
    if (fstat(fd_, &found) < 0) {
      const int code = errno;
      ::close(fd_);
      throw FileError(code, std::strerror(code), path_);
    }
    if (!S_ISREG(found.st_mode)) {
      ::close(fd_);
      throw FileError(S_ISDIR(found.st_mode) ? EISDIR : EINVAL, "expected a regular file", path_);
    }
    size_ = static_cast<uint64_t>(found.st_size);
  }
  ~FileSource() override { ::close(fd_); }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  uint64_t size() const override { return size_; }
  void read(uint64_t at, void* to, size_t bytes) const override {
    auto* next = static_cast<char*>(to);
    while (bytes) {
      const ssize_t count = pread(fd_, next, std::min(bytes, size_t{1} << 30), static_cast<off_t>(at));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) throw_errno(path_);
      VT_CHECK(count > 0, Value, "safetensors: ", path_, " became shorter while it was read");
      next += count;
      at += static_cast<uint64_t>(count);
      bytes -= static_cast<size_t>(count);
    }
  }
  std::shared_ptr<const char> map() const override {
    if (size_ == 0) return nullptr;
    void* const data = mmap(nullptr, size_, PROT_READ, MAP_SHARED, fd_, 0);
    if (data == MAP_FAILED) throw_errno(path_);
    return {static_cast<const char*>(data), [size = size_](const char* p) { munmap(const_cast<char*>(p), size); }};
  }

 private:
  std::string path_;
  int fd_;
  uint64_t size_ = 0;
};

class MemorySource final : public Source {
 public:
  MemorySource(std::string_view bytes, std::shared_ptr<void> owner) : bytes_(bytes), owner_(std::move(owner)) {}
  uint64_t size() const override { return bytes_.size(); }
  void read(uint64_t at, void* to, size_t bytes) const override {
    VT_CHECK(at <= bytes_.size() && bytes <= bytes_.size() - at, Value, "safetensors: the data ends too soon");
    if (bytes) std::memcpy(to, bytes_.data() + at, bytes);
  }

 private:
  std::string_view bytes_;
  std::shared_ptr<void> owner_;
};

Header read_header(const Source& source) {
  std::string first(std::min(source.size(), kLengthBytes), '\0');
  source.read(0, first.data(), first.size());
  std::string json(header_length(first, source.size()), '\0');
  source.read(kLengthBytes, json.data(), json.size());
  return parse_header(json, source.size());
}

}  // namespace

std::unique_ptr<Source> file_source(const std::string& path) { return std::make_unique<FileSource>(path); }
std::unique_ptr<Source> memory_source(std::string_view bytes, std::shared_ptr<void> owner) {
  return std::make_unique<MemorySource>(bytes, std::move(owner));
}

File::File(std::unique_ptr<Source> source) : source_(std::move(source)), header_(read_header(*source_)) {}

void Checkpoint::add(std::unique_ptr<Source> source) {
  const File& file = *files_.emplace_back(std::make_unique<File>(std::move(source)));
  for (const Entry& e : file.header().entries) {
    VT_CHECK(by_name_.emplace(e.name, tensors_.size()).second, Value, "safetensors: ", json_string(e.name),
             " is in two files of the checkpoint");
    tensors_.push_back({&file, &e});
  }
}

void Checkpoint::read_index(const std::string& path) {
  const std::unique_ptr<Source> source = file_source(path);
  VT_CHECK(source->size() <= kMaxIndex, Value, "safetensors: the index ", path, " has ", source->size(), " bytes");
  std::string text(source->size(), '\0');
  source->read(0, text.data(), text.size());
  std::map<std::string, std::string> file_of;
  bool has_map = false;
  JsonReader json(text, "safetensors: the index " + path);
  json.object([&](const std::string& key) {
    if (key != "weight_map") return json.skip();
    has_map = true;
    json.object([&](const std::string& name) { file_of[name] = json.string(); });
  });
  json.end();
  if (!has_map) json.fail("expected a weight_map");
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : path.substr(0, slash + 1);
  std::vector<std::string> names;
  for (const auto& [name, file] : file_of) {
    // Files beside the index and nowhere else.
    VT_CHECK(!file.empty() && file.find('/') == std::string::npos && file.find('\0') == std::string::npos &&
                 file != "." && file != "..",
             Value, "safetensors: the index ", path, " names the file ", json_string(file),
             "; expected one in its own folder");
    names.push_back(file);
  }
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  VT_CHECK(!names.empty(), Value, "safetensors: the index ", path, " names no file");
  for (const std::string& name : names) {
    const size_t first = tensors_.size();
    add(file_source(folder + name));
    for (size_t i = first; i < tensors_.size(); ++i) {
      const auto entry = file_of.find(tensors_[i].entry->name);
      VT_CHECK(entry != file_of.end() && entry->second == name, Value, "safetensors: ", name, " holds ",
               json_string(tensors_[i].entry->name), ", and the index ", path, " does not say so");
    }
  }
  VT_CHECK(tensors_.size() == file_of.size(), Value, "safetensors: the index ", path, " has ", file_of.size(),
           " tensors, its files have ", tensors_.size());
}

Checkpoint Checkpoint::open(const std::string& path) {
  Checkpoint out;
  const std::string index = path + std::string(kIndexEnding);
  if (path.ends_with(kIndexEnding)) {
    out.read_index(path);
  } else if (access(path.c_str(), F_OK) != 0 && access(index.c_str(), F_OK) == 0) {
    out.read_index(index);
  } else {
    out.add(file_source(path));
  }
  return out;
}

Checkpoint::Checkpoint(std::unique_ptr<Source> source) { add(std::move(source)); }

Found Checkpoint::find(const std::string& name) const {
  const auto found = by_name_.find(name);
  VT_CHECK(found != by_name_.end(), Index, "safetensors: there is no tensor ", json_string(name));
  return tensors_[found->second];
}

}  // namespace vt::interop::safetensors
