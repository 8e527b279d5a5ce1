// DLPack below the bindings: malformed structs are refused and freed once, others become tensors over the same memory.
#include "interop/dlpack.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "autograd/autograd.h"

using namespace vt;
using namespace vt::interop;

namespace {

struct Initialized {
  Initialized() { initialize(); }
} initialized;

// The layout is other libraries' too.
static_assert(sizeof(DLTensor) == 48 && offsetof(DLTensor, device) == 8 && offsetof(DLTensor, ndim) == 16 &&
              offsetof(DLTensor, dtype) == 20 && offsetof(DLTensor, shape) == 24 && offsetof(DLTensor, strides) == 32 &&
              offsetof(DLTensor, byte_offset) == 40);
static_assert(sizeof(DLManagedTensor) == 64 && offsetof(DLManagedTensor, manager_ctx) == 48);
static_assert(sizeof(DLManagedTensorVersioned) == 80 && offsetof(DLManagedTensorVersioned, deleter) == 16 &&
              offsetof(DLManagedTensorVersioned, flags) == 24 && offsetof(DLManagedTensorVersioned, tensor) == 32);
static_assert(sizeof(DLPackExchange) == 56 && offsetof(DLPackExchange, allocate) == 16 &&
              offsetof(DLPackExchange, current_stream) == 48);

constexpr int64_t kHuge = std::numeric_limits<int64_t>::max();

// A producer: its memory, its struct, and how often it was freed.
struct Producer {
  alignas(64) char memory[1024] = {};
  std::vector<int64_t> shape, strides;
  DLManagedTensorVersioned versioned{};
  DLManagedTensor legacy{};
  int deleted = 0;

