#pragma once

#include "ops/recurrent/steps.h"

namespace vt::recurrent {

void lstm_step_cpu(const LstmTensors& t);
void lstm_step_backward_cpu(const LstmBackwardTensors& t);
void gru_step_cpu(const GruTensors& t);
void gru_step_backward_cpu(const GruBackwardTensors& t);

}  // namespace vt::recurrent
