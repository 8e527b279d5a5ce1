// Functions of the program that the library calls.
import { withState } from "./context.js";
import type { State } from "./native.js";

/** The function as the addon calls it: first the modes in which it is to run. */
export function hookFunction<T extends unknown[]>(body: (...tensors: T) => unknown) {
  return (state: State, ...tensors: unknown[]): unknown => withState(state, () => body(...(tensors as T)));
}
