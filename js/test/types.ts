// What the types say, checked by the compiler alone.
import {
  autograd,
  data,
  nn,
  ops,
  optim,
  scope,
  slice,
  task,
  tensor,
  type DType,
  type Tensor,
  type TensorArray,
} from "vibetensor";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function is<A, B>(_: Same<A, B>): void {}

const x = tensor(
  [
    [1, 2],
    [3, 4],
  ],
  { dtype: "float32", requiresGrad: true },
);
is<typeof x, Tensor>(true);
is<ReturnType<typeof x.mulSync>, Tensor>(true);
const product = x.mul(2);
is<typeof product, Promise<Tensor>>(true);
const sorted = ops.sortSync(x);
is<typeof sorted, [Tensor, Tensor]>(true);
const bytes = x.data();
is<typeof bytes, Promise<TensorArray>>(true);
is<typeof x.dtype, DType>(true);

void ops.add(x, 1, { alpha: 2, signal: new AbortController().signal });
ops.addSync(x, x, { alpha: 2 });
void x.at(0, "1:", slice(1, 2), null, "...", [0, 1], x);
void x.setAt([0, 1], 5);
const scoped = scope(() => ({ y: x.addSync(1) }));
is<typeof scoped, { y: Tensor }>(true);
const whole = task(() => x.sumSync());
is<typeof whole, Promise<Tensor>>(true);

// @ts-expect-error: there is no option beta
ops.addSync(x, 1, { beta: 1 });
// @ts-expect-error: a synchronous call takes no signal
ops.addSync(x, 1, { signal: new AbortController().signal });
// @ts-expect-error: a string is no tensor
ops.matmulSync(x, "y");
// @ts-expect-error: no dtype
tensor([1], { dtype: "float31" });
// @ts-expect-error: exp takes no number
ops.expSync(2);

class Net extends nn.Module {
  layer = new nn.Linear(2, 3, { bias: false });
  forwardSync(input: Tensor, scale: number): [Tensor, number] {
    return [this.layer.forwardSync(input).mulSync(scale), scale];
  }
}
const net = new Net();
const output = net.forward(x, 2);
is<typeof output, Promise<[Tensor, number]>>(true);
// @ts-expect-error: the second argument is a number
void net.forward(x, "2");
const optimizer = new optim.SGD([{ params: net.parameters(), lr: 0.1 }], { momentum: 0.9 });
is<ReturnType<typeof optimizer.step>, Promise<void>>(true);
// @ts-expect-error: SGD has no betas
new optim.SGD(net.parameters(), { betas: [0.9, 0.99] });
const loader = new data.DataLoader(new data.TensorDataset(x), { batchSize: 2 });
async function read(): Promise<void> {
  for await (const batch of loader) is<typeof batch, Tensor[]>(true);
}
void read;
const cube = autograd.defineFunction({
  forward: (ctx, input: Tensor) => (ctx.saveForBackward(input), input.powSync(3)),
  backward: ({ savedTensors: [saved] }, g) => g.mulSync(saved!),
});
// @ts-expect-error: takes a tensor
cube(3);
{
  using y = x.addSync(1);
  y.shape;
}
