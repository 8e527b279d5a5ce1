// Which kernel a product runs: measured at the first product of a shape, remembered in a file.
#include <doctest/doctest.h>

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "autograd/autograd.h"
#include "cuda/allocator.h"
#include "cuda/gemm.h"
#include "cuda/split_product.h"
#include "ops/factory/factory.h"
#include "ops/typed/linalg.h"
#include "simulated/machine.h"

using namespace vt;
using namespace vt::simulated;
namespace files = std::filesystem;

namespace {

// A folder of this test's own, gone with it; products are the library's.
struct Folder {
  Folder() {
    cuda::set_float32_products(cuda::Float32Products::Fma);
    setenv("VIBETENSOR_CUBLASLT", VT_FAKE_CUBLASLT, 1);
    initialize();
    cuda::set_gemm_choices_folder(path);
  }
  ~Folder() {
    files::remove_all(path);
    cuda::set_gemm_choices_folder("");
    cuda::set_float32_products(cuda::Float32Products::Float32);
  }
  std::string path = files::temp_directory_path() / ("vt-gemm-" + std::to_string(getpid()));

  std::string text() const {
    std::stringstream all;
    if (!files::exists(path)) return {};
    for (const auto& entry : files::directory_iterator(path)) all << std::ifstream(entry.path()).rdbuf();
    return all.str();
  }
  size_t lines() const {
    const std::string all = text();
    return static_cast<size_t>(std::count(all.begin(), all.end(), '\n'));
  }
};

// How many times the library was asked for the product of these sizes.
size_t products(SimulatedMachine& machine, int64_t m, int64_t k, int64_t n) {
  const Tensor a = ops::filled(DimVec{m, k}, 1, DType::float32, kCuda);
  const Tensor b = ops::filled(DimVec{k, n}, 1, DType::float32, kCuda);
  const size_t before = machine.faulty.calls(simulated::Call::FillRows);  // one in each of the fake library's products
  (void)ops::mm(a, b);
  return machine.faulty.calls(simulated::Call::FillRows) - before;
}

}  // namespace

TEST_CASE("the first large product of a shape is measured, later ones are not") {
  Folder folder;
  SimulatedMachine machine;
  CHECK(products(machine, 1024, 256, 1024) > 1);
  CHECK(products(machine, 1024, 256, 1024) == 1);
  CHECK(folder.lines() == 1);
  CHECK(products(machine, 64, 64, 64) == 1);  // too small to be worth it
  CHECK(folder.lines() == 1);
  cuda::set_gemm_measured(false);
  CHECK(products(machine, 1024, 256, 1032) == 1);
  cuda::set_gemm_measured(true);
  CHECK(products(machine, 1024, 256, 1032) == 1);  // a choice stays for the life of the process
  CHECK(folder.lines() == 1);
  cuda::allocator().empty_cache();
}

TEST_CASE("what a file remembers is not measured again; lines that are not whole count for nothing") {
  Folder folder;
  SimulatedMachine machine;
  CHECK(products(machine, 1024, 256, 1040) > 1);
  REQUIRE(folder.lines() == 1);
  // Another folder that starts with the first one's line, a cut one and one of another content.
  const std::string line = folder.text();
  const std::string name = files::directory_iterator(folder.path)->path().filename();
  const std::string next = folder.path + "/next";
  files::create_directories(next);
  std::string broken = line;
  broken[0] = broken[0] == '0' ? '1' : '0';
  std::ofstream(next + "/" + name) << line.substr(0, 40) << "\n" << broken << "no line at all\n";
  cuda::set_gemm_choices_folder(next);
  CHECK(products(machine, 1024, 256, 1048) > 1);
  CHECK(folder.lines() == 1);
  cuda::allocator().empty_cache();
}

TEST_CASE("float32 products by a kernel of ours are among what is measured") {
  Folder folder;
  SimulatedMachine machine;
  cuda::set_float32_products(cuda::Float32Products::Float32);
  cuda::GemmArgs args;
  args.m = args.n = args.k = 64;
  if (!cuda::can_split(args, 0)) return;  // a build for other GPUs
  CHECK(products(machine, 1024, 256, 1064) > 1);
  CHECK(products(machine, 1024, 256, 1064) == 0);  // a simulated kernel takes no time
  CHECK(folder.lines() == 1);
  CHECK(products(machine, 64, 64, 64) == 1);
  cuda::set_float32_products(cuda::Float32Products::Split);
  CHECK(products(machine, 64, 64, 64) == 0);
  CHECK(products(machine, 64, 15, 64) == 1);  // of few terms
  cuda::set_float32_products(cuda::Float32Products::Fma);
  CHECK(products(machine, 1024, 256, 1064) > 1);
  CHECK(products(machine, 1024, 256, 1064) == 1);
  cuda::allocator().empty_cache();
}

TEST_CASE("a folder that cannot be written keeps nothing") {
  Folder folder;
  cuda::set_gemm_choices_folder("/proc/no/such/folder");
  SimulatedMachine machine;
  CHECK(products(machine, 1024, 256, 1056) > 1);
  CHECK(products(machine, 1024, 256, 1056) == 1);
  cuda::allocator().empty_cache();
}
