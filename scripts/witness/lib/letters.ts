/**
 * Letters that witnesses carry: awkward on purpose, CRLF throughout.
 */

/** An attachment, a subject and a name beyond ASCII, lines that begin with dots, blanks at the ends of lines. */
export function awkwardLetter(from: string, to: string, mark: string): Buffer {
  const octets = Buffer.from(Array.from({ length: 256 }, (_, index) => index)).toString('base64').replaceAll(/(.{76})/g, '$1\r\n');
  return Buffer.from([
    `From: =?UTF-8?Q?Ann_J=C3=B6rgensen?= <${from}>`,
    `To: <${to}>`,
    `Subject: =?UTF-8?B?${Buffer.from(`Grüße, 世界: ${mark}`).toString('base64')}?=`,
    'Date: Mon, 23 Nov 2026 12:34:56 +0100',
    `Message-ID: <${mark}@witness.test>`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="=-edge-="',
    '',
    'A preamble nobody reads.',
    '--=-edge-=',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    '.a line that begins with a dot',
    '..two of them',
    '.',
    'a blank at the end ',
    'From a line that mbox would quote',
    'caf=C3=A9',
    '',
    '--=-edge-=',
    'Content-Type: application/octet-stream; name="all.bin"',
    'Content-Disposition: attachment; filename="all.bin"',
    'Content-Transfer-Encoding: base64',
    '',
    octets,
    '--=-edge-=--',
    '',
  ].join('\r\n'));
}

/** What stands at the end of the fetched letter must be the sent one, byte for byte. */
export function endsWithSent(fetched: Buffer, sent: Buffer): boolean {
  return fetched.length >= sent.length && fetched.subarray(fetched.length - sent.length).equals(sent);
}
