import { afterEach, beforeEach, expect, it } from 'vitest';
import type { LetterItem } from '@posthorn/web/shapes.ts';
import { settle } from '@posthorn/world/sim/clock.ts';
import { openLetterDesk } from '../testing/letter-desk.ts';
import type { LetterDesk } from '../testing/letter-desk.ts';

let desk: LetterDesk;
beforeEach(async () => {
  desk = await openLetterDesk();
});
afterEach(() => desk.close());

const plain = (subject: string): readonly string[] => ['From: ann@ash.test', `Subject: ${subject}`, '', 'Hello.', ''];

interface Waited {
  readonly status: number;
  readonly body: { readonly letter: LetterItem; readonly cursor: string };
}

async function waitFor(query: string): Promise<Waited> {
  const response = await desk.app.inject(`/rest/v1/letters/wait?${query}`);
  return { status: response.statusCode, body: response.json() };
}

it('a wait ends with the letter that comes', async () => {
  const waiting = waitFor('q=subject:two');
  await settle();
  await desk.deliver(plain('one'));
  await desk.deliver(plain('two'));
  await desk.clock.advance(20);
  expect((await waiting).body.letter.subject).toBe('two');
});

it('a wait from a cursor finds what came meanwhile, and then the next', async () => {
  await desk.deliver(plain('one'));
  await desk.deliver(plain('two'));
  const first = await waitFor('after=c0');
  expect(first.body.letter.subject).toBe('one');
  expect((await waitFor(`after=${first.body.cursor}`)).body.letter.subject).toBe('two');
});

it('a wait in vain says so in its time', async () => {
  await desk.deliver(plain('one'));
  const waiting = waitFor('timeoutMs=500');
  await settle();
  await desk.clock.advance(500);
  expect((await waiting).status).toBe(408);
});

it('a stream tells of letters and changes as they happen', async () => {
  const origin = await desk.app.listen({ host: '127.0.0.1', port: 0 });
  const abort = new AbortController();
  const response = await fetch(`${origin}/rest/v1/events`, { signal: abort.signal });
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let told = '';
  const until = async (text: string): Promise<void> => {
    while (!told.includes(text)) told += (await reader?.read())?.value ?? '';
  };
  await until('event: changed\ndata: {"total":0,"unseen":0}');
  const id = await desk.deliver(plain('one'));
  await desk.clock.advance(20);
  await until(`event: letter\ndata: {"id":"${id}"`);
  await until('event: changed\ndata: {"total":1,"unseen":1}');
  await desk.send('PATCH', '/rest/v1/letters', { ids: [id], seen: true });
  await desk.clock.advance(20);
  await until('event: changed\ndata: {"total":1,"unseen":0}');
  abort.abort();
});
