import { describe, expect, test } from 'vitest';
import { readConfig } from './read.ts';

const GOOD = `
hostname = "mx.elm.test"
data = "store"
[[domain]]
name = "elm.test"
[[listener]]
protocol = "smtp"
address = "127.0.0.2:25"
`;

function read(text: string, environment: Readonly<Record<string, string>> = {}): ReturnType<typeof readConfig> {
  return readConfig(text, { folder: '/etc/posthorn', environment });
}

function problemsOf(text: string): readonly string[] {
  const answer = read(text);
  return answer.kind === 'faulty' ? answer.problems.map(({ line, what }) => `${line}: ${what}`) : [];
}

test('a short configuration is complete: everything else has a default', () => {
  expect(read(GOOD)).toEqual({
    kind: 'config',
    config: {
      hostname: 'mx.elm.test',
      data: '/etc/posthorn/store',
      domains: ['elm.test'],
      quotas: { account: {}, domains: new Map() },
      listeners: [{ protocol: 'smtp', endpoint: { host: '127.0.0.2', port: 25 }, from: 'line 8 of the configuration' }],
      trustedNetworks: [],
      isRetryCollapsed: true,
      messageOctetsMax: 50_000_000,
      relay: { port: 25, retry: [300_000, 600_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000], expire: 432_000_000, isLoopbackAllowed: false },
      trust: { isJudging: true, isDmarcRejectObeyed: false },
    },
  });
});

test('everything that is wrong is told at once, each with its line and what would be right', () => {
  expect(problemsOf(`
hostname = 7
dat = "store"
[[domain]]
name = "elm..test"
[[listener]]
protocol = "smpt"
address = "127.0.0.2"
[limits]
message = "huge"
[relay]
port = 0
retry = ["5 minutes"]
`)).toEqual([
    '1: data is missing; for example: data = "/var/lib/posthorn"',
    '2: hostname must be a string: a host name such as "mx.example.org"',
    '3: dat is not a key we know; did you mean data?',
    '5: domain.name = "elm..test" is not a domain such as "example.org"',
    '7: listener.protocol = "smpt" is not one of smtp, submission, submissions, lmtp, imap, imaps, http',
    '8: listener.address = "127.0.0.2" is not an address with port such as "127.0.0.1:25", or "unix:/path" for lmtp and http',
    '10: limits.message = "huge" is not a size such as "50MB"',
    '12: relay.port must be a whole number from 1 to 65535',
    '13: relay.retry has an entry that is not a time such as "5m" or "1h"',
  ]);
});

describe('contradictions are told', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['[[listener]]\nprotocol = "imap"\naddress = "127.0.0.2:25"\n', '11: listener.address = "127.0.0.2:25" is taken by the listener on line 8'],
    ['[[listener]]\nprotocol = "imap"\naddress = "unix:/run/imap"\n', '11: listener.address: imap listens on an address with a port; unix sockets are for lmtp and http'],
    ['[tls]\ncertificate = "cert.pem"\n', '9: tls.key is missing; for example: key = "key.pem"'],
    ['[relay]\nretry = ["1d"]\nexpire = "1h"\n', '10: relay.retry waits longer than relay.expire: no letter would be tried twice'],
    ['[trust]\njudge = false\ndmarc_reject = "obey"\n', '11: trust.dmarc_reject = "obey" needs trust.judge = true'],
    ['[relay]\nsmarthost = "smtp.example.net"\n', '10: relay.smarthost is not a URL such as "submission://user:password@smtp.example.net:587" (or smtp://, submissions://)'],
    ['[[domain]]\nname = "ELM.test"\n', '10: domain.name = "elm.test" stands here twice'],
  ];
  test.each(cases)('%s', (more, problem) => {
    expect(problemsOf(GOOD + more)).toEqual([problem]);
  });
});

test('a postmaster elsewhere is a contradiction', () => {
  expect(problemsOf(`postmaster = "ann@ash.test"${GOOD}`)).toEqual(['1: postmaster must be in one of our domains (elm.test)']);
});

test('what is not TOML is told with its line', () => {
  expect(problemsOf('hostname = "a"\ndata = = 1\n')).toEqual(['2: this is not TOML: Unexpected token']);
});

test('a certificate that cannot be read is told before anything starts', () => {
  expect(problemsOf(`${GOOD}[tls]\ncertificate = "cert.pem"\nkey = "key.pem"\n`)).toEqual(['10: tls: the certificate and key cannot be used (ENOENT)']);
});

test('secrets come from the environment, and a missing one is told', () => {
  const text = `${GOOD}[relay]\nsmarthost = { env = "SMARTHOST" }\n`;
  expect(read(text, { SMARTHOST: 'submissions://ann:p%40ss@smtp.example.net' })).toMatchObject({
    config: { relay: { smarthost: { tls: 'implicit', host: 'smtp.example.net', port: 465, credentials: { user: 'ann', password: 'p@ss' } } } },
  });
  expect(problemsOf(text)).toEqual(['10: relay.smarthost: the environment has no SMARTHOST']);
});

test('laboratories that name a relay port or DNS servers may relay to loopback', () => {
  for (const more of ['[relay]\nport = 2525\n', '[dns]\nservers = ["127.0.0.1:5353"]\n']) {
    expect(read(GOOD + more)).toMatchObject({ config: { relay: { isLoopbackAllowed: true } } });
  }
});

test('IDN domains are known by their A-labels', () => {
  expect(read(GOOD.replace('name = "elm.test"', 'name = "bücher.example"'))).toMatchObject({ config: { domains: ['xn--bcher-kva.example'] } });
});

test('quotas are for each account, for each of a domain, and for a whole domain', () => {
  const answer = read(GOOD.replace('name = "elm.test"', 'name = "elm.test"\nquota = "10GB"\naccount_letters = 500') + '[quota]\naccount = "1GB"\n');
  expect(answer.kind === 'config' && answer.config.quotas).toEqual({
    account: { octets: 1_000_000_000 }, domains: new Map([['elm.test', { total: { octets: 10_000_000_000 }, account: { messages: 500 } }]]),
  });
  expect(problemsOf(`${GOOD}[quota]\naccount = 5\nletters = 3\n`)).toEqual([
    '10: quota.account must be a string: a size such as "1GB"', '11: quota.letters is not a key we know; here there can be account, account_letters',
  ]);
});

test('what is kept, and for how long, may be said in part', () => {
  const retentionOf = (text: string): unknown => {
    const answer = read(`${GOOD}[retention]\n${text}`);
    return answer.kind === 'config' ? answer.config.retention : answer.problems.map(({ what }) => what);
  };
  expect(retentionOf('undelete = "0s"')).toEqual({ undeleteMs: 0, ledgerMs: 90 * 86_400_000, mailboxes: [] });
  expect(retentionOf('ledger = "1d"')).toEqual({ undeleteMs: 14 * 86_400_000, ledgerMs: 86_400_000, mailboxes: [] });
  expect(retentionOf('[[retention.mailbox]]\nname = "\\\\Trash"\nafter = "30d"\n')).toMatchObject({ mailboxes: [{ mailbox: '\\Trash', afterMs: 30 * 86_400_000 }] });
  expect(retentionOf('[[retention.mailbox]]\nname = "Junk"\n')).toEqual(['retention.mailbox.after is missing; for example: after = "30d"']);
  expect(retentionOf('undelete = "long"')).toEqual(['retention.undelete = "long" is not a time such as "14d"']);
});