  Producer(DLDataType dtype, std::vector<int64_t> sizes, std::vector<int64_t> steps)
      : shape(std::move(sizes)), strides(std::move(steps)) {
    versioned.version = kDLPackVersion;
    versioned.manager_ctx = this;
    versioned.deleter = [](DLManagedTensorVersioned* m) { ++static_cast<Producer*>(m->manager_ctx)->deleted; };
    versioned.tensor = {memory, {kDLCPU, 0},  static_cast<int32_t>(shape.size()),
                        dtype,  shape.data(), strides.empty() ? nullptr : strides.data(),
                        0};
  }
  DLTensor& tensor() { return versioned.tensor; }
  Tensor take_versioned() { return take(&versioned); }
  Tensor take_legacy() {
    legacy.tensor = versioned.tensor;
    legacy.manager_ctx = this;
    legacy.deleter = [](DLManagedTensor* m) { ++static_cast<Producer*>(m->manager_ctx)->deleted; };
    return take(&legacy);
  }
};

struct Base {
  const char* name;
  DLDataType dtype;
  std::vector<int64_t> shape, strides;
};
const Base kBases[] = {
    {"float32 rows", {kDLFloat, 32, 1}, {3, 4}, {}},
    {"complex128 with strides", {kDLComplex, 128, 1}, {2, 3}, {1, 2}},
    {"bfloat16 of three dims", {kDLBfloat, 16, 1}, {2, 3, 4}, {12, 4, 1}},
    {"int64 that repeats", {kDLInt, 64, 1}, {4, 2}, {0, 1}},
};

struct Fault {
  const char* name;
  std::function<void(Producer&)> plant;
};
std::vector<int64_t> other;  // shapes that outlive a row

const Fault kFaults[] = {
    {"ndim -1", [](Producer& p) { p.tensor().ndim = -1; }},
    {"ndim of the smallest int", [](Producer& p) { p.tensor().ndim = std::numeric_limits<int32_t>::min(); }},
    {"ndim of the largest int", [](Producer& p) { p.tensor().ndim = std::numeric_limits<int32_t>::max(); }},
    {"65 dims", [](Producer& p) { other.assign(65, 1), p.tensor().shape = other.data(), p.tensor().ndim = 65; }},
    {"no shape", [](Producer& p) { p.tensor().shape = nullptr; }},
    {"a size of -1", [](Producer& p) { p.shape[0] = -1; }},
    {"a last size of -1", [](Producer& p) { p.shape.back() = -1; }},
    {"the smallest size", [](Producer& p) { p.shape[0] = std::numeric_limits<int64_t>::min(); }},
    {"the largest size", [](Producer& p) { p.shape[0] = kHuge; }},
    {"sizes that overflow", [](Producer& p) { p.shape[0] = p.shape[1] = int64_t{1} << 40; }},
    {"bytes that overflow", [](Producer& p) { p.shape.assign(p.shape.size(), 1), p.shape[0] = int64_t{1} << 62; }},
    {"a size of -1 beside one of 0", [](Producer& p) { p.shape[0] = 0, p.shape[1] = -1; }},
    {"a stride of -1",
     [](Producer& p) { p.strides.assign(p.shape.size(), -1), p.tensor().strides = p.strides.data(); }},
    {"the smallest stride",
     [](Producer& p) {
       p.strides.assign(p.shape.size(), std::numeric_limits<int64_t>::min());
       p.tensor().strides = p.strides.data();
     }},
    {"the largest stride",
     [](Producer& p) { p.strides.assign(p.shape.size(), kHuge), p.tensor().strides = p.strides.data(); }},
    {"strides whose sum overflows",
     [](Producer& p) { p.strides.assign(p.shape.size(), kHuge / 3), p.tensor().strides = p.strides.data(); }},
    {"strides whose bytes overflow",
     [](Producer& p) { p.strides.assign(p.shape.size(), int64_t{1} << 61), p.tensor().strides = p.strides.data(); }},
    {"no data", [](Producer& p) { p.tensor().data = nullptr; }},
    {"no data at an offset", [](Producer& p) { p.tensor().data = nullptr, p.tensor().byte_offset = 64; }},
    {"an offset of 2^64 - 16", [](Producer& p) { p.tensor().byte_offset = ~uint64_t{15}; }},
    {"data at the end of all addresses",
     [](Producer& p) { p.tensor().data = reinterpret_cast<void*>(~uintptr_t{15}); }},
    {"an odd offset", [](Producer& p) { p.tensor().byte_offset = 1; }},
    {"odd data", [](Producer& p) { p.tensor().data = p.memory + 1; }},
    {"device type 0", [](Producer& p) { p.tensor().device.type = 0; }},
    {"OpenCL", [](Producer& p) { p.tensor().device.type = 4; }},
    {"Metal", [](Producer& p) { p.tensor().device.type = 8; }},
    {"ROCm", [](Producer& p) { p.tensor().device.type = 10; }},
    {"device type -1", [](Producer& p) { p.tensor().device.type = -1; }},
    {"a device type of 2^31 - 1", [](Producer& p) { p.tensor().device.type = std::numeric_limits<int32_t>::max(); }},
    {"device -1", [](Producer& p) { p.tensor().device.id = -1; }},
    {"GPU 127, which is not there", [](Producer& p) { p.tensor().device = {kDLCUDA, 127}; }},
    {"GPU 2^31 - 1", [](Producer& p) { p.tensor().device = {kDLCUDA, std::numeric_limits<int32_t>::max()}; }},
    {"managed memory of GPU 300", [](Producer& p) { p.tensor().device = {kDLCUDAManaged, 300}; }},
    {"no lanes", [](Producer& p) { p.tensor().dtype.lanes = 0; }},
    {"two lanes", [](Producer& p) { p.tensor().dtype.lanes = 2; }},
    {"65535 lanes", [](Producer& p) { p.tensor().dtype.lanes = 65535; }},
    {"no bits", [](Producer& p) { p.tensor().dtype.bits = 0; }},
    {"one bit", [](Producer& p) { p.tensor().dtype.bits = 1; }},
    {"255 bits", [](Producer& p) { p.tensor().dtype.bits = 255; }},
    {"opaque handles", [](Producer& p) { p.tensor().dtype = {3, 64, 1}; }},
    {"an unknown code", [](Producer& p) { p.tensor().dtype.code = 18; }},
    {"code 255", [](Producer& p) { p.tensor().dtype.code = 255; }},
    {"float8 of 16 bits", [](Producer& p) { p.tensor().dtype = {kDLFloat8E5M2, 16, 1}; }},
    {"six bits", [](Producer& p) { p.tensor().dtype = {15, 6, 1}; }},
    {"a bool of 32 bits", [](Producer& p) { p.tensor().dtype = {kDLBool, 32, 1}; }},
    {"complex of 32 bits", [](Producer& p) { p.tensor().dtype = {kDLComplex, 32, 1}; }},
    {"integers of 128 bits", [](Producer& p) { p.tensor().dtype = {kDLInt, 128, 1}; }},
    {"one float of 4 bits", [](Producer& p) { p.tensor().dtype = {kDLFloat4E2M1fn, 4, 1}; }},
};
// These are in the versioned struct alone.
const Fault kVersionedFaults[] = {
    {"major version 0", [](Producer& p) { p.versioned.version.major = 0; }},
    {"major version 2", [](Producer& p) { p.versioned.version.major = 2; }},
    {"the largest major version", [](Producer& p) { p.versioned.version.major = ~uint32_t{0}; }},
    {"padded elements", [](Producer& p) { p.tensor().dtype = {kDLFloat4E2M1fn, 4, 2}, p.versioned.flags = kDLPadded; }},
};

void check_refused(const Base& base, const Fault& fault, bool versioned) {
  CAPTURE(base.name);
  CAPTURE(fault.name);
  CAPTURE(versioned);
  Producer p(base.dtype, base.shape, base.strides);
  fault.plant(p);
  const int64_t storages = StorageImpl::live_count();
  bool refused = false;
  try {
    const Tensor t = versioned ? p.take_versioned() : p.take_legacy();
  } catch (const Error& e) {
    refused = true;
    // Without a driver a GPU is refused by the reason why there is none.
    CHECK((e.kind() == ErrorKind::Buffer || p.tensor().device.type != kDLCPU));
  }
  CHECK(refused);
  CHECK(p.deleted == 1);
  CHECK(StorageImpl::live_count() == storages);
}

}  // namespace

