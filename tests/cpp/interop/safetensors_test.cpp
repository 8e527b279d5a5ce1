// safetensors below the bindings: what the header may not be, round trips, parts, shards, and files damaged at random.
#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <random>

#include "autograd/autograd.h"
#include "interop/json.h"
#include "interop/safetensors/save.h"

using namespace vt;
using namespace vt::interop;
using namespace vt::interop::safetensors;

namespace {

struct Initialized {
  Initialized() { initialize(); }
} initialized;

std::string file_of(std::string json, const std::string& data = "") {
  json.resize((json.size() + 7) / 8 * 8, ' ');
  uint64_t length = json.size();
  std::string out(8, '\0');
  std::memcpy(out.data(), &length, 8);
  return out + json + data;
}

std::string entry(const std::string& name, const std::string& dtype, const std::string& shape, const std::string& at) {
  return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":[" + shape + "],\"data_offsets\":[" + at + "]}";
}

Tensor counting(int64_t n, DType dtype) {
  Tensor t = empty(DimVec{n}, dtype);
  auto* bytes = static_cast<unsigned char*>(t.data());
  for (size_t i = 0; i < static_cast<size_t>(n) * size_of(dtype); ++i) bytes[i] = static_cast<unsigned char>(i * 7);
  return t;
}

std::string written(std::span<const Named> tensors, const SaveOptions& options) {
  std::string out;
  write([&](const void* data, size_t bytes) { out.append(static_cast<const char*>(data), bytes); }, tensors, options);
  return out;
}

}  // namespace

TEST_CASE("headers that are refused, with the reason") {
  struct Row {
    std::string file;
    const char* reason;
  };
  const std::string x = entry("x", "F32", "2", "0,8"), eight(8, '1');
  const Row rows[] = {
      {"", "at least 8 bytes"},
      {std::string(8, '\xff'), "claims"},
      {file_of("[]"), "begins with '{'"},
      {file_of(" {}"), "begins with '{'"},
      {file_of("{" + x + "," + x + "}", eight), "occurs twice"},
      {file_of("{\"x\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}"), "occurs twice"},
      {file_of("{" + x + "}", eight + "1"), "the file has 9"},
      {file_of("{" + x + "}", "1111"), "the file has 4"},
      {file_of("{" + x + "," + entry("y", "F32", "2", "12,20") + "}", eight + eight + "1111"), "a gap or an overlap"},
      {file_of("{" + x + "," + entry("y", "F32", "2", "4,12") + "}", eight + "1111"), "a gap or an overlap"},
      {file_of("{" + entry("x", "F32", "2", "8,0") + "}", eight), "data_offsets"},
      {file_of("{" + entry("x", "F32", "2", "0") + "}", eight), "expected 2"},
      {file_of("{" + entry("x", "F99", "2", "0,8") + "}", eight), "unknown dtype"},
      {file_of("{" + entry("x", "F4", "3", "0,1") + "}", "1"), "even last size"},
      {file_of("{" + entry("x", "F32", "4611686018427387904,8", "0,0") + "}"), "overflows"},
      {file_of("{" + entry("x", "U8", "9223372036854775808", "0,0") + "}"), "overflows"},
      {file_of("{" + entry("x", "U8", "18446744073709551616", "0,0") + "}"), "below 2^64"},
      {file_of("{" + entry("x", "U8", "-1", "0,0") + "}"), "not negative"},
      {file_of("{" + entry("x", "U8", "1.0", "0,1") + "}", "1"), "whole number"},
      {file_of("{" + entry("x", "U8", "01", "0,1") + "}", "1"), "begins with 0"},
      {file_of("{" + entry("x\\u0000", "U8", "1", "0,1") + "}", "1"), "without NUL"},
      {file_of("{" + entry("\xff", "U8", "1", "0,1") + "}", "1"), "not UTF-8"},
      {file_of("{" + entry("\xed\xa0\x80", "U8", "1", "0,1") + "}", "1"), "not UTF-8"},
      {file_of("{" + entry("\\ud800", "U8", "1", "0,1") + "}", "1"), "surrogate"},
      {file_of("{\"x\":{\"dtype\":\"U8\",\"shape\":[1]}}", "1"), "needs dtype"},
      {file_of("{\"x\":{\"dtype\":\"U8\",\"more\":1}}", "1"), "unknown entry"},
      {file_of("{\"__metadata__\":{\"a\":1}}"), "not valid"},
      {file_of("{\"__metadata__\":[]}"), "not valid"},
      {file_of("{} {}"), "after the end"},
      {file_of("{\"x\":" + std::string(100000, '[')), "not valid"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.file.substr(0, 200));
    CHECK_THROWS_WITH_AS(File(memory_source(row.file)), doctest::Contains(row.reason), Error);
  }
  std::string unaligned = "{" + entry("x", "U8", "1", "0,1") + "}";
  unaligned.resize(unaligned.size() / 8 * 8 + 9, ' ');
  uint64_t length = unaligned.size();
  std::string head(8, '\0');
  std::memcpy(head.data(), &length, 8);
  CHECK_THROWS_WITH_AS(File(memory_source(head + unaligned + "1")), doctest::Contains("multiple of 8"), Error);
}

