/**
 * The first page: where everything listens, and how to send a first letter.
 */

export interface HomePage {
  readonly hostname: string;
  /** `dev`: any recipient, any password. */
  readonly isDev: boolean;
  readonly listeners: readonly { readonly protocol: string; /** `host:port`, or a path. */ readonly at: string }[];
}

const MEANINGS: Readonly<Record<string, string>> = {
  smtp: 'mail from other servers',
  submission: 'mail from your programs, STARTTLS',
  submissions: 'mail from your programs, TLS',
  lmtp: 'mail from a neighbour on this machine',
  imap: 'reading mail, STARTTLS',
  imaps: 'reading mail, TLS',
  http: 'this page and the API',
};

const STYLE = `
:root { color-scheme: light dark; --ink: #22272e; --soft: #667; --paper: #fbfaf7; --line: #ddd9d0; --mark: #a5491f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e2dc; --soft: #9a9a98; --paper: #191b1e; --line: #34373b; --mark: #e79a6c; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 17px/1.55 system-ui, sans-serif; }
main { max-width: 42rem; margin: 0 auto; padding: 12vh 1.25rem 4rem; }
h1 { font-size: 2rem; margin: 0; letter-spacing: -.02em; } h1 + p { color: var(--soft); margin-top: .25rem; }
h2 { font-size: 1.05rem; margin: 2.5rem 0 .5rem; }
table { border-collapse: collapse; width: 100%; } td { padding: .4rem 1rem .4rem 0; border-top: 1px solid var(--line); vertical-align: top; }
td:last-child { color: var(--soft); } code, pre { font: .88em/1.5 ui-monospace, monospace; }
pre { border: 1px solid var(--line); border-left: 3px solid var(--mark); padding: .8rem 1rem; overflow-x: auto; }
a { color: var(--mark); }`;

export function writeHomePage({ hostname, isDev, listeners }: HomePage): string {
  const rows = listeners.map(({ protocol, at }) =>
    `<tr><td>${escaped(protocol.toUpperCase())}</td><td><code>${escaped(at)}</code></td><td>${escaped(meaning(protocol, isDev))}</td></tr>`).join('\n');
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Posthorn</title><style>${STYLE}</style></head>
<body><main>
<h1>Posthorn</h1>
<p>${isDev ? 'It catches all mail; nothing leaves this machine.' : `The mail host ${escaped(hostname)}.`}</p>
<h2>Where it listens</h2>
<table>
${rows}
</table>
${isDev ? firstLetter(listeners) : ''}
<h2>More</h2>
<p><a href="/healthz">/healthz</a> · <a href="/readyz">/readyz</a> · <a href="/metrics">/metrics</a> · <a href="/rest/v1/openapi.json">/rest/v1/openapi.json</a></p>
</main></body>
</html>
`;
}

function meaning(protocol: string, isDev: boolean): string {
  if (isDev && protocol !== 'http') {
    return protocol === 'imap' ? 'reading mail: the user is a recipient’s address, any password' : 'sending: any recipient, any password or none';
  }
  return MEANINGS[protocol] ?? '';
}

/** Two commands to copy: one sends, one reads. */
function firstLetter(listeners: HomePage['listeners']): string {
  const at = (...protocols: readonly string[]): string => escaped(listeners.find(({ protocol }) => protocols.includes(protocol))?.at ?? '');
  return `<h2>A first letter</h2>
<pre>printf 'From: ann@ash.test\\nTo: bob@elm.test\\nSubject: Hello\\n\\nIt works.\\n' |
  curl smtp://${at('smtp', 'submission')} --mail-from ann@ash.test --mail-rcpt bob@elm.test -T -</pre>
<p>Then read it as <code>bob@elm.test</code>, with any password:</p>
<pre>curl 'imap://${at('imap')}/INBOX;MAILINDEX=1' -u bob@elm.test:any</pre>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
