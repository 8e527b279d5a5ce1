// Gradients kept within bounds.
import { noGrad, task } from "../context.js";
import type { Tensor } from "../native.js";
import { ops } from "../op_functions.js";

function byKind(tensors: readonly Tensor[]): Tensor[][] {
  const groups = new Map<string, Tensor[]>();
  for (const t of tensors) {
    const kind = `${t.device} ${t.dtype}`;
    groups.set(kind, [...(groups.get(kind) ?? []), t]);
  }
  return [...groups.values()];
}

/** Scales all gradients in place to have, as one vector, a norm of at most `maxNorm`; gives the norm before. */
export function clipGradNormSync(parameters: readonly Tensor[], maxNorm: number, normType = 2): Tensor {
  const grads = parameters.map((p) => p.grad).filter((g): g is Tensor => g !== null);
  if (grads.length === 0) return ops.zerosSync([]);
  return noGrad(() => {
    const groups = byKind(grads);
    const norms = groups.map((group) =>
      ops.stackSync(ops._foreach_normSync(group, normType)).toSync({ device: grads[0]!.device }),
    );
    const total = ops.linalg_vector_normSync(norms.length === 1 ? norms[0]! : ops.catSync(norms), normType);
    const factor = ops.clampSync(ops.divSync(maxNorm, total.addSync(1e-6)), { max: 1 });
    for (const group of groups) ops._foreach_mul_Sync(group, factor.toSync({ device: group[0]!.device }));
    return total;
  });
}

/** The same as one task. */
export function clipGradNorm(parameters: readonly Tensor[], maxNorm: number, normType = 2): Promise<Tensor> {
  return task(() => clipGradNormSync(parameters, maxNorm, normType));
}
