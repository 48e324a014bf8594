/**
 * The one client of the API: every request of the page goes through here.
 */
import type { HeaderLine, LetterDetail, LetterPage, Rendering } from '../../src/shapes.ts';

/** What went wrong, in a sentence for people. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface SessionShown {
  readonly role: 'administrator' | 'reader' | 'anybody';
  readonly address?: string;
  readonly isDev: boolean;
  readonly hostname: string;
  readonly version: string;
  readonly listeners?: readonly { readonly protocol: string; readonly at: string }[];
}

export interface TracedLetter {
  readonly id: string;
  readonly story: readonly string[];
  readonly entries: readonly {
    readonly at: string; readonly act: string; readonly recipient?: string; readonly detail: Readonly<Record<string, unknown>>;
  }[];
}

export interface CheckGroup {
  readonly name: string;
  readonly items: readonly { readonly level: 'good' | 'hint' | 'warning' | 'error'; readonly text: string; readonly detail?: string }[];
}

export interface QueuedLetter {
  readonly id: string;
  readonly sender: string;
  readonly subject: string | null;
  readonly expiresAt: string;
  readonly recipients: readonly {
    readonly address: string; readonly state: string; readonly attempts: number; readonly nextAt?: string;
    readonly remark?: { readonly code: number; readonly text: string; readonly host: string };
  }[];
}

/** Which letters an act is for. */
export type Which = { readonly ids: readonly string[] } | { readonly q: string };

export interface Change {
  readonly seen?: boolean;
  readonly flagged?: boolean;
  readonly answered?: boolean;
  readonly addTags?: readonly string[];
  readonly removeTags?: readonly string[];
  readonly mailbox?: string;
}

const ROOT = '/rest/v1';

export const api = {
  session: () => ask<SessionShown>('GET', '/session'),
  signIn: (address: string, password: string) => ask<SessionShown>('POST', '/session', { address, password }),
  signOut: () => ask<undefined>('DELETE', '/session'),
  letters: (query: { readonly q: string; readonly after?: string; readonly limit: number }) => ask<LetterPage>('GET', `/letters?${params(query)}`),
  letter: (id: string) => ask<LetterDetail>('GET', `/letters/${encodeURIComponent(id)}`),
  rendering: (id: string) => ask<Rendering>('GET', `/letters/${encodeURIComponent(id)}/render`),
  headers: async (id: string) => (await ask<{ readonly headers: readonly HeaderLine[] }>('GET', `/letters/${encodeURIComponent(id)}/headers`)).headers,
  checks: async (id: string) => (await ask<{ readonly groups: readonly CheckGroup[] }>('GET', `/letters/${encodeURIComponent(id)}/checks`)).groups,
  links: async (id: string) => (await ask<{ readonly links: readonly { readonly url: string; readonly status: number; readonly text: string }[] }>('POST', `/letters/${encodeURIComponent(id)}/links`, {})).links,
  raw: async (id: string) => (await fetched(rawUrl(id))).text(),
  trace: async (id: string) => (await ask<{ readonly letters: readonly TracedLetter[] }>('GET', `/trace/${encodeURIComponent(id)}`)).letters[0],
  change: (which: Which, change: Change) => ask<{ readonly letters: number }>('PATCH', '/letters', { ...which, ...change }),
  remove: (which: Which) => ask<{ readonly letters: number }>('DELETE', '/letters', which),
  queue: async () => (await ask<{ readonly letters: readonly QueuedLetter[] }>('GET', '/queue')).letters,
  queueAct: (what: 'retry' | 'hold' | 'release' | 'cancel', ids: readonly string[]) => ask<object>('POST', '/queue/commands', { what, letters: ids }),
  send: async (letter: { readonly from: string; readonly to: readonly string[]; readonly raw: string }) => {
    const query = new URLSearchParams([['from', letter.from], ...letter.to.map((to) => ['to', to])]);
    const response = await fetched(`${ROOT}/send?${query.toString()}`, { method: 'POST', headers: { 'content-type': 'message/rfc822' }, body: letter.raw });
    const sent: { readonly id: string } = await response.json();
    return sent;
  },
  part: async (id: string, number: string) => (await fetched(partUrl(id, number))).blob(),
  image: async (url: string) => (await fetched(`${ROOT}/images?${params({ url })}`)).blob(),
};

export function rawUrl(id: string, isDownload = false): string {
  return `${ROOT}/letters/${encodeURIComponent(id)}/raw${isDownload ? '?download=true' : ''}`;
}

export function partUrl(id: string, number: string, isDownload = false): string {
  return `${ROOT}/letters/${encodeURIComponent(id)}/parts/${number}${isDownload ? '?download=true' : ''}`;
}

export const EVENTS_URL = `${ROOT}/events`;

function params(query: Readonly<Record<string, string | number | undefined>>): string {
  return new URLSearchParams(Object.entries(query).filter(([, value]) => value !== undefined && value !== '').map(([key, value]) => [key, String(value)])).toString();
}

async function ask<T>(method: string, path: string, body?: object): Promise<T> {
  const response = await fetched(`${ROOT}${path}`, {
    method, ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const answer: T = response.status === 204 ? undefined : await response.json();
  return answer;
}

async function fetched(url: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, init).catch(() => {
    throw new ApiProblem(0, 'The server does not answer.');
  });
  if (response.ok) return response;
  const problem: { readonly detail?: string } = await response.json().catch(() => ({}));
  throw new ApiProblem(response.status, problem.detail ?? `The server answered ${response.status}.`);
}
