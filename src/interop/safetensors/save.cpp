#include "interop/safetensors/save.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <unordered_set>

#include "interop/atomic_file.h"
#include "interop/json.h"
#include "ops/copy/copy.h"

namespace vt::interop::safetensors {
namespace {

constexpr uint64_t kPiece = 64 << 20;  // bytes that come from a GPU at a time, and between two calls of `progress`

uint64_t bytes_of(const Tensor& t) { return static_cast<uint64_t>(t.numel()) * t.element_size(); }

void check(std::span<const Named> tensors) {
  std::unordered_set<std::string_view> seen;
  for (const auto& [name, tensor] : tensors) {
    check_name(name);
    VT_CHECK(seen.insert(name).second, Value, "safetensors: ", json_string(name), " is given twice");
    VT_CHECK(dtype_name(tensor.dtype()), NotImplemented, "save: ", name, " has ", tensor.dtype(),
             ", which safetensors cannot hold");
    VT_CHECK(tensor.impl()->has_memory(), NotImplemented, "save: ", name, " is on ", tensor.device(),
             " and has no memory");
    VT_CHECK(tensor.dtype() != DType::float4_e2m1fn_x2 || tensor.dim() > 0, NotImplemented, "save: ", name,
             " has no dims, which F4 needs");
  }
}

// Bytes that are done over all files.
struct Counter {
  const Progress& progress;
  uint64_t total;
  uint64_t done = 0;
  void add(uint64_t bytes) {
    done += bytes;
    if (progress) progress(done, total);
  }
};

using Sink = std::function<void(const void*, size_t)>;

void write_tensor(const Sink& sink, const Tensor& t, Counter& counter) {
  const Tensor flat = ops::as_contiguous(t);
  const uint64_t total = bytes_of(flat);
  Storage host;
  if (!flat.is_cpu() && total) host = allocate_storage(std::min(total, kPiece), kCPU);
  for (uint64_t at = 0; at < total; at += kPiece) {
    const uint64_t bytes = std::min(kPiece, total - at);
    char* data = static_cast<char*>(flat.data()) + at;
    if (host) {
      copy_bytes({host->data(), kCPU, host.get()}, {data, flat.device(), flat.storage().get()}, bytes, false);
      data = static_cast<char*>(host->data());
    }
    sink(data, bytes);
    counter.add(bytes);
  }
}

void write_file(const Sink& sink, std::span<const Named> tensors, const Metadata& metadata, Counter& counter) {
  std::vector<std::pair<Entry, const Tensor*>> order;
  for (const auto& [name, tensor] : tensors) {
    order.push_back({{name, tensor.dtype(), DimVec(tensor.sizes()), 0, 0}, &tensor});
  }
  std::ranges::sort(order, [](const auto& a, const auto& b) { return comes_before(a.first, b.first); });
  std::vector<Entry> entries;
  uint64_t at = 0;
  for (auto& [entry, tensor] : order) {
    entry.begin = at;
    at = entry.end = at + bytes_of(*tensor);
    entries.push_back(entry);
  }
  const std::string head = header_bytes(entries, metadata);
  sink(head.data(), head.size());
  for (const auto& [entry, tensor] : order) write_tensor(sink, *tensor, counter);
}

// Tensors in their order, as many to a file as fit; one that is larger alone has a file of its own.
std::vector<std::vector<Named>> shards_of(std::span<const Named> tensors, uint64_t limit) {
  std::vector<std::vector<Named>> shards(1);
  uint64_t filled = 0;
  for (const Named& t : tensors) {
    const uint64_t bytes = bytes_of(t.tensor);
    if (!shards.back().empty() && filled + bytes > limit) {
      shards.emplace_back();
      filled = 0;
    }
    shards.back().push_back(t);
    filled += bytes;
  }
  return shards;
}

std::string shard_name(const std::string& name, size_t number, size_t count) {
  const size_t dot = name.rfind('.');
  const size_t stem = dot == std::string::npos || dot == 0 ? name.size() : dot;
  char middle[64];
  std::snprintf(middle, sizeof middle, "-%05zu-of-%05zu", number, count);
  return name.substr(0, stem) + middle + name.substr(stem);
}

std::string index_text(const std::map<std::string, std::string>& file_of, uint64_t total) {
  std::string out =
      "{\n  \"metadata\": {\n    \"total_size\": " + std::to_string(total) + "\n  },\n  \"weight_map\": {";
  bool first = true;
  for (const auto& [name, file] : file_of) {
    out += (first ? "\n    " : ",\n    ") + json_string(name) + ": " + json_string(file);
    first = false;
  }
  return out + "\n  }\n}\n";
}

uint64_t total_of(std::span<const Named> tensors) {
  uint64_t total = 0;
  for (const Named& t : tensors) total += bytes_of(t.tensor);
  return total;
}

}  // namespace

void write(const Sink& sink, std::span<const Named> tensors, const SaveOptions& options) {
  check(tensors);
  Counter counter{options.progress, total_of(tensors)};
  write_file(sink, tensors, options.metadata, counter);
}

void save(const std::string& path, std::span<const Named> tensors, const SaveOptions& options) {
  check(tensors);
  Counter counter{options.progress, total_of(tensors)};
  std::vector<std::vector<Named>> shards;
  if (options.max_shard_bytes) shards = shards_of(tensors, options.max_shard_bytes);
  if (shards.size() < 2) {
    AtomicFile file(path);
    write_file([&](const void* data, size_t bytes) { file.write(data, bytes); }, tensors, options.metadata, counter);
    file.commit();
    return;
  }
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : path.substr(0, slash + 1);
  const std::string name = path.substr(folder.size());
  std::map<std::string, std::string> file_of;
  std::vector<std::unique_ptr<AtomicFile>> files;
  for (size_t i = 0; i < shards.size(); ++i) {
    const std::string shard = shard_name(name, i + 1, shards.size());
    for (const Named& t : shards[i]) file_of[t.name] = shard;
    AtomicFile& file = *files.emplace_back(std::make_unique<AtomicFile>(folder + shard));
    write_file([&](const void* data, size_t bytes) { file.write(data, bytes); }, shards[i], options.metadata, counter);
  }
  AtomicFile index(path + ".index.json");
  const std::string text = index_text(file_of, counter.total);
  index.write(text.data(), text.size());
  for (const auto& file : files) file->commit();
  index.commit();
  unlink(path.c_str());  // a single file of before would be taken for the checkpoint
}

}  // namespace vt::interop::safetensors
