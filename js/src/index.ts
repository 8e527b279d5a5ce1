// The public names.
import { offerOps } from "./op_functions.js";
import { addon } from "./native.js";
import "./tensor.js";

offerOps();

/** The version of the library. */
export const version = addon.version;

export type { BackwardOptions, GradientHook, OpEntry, Place, Plugin, State, TensorConstructor } from "./native.js";
export type { Ops, TensorMethods } from "./ops.js";
export type * from "./types.js";
export { fromTypedArray, Tensor, tensor, type TensorOptions } from "./tensor.js";
export { slice } from "./indexing.js";
export { call, callSync, ops, plugins, registry } from "./op_functions.js";
export {
  autocast,
  defaultDtype,
  enableGrad,
  isGradEnabled,
  noGrad,
  scope,
  scopeAsync,
  setDefaultDtype,
  task,
  withDefaultDtype,
  withDevice,
  type AutocastOptions,
  type DefaultDType,
} from "./context.js";
export { Generator, getRngState, manualSeed, setRngState } from "./random.js";
export {
  fromDLPack,
  liveTensors,
  loadedPlugins,
  loadPlugin,
  memory,
  receiveTensor,
  runtime,
  sendTensor,
  setMemoryDebug,
  toDLPack,
  type LiveTensor,
  type MemoryReport,
  type RuntimeOptions,
  type RuntimeStats,
} from "./runtime.js";
export { profile, recordFunction, type ProfileOptions, type ProfileResult } from "./profiler.js";
export * as autograd from "./autograd.js";
export * as cuda from "./cuda.js";
export * as data from "./data.js";
export * as fabric from "./fabric.js";
export * as nn from "./nn/index.js";
export * as optim from "./optim/index.js";
export * as safetensors from "./safetensors.js";
