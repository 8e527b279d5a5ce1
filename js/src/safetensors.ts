// Checkpoints in the safetensors format: the files that Python writes and reads.
import { abortable, enter } from "./context.js";
import { addon, type Tensor } from "./native.js";
import { known } from "./options.js";
import type { Abortable } from "./types.js";

export interface LoadOptions {
  /** Only these tensors. */
  names?: readonly string[];
  device?: string;
  /** Read-only tensors over the file's pages: nothing is read before it is used. */
  map?: boolean;
}

export interface SaveOptions {
  metadata?: Record<string, string>;
  /** What does not fit goes to further files, with an index beside them. */
  maxShardBytes?: number;
}

export interface Checkpoint {
  tensors: Record<string, Tensor>;
  metadata: Record<string, string>;
}

const LOAD = ["names", "device", "map"];
const SAVE = ["metadata", "maxShardBytes"];

type Loaded = ReturnType<typeof addon.loadSafetensors>;

function byName(loaded: Awaited<Loaded>): Checkpoint {
  const tensors: Record<string, Tensor> = {};
  loaded.names.forEach((name, i) => (tensors[name] = loaded.tensors[i]!));
  return { tensors, metadata: loaded.metadata };
}

/** The tensors of a file, or of an index of several, by name, in the order of their bytes. */
export async function load(path: string, options: LoadOptions & Abortable = {}): Promise<Checkpoint> {
  const { signal, ...rest } = known("load", options, [...LOAD, "signal"]);
  return byName(await abortable(() => addon.loadSafetensors(path, rest, true), signal));
}

export function loadSync(path: string, options: LoadOptions = {}): Checkpoint {
  known("load", options, LOAD);
  enter();
  return byName(addon.loadSafetensors(path, options, false) as Awaited<Loaded>);
}

/** Writes the tensors to a file, whole or not at all. */
export async function save(
  path: string,
  tensors: Record<string, Tensor>,
  options: SaveOptions & Abortable = {},
): Promise<void> {
  const { signal, ...rest } = known("save", options, [...SAVE, "signal"]);
  await abortable(() => addon.saveSafetensors(path, Object.keys(tensors), Object.values(tensors), rest, true), signal);
}

export function saveSync(path: string, tensors: Record<string, Tensor>, options: SaveOptions = {}): void {
  known("save", options, SAVE);
  enter();
  addon.saveSafetensors(path, Object.keys(tensors), Object.values(tensors), options, false);
}
