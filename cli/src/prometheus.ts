/** The text format of Prometheus. What is not known is absent. */

export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | undefined;
}

export function prometheusText(metrics: readonly Metric[]): string {
  return metrics.map(metricText).join("");
}

function metricText({ name, help, samples }: Metric): string {
  const known = samples.filter(({ value }) => value !== undefined);
  if (known.length === 0) return "";
  const lines = known.map(({ labels, value }) => `${name}{${labelsText(labels)}} ${String(value)}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...lines, ""].join("\n");
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(
      ([name, value]) =>
        `${name}="${value.replace(/[\\"\n]/g, (each) => (each === "\n" ? "\\n" : `\\${each}`))}"`,
    )
    .join(",");
}

/** The labels of a group, from its id. */
export function groupLabels(id: string): Readonly<Record<string, string>> {
  const [project = "", logstore = "", group = ""] = id.split("/");
  return { project, logstore, consumer_group: group };
}
