// The ops of the registry as functions and methods, in both forms.
import { abortable, enter, withStackOf } from "./context.js";
import { addon, type AnyOp, type OpEntry, type Tensor } from "./native.js";
import type { Ops } from "./ops.js";

export interface OpPair {
  async: AnyOp;
  sync: AnyOp;
}

const entries: OpEntry[] = addon.registry();

/** Every op and derived form, as the registry declares them. */
export const registry: readonly OpEntry[] = entries;

const pairs = new Map<string, OpPair>();

// The signal among the named arguments, which the op does not know, and the arguments without it.
function splitSignal(args: unknown[]): AbortSignal | undefined {
  const last = args.at(-1);
  if (typeof last !== "object" || last === null || !("signal" in last)) return undefined;
  const { signal, ...named } = last;
  args[args.length - 1] = named;
  return signal as AbortSignal | undefined;
}

/** Both forms of the op of that name; with an overload in the name, of that one alone. */
export function opPair(name: string): OpPair {
  let pair = pairs.get(name);
  if (!pair) {
    const [sync, promised] = addon.opFunctions(name);
    pair = {
      // of one or two arguments most of the time, which are passed on faster than a list of them
      sync: function (a?: unknown, b?: unknown) {
        enter();
        if (arguments.length === 2) return sync(a, b);
        return arguments.length === 1 ? sync(a) : sync(...arguments);
      },
      async: async (...args: unknown[]) => {
        const signal = splitSignal(args);
        if (signal) return abortable(() => promised(...args), signal);
        enter();
        try {
          return await promised(...args);
        } catch (error) {
          throw withStackOf(error);
        }
      },
    };
    pairs.set(name, pair);
  }
  return pair;
}

/** Runs an op by its name: a promise of its result. Without an overload, the first declaration that the arguments fit. */
export async function call(name: string, positional: readonly unknown[], named: object = {}): Promise<unknown> {
  return opPair(name).async(...positional, named);
}

/** The result itself. */
export function callSync(name: string, positional: readonly unknown[], named: object = {}): unknown {
  return opPair(name).sync(...positional, named);
}

const functions: Record<string, AnyOp> = {};

/** Every op that is public anywhere: `await ops.matmul(a, b)`, `ops.matmulSync(a, b)`. `call` reaches the others. */
export const ops = functions as unknown as Readonly<Ops>;

const namespaces: Record<string, Record<string, AnyOp>> = {};

/** The ops of plugins, by namespace: `await plugins.gain.gain(x, 2)` after `loadPlugin`. */
export const plugins: Readonly<Record<string, Readonly<Record<string, AnyOp>>>> = namespaces;

function offerIn(place: Record<string, AnyOp>, name: string, pair: OpPair): void {
  place[name] ??= pair.async;
  place[`${name}Sync`] ??= pair.sync;
}

function offerMethod(name: string, op: AnyOp): void {
  if (name in addon.Tensor.prototype) return;
  Object.defineProperty(addon.Tensor.prototype, name, {
    configurable: true,
    writable: true,
    value(this: Tensor, ...args: unknown[]) {
      return args.length === 1 ? op(this, args[0]) : op(this, ...args);
    },
  });
}

function offer(entry: OpEntry): void {
  const name = entry.name.split(".")[0]!;
  const [namespace, ofPlugin] = name.split("::");
  if (ofPlugin) return offerIn((namespaces[namespace!] ??= {}), ofPlugin, opPair(name));
  if (entry.places.length === 0) return;
  if (!(name in functions)) offerIn(functions, name, opPair(name));
  if (entry.places.includes("Tensor")) {
    offerMethod(name, opPair(name).async);
    offerMethod(`${name}Sync`, opPair(name).sync);
  }
}

/** Puts the ops of the registry in their places; what Tensor has under a name already stays. */
export function offerOps(): void {
  entries.forEach(offer);
  addon.onLateOp((entry) => {
    entries.push(entry);
    offer(entry);
  });
}