TEST_CASE("what is written is read again, in any order of names and dtypes") {
  std::vector<Named> tensors;
  for (const DType d : {DType::uint8, DType::float64, DType::bfloat16, DType::complex64, DType::float4_e2m1fn_x2}) {
    tensors.push_back({"t." + to_string(d), counting(6, d)});
  }
  tensors.push_back({"none", counting(0, DType::float32)});
  const std::string file = written(tensors, {{{"a\n", "\"\\\x01"}}, 0, {}});
  const Checkpoint c(memory_source(file));
  CHECK(c.metadata() == Metadata{{"a\n", "\"\\\x01"}});
  REQUIRE(c.tensors().size() == tensors.size());
  for (const auto& [name, tensor] : tensors) {
    const Found found = c.find(name);
    const Tensor back = load(std::span(&found, 1), kCPU).front();
    CHECK(back.dtype() == tensor.dtype());
    CHECK(same(back.sizes(), tensor.sizes()));
    CHECK(std::memcmp(back.data(), tensor.data(), found.entry->bytes()) == 0);
  }
  CHECK_THROWS_AS(c.find("other"), Error);
}

TEST_CASE("shards beside their index") {
  char folder[] = "/tmp/vibetensor_shardsXXXXXX";
  REQUIRE(mkdtemp(folder) != nullptr);
  const std::string path = std::string(folder) + "/m.safetensors";
  std::vector<Named> tensors;
  for (int i = 0; i < 5; ++i)
    tensors.push_back({std::string("t") + static_cast<char>('0' + i), counting(100, DType::uint8)});
  save(path, tensors, {{}, 250, {}});
  for (const std::string& at : {path, path + ".index.json"}) {
    const Checkpoint c = Checkpoint::open(at);
    CHECK(c.tensors().size() == 5);
    CHECK(map(c.find("t4")).numel() == 100);
    CHECK_THROWS_AS(check_writable(map(c.find("t4"))), Error);
  }
  save(path, tensors, {});
  CHECK(Checkpoint::open(path).tensors().size() == 5);
  for (int i = 1; i <= 3; ++i)
    unlink((std::string(folder) + "/m-0000" + std::to_string(i) + "-of-00003.safetensors").c_str());
  unlink(path.c_str());
  unlink((path + ".index.json").c_str());
  CHECK(rmdir(folder) == 0);
}

TEST_CASE("files damaged at random are read within their bytes or refused") {
  const char* wanted = std::getenv("VT_MUTATIONS");
  const int count = wanted ? std::atoi(wanted) : 20000;
  const std::string well =
      file_of("{\"__metadata__\":{\"k\":\"v\"}," + entry("a\xc3\xa9", "F32", "2,2", "0,16") + "," +
                  entry("\\ud83d\\ude00", "BOOL", "3", "16,19") + "," + entry("c", "I64", "0", "19,19") + "}",
              std::string(16, '\x3f') + std::string(3, '\1'));
  std::mt19937_64 random(1);
  const auto below = [&](size_t n) { return static_cast<size_t>(random() % n); };
  int read = 0;
  for (int i = 0; i < count; ++i) {
    std::string file = well;
    for (size_t k = below(3) + 1; k > 0 && !file.empty(); --k) {
      const size_t at = below(file.size());
      switch (below(5)) {
        case 0: file[at] = static_cast<char>(random()); break;
        case 1: file.insert(at, 1, "\"\\{}[],:0123456789eu "[below(20)]); break;
        case 2: file.erase(at, 1 + below(4)); break;
        case 3: file[at] = static_cast<char>(file[at] ^ (1 << below(8))); break;
        default:
          if (below(8) == 0) file.resize(at);
      }
    }
    // Of exactly its size on the heap, so that a sanitizer sees a byte too many.
    const std::vector<char> exact(file.begin(), file.end());
    try {
      const Checkpoint c(memory_source({exact.data(), exact.size()}));
      for (const Found& f : c.tensors()) {
        load(std::span(&f, 1), kCPU);
        DimVec begin(f.entry->sizes.size(), 0);
        load_part(f, begin, f.entry->sizes);
      }
      ++read;
    } catch (const Error& e) {
      CHECK(e.kind() == ErrorKind::Value);
    }
  }
  CHECK(read > 0);
}
