// Kernels made of rows: which form memory has, and that NVRTC takes what is written. Nothing is launched.
#include "program/kernel_source.h"

#include <doctest/doctest.h>

#include "autograd/autograd.h"
#include "cuda/library.h"
#include "ops/pointwise/row.h"
#include "ops/pointwise/row_text.h"
#include "program/device_texts.h"

namespace vt::program {
namespace {

const pointwise::Row* row(std::string_view id) {
  for (const pointwise::RowText& t : pointwise::row_texts()) {
    if (t.id == id) return t.row;
  }
  FAIL("no row " << std::string(id));
  return nullptr;
}

Operand given(uint16_t index, DType dtype) { return {Operand::From::Input, index, dtype}; }
Operand of_step(uint16_t index, DType dtype) { return {Operand::From::Step, index, dtype}; }
Operand number(uint16_t index, DType dtype) { return {Operand::From::Number, index, dtype}; }

Step step(const pointwise::Row* row, DType dtype, std::vector<Operand> operands, uint16_t first_number = 0,
          uint8_t numbers = 0) {
  Step s;
  s.row = row;
  s.loop = opmath_dtype(dtype);
  s.dtype = s.common = dtype;
  s.operand_count = static_cast<uint8_t>(operands.size());
  s.number_count = numbers;
  s.first_number = first_number;
  std::ranges::copy(operands, s.operands);
  return s;
}

// tanh(i0 * i1) + 2 i0, where i1 is one row for all.
struct Sample {
  FusedGroup group;
  GroupArguments arguments;
  alignas(64) char memory[64] = {};

  Sample(DType dtype, DimVec sizes, DimVec second) {
    group.device = Device{DeviceType::CUDA, 0};
    group.sizes = sizes;
    DimVec dense(sizes);
    int64_t stride = 1;
    for (size_t d = sizes.size(); d-- > 0; stride *= sizes[d]) dense[d] = stride;
    group.inputs = {{dtype, dense}, {dtype, second}};
    group.number_count = 1;
    group.steps = {step(row("mul"), dtype, {given(0, dtype), given(1, dtype)}),
                   step(row("tanh"), dtype, {of_step(0, dtype)}),
                   step(row("add"), dtype, {of_step(1, dtype), given(0, dtype)}, 0, 1)};
    group.outputs = {{2, dense}};
    arguments.inputs = {memory, memory};
    arguments.outputs = {memory};
    arguments.numbers.resize(1);
  }
  KernelForm form() const { return form_of(group, arguments); }
};

std::string refusal_of(const std::string& source) {
  try {
    const std::vector<char> cubin = cuda::compile_cuda(source, "test.cu", device_texts(), 9, 0);
    return cubin.size() > 4 && std::string_view(cubin.data() + 1, 3) == "ELF" ? "" : "no machine code";
  } catch (const Error& error) {
    return error.what();
  }
}

bool has_compiler() {
  const bool there = cuda::nvrtc_library().available();
  if (!there) MESSAGE("left out, for there is no NVRTC: " << cuda::nvrtc_library().reason());
  return there;
}

// Rows of one dtype, a few in each kernel.
class AllRows {
 public:
  explicit AllRows(DType dtype) : dtype_(dtype) { begin(); }

  void add(const pointwise::RowText& text) {
    Step s = step(text.row, dtype_, {}, group_.number_count, static_cast<uint8_t>(text.row->numbers));
    s.operand_count = static_cast<uint8_t>(text.row->inputs);
    s.dtype = pointwise::result_dtype(text.row->rule, dtype_);
    for (int i = 0; i < text.row->inputs; ++i) {
      const bool mask = i == text.row->mask;
      s.operands[i] = given(mask ? 3 : static_cast<uint16_t>(i), mask ? DType::bool_ : dtype_);
    }
    group_.number_count += s.number_count;
    group_.outputs.push_back({static_cast<uint16_t>(group_.steps.size()), {1}});
    group_.steps.push_back(s);
    arguments_.outputs.push_back(memory_);
    names_ += " " + std::string(text.id);
    if (group_.steps.size() == 16) compile();
  }
  void compile() {
    if (group_.steps.empty()) return;
    CHECK_MESSAGE(refusal_of(kernel_source(group_, form_of(group_, arguments_), "fused")) == "",
                  names_ << " in " << type_name(dtype_));
    begin();
  }

 private:
  void begin() {
    group_ = {};
    group_.sizes = {8};
    for (const DType d : {dtype_, dtype_, dtype_, DType::bool_}) group_.inputs.push_back({d, {1}});
    arguments_ = {};
    arguments_.inputs.assign(4, memory_);
    names_.clear();
  }

