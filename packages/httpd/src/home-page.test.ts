import { expect, it } from 'vitest';
import { testApi } from './testing/api.ts';
import { writeHomePage } from './home-page.ts';

it('shows where everything listens and how to send and read a first letter', async () => {
  const response = await testApi().app.inject('/');
  expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(response.headers['content-security-policy']).toContain("default-src 'none'");
  expect(response.body).toContain('curl smtp://127.0.0.1:1025 --mail-from ann@ash.test --mail-rcpt bob@elm.test');
  expect(response.body).toContain("curl 'imap://127.0.0.1:1143/INBOX;MAILINDEX=1' -u bob@elm.test:any");
});

it('loads nothing from elsewhere, and shows no commands for dev on a real host', () => {
  const page = writeHomePage({ hostname: 'mx.<b>.test', isDev: false, listeners: [{ protocol: 'smtp', at: '192.0.2.1:25' }, { protocol: 'lmtp', at: '/run/lmtp' }] });
  expect(page).toContain('mx.&lt;b&gt;.test');
  expect(page).toContain('<td>SMTP</td><td><code>192.0.2.1:25</code></td><td>mail from other servers</td>');
  expect(page).not.toContain('curl');
  expect(page).not.toMatch(/(src|href)="(https?:)?\/\/|<script|@import|url\(/);
});
