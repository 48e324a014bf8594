import { expect, test } from 'vitest';
import { capabilities } from './capability.ts';

const mechanisms = ['PLAIN', 'SCRAM-SHA-256'];

test('before TLS it can be started, and nobody can log in', () => {
  const told = capabilities({ canStartTls: true, isLoginAllowed: false, mechanisms, isAuthenticated: false, isCompressed: false, appendOctetsMax: 1000 });
  expect(told).toEqual(expect.arrayContaining(['IMAP4rev2', 'IMAP4rev1', 'STARTTLS', 'LOGINDISABLED', 'LITERAL+']));
  expect(told.filter((capability) => capability.startsWith('AUTH='))).toEqual([]);
});

test('under TLS the mechanisms are told', () => {
  const told = capabilities({ canStartTls: false, isLoginAllowed: true, mechanisms, isAuthenticated: false, isCompressed: false, appendOctetsMax: 1000 });
  expect(told).toEqual(expect.arrayContaining(['SASL-IR', 'AUTH=PLAIN', 'AUTH=SCRAM-SHA-256']));
  expect(told).not.toContain('STARTTLS');
  expect(told).not.toContain('LOGINDISABLED');
});

test('after login nothing is told of logging in', () => {
  const told = capabilities({ canStartTls: true, isLoginAllowed: true, mechanisms, isAuthenticated: true, isCompressed: false, appendOctetsMax: 1000 });
  expect(told.filter((capability) => /^(AUTH=|SASL|STARTTLS|LOGIN)/.test(capability))).toEqual([]);
});

test('nothing is told twice', () => {
  const told = capabilities({ canStartTls: true, isLoginAllowed: true, mechanisms, isAuthenticated: false, isCompressed: false, appendOctetsMax: 1000 });
  expect(new Set(told).size).toBe(told.length);
});