  DType dtype_;
  FusedGroup group_;
  GroupArguments arguments_;
  std::string names_;
  alignas(64) char memory_[64] = {};
};

TEST_CASE("dims are joined where all operands step alike") {
  const KernelForm dense = Sample(DType::float32, {4, 6, 8}, {48, 8, 1}).form();
  CHECK(dense.linear);
  CHECK(dense.dims == 1);
  CHECK(dense.sizes[0] == 192);
  CHECK(dense.width == 4);

  const KernelForm bias = Sample(DType::float32, {4, 6, 8}, {0, 0, 1}).form();
  CHECK_FALSE(bias.linear);
  CHECK(bias.dims == 2);
  CHECK(bias.sizes[0] == 8);
  CHECK(bias.sizes[1] == 24);
  CHECK(bias.width == 4);

  const KernelForm column = Sample(DType::bfloat16, {24, 8}, {1, 0}).form();
  CHECK(column.places[1].is_splat);
  CHECK(column.width == 8);

  const KernelForm one = Sample(DType::float32, {24, 8}, {0, 0}).form();
  CHECK(one.linear);
  CHECK(one.places[1].is_one);

  const KernelForm odd = Sample(DType::float32, {5, 7}, {7, 1}).form();
  CHECK(odd.linear);
  CHECK(odd.width == 1);
}

TEST_CASE("addresses that no vector has take one element at a time") {
  Sample s(DType::float32, {4, 8}, {8, 1});
  s.arguments.inputs[1] = s.memory + 4;
  CHECK(s.form().width == 1);
  s.arguments.inputs[1] = s.memory + 8;
  CHECK(s.form().width == 2);
}

TEST_CASE("more than 2^31 elements are counted in 64 bits") {
  CHECK(Sample(DType::float32, {int64_t{1} << 16, int64_t{1} << 16}, {0, 1}).form().wide);
}

TEST_CASE("rows with a loop inside are left to their compiled kernels") {
  Sample s(DType::float32, {4, 8}, {8, 1});
  CHECK(has_source(s.group));
  for (const char* id : {"div_floor", "remainder", "fmod"}) {
    s.group.steps[0] = step(row(id), DType::float32, {given(0, DType::float32), given(1, DType::float32)});
    CHECK_FALSE(has_source(s.group));
  }
}

TEST_CASE("each row is refused by nobody in the dtypes that it computes in") {
  if (!has_compiler()) return;
  initialize();  // rows learn how many operands they have
  int compiled = 0;
  for (const DType dtype : {DType::int64, DType::float32, DType::float64, DType::bfloat16}) {
    AllRows rows(dtype);
    for (const pointwise::RowText& text : pointwise::row_texts()) {
      if ((text.row->rule.domain & set_of(dtype)) == 0) continue;
      rows.add(text);
      ++compiled;
    }
    rows.compile();
  }
  CHECK(compiled > 300);
}

TEST_CASE("every form compiles") {
  if (!has_compiler()) return;
  for (const DType dtype : {DType::float32, DType::float16, DType::float64}) {
    const std::pair<DimVec, DimVec> cases[] = {{{4, 6, 8}, {48, 8, 1}},     {{4, 6, 8}, {0, 0, 1}}, {{24, 8}, {1, 0}},
                                               {{24, 8}, {0, 0}},           {{5, 7}, {0, 1}},       {{5, 7}, {1, 5}},
                                               {{1 << 16, 1 << 16}, {0, 1}}};
    for (const auto& [sizes, second] : cases) {
      const Sample s(dtype, sizes, second);
      CHECK(refusal_of(kernel_source(s.group, s.form(), "fused")) == "");
      CHECK(parameters_of(s.group, s.form()).size() >= 5);
    }
  }
}

TEST_CASE("a number may choose, and be chosen from") {
  if (!has_compiler()) return;
  initialize();
  for (const DType dtype : {DType::int64, DType::float32, DType::float64, DType::bfloat16}) {
    Sample s(dtype, {4, 8}, {8, 1});
    const DType loop = opmath_dtype(dtype);
    s.group.steps[1] = step(row("where"), dtype, {number(0, loop), of_step(0, dtype), given(1, dtype)});
    s.group.steps[2] = step(row("mul"), dtype, {of_step(1, dtype), number(0, loop)});
    CHECK(refusal_of(kernel_source(s.group, s.form(), "fused")) == "");
  }
}

TEST_CASE("what the compiler says of an error is kept") {
  if (!has_compiler()) return;
  CHECK(refusal_of("__global__ void f() { nothing(); }").find("nothing") != std::string::npos);
}

}  // namespace
}  // namespace vt::program
