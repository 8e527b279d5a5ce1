// Learning rates that change along a run. Each sets its first rate when it is made; `step()` goes to the next.
import type { Optimizer } from "./optimizer.js";

type Any = Optimizer<{ lr: number }>;

abstract class Scheduler {
  private readonly base: number[];
  /** Steps made so far. */
  lastEpoch = 0;

  constructor(protected readonly optimizer: { groups: { options: { lr: number } }[] }) {
    this.base = optimizer.groups.map(({ options }) => options.lr);
  }

  /** What the first rate is multiplied by at a step. */
  protected abstract factor(step: number, base: number): number;

  protected apply(): void {
    this.optimizer.groups.forEach(
      ({ options }, i) => (options.lr = this.base[i]! * this.factor(this.lastEpoch, this.base[i]!)),
    );
  }

  step(): void {
    ++this.lastEpoch;
    this.apply();
  }

  getLastLr(): number[] {
    return this.optimizer.groups.map(({ options }) => options.lr);
  }

  stateDict(): { lastEpoch: number; base: number[] } {
    return { lastEpoch: this.lastEpoch, base: [...this.base] };
  }

  loadStateDict(state: { lastEpoch: number; base: number[] }): void {
    this.lastEpoch = state.lastEpoch;
    this.base.splice(0, this.base.length, ...state.base);
    this.apply();
  }
}

/** The first rate times what a function gives for the number of the step. */
export class LambdaLR extends Scheduler {
  constructor(
    optimizer: Pick<Any, "groups">,
    private readonly of: (step: number) => number,
  ) {
    super(optimizer);
    this.apply();
  }

  protected factor(step: number): number {
    return this.of(step);
  }
}

/** Times `gamma` every `stepSize` steps. */
export class StepLR extends Scheduler {
  constructor(
    optimizer: Pick<Any, "groups">,
    private readonly stepSize: number,
    private readonly gamma = 0.1,
  ) {
    super(optimizer);
    this.apply();
  }

  protected factor(step: number): number {
    return this.gamma ** Math.floor(step / this.stepSize);
  }
}

/** Times `gamma` every step. */
export class ExponentialLR extends Scheduler {
  constructor(
    optimizer: Pick<Any, "groups">,
    private readonly gamma: number,
  ) {
    super(optimizer);
    this.apply();
  }

  protected factor(step: number): number {
    return this.gamma ** step;
  }
}

/** Along half a cosine down to `minimum`, within `steps` steps. */
export class CosineAnnealingLR extends Scheduler {
  constructor(
    optimizer: Pick<Any, "groups">,
    private readonly steps: number,
    private readonly minimum = 0,
  ) {
    super(optimizer);
    this.apply();
  }

  protected factor(step: number, base: number): number {
    const share = (1 + Math.cos((Math.PI * step) / this.steps)) / 2;
    return base === 0 ? 0 : (this.minimum + (base - this.minimum) * share) / base;
  }
}

/** From `start` to `end` times the first rate, in equal parts, within `steps` steps. */
export class LinearLR extends Scheduler {
  constructor(
    optimizer: Pick<Any, "groups">,
    private readonly start = 1 / 3,
    private readonly end = 1,
    private readonly steps = 5,
  ) {
    super(optimizer);
    this.apply();
  }

  protected factor(step: number): number {
    return this.start + ((this.end - this.start) * Math.min(step, this.steps)) / this.steps;
  }
}
