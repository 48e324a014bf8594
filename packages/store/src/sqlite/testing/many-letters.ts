/**
 * Books with many letters of all sorts in them: small and large, flagged, copied, moved, deleted,
 * under way.
 */
import type { Store } from '../../store.ts';
import { acceptance, copyFor, inboxOf, NOW, onward, person } from '../../contract/letters.ts';
import { letterId } from '../../ids.ts';
import { fillBooks } from './books.ts';

const WORDS = ['oak', 'river', 'weather', 'thursday', 'plan', 'letter', 'morning', 'garden', 'bread', 'winter', 'lantern', 'harbour'];
const LARGE_EVERY = 40;
const LARGE_WORDS = 20_000;

/** `letters` more than `fillBooks` has. The same each time. */
export async function fillWithMany(store: Store, letters: number): Promise<void> {
  const eve = await fillBooks(store);
  const bob = await person(store, 'bob@elm.test');
  await store.mailboxes.create(bob.id, 'Lists/Walks', NOW);
  for (let number = 0; number < letters; number += 1) {
    const to = number % 7 === 0 ? [eve, bob] : [number % 2 === 0 ? eve : bob];
    const prefix = (address: string) => Buffer.from(`Delivered-To: ${address}\r\nReceived: by mx.elm.test id m${number}; Mon, 23 Nov 2026 12:00:00 +0000\r\n`);
    await store.accept(await acceptance(store, `m${number}`, {
      placements: to.map((account) => ({ ...copyFor(account, prefix(account.address)), internalDate: NOW - number * 1000 })),
      ...(number % 11 === 0 ? { spool: onward(['zoe@oak.test', 'oak.test'], [`n${number}@ash.test`, 'ash.test']) } : {}),
    }, letterText(number)));
  }
  const inbox = await inboxOf(store, bob);
  const uids = (await store.messages.states(inbox)).map(({ uid }) => uid);
  const every = (nth: number): typeof uids => uids.filter((uid) => uid % nth === 0);
  await store.messages.setFlags({ ...inbox, uids: every(2), how: 'add', flags: ['\\Seen'], at: NOW });
  await store.messages.setFlags({ ...inbox, uids: every(3), how: 'add', flags: ['\\Answered', 'project', '$Forwarded'], at: NOW });
  await store.messages.setFlags({ ...inbox, uids: every(10), how: 'add', flags: ['\\Deleted'], at: NOW });
  await store.messages.expunge({ ...inbox, uids: every(20), at: NOW });
  const walks = await store.mailboxes.byName(bob.id, 'Lists/Walks');
  if (walks === undefined) throw new Error('it was made a moment ago');
  await store.messages.copy({ ...inbox, uids: every(9), target: walks.id, at: NOW });
  await store.messages.move({ ...inbox, uids: every(13), target: walks.id, at: NOW });
  const { content, summary } = await acceptance(store, 'draft', {}, letterText(3));
  await store.messages.append({ account: bob.id, mailbox: walks.id, letter: letterId('draft'), content, summary, flags: ['\\Draft'], internalDate: NOW, at: NOW });
}

function letterText(number: number): Buffer {
  const count = number % LARGE_EVERY === LARGE_EVERY - 1 ? LARGE_WORDS : 20 + number % 50;
  const words = Array.from({ length: count }, (_, at) => `${WORDS[(at * (number + 3) + at % 5) % WORDS.length]}${at % 11 === 10 ? '\r\n' : ' '}`).join('');
  return Buffer.from(`From: ann@ash.test\r\nTo: bob@elm.test\r\nSubject: The plan number ${number}\r\nMessage-ID: <${number}@ash.test>\r\n\r\n${words}\r\n`);
}
