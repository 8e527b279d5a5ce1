// Optimizers and schedules of their learning rates.
export { Optimizer, type OptimizerState, type ParameterGroup } from "./optimizer.js";
export { SGD, type SGDOptions } from "./sgd.js";
export { Adam, AdamW, type AdamOptions } from "./adam.js";
export * from "./schedulers.js";
