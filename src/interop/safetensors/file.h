// An open safetensors file, and a checkpoint of one or several.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/tensor.h"
#include "interop/safetensors/header.h"

namespace vt::interop::safetensors {

// Bytes that are read by their place; from several threads at once.
class VT_API Source {
 public:
  virtual ~Source() = default;
  virtual uint64_t size() const = 0;
  // All of them, or ValueError where the source ends sooner, FileError where it cannot be read.
  virtual void read(uint64_t at, void* to, size_t bytes) const = 0;
  // Mapped for reading, all of it; null if the source is no file. Lives as long as the result.
  virtual std::shared_ptr<const char> map() const { return nullptr; }
};
VT_API std::unique_ptr<Source> file_source(const std::string& path);
// Somebody else's bytes, which `owner` keeps.
VT_API std::unique_ptr<Source> memory_source(std::string_view bytes, std::shared_ptr<void> owner = nullptr);

class VT_API File {
 public:
  // Reads and checks the header.
  explicit File(std::unique_ptr<Source> source);
  const Header& header() const { return header_; }
  const Source& source() const { return *source_; }
  uint64_t place(const Entry& e) const { return header_.data_begin + e.begin; }

 private:
  std::unique_ptr<Source> source_;
  Header header_;
};

// Where a tensor is.
struct Found {
  const File* file;
  const Entry* entry;
};

class VT_API Checkpoint {
 public:
  // A file; an index (*.index.json) beside its files; or a path whose files have the index `path`.index.json.
  static Checkpoint open(const std::string& path);
  explicit Checkpoint(std::unique_ptr<Source> source);
  Checkpoint(Checkpoint&&) = default;
  Checkpoint& operator=(Checkpoint&&) = default;

  // In the order of the bytes, file after file.
  const std::vector<Found>& tensors() const { return tensors_; }
  // IndexError if there is none of that name.
  Found find(const std::string& name) const;
  // Of the only file, or of the first.
  const Metadata& metadata() const { return files_.front()->header().metadata; }

 private:
  Checkpoint() = default;
  void add(std::unique_ptr<Source> source);
  void read_index(const std::string& path);

  std::vector<std::unique_ptr<File>> files_;
  std::vector<Found> tensors_;
  std::unordered_map<std::string, size_t> by_name_;
};

// Told, on the calling thread, of the bytes that are there and of all; what it throws ends the work.
using Progress = std::function<void(uint64_t done, uint64_t total)>;

// A contiguous tensor of the entry's dtype and sizes that its bytes go to.
struct Fill {
  Found from;
  Tensor to;
};
// Reads on several threads. To a GPU it goes through pinned memory on streams of its own, and the current stream waits
// for them; the host does not. ValueError for a BOOL that is neither 0 nor 1, among others.
VT_API void fill(std::span<const Fill> fills, const Progress& progress = {});
// A new tensor for each, filled.
VT_API std::vector<Tensor> load(std::span<const Found> found, Device device, const Progress& progress = {});
// Read-only, over the file's pages: nothing is read before it is used. ValueError if the source is no file.
VT_API Tensor map(const Found& found);
// The elements from `begin` to before `end` in each dim, on the CPU; only these are read.
VT_API Tensor load_part(const Found& found, IntSpan begin, IntSpan end);

}  // namespace vt::interop::safetensors
