// Random numbers: the streams of PyTorch on the CPU.
import { enter } from "./context.js";
import { addon, type Generator as GeneratorHandle, type Tensor } from "./native.js";

/** Seeds the generators of all devices. On the CPU a seed gives the same numbers as in Python. */
export function manualSeed(seed: number | bigint): void {
  addon.manualSeed(seed);
}

/** The state of the CPU's default generator, to go back to with setRngState. */
export function getRngState(): Tensor {
  enter();
  return addon.rngState();
}

export function setRngState(state: Tensor): void {
  addon.setRngState(state);
}

export type Generator = GeneratorHandle;
/** A source of random numbers of one's own: `new Generator().manualSeed(3)`. */
export const Generator = addon.Generator;
