// The file that remembers which kernel was fastest for a product, per GPU, library and driver.
#pragma once

#include <string>
#include <unordered_map>

#include "cuda/gemm_plan.h"

namespace vt::cuda {

using Choices = std::unordered_map<PlanKey, lt::Algorithm, PlanKeyHash>;

/// The file in `folder` for a device; "" where nothing is kept.
std::string choices_path(const std::string& folder, int device, size_t library_version);
/// What the file holds; lines that are not whole are left out, and a missing file holds nothing.
Choices read_choices(const std::string& path);
/// Adds a line, in one write that other processes see whole. A place that cannot be written keeps nothing.
void add_choice(const std::string& path, const PlanKey& key, const lt::Algorithm& algorithm);

}  // namespace vt::cuda