TEST_CASE("malformed structs are refused, and freed once") {
  int count = 0;
  for (const Base& base : kBases) {
    for (const Fault& fault : kFaults) {
      for (const bool versioned : {false, true}) {
        check_refused(base, fault, versioned);
        ++count;
      }
    }
    for (const Fault& fault : kVersionedFaults) {
      check_refused(base, fault, true);
      ++count;
    }
  }
  CHECK(count >= 150);
}

TEST_CASE("what is well becomes a tensor over the same memory, freed once with the last view") {
  for (const Base& base : kBases) {
    for (const bool versioned : {false, true}) {
      CAPTURE(base.name);
      Producer p(base.dtype, base.shape, base.strides);
      p.tensor().byte_offset = 64;
      Tensor t = versioned ? p.take_versioned() : p.take_legacy();
      CHECK(t.data() == p.memory + 64);
      CHECK(same(t.sizes(), base.shape));
      if (!base.strides.empty()) CHECK(same(t.strides(), base.strides));
      Tensor view = make_view(t, {}, {}, 1);
      t = Tensor();
      CHECK(p.deleted == 0);
      view = Tensor();
      CHECK(p.deleted == 1);
    }
  }
}

TEST_CASE("a producer without a deleter keeps its memory") {
  Producer p({kDLFloat, 32, 1}, {2}, {});
  p.versioned.deleter = nullptr;
  CHECK(p.take_versioned().numel() == 2);
  p.versioned.tensor.ndim = -1;
  CHECK_THROWS_AS(p.take_versioned(), Error);
  CHECK(p.deleted == 0);
}

TEST_CASE("read-only memory refuses writes, and says so to the next consumer") {
  Producer p({kDLFloat, 32, 1}, {2}, {});
  p.versioned.flags = kDLReadOnly;
  const Tensor t = p.take_versioned();
  CHECK_THROWS_AS(check_writable(t), Error);
  CHECK_THROWS_AS(check_writable(make_view(t, {}, {}, 1)), Error);
  CHECK_THROWS_AS(export_tensor(t), Error);
  DLManagedTensorVersioned* out = export_versioned(t, false);
  CHECK(out->flags == kDLReadOnly);
  out->deleter(out);
}

TEST_CASE("every dtype has one name and is found by it") {
  for (int i = 0; i < kNumDTypes; ++i) {
    const auto d = static_cast<DType>(i);
    CAPTURE(info(d).name);
    CHECK(dtype_of_dl(dl_dtype(d)) == d);
    Tensor t = empty(DimVec{2, 3}, d);
    const int64_t before = TensorImpl::live_count();
    DLManagedTensorVersioned* out = export_versioned(t, true);
    CHECK(out->flags == kDLCopied);
    const Tensor back = take(out);
    CHECK(back.dtype() == d);
    CHECK(back.data() == t.data());
    CHECK(TensorImpl::live_count() == before + 1);
  }
}

TEST_CASE("a consumer's copy is a copy, and copy=false never copies") {
  const Tensor t = empty(DimVec{2}, DType::float32);
  bool copied = true;
  CHECK(prepare_export(t, {}, copied).storage() == t.storage());
  CHECK_FALSE(copied);
  CHECK(prepare_export(t, {DLDevice{kDLCPU, 0}, false}, copied).storage() == t.storage());
  CHECK(prepare_export(t, {std::nullopt, true}, copied).storage() != t.storage());
  CHECK(copied);
  CHECK_THROWS_AS(prepare_export(t, {DLDevice{kDLCUDA, 0}, false}, copied), Error);
  CHECK_THROWS_AS(prepare_export(t, {DLDevice{4, 0}, std::nullopt}, copied), Error);
  CHECK_THROWS_AS(prepare_export(t, {DLDevice{kDLCUDA, -1}, std::nullopt}, copied), Error);
}

TEST_CASE("memory is made to a prototype, or the reason is given") {
  struct Said {
    std::string kind, message;
  } said;
  const auto say = [](void* to, const char* kind, const char* message) { *static_cast<Said*>(to) = {kind, message}; };
  Producer p({kDLInt, 32, 1}, {3, 5}, {});
  DLManagedTensorVersioned* out = nullptr;
  REQUIRE(allocate_for_consumer(&p.tensor(), &out, &said, say) == 0);
  CHECK(out->tensor.data != p.memory);
  CHECK(out->tensor.strides[0] == 5);
  out->deleter(out);
  p.shape[0] = -3;
  CHECK(allocate_for_consumer(&p.tensor(), &out, &said, say) == -1);
  CHECK(said.kind == "BufferError");
  p.shape[0] = int64_t{1} << 60;
  CHECK(allocate_for_consumer(&p.tensor(), &out, &said, say) == -1);
  CHECK_FALSE(said.message.empty());
}
