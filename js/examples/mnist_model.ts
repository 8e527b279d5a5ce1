// The network for digits.
import { nn, type Tensor } from "vibetensor";

/** (N, 1, 28, 28) -> (N, 10): two convolutions, two layers. */
export class Net extends nn.Module {
  features = new nn.Sequential(
    new nn.Conv2d(1, 16, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(16, 32, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
  );
  classes = new nn.Sequential(new nn.Linear(32 * 7 * 7, 64), new nn.ReLU(), new nn.Dropout(0.2), new nn.Linear(64, 10));

  forwardSync(x: Tensor): Tensor {
    return this.classes.forwardSync(this.features.forwardSync(x));
  }
}
