// Profiles of the process: what torch.profiler records, for Perfetto.
import { addon, type ProfileOptions, type ProfileResult } from "./native.js";
import { known } from "./options.js";

export type { ProfileOptions, ProfileResult } from "./native.js";

/**
 * Runs `body` and records the ops, nodes of backward, ranges and, with a GPU and CUPTI, kernels of that time, on all
 * threads; also where `body` throws. `result.trace` is a file for https://ui.perfetto.dev. One profile runs at a time.
 * An asynchronous `body` is waited for. The end waits for the GPU, on this thread.
 */
export function profile<T>(
  body: () => T,
  options: ProfileOptions = {},
): T extends PromiseLike<infer V> ? Promise<ProfileResult<V>> : ProfileResult<T> {
  known("profile", options, ["host", "device", "shapes", "memory", "flops", "limit"]);
  const device = options.device ?? addon.profilerDeviceUnavailable() === "";
  addon.startProfile({ host: true, shapes: false, memory: false, flops: false, limit: 1 << 20, ...options, device });
  let value: unknown;
  try {
    value = body();
  } catch (error) {
    addon.stopProfile();
    throw error;
  }
  if (!(value instanceof Promise)) return { value, ...addon.stopProfile() } as never;
  const finished = value.then(
    (result: unknown) => ({ value: result, ...addon.stopProfile() }),
    (error: unknown) => {
      addon.stopProfile();
      throw error;
    },
  );
  return finished as never;
}

/** Runs `body` as a range of that name in the profile, if one runs. */
export function recordFunction<T>(name: string, body: () => T): T {
  const range = addon.beginRange(name);
  let value: T | undefined;
  let isPending = false;
  try {
    value = body();
    isPending = value instanceof Promise;
    return isPending ? ((value as Promise<unknown>).finally(() => addon.endRange(range)) as T) : value;
  } finally {
    if (!isPending) addon.endRange(range);
  }
}
