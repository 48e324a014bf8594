import { expect, test } from 'vitest';
import { asciiParameters, parameter, parseContentType, parseDisposition } from './mime-parameters.ts';
import { noise } from './testing/noise.ts';

test('a content type has a type, a subtype and parameters', () => {
  expect(parseContentType('Text/HTML; Charset="UTF-8"; format=flowed')).toEqual({ type: 'text', subtype: 'html', parameters: [['charset', 'UTF-8'], ['format', 'flowed']] });
  expect(parseContentType('text/plain')).toEqual({ type: 'text', subtype: 'plain', parameters: [] });
});

test('comments and space may stand anywhere between', () => {
  expect(parseContentType(' (a) text (b) / (c) plain (d) ; (e) charset (f) = (g) us-ascii (Plain text)')).toEqual({ type: 'text', subtype: 'plain', parameters: [['charset', 'us-ascii']] });
});

test('quoted values may hold anything', () => {
  expect(parameter(parseContentType('multipart/mixed; boundary="a;b=\\"c\\" (d)"')?.parameters ?? [], 'boundary')).toBe('a;b="c" (d)');
  expect(parameter(parseContentType('multipart/mixed; boundary="never closed')?.parameters ?? [], 'boundary')).toBe('never closed');
});

test('what senders forget is forgiven', () => {
  const read = (text: string): unknown => parseContentType(text)?.parameters;
  expect(read('text/plain;; charset=utf-8;')).toEqual([['charset', 'utf-8']]);
  expect(read('text/plain charset=utf-8')).toEqual([['charset', 'utf-8']]);
  expect(read('application/pdf; name=My file (1).pdf; x=y')).toEqual([['name', 'My file'], ['x', 'y']]);
  expect(read('multipart/mixed; boundary=a=b/c?d')).toEqual([['boundary', 'a=b/c?d']]);
  expect(read('text/plain; garbage; charset=utf-8')).toEqual([['charset', 'utf-8']]);
  expect(read('text/plain; charset=; x=y')).toEqual([['charset', ''], ['x', 'y']]);
  expect(read('text/plain; charset=a; charset=b')).toEqual([['charset', 'a']]);
});

test.each(['', 'text', '/plain', 'text/', ';', 'text plain', '"text"/plain'])('%j is no content type', (text) => {
  expect(parseContentType(text)).toBeUndefined();
});

test('a disposition has a type and parameters', () => {
  expect(parseDisposition('ATTACHMENT; filename="a b.txt"')).toEqual({ type: 'attachment', parameters: [['filename', 'a b.txt']] });
  expect(parseDisposition('')).toBeUndefined();
  expect(parseDisposition('; filename=x')).toBeUndefined();
});

// RFC 2231 §3 and §4 have these.
test('a parameter may come in pieces, and in a charset', () => {
  expect(parseContentType('message/external-body; access-type=URL;\t URL*0="ftp://";\t URL*1="cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar"')?.parameters)
    .toEqual([['access-type', 'URL'], ['url', 'ftp://cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar']]);
  expect(parseContentType("application/x-stuff; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A")?.parameters).toEqual([['title', 'This is ***fun***']]);
  expect(parseContentType("application/x-stuff; title*0*=us-ascii'en'This%20is%20even%20more%20; title*1*=%2A%2A%2Afun%2A%2A%2A%20; title*2=\"isn't it!\"")?.parameters)
    .toEqual([['title', "This is even more ***fun*** isn't it!"]]);
});

test('pieces count by their number, a gap ends them, and a character may be cut in two', () => {
  const name = (text: string): string | undefined => parameter(parseDisposition(`attachment; ${text}`)?.parameters ?? [], 'filename');
  expect(name("filename*1*=%BC.txt; filename*0*=utf-8''%C3")).toBe('ü.txt');
  expect(name('filename*0=a; filename*2=c')).toBe('a');
  expect(name('filename*1=b; filename=plain')).toBe('plain');
  expect(name("filename=plain.txt; filename*=utf-8''gr%C3%BCn.txt")).toBe('grün.txt');
  expect(name("filename*=iso-8859-1''gr%FCn.txt")).toBe('grün.txt');
  expect(name('filename*=gr%C3%BCn%zz.txt')).toBe('grün%zz.txt');
});

test('parameters beyond ASCII can be written for readers of ASCII, and are read again', () => {
  const parameters = [['charset', 'utf-8'], ['name', 'Grüße (1).txt']] as const;
  expect(asciiParameters(parameters)).toEqual([['charset', 'utf-8'], ['name*', "utf-8''Gr%C3%BC%C3%9Fe%20%281%29.txt"]]);
  const written = asciiParameters(parameters).map(([name, value]) => `; ${name}=${value}`).join('');
  expect(parseContentType(`text/plain${written}`)?.parameters).toEqual(parameters);
});

test('no text makes the parser stumble, and nothing that breaks a line gets into a value', () => {
  const pieces = ['text/plain', 'a', '/', ';', '; ', '=', '"', '\\', '(', ')', '*', '*0', '*1*', "utf-8''", '%C3', '%BC', ' ', '\r\n ', '\0', 'ü', 'name', 'name='];
  let wrong: string | undefined;
  for (const text of noise({ seed: 11, pieces, piecesMax: 16 })) {
    const values = [parseContentType(text)?.parameters ?? [], parseDisposition(text)?.parameters ?? []].flat();
    if (values.some(([name, value]) => name === '' || /[\x00-\x1f]/.test(name + value))) wrong ??= JSON.stringify(text);
  }
  expect(wrong).toBeUndefined();
});
