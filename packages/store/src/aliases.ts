/**
 * Aliases: one address that stands for others, here or elsewhere.
 */

export interface Alias {
  /** As `addressKey` makes it, or `@domain` for a catch-all. */
  readonly address: string;
  /** In `local@domain` form, in the order given; never empty. */
  readonly targets: readonly string[];
}

export interface Aliases {
  byAddress(address: string): Promise<Alias | undefined>;
  list(): Promise<readonly Alias[]>;
  /** Adds it or replaces its targets. */
  set(alias: Alias): Promise<void>;
  /** False if there is no such alias. */
  remove(address: string): Promise<boolean>;
}
