// Kernels that others compiled: how their parameters are laid out, what is refused, and that a launch tells the device
// what memory it uses.
#include "cuda/loaded_kernel.h"

#include <doctest/doctest.h>

#include <cstring>

#include "autograd/autograd.h"
#include "core/error.h"
#include "core/storage.h"
#include "simulated/machine.h"

using namespace vt;
using namespace vt::simulated;
using cuda::KernelShape;
using cuda::LoadedKernel;
using cuda::ParameterLayout;

namespace {

const struct Initialized {
  Initialized() { initialize(); }
} initialized;

constexpr const char* kImage = "simulated add(8 8 4) twice(8 4 8)";
const std::vector<std::string> kAdd = {"x:ptr", "y:ptr", "n:i32"};

ParameterLayout layout(const std::vector<std::string>& parameters) { return {{"x", "y", "n"}, parameters}; }

std::string message_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("parameters lie as C lays them out") {
  const ParameterLayout found = layout({"n:u1", "x:ptr", "n:i16 x.size(1):i64 n:i8", "=7:i32", "n:tma", "n:i8"});
  std::vector<std::pair<uint32_t, uint32_t>> places;
  for (const auto& p : found.parameters) places.emplace_back(p.offset, p.bytes);
  CHECK(places == std::vector<std::pair<uint32_t, uint32_t>>{{0, 1}, {8, 8}, {16, 24}, {40, 4}, {64, 128}, {192, 1}});
  CHECK(found.fields[2].offset == 16);
  CHECK(found.fields[3].offset == 24);
  CHECK(found.fields[4].offset == 32);
}

TEST_CASE("what a text does not say is refused") {
  for (const char* text : {"", " ", "x", "z:ptr", "x:i128", "x.size(a):i32", "x.size(-1):i32", "x.size(0):ptr",
                           "x.sizes(0):i32", "=1:fp32", "=a:i32", "=300:i8", "=-1:u8", "x:"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(layout({text}), Error);
  }
  CHECK_THROWS_AS(layout(std::vector<std::string>(33, "n:tma")), Error);
}

TEST_CASE("numbers that do not fit are refused") {
  const ParameterLayout all = layout({"n:i8", "n:u8", "n:i64", "n:u64", "n:fp32"});
  std::byte bytes[64];
  CHECK_NOTHROW(cuda::store_integer(all.fields[0], -128, bytes));
  CHECK_THROWS_AS(cuda::store_integer(all.fields[0], 128, bytes), Error);
  CHECK_THROWS_AS(cuda::store_integer(all.fields[1], -1, bytes), Error);
  CHECK_NOTHROW(cuda::store_integer(all.fields[1], 255, bytes));
  CHECK_NOTHROW(cuda::store_integer(all.fields[2], INT64_MIN, bytes));
  CHECK_NOTHROW(cuda::store_unsigned(all.fields[3], UINT64_MAX, bytes));
  CHECK_THROWS_AS(cuda::store_unsigned(all.fields[2], UINT64_MAX, bytes), Error);
  CHECK_THROWS_AS(cuda::store_float(all.fields[2], 0.5, bytes), Error);
}

TEST_CASE("a kernel is launched with its parameters and the memory that it uses") {
  SimulatedMachine machine;
  KernelShape shape{.threads = {128, 1, 1}, .shared_bytes = 1024, .cluster = {2, 1, 1}};
  const LoadedKernel kernel("add", kImage, 0, layout(kAdd), shape);
  const Storage x = allocate_storage(64, kCuda), y = allocate_storage(64, kCuda);
  alignas(64) std::byte parameters[24];
  const uint64_t addresses[2] = {reinterpret_cast<uint64_t>(x->data()), reinterpret_cast<uint64_t>(y->data())};
  std::memcpy(parameters, addresses, sizeof addresses);
  cuda::store_integer(kernel.layout().fields[2], 16, parameters);
  size_t launches = 0;
  machine.device.set_launch_probe([&](cuda::Stream, const cuda::KernelLaunch& launch, const Clock&) {
    ++launches;
    CHECK(std::string(launch.op) == "add");
    CHECK(launch.loaded);
    CHECK(launch.grid[0] == 4);
    CHECK(launch.block[0] == 128);
    CHECK(launch.cluster[0] == 2);
    CHECK(launch.storage_count == 2);
    CHECK(*static_cast<uint64_t*>(launch.arguments[1]) == addresses[1]);
    CHECK(*static_cast<int32_t*>(launch.arguments[2]) == 16);
    CHECK(launch.arguments[3] == nullptr);
  });
  const StorageImpl* storages[] = {x.get(), y.get()};
  kernel.launch({}, {4, 1, 1}, parameters, storages);
  kernel.launch({}, {0, 1, 1}, parameters, storages);
  CHECK(launches == 1);
  CHECK_THROWS_AS(kernel.launch({}, {3, 1, 1}, parameters, storages), Error);  // no whole clusters
  CHECK_THROWS_AS(kernel.launch({}, {2, 65536, 1}, parameters, storages), Error);
  machine.faulty.set_fault({.call = simulated::Call::Launch});
  CHECK(message_of([&] { kernel.launch({}, {2, 1, 1}, parameters, storages); }).find("add") != std::string::npos);
  machine.device.set_launch_probe({});
}

TEST_CASE("a kernel that cannot be loaded says why") {
  SimulatedMachine machine;
  const auto load = [&](const char* name, const char* image, std::vector<std::string> parameters, KernelShape shape) {
    return message_of([&] { LoadedKernel(name, image, 0, layout(parameters), shape); });
  };
  const KernelShape one{.threads = {1, 1, 1}};
  CHECK(load("add", kImage, kAdd, one) == "");
  CHECK(load("sub", kImage, kAdd, one).find("sub: the image holds no kernel") == 0);
  CHECK(load("add", "something else", kAdd, one).find("add: the image holds no code for cuda:0") == 0);
  CHECK(load("add", kImage, {"x:ptr", "n:i32"}, one).find("8 at 0, 8 at 8, 4 at 16") != std::string::npos);
  CHECK(load("add", kImage, {"x:ptr", "n:i32", "y:ptr"}, one).find("add takes parameters") == 0);
  CHECK(load("add", kImage, kAdd, {.threads = {2048, 1, 1}}).find("2048 threads") != std::string::npos);
  CHECK(load("add", kImage, kAdd, {.threads = {1, 1, 1}, .shared_bytes = size_t{1} << 20}).find("shared memory") !=
        std::string::npos);
  CHECK(load("add", kImage, kAdd, {.threads = {1, 1, 1}, .cluster = {4, 4, 1}}).find("cluster") != std::string::npos);
  machine.faulty.set_fault({.call = simulated::Call::LoadKernel});
  CHECK(load("add", kImage, kAdd, one).find("add") != std::string::npos);
}
