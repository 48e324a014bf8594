import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Account } from '@posthorn/store/accounts.ts';
import { accountId } from '@posthorn/store/ids.ts';
import type { Directory, LoginAttempt } from '../directory.ts';
import { deriveScramKeys } from '../scram-keys.ts';
import type { SaslServer } from './exchange.ts';
import { createSaslServer, mechanismsOf } from './server.ts';

const ann: Account = { id: accountId(1), address: 'ann@ash.test', createdAt: 0 };
const random = { bytes: (count: number) => Buffer.alloc(count, 7), fraction: () => 0 };

/** Knows ann with the password pencil, and tells what it was asked. */
async function directory(): Promise<Directory & { readonly asked: LoginAttempt[]; readonly outcomes: boolean[] }> {
  const keys = await deriveScramKeys('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'), 4096);
  const asked: LoginAttempt[] = [];
  const outcomes: boolean[] = [];
  return {
    asked,
    outcomes,
    isOurDomain: () => true,
    resolve: () => Promise.resolve({ kind: 'unknown' }),
    expand: () => Promise.resolve({ kind: 'unknown' }),
    postmaster: () => ({ localPart: 'postmaster', domain: 'ash.test' }),
    limitsOf: () => Promise.resolve(undefined),
    quotasOf: () => Promise.resolve([]),
    roomBehind: () => Promise.resolve('room'),
    maySendAs: () => Promise.resolve(false),
    login: (attempt) => {
      asked.push(attempt);
      return Promise.resolve(attempt.user === 'ann@ash.test' && attempt.password === 'pencil' ? { kind: 'welcome', account: ann } : { kind: 'refused' });
    },
    scram: (user) => Promise.resolve(user === 'late' ? 'throttled' : { keys, ...(user === 'ann@ash.test' || user === 'user' ? { account: ann } : {}) }),
    scramOutcome: (_user, _remote, isWelcome) => { outcomes.push(isWelcome); },
  };
}

async function begin(mechanism: string, of?: Directory): Promise<SaslServer> {
  const server = createSaslServer(mechanism, { directory: of ?? await directory(), remoteAddress: '192.0.2.1', random });
  if (server === undefined) throw new Error(`${mechanism} is not offered`);
  return server;
}

/** Plays an exchange: what the client says, and what it hears. */
async function play(server: SaslServer, ...responses: readonly (string | undefined)[]): Promise<readonly string[]> {
  const heard: string[] = [];
  for (const response of responses) {
    const step = await server.step(response === undefined ? undefined : Buffer.from(response));
    heard.push(step.kind === 'challenge' ? `+ ${step.data.toString()}` : step.kind);
  }
  return heard;
}

describe('PLAIN', () => {
  it('lets in who knows the password, with an initial response', async () => {
    expect(await play(await begin('PLAIN'), '\0ann@ash.test\0pencil')).toEqual(['welcome']);
  });
  it('asks with an empty challenge when there is no initial response', async () => {
    expect(await play(await begin('plain'), undefined, '\0ann@ash.test\0pencil')).toEqual(['+ ', 'welcome']);
  });
  it('refuses a wrong password', async () => {
    expect(await play(await begin('PLAIN'), '\0ann@ash.test\0pen')).toEqual(['refused']);
  });
  it('lets a person name herself as the one to act for, and nobody else', async () => {
    expect(await play(await begin('PLAIN'), 'ann@ash.test\0ann@ash.test\0pencil')).toEqual(['welcome']);
    expect(await play(await begin('PLAIN'), 'bob@ash.test\0ann@ash.test\0pencil')).toEqual(['refused']);
  });
  it.each(['', 'ann', 'ann\0pencil', '\0\0pencil', '\0ann\0', '\0ann\0pen\0cil'])('calls %j malformed', async (response) => {
    expect(await play(await begin('PLAIN'), response)).toEqual(['malformed']);
  });
  it('calls octets that are no UTF-8 malformed', async () => {
    const step = await (await begin('PLAIN')).step(Buffer.from([0, 0x61, 0, 0xff, 0xfe]));
    expect(step.kind).toBe('malformed');
  });
  it('is over after its answer', async () => {
    expect(await play(await begin('PLAIN'), '\0ann@ash.test\0no', '\0ann@ash.test\0pencil')).toEqual(['refused', 'malformed']);
  });
  it('does not look at an absurdly long response', async () => {
    const asked = await directory();
    expect(await play(await begin('PLAIN', asked), `\0ann@ash.test\0${'x'.repeat(9000)}`)).toEqual(['malformed']);
    expect(asked.asked).toEqual([]);
  });
});

describe('LOGIN', () => {
  it('asks for the name, then for the password', async () => {
    expect(await play(await begin('LOGIN'), undefined, 'ann@ash.test', 'pencil')).toEqual(['+ Username:', '+ Password:', 'welcome']);
  });
  it('takes an initial response as the name', async () => {
    expect(await play(await begin('LOGIN'), 'ann@ash.test', 'pencil')).toEqual(['+ Password:', 'welcome']);
  });
  it('calls an empty name or password malformed', async () => {
    expect(await play(await begin('LOGIN'), undefined, '')).toEqual(['+ Username:', 'malformed']);
    expect(await play(await begin('LOGIN'), 'ann@ash.test', '')).toEqual(['+ Password:', 'malformed']);
  });
});

