/**
 * Counters and gauges in the text format of Prometheus.
 *
 * https://prometheus.io/docs/instrumenting/exposition_formats/, version 0.0.4.
 */

export type MetricKind = 'counter' | 'gauge';

export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Metric {
  /** `posthorn_letters_accepted_total` */
  readonly name: string;
  readonly kind: MetricKind;
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** Asked at each scrape. */
export type MetricSource = () => Promise<readonly Metric[]>;

/** Something that is counted, in one or several kinds. */
export class Counter {
  readonly #about: Omit<Metric, 'samples' | 'kind'>;
  readonly #label: string | undefined;
  readonly #counts = new Map<string, number>();

  /** `kinds`: the values of `label`, told from the start with 0; without a label there is one count. */
  constructor(about: { readonly name: string; readonly help: string; readonly label?: string; readonly kinds?: readonly string[] }) {
    this.#about = { name: about.name, help: about.help };
    this.#label = about.label;
    for (const kind of about.kinds ?? ['']) this.#counts.set(kind, 0);
  }

  add(count = 1, kind = ''): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + count);
  }

  read(): Metric {
    const label = this.#label;
    const samples = Array.from(this.#counts, ([kind, value]): Sample => (label === undefined ? { value } : { labels: { [label]: kind }, value }));
    return { ...this.#about, kind: 'counter', samples };
  }
}

export function gauge(name: string, help: string, samples: number | readonly Sample[]): Metric {
  return { name, kind: 'gauge', help, samples: typeof samples === 'number' ? [{ value: samples }] : samples };
}

export function formatMetrics(metrics: readonly Metric[]): string {
  return metrics.map(({ name, kind, help, samples }) => [
    `# HELP ${name} ${help.replaceAll('\\', String.raw`\\`).replaceAll('\n', String.raw`\n`)}`,
    `# TYPE ${name} ${kind}`,
    ...samples.map(({ labels, value }) => `${name}${formatLabels(labels)} ${formatValue(value)}`),
  ].join('\n')).join('\n').concat('\n');
}

function formatLabels(labels: Sample['labels']): string {
  const pairs = Object.entries(labels ?? {}).map(([name, value]) =>
    `${name}="${value.replaceAll('\\', String.raw`\\`).replaceAll('"', String.raw`\"`).replaceAll('\n', String.raw`\n`)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function formatValue(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}
