import { describe, expect, it } from 'vitest';
import { seededRandom } from '@posthorn/world/sim/random.ts';
import { createHasher, formatPhc, parsePhc } from './hasher.ts';
import { deriveScramKeys } from './scram-keys.ts';

const cheap = { memory: 64, passes: 1, lanes: 1 };

describe('Argon2id', () => {
  it('verifies the password it was made from, and no other', async () => {
    const hasher = createHasher({ random: seededRandom(1), cost: cheap, scramIterations: 4096 });
    const { argon2id } = await hasher.makeCredentials('pencil');
    expect(argon2id).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(await hasher.verify('pencil', argon2id)).toBe(true);
    expect(await hasher.verify('Pencil', argon2id)).toBe(false);
    expect(await hasher.verify('pencil', undefined)).toBe(false);
  });
  it('matches a string made by the reference implementation', async () => {
    const hasher = createHasher({ random: seededRandom(1), isScramKept: false });
    // From the test file of the reference implementation: t=2, m=2^16 KiB, p=1, "password", salt "somesalt".
    expect(await hasher.verify('password', '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc')).toBe(true);
  });
  it('still verifies what was made at another cost', async () => {
    const old = createHasher({ random: seededRandom(1), cost: cheap, isScramKept: false });
    const { argon2id, scramSha256 } = await old.makeCredentials('pencil');
    expect(scramSha256).toBeUndefined();
    const now = createHasher({ random: seededRandom(2), cost: { ...cheap, passes: 2 }, isScramKept: false });
    expect(await now.verify('pencil', argon2id)).toBe(true);
  });
  it('uses the cost that servers are advised to, unless told', async () => {
    const { argon2id } = await createHasher({ random: seededRandom(1), isScramKept: false }).makeCredentials('pencil');
    expect(argon2id).toContain('$m=19456,t=2,p=1$');
  });
  it('derives SCRAM keys with at least 100,000 iterations', async () => {
    const { scramSha256 } = await createHasher({ random: seededRandom(1), cost: cheap }).makeCredentials('pencil');
    expect(scramSha256?.iterations).toBeGreaterThanOrEqual(100_000);
  });
});

it('reads the PHC strings that it wrote, and throws on a damaged one', () => {
  const phc = { cost: cheap, salt: Buffer.from('0123456789abcdef'), tag: Buffer.alloc(32, 9) };
  expect(parsePhc(formatPhc(phc))).toEqual(phc);
  for (const damaged of ['', '$argon2id$v=19$m=64,t=1,p=1$abc', '$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc']) {
    expect(() => parsePhc(damaged)).toThrow('no Argon2id');
  }
});

it('derives the SCRAM keys of the example in RFC 7677 §3', async () => {
  const keys = await deriveScramKeys('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'), 4096);
  expect(keys.storedKey).toBe('WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=');
});
