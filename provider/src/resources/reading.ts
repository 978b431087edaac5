import * as pulumi from "@pulumi/pulumi";
import { type Provider } from "./provider.js";

/** How a read function reaches SLS. */
export interface ReadOptions {
  /**
   * The connection to read with.
   *
   * @default the stack's configuration, as resources without a provider have it
   */
  readonly provider?: Provider;
}

/**
 * Why a read function has no answer. A program that does not catch it ends with the message, and without a stack trace.
 *
 * @example
 * ```ts
 * const plan = await sls.getReplayPlan(args).catch((error: unknown) => {
 *   if (error instanceof sls.ReadError && error.code === "ConsumerGroupNotExist") return undefined;
 *   throw error;
 * });
 * ```
 */
export class ReadError extends pulumi.RunError {
  /** The name by which it is known from other errors, also from those of another copy of the package. */
  override readonly name = "ReadError";

  /**
   * @param message What was seen, and the way out.
   */
  constructor(
    message: string,
    /** Why, as one of docs/errors.md; absent where the arguments are wrong. */
    readonly code?: string,
  ) {
    super(message);
  }
}

type Reader = Awaited<ReturnType<typeof openReader>>;

/** Loaded only here: a program that reads nothing does not load the client. */
async function openReader(options: ReadOptions) {
  const settings = await settingsOf(options);
  const provider = await import("pulumi-sls-checkpoint/provider");
  return provider.openReader(settings);
}

/** What the package's other side answers to a read. */
type Reading<Answer> =
  | { readonly answer: Answer; readonly failure?: undefined }
  | { readonly failure: { readonly message: string; readonly code: string | undefined } };

/**
 * Reads with the program's configuration. Under `pulumi.runtime.setMocks` the mock of calls answers instead, as it
 * does for the functions of every other package: a unit test sends no request.
 */
export async function read<Answer>(
  name: string,
  args: object,
  options: ReadOptions,
  ask: (reader: Reader) => Promise<Reading<Answer>>,
): Promise<Answer> {
  if (isMocked()) return (await pulumi.runtime.invoke(`sls:index:${name}`, { ...args }, options)) as Answer;
  const reading = await ask(await openReader(options));
  if (reading.failure === undefined) return reading.answer;
  throw new ReadError(reading.failure.message, reading.failure.code);
}

/** The Output form of a read function: waits for what is not known yet, and stays unknown in a preview. */
export function readOutput<Args, Answer>(
  args: pulumi.Output<Args>,
  options: ReadOptions,
  get: (args: Args, options: ReadOptions) => Promise<Answer>,
): pulumi.Output<Answer> {
  // What is read is no secret for having been read with one.
  const settings = options.provider && pulumi.unsecret(settingsWithin(options.provider));
  const answer = pulumi.output(settings).apply(() => args.apply((known) => get(known, options)));
  return answer;
}

function isMocked(): boolean {
  const monitor = pulumi.runtime.getMonitor();
  return monitor !== undefined && "mocks" in monitor;
}

type Settings = (key: string) => string | undefined;

async function settingsOf({ provider }: ReadOptions): Promise<Settings> {
  if (provider === undefined) return stackConfiguration;
  const settings = await knownValue(settingsWithin(provider));
  return (key) => settings[key];
}

/** Programs in JavaScript pass what they like, such as the provider of another package. */
function settingsWithin({ settings }: Provider): Provider["settings"] {
  if (pulumi.Output.isInstance(settings)) return settings;
  throw new ReadError("The option provider of a read function is not an sls.Provider");
}

/** Keys are written as in stack config: `sls:region`. */
function stackConfiguration(key: string): string | undefined {
  const [namespace = "", name = ""] = key.split(":");
  return new pulumi.Config(namespace).get(name);
}

/** A promise of what is not known would never end, and the program with it, without a word. */
async function knownValue<Value>(output: pulumi.Output<Value>): Promise<Value> {
  // Pulumi's own copies ask each other for it; only its types leave it out.
  const { isKnown } = output as unknown as { readonly isKnown: Promise<boolean> };
  if (await isKnown) return new Promise((resolve) => output.apply(resolve));
  throw new ReadError(
    "The provider to read with is known only during pulumi up\nCall the Output form of the function instead.",
  );
}
