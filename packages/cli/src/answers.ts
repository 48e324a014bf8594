/**
 * The API's answers, as far as the commands read them. The OpenAPI document is the contract.
 */

export interface ShownAccount {
  readonly address: string;
  readonly createdAt: string;
  readonly canLogIn: boolean;
  readonly used: ShownResources;
  readonly limits: Partial<ShownResources>;
}

export interface ShownResources {
  readonly octets: number;
  readonly letters: number;
}

export interface ShownQuota {
  /** An account's address, or a domain. */
  readonly of: string;
  readonly used: ShownResources;
  /** What is absent is not limited. */
  readonly limits: Partial<ShownResources>;
}

export interface ShownDeleted {
  readonly id: string;
  readonly subject: string | null;
  readonly from: string;
  readonly octets: number;
  readonly mailbox: string;
  readonly deletedAt: string;
}

export interface ShownFormer {
  readonly uid: number;
  readonly id: string;
  readonly subject: string | null;
  readonly from: string;
  readonly date: string;
  readonly octets: number;
  readonly fate: { readonly kind: 'here' | 'deleted' | 'moved'; readonly at?: string; readonly to?: string };
}

export interface ShownRestored {
  readonly mailbox: string;
  readonly letters: number;
}

export interface ShownAlias {
  readonly address: string;
  readonly targets: readonly string[];
}

export interface ShownKey {
  readonly selector: string;
  readonly algorithm: string;
  readonly record: { readonly name: string; readonly type: string; readonly value: string; readonly zoneLine: string };
}

export interface ShownQueued {
  readonly id: string;
  readonly sender: string;
  readonly subject: string | null;
  readonly octets: number;
  readonly acceptedAt: string;
  readonly expiresAt: string;
  readonly recipients: readonly {
    readonly address: string;
    readonly state: string;
    readonly attempts: number;
    readonly nextAt?: string;
    readonly remark?: { readonly code: number; readonly status: string; readonly text: string; readonly host: string };
  }[];
}

export interface ShownTrace {
  readonly id: string;
  readonly story: readonly string[];
}

/** A list under this name in an answer. Our own server wrote it: its shape is not doubted, only its presence. */
export function listIn<T>(answer: unknown, name: string, isOne: (value: unknown) => value is T): readonly T[] {
  const list = typeof answer === 'object' && answer !== null ? new Map(Object.entries(answer)).get(name) : undefined;
  if (!Array.isArray(list)) throw new TypeError(`the server's answer has no ${name}`);
  return list.filter((value): value is T => isOne(value));
}

function has(value: unknown, ...names: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && names.every((name) => name in value);
}

export function isAccount(value: unknown): value is ShownAccount {
  return has(value, 'address', 'createdAt', 'canLogIn', 'used', 'limits');
}

export function isQuota(value: unknown): value is ShownQuota {
  return has(value, 'of', 'used', 'limits');
}

export function isDeleted(value: unknown): value is ShownDeleted {
  return has(value, 'id', 'mailbox', 'deletedAt');
}

export function isFormer(value: unknown): value is ShownFormer {
  return has(value, 'uid', 'id', 'fate');
}

export function isRestored(value: unknown): value is ShownRestored {
  return has(value, 'mailbox', 'letters');
}

/** Whether an act says that it has to be asked for again. */
export function hasMore(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'hasMore' in answer && answer.hasMore === true;
}

/** Where the next page begins; undefined after the last. */
export function nextIn(answer: unknown): number | undefined {
  return typeof answer === 'object' && answer !== null && 'next' in answer && typeof answer.next === 'number' ? answer.next : undefined;
}

export function isAlias(value: unknown): value is ShownAlias {
  return has(value, 'address', 'targets');
}

export function isKey(value: unknown): value is ShownKey {
  return has(value, 'selector', 'algorithm', 'record');
}

export function isQueued(value: unknown): value is ShownQueued {
  return has(value, 'id', 'sender', 'recipients');
}

export function isTrace(value: unknown): value is ShownTrace {
  return has(value, 'id', 'story');
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}
