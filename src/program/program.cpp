#include "program/program.h"

#include <cstring>

#include "iter/tensor_iter.h"
#include "ops/copy/kernels.h"
#include "ops/pointwise/row.h"
#include "ops/pointwise/row_text.h"
#include "ops/reduce/engine.h"
#include "program/backends.h"

namespace vt::program {

constinit BackendTable<void(const FusedGroup&, const GroupArguments&)> run_group{"fused group"};
constinit BackendTable<void(const FusedGroup&, const GroupArguments&)> run_row_group{"fused group of rows"};

void register_backends() {
  run_group.cpu(run_group_cpu).cuda(run_group_cuda);
  run_row_group.cpu(run_group_cpu);
}

int64_t FusedGroup::numel() const { return checked_numel(sizes); }

int64_t FusedGroup::row_length() const {
  int64_t n = 1;
  for (size_t d = sizes.size() - static_cast<size_t>(row_dims); d < sizes.size(); ++d) n *= sizes[d];
  return n;
}

namespace {

std::string operand_text(const Operand& o) {
  switch (o.from) {
    case Operand::From::Input: return "i" + std::to_string(o.index);
    case Operand::From::Step: return "v" + std::to_string(o.index);
    default: return "n" + std::to_string(o.index);
  }
}

}  // namespace

std::string steps_text(const FusedGroup& group) {
  std::string out;
  for (size_t i = 0; i < group.inputs.size(); ++i) {
    out += "i" + std::to_string(i) + ": " + to_string(group.inputs[i].dtype) + "\n";
  }
  for (size_t i = 0; i < group.steps.size(); ++i) {
    const Step& step = group.steps[i];
    out += "v" + std::to_string(i) + ": " + to_string(step.dtype) + (step.per_row ? " per row = " : " = ");
    out += step.row ? std::string(pointwise::row_text(*step.row).id) : step.reduction ? step.reduction->name : "cast";
    if (step.loop != step.dtype) out += "." + to_string(step.loop);
    out += "(";
    for (int o = 0; o < step.operand_count; ++o) {
      const Operand& operand = step.operands[o];
      out += (o ? ", " : "") + operand_text(operand);
      if (step.row && operand.from != Operand::From::Number && operand.via != step.loop)
        out += " via " + to_string(operand.via);
    }
    for (int n = 0; n < step.number_count; ++n) out += ", n" + std::to_string(step.first_number + n);
    out += ")\n";
  }
  return out;
}

}  // namespace vt::program
