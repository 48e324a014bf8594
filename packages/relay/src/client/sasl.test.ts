import { describe, expect, it } from 'vitest';
import { chooseSasl, type SaslClient } from './sasl.ts';

function choose(offered: readonly string[]): SaslClient {
  const sasl = chooseSasl({ offered, credentials: { user: 'user', password: 'pencil' }, nonce: 'rOprNGfwEbeRWgbNEkqO' });
  if (sasl === undefined) throw new Error('no mechanism');
  return sasl;
}

const SERVER_FIRST = 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096';

describe('Logging in', () => {
  it('prefers SCRAM-SHA-256, then PLAIN, then LOGIN', () => {
    expect(choose(['LOGIN', 'PLAIN', 'SCRAM-SHA-256']).mechanism).toBe('SCRAM-SHA-256');
    expect(choose(['LOGIN', 'PLAIN', 'GSSAPI']).mechanism).toBe('PLAIN');
    expect(choose(['LOGIN']).mechanism).toBe('LOGIN');
    expect(chooseSasl({ offered: ['GSSAPI'], credentials: { user: 'u', password: 'p' }, nonce: 'n' })).toBeUndefined();
  });

  it('by PLAIN says it all at once (RFC 4616 §2)', () => {
    expect(choose(['PLAIN']).first?.toString()).toBe('\0user\0pencil');
  });

  it('by LOGIN waits to be asked twice', () => {
    const login = choose(['LOGIN']);
    expect([login.first, login.answer(Buffer.from('Username:'))?.toString(), login.answer(Buffer.from('Password:'))?.toString()])
      .toEqual([undefined, 'user', 'pencil']);
    expect(login.answer(Buffer.from('More?'))).toBeUndefined();
  });

  it('by SCRAM-SHA-256 follows the example of RFC 7677 §3', () => {
    const scram = choose(['SCRAM-SHA-256']);
    expect(scram.first?.toString()).toBe('n,,n=user,r=rOprNGfwEbeRWgbNEkqO');
    expect(scram.answer(Buffer.from(SERVER_FIRST))?.toString()).toBe(
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    );
    expect(scram.isComplete).toBe(false);
    expect(scram.answer(Buffer.from('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='))).toEqual(Buffer.alloc(0));
    expect(scram.isComplete).toBe(true);
  });

  it('by SCRAM-SHA-256 trusts no host that does not know the password', () => {
    const scram = choose(['SCRAM-SHA-256']);
    scram.answer(Buffer.from(SERVER_FIRST));
    expect(scram.answer(Buffer.from('v=AAAATRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='))).toBeUndefined();
    expect(scram.isComplete).toBe(false);
  });

  it.each([
    'r=someoneelse,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096', 'r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    SERVER_FIRST.replace('4096', '1'), SERVER_FIRST.replace('4096', '999999999'), '', 'e=other-error',
  ])('by SCRAM-SHA-256 does not go on after %j', (challenge) => {
    expect(choose(['SCRAM-SHA-256']).answer(Buffer.from(challenge))).toBeUndefined();
  });
});
