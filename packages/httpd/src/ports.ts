/**
 * What the API asks of the parts behind it. `server` hands them in.
 */
import type { Address } from '@posthorn/mail/address.ts';
import type { LetterId } from '@posthorn/store/ids.ts';
import type { SpooledLetter } from '@posthorn/store/spool.ts';

/** What is under way; `store.spool` and the queue's `command` together are one. */
export interface QueuePort {
  list(page: { readonly after?: LetterId; readonly limit: number }): Promise<readonly SpooledLetter[]>;
  get(letter: LetterId): Promise<SpooledLetter | undefined>;
  /** Those of `letters` (absent: all) that it applied to. */
  command(act: { readonly what: QueueAct; readonly letters?: readonly LetterId[] }): Promise<readonly LetterId[]>;
}

export type QueueAct = 'retry' | 'hold' | 'release' | 'cancel';

/** Takes a letter in as submission does: missing fields added, signed, planned, accepted. */
export interface SubmitPort {
  /** Reads `content` to its end unless it answers before. */
  submit(letter: SubmittedLetter): Promise<SubmitAnswer>;
}

export interface SubmittedLetter {
  /** Null for `<>`. */
  readonly sender: Address | null;
  readonly recipients: readonly Address[];
  /** Line endings of any kind. */
  readonly content: AsyncIterable<Buffer>;
}

export type SubmitAnswer =
  | { readonly kind: 'accepted'; readonly letter: LetterId }
  | {
    readonly kind: 'refused';
    /** SMTP reply code; 4xx when trying again may help. */
    readonly code: number;
    /** `5.1.1` */
    readonly status: string;
    readonly text: string;
  };

/** Mail in and out of an account, as a tape archive. */
export interface MovingPort {
  /** Undefined if there is no such account. Tells of each letter; returns how many there were of what. */
  keeper(address: string): Promise<((pieces: AsyncIterable<Buffer>, isDry: boolean) => AsyncGenerator<Readonly<Record<string, unknown>>, object>) | undefined>;
  /** Undefined if there is no such account. Of the mailboxes of these names; of all if there are none. */
  giver(address: string): Promise<((mailboxes: readonly string[] | undefined) => AsyncIterable<Buffer>) | undefined>;
}

/** Signing keys of our domains. */
export interface DkimPort {
  keysOf(domain: string): Promise<readonly PublishedKey[]>;
  /** Makes keys where there are none; answers with all there are then. */
  make(domain: string): Promise<readonly PublishedKey[]>;
}

/** A key as the world may see it. */
export interface PublishedKey {
  readonly selector: string;
  readonly algorithm: string;
  /** The TXT record that publishes it. */
  readonly record: { readonly name: string; readonly value: string };
}

export interface ConfigPort {
  /** Takes the configuration up again; a faulty one changes nothing. */
  reload(): Promise<{ readonly kind: 'reloaded' } | { readonly kind: 'faulty'; readonly problems: readonly string[] }>;
}
