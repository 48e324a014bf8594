/**
 * Letters for dialogues.
 */

/** CRLF for what is written with line feeds. */
export function letter(text: string): string {
  return text.replaceAll(/\r?\n/g, '\r\n');
}

export const HELLO = letter(`From: Ann <ann@ash.test>
To: eve@elm.test
Subject: Hello
Date: Mon, 5 Jan 2026 10:00:00 +0000
Message-ID: <1@ash.test>

How are you?
`);

/** Text in base64 and quoted-printable, an attached letter, a picture. */
export const PARCEL = letter(`From: =?utf-8?q?J=C3=BCrgen?= <j@ash.test>
To: eve@elm.test
Subject: =?iso-8859-1?q?Gr=FC=DFe_aus_K=F6ln?=
Date: Tue, 6 Jan 2026 11:00:00 +0100
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b1

preamble
--b1
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Viele Gr=FC=DFe aus der sch=F6nen Stadt am Rhein, zerschn=
itten.
--b1
Content-Type: message/rfc822

From: bob@bay.test
Subject: =?utf-8?b?SW5uZXIgw6RwZmVs?=
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

${Buffer.from('Ein verborgener Schlüssel\n').toString('base64')}
--b1
Content-Type: image/png; name=dot.png
Content-Disposition: attachment; filename=dot.png
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--b1--
`);
