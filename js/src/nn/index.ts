// Layers, losses and what holds them.
export * from "./module.js";
export * from "./layers.js";
export * from "./functions.js";
export * from "./clip.js";
export * as init from "./init.js";