describe('SCRAM-SHA-256', () => {
  /** The client's side, written from RFC 5802 §3 apart from the server's. */
  function clientFinal(password: string, clientFirstBare: string, serverFirst: string, gs2 = 'n,,'): { message: string; signature: string } {
    const [, nonce = '', salt = '', iterations = ''] = /^r=(.*),s=(.*),i=(\d+)$/.exec(serverFirst) ?? [];
    const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(iterations), 32, 'sha256');
    const mac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
    const clientKey = mac(salted, 'Client Key');
    const withoutProof = `c=${Buffer.from(gs2).toString('base64')},r=${nonce}`;
    const auth = `${clientFirstBare},${serverFirst},${withoutProof}`;
    const signature = mac(createHash('sha256').update(clientKey).digest(), auth);
    const proof = Buffer.from(clientKey.map((octet, index) => octet ^ (signature[index] ?? 0))).toString('base64');
    return { message: `${withoutProof},p=${proof}`, signature: mac(mac(salted, 'Server Key'), auth).toString('base64') };
  }

  async function run(password: string, bare = 'n=ann@ash.test,r=abc', gs2 = 'n,,', of?: Directory): Promise<{ heard: readonly string[]; signature: string }> {
    const server = await begin('SCRAM-SHA-256', of);
    const first = await server.step(Buffer.from(gs2 + bare));
    if (first.kind !== 'challenge') return { heard: [first.kind], signature: '' };
    const final = clientFinal(password, bare, first.data.toString(), gs2);
    const second = await play(server, final.message);
    return { heard: [...second, ...(second[0]?.startsWith('+ ') ? await play(server, '') : [])], signature: final.signature };
  }

  it('matches the example of RFC 7677 §3', async () => {
    const nonceTail = '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
    // The example's nonce is no base64; only the text of ours is replaced.
    const server = createSaslServer('SCRAM-SHA-256', {
      directory: await directory(), remoteAddress: '192.0.2.1',
      random: { ...random, bytes: () => Object.assign(Buffer.alloc(0), { toString: () => nonceTail }) },
    });
    if (server === undefined) throw new Error('not offered');
    expect(await play(server,
      'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
      '',
    )).toEqual([
      '+ r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
      '+ v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
      'welcome',
    ]);
  });
  it('proves both sides to one another', async () => {
    const { heard, signature } = await run('pencil');
    expect(heard).toEqual([`+ v=${signature}`, 'welcome']);
  });
  it('lets a client say that it could bind channels and thinks that we cannot', async () => {
    const { heard } = await run('pencil', undefined, 'y,,');
    expect(heard.at(-1)).toBe('welcome');
  });
  it('refuses a wrong password and tells the directory', async () => {
    const asked = await directory();
    expect((await run('pen', undefined, undefined, asked)).heard).toEqual(['refused']);
    expect(asked.outcomes).toEqual([false]);
  });
  it('goes through the whole exchange with a user that does not exist, and refuses', async () => {
    expect((await run('pencil', 'n=nobody,r=abc')).heard).toEqual(['refused']);
  });
  it('refuses to act for someone else', async () => {
    expect((await run('pencil', undefined, 'n,a=bob@ash.test,')).heard).toEqual(['refused']);
    expect((await run('pencil', undefined, 'n,a=ann@ash.test,')).heard.at(-1)).toBe('welcome');
  });
  it('says when it is too much', async () => {
    expect((await run('pencil', 'n=late,r=abc')).heard).toEqual(['throttled']);
  });
  it.each(['', 'p=tls-unique,,n=ann,r=abc', 'n=ann,r=abc', 'n,,n=ann', 'n,,n=,r=abc', 'n,,n=a=41,r=abc', 'n,,r=abc,n=ann', 'n,,m=x,n=ann,r=abc'])('calls the first message %j malformed', async (message) => {
    expect(await play(await begin('SCRAM-SHA-256'), message)).toEqual(['malformed']);
  });
  it('does not take another channel binding or nonce in the last message', async () => {
    for (const alter of [(text: string) => text.replace('c=biws', 'c=eSws'), (text: string) => text.replace('r=abc', 'r=abd')]) {
      const server = await begin('SCRAM-SHA-256');
      const first = await server.step(Buffer.from('n,,n=ann@ash.test,r=abc'));
      if (first.kind !== 'challenge') throw new Error('no challenge');
      const { message } = clientFinal('pencil', 'n=ann@ash.test,r=abc', first.data.toString());
      expect(await play(server, alter(message))).toEqual(['malformed']);
    }
  });
  it('is not offered by a directory without keys', async () => {
    const without: Directory = await directory();
    delete without.scram;
    expect(mechanismsOf(without)).toEqual(['PLAIN', 'LOGIN']);
    expect(createSaslServer('SCRAM-SHA-256', { directory: without, remoteAddress: '', random })).toBeUndefined();
  });
});

it('survives any responses to any mechanism, and lets none of them in', async () => {
  const asked = await directory();
  const response = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((octets) => Buffer.from(octets)),
    fc.string({ maxLength: 40 }).map((text) => Buffer.from(`n,,${text}`)),
    fc.array(fc.constantFrom('n,', 'y,', 'a=', 'n=', 'r=', 'c=', 'p=', ',', '=2C', '\0', 'ann', 'biws'), { maxLength: 12 }).map((words) => Buffer.from(words.join(''))),
  );
  await fc.assert(fc.asyncProperty(fc.constantFrom('PLAIN', 'LOGIN', 'SCRAM-SHA-256'), fc.array(response, { minLength: 1, maxLength: 3 }), async (mechanism, responses) => {
    const server = await begin(mechanism, asked);
    for (const each of responses) {
      const step = await server.step(each);
      expect(step.kind).not.toBe('welcome');
    }
  }), { numRuns: 100_000 });
});
