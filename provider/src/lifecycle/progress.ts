import { type Duration, durationOfSeconds } from "../model/duration.js";
import { type LifecycleContext } from "./context.js";

const patience = durationOfSeconds(2);

/**
 * Says how far something is that takes long: after two seconds, and then half as often each time, because Pulumi
 * shows every line again and again.
 */
export class Progress {
  readonly #tell: (done: number, total: number) => void;
  readonly #context: LifecycleContext;
  readonly #started: number;
  #due: Duration = patience;
  #done = 0;

  constructor(tell: (done: number, total: number) => void, context: LifecycleContext) {
    this.#tell = tell;
    this.#context = context;
    this.#started = context.now();
  }

  /** One more of so many is done. */
  step(total: number): void {
    this.#done += 1;
    const elapsed = this.#context.now() - this.#started;
    if (elapsed < this.#due || this.#done >= total) return;
    this.#tell(this.#done, total);
    while (this.#due <= elapsed) this.#due = (this.#due * 2) as Duration;
  }
}
