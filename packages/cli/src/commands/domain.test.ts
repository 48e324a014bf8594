import { expect, test } from 'vitest';
import { ELM, Keyboard } from '../testing/keyboard.ts';

test('signing keys are made once, and their records are lines of a zone file', async () => {
  using keyboard = new Keyboard(ELM);
  const first = await keyboard.types('domain dkim elm.test');
  expect(first.out).toMatch(/^p\d{6}r\._domainkey\.elm\.test\. IN TXT \( "v=DKIM1; k=rsa; p=.*" "/m);
  expect(first.out).toMatch(/^p\d{6}e\._domainkey\.elm\.test\. IN TXT "v=DKIM1; k=ed25519; p=/m);
  expect((await keyboard.types('domain dkim elm.test')).out).toBe(first.out);
  const lines = first.out.trimEnd().split('\n');
  expect(JSON.parse((await keyboard.types('domain dkim elm.test --json')).out)).toMatchObject({ domain: 'elm.test', keys: lines.map((zoneLine) => ({ record: { zoneLine } })) });
});

test('a domain that is not ours has no keys', async () => {
  using keyboard = new Keyboard(ELM);
  expect(await keyboard.types('domain dkim ash.test')).toMatchObject({ status: 1, err: 'posthorn: ash.test is not a domain of ours: add it to the configuration first.\n' });
});
