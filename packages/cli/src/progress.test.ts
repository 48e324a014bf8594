import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import type { Call } from './command.ts';
import { amount, barOf, ProgressTeller, timeOf } from './progress.ts';

interface Heard {
  readonly call: Call;
  out: string;
  err: string;
}

function listener({ isTTY, isJson }: { readonly isTTY: boolean; readonly isJson: boolean }): Heard {
  const heard: Heard = {
    out: '', err: '',
    call: {
      words: [], value: () => undefined, values: () => [], isSet: (name) => name === 'json' && isJson,
      io: {
        stdin: Readable.from([]), env: {}, cwd: () => '/',
        stdout: { write: (text) => { heard.out += text; } },
        stderr: { isTTY, write: (text) => { heard.err += text; } },
      },
    },
  };
  return heard;
}

const step = (done: number) => ({ task: 'copying letters', done, total: 1000, unit: 'letters' });

test('a person at a terminal sees a bar after two seconds, with rate and time left, and it goes away at the end', () => {
  const heard = listener({ isTTY: true, isJson: false });
  let now = 0;
  const teller = new ProgressTeller(heard.call, () => now);
  teller.tell(step(0));
  now = 1900;
  teller.tell(step(190));
  expect(heard.err).toBe('');
  now = 2500;
  teller.tell(step(250));
  expect(heard.err).toBe('\r\u001b[Kcopying letters  [######                  ] 25 %  100 letters/s  8 s left');
  teller.end();
  expect(heard.err.endsWith('\r\u001b[K')).toBe(true);
  expect(heard.out).toBe('');
});

test('what is over sooner, or goes to a file, shows no bar', () => {
  const heard = listener({ isTTY: false, isJson: false });
  let now = 0;
  const teller = new ProgressTeller(heard.call, () => now);
  now = 60_000;
  teller.tell(step(5));
  teller.end();
  expect(heard.err + heard.out).toBe('');
});

test('a script gets each step as a line of JSON', () => {
  const heard = listener({ isTTY: true, isJson: true });
  new ProgressTeller(heard.call, () => 0).tell(step(5));
  expect(heard.out).toBe('{"event":"progress","task":"copying letters","done":5,"total":1000,"unit":"letters"}\n');
  expect(heard.err).toBe('');
});

test('amounts and times read as people say them', () => {
  expect(amount(1_250_000, 'octets')).toBe('1.3 MB');
  expect(amount(999, 'octets')).toBe('999 octets');
  expect(amount(12_345, 'letters')).toBe('12,345 letters');
  expect([timeOf(3), timeOf(600), timeOf(9000)]).toEqual(['3 s', '10 min', '2.5 h']);
  expect(barOf({ task: 'reading', done: 10, unit: 'rows' }, 2000)).toBe('reading  10 rows  5 rows/s');
});
