// Sources of random numbers as JavaScript objects.
#pragma once

#include <napi.h>

#include "core/generator.h"

namespace vt::node {

// Null for what is no Generator.
intrusive_ptr<Generator> generator_of(napi_env env, napi_value value);

// Generator, manualSeed(seed).
void export_generator(Napi::Env env, Napi::Object exports);

}  // namespace vt::node
