// A name of the registry as two JavaScript functions.
#pragma once

#include <node_api.h>

#include <string>
#include <vector>

#include "dispatch/frontend.h"

namespace vt::node {

struct OpFunction {
  std::string name;
  std::vector<Candidate> candidates;
};

}  // namespace vt::node
