import { expect, test } from 'vitest';
import { capabilities } from './capability.ts';

const mechanisms = ['PLAIN', 'SCRAM-SHA-256'];

test('before TLS it can be started, and nobody can log in', () => {
  const told = capabilities({ canStartTls: true, isLoginAllowed: false, mechanisms, isAuthenticated: false });
  expect(told).toEqual(expect.arrayContaining(['IMAP4rev1', 'STARTTLS', 'LOGINDISABLED', 'LITERAL+']));
  expect(told.filter((capability) => capability.startsWith('AUTH='))).toEqual([]);
});

test('under TLS the mechanisms are told', () => {
  const told = capabilities({ canStartTls: false, isLoginAllowed: true, mechanisms, isAuthenticated: false });
  expect(told).toEqual(expect.arrayContaining(['SASL-IR', 'AUTH=PLAIN', 'AUTH=SCRAM-SHA-256']));
  expect(told).not.toContain('STARTTLS');
  expect(told).not.toContain('LOGINDISABLED');
});

test('after login nothing is told of logging in', () => {
  const told = capabilities({ canStartTls: true, isLoginAllowed: true, mechanisms, isAuthenticated: true });
  expect(told).toEqual(['IMAP4rev1', 'LITERAL+', 'ENABLE', 'ID', 'IDLE', 'NAMESPACE', 'UNSELECT', 'CHILDREN', 'SPECIAL-USE', 'UIDPLUS', 'MOVE']);
});

test('what is not whole is never told', () => {
  const told = capabilities({ canStartTls: true, isLoginAllowed: true, mechanisms, isAuthenticated: false });
  for (const other of ['IMAP4rev2', 'LIST-EXTENDED', 'ESEARCH', 'CREATE-SPECIAL-USE', 'CONDSTORE']) expect(told).not.toContain(other);
});
