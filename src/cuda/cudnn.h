// The part of cuDNN's graph interface that we call, declared here because its header is in no package we build with.
// Numbers are those of the ABI of cuDNN 9.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/dtype.h"

namespace vt::cuda::dnn {

using Status = int;
using Handle = void*;
using Descriptor = void*;

inline constexpr Status kSuccess = 0;

enum DataType : int { kFloat = 0, kDouble = 1, kHalf = 2, kBfloat16 = 9 };

enum DescriptorType : int {
  kConvolution = 1,
  kEngine = 2,
  kEngineConfig = 3,
  kEngineHeuristics = 4,
  kExecutionPlan = 5,
  kForwardOperation = 10,
  kBackwardFilterOperation = 11,
  kBackwardDataOperation = 12,
  kOperationGraph = 15,
  kVariantPack = 16,
  kTensor = 17,
};

enum AttributeType : int {
  kTypeHandle = 0,
  kTypeDataType = 1,
  kTypeBool = 2,
  kTypeInt64 = 3,
  kTypeFloat = 4,
  kTypeDouble = 5,
  kTypePointer = 6,
  kTypeConvolutionMode = 7,
  kTypeHeuristicMode = 8,
  kTypeNumericalNote = 11,
  kTypeDescriptor = 15,
};

enum Attribute : int {
  kConvolutionCompType = 100,
  kConvolutionMode = 101,
  kConvolutionDilations = 102,
  kConvolutionStrides = 103,
  kConvolutionPostPaddings = 104,
  kConvolutionPrePaddings = 105,
  kConvolutionSpatialDims = 106,
  kHeuristicsMode = 200,
  kHeuristicsGraph = 201,
  kHeuristicsResults = 202,
  kConfigEngine = 300,
  kPlanHandle = 400,
  kPlanConfig = 401,
  kPlanWorkspace = 402,
  // Of the three operations: alpha, beta, the convolution, and the tensors in an order of each one's own.
  kForwardAlpha = 700,
  kForwardBeta = 701,
  kForwardConvolution = 702,
  kForwardW = 703,
  kForwardX = 704,
  kForwardY = 705,
  kDataAlpha = 706,
  kDataBeta = 707,
  kDataConvolution = 708,
  kDataW = 709,
  kDataDx = 710,
  kDataDy = 711,
  kFilterAlpha = 712,
  kFilterBeta = 713,
  kFilterConvolution = 714,
  kFilterDw = 715,
  kFilterX = 716,
  kFilterDy = 717,
  kGraphHandle = 800,
  kGraphOperations = 801,
  kTensorAlignment = 900,
  kTensorDataType = 901,
  kTensorSizes = 902,
  kTensorStrides = 903,
  kTensorId = 906,
  kPackIds = 1000,
  kPackPointers = 1001,
  kPackWorkspace = 1003,
  kEngineNumericalNotes = 1303,
};

enum HeuristicMode : int { kFallback = 2, kModeA = 3 };

enum NumericalNote : int {
  kTensorCore = 0,
  kDownConvertsInputs = 1,
  kNondeterministic = 4,
  kNoteCount = 32,  // more than any version has
};

/// Entry points, resolved once.
struct Api {
  Status (*create)(Handle*);
  Status (*set_stream)(Handle, cudaStream_t);
  size_t (*version)();
  Status (*create_descriptor)(int type, Descriptor*);
  Status (*destroy_descriptor)(Descriptor);
  Status (*finalize)(Descriptor);
  Status (*set)(Descriptor, int attribute, int type, int64_t count, const void* values);
  Status (*get)(Descriptor, int attribute, int type, int64_t wanted, int64_t* count, void* values);
  Status (*execute)(Handle, Descriptor plan, Descriptor pack);
};

/// Throws a RuntimeError that says where the library was looked for.
const Api& api();
/// Whether it is there, in a version that the numbers above are of.
bool is_available();
void check(Status status, const char* call);

DataType data_type(DType dtype);
bool takes(DType dtype);

/// A descriptor that is set attribute by attribute, and destroyed with its owner.
class Node {
 public:
  explicit Node(DescriptorType type);
  Node(Node&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = nullptr; }
  Node& operator=(Node&&) = delete;
  ~Node();

  Node& set(Attribute attribute, AttributeType type, int64_t count, const void* values);
  Node& set(Attribute attribute, const Node& value);
  Node& set(Attribute attribute, std::span<const int64_t> values);
  Node& set(Attribute attribute, AttributeType type, int value) { return set(attribute, type, 1, &value); }
  Node& finalize();
  /// The status instead of an exception, for a plan that an engine cannot make.
  bool try_finalize();
  Descriptor get() const { return descriptor_; }

 private:
  Descriptor descriptor_ = nullptr;
};

}  // namespace vt::cuda::dnn
