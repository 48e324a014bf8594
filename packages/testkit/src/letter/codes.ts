/**
 * One-time codes in a letter, best first.
 *
 * Whatever looks like a code is a candidate. It is scored by how near it stands to the words
 * that announce one, in the languages that such letters are commonly written in, and loses
 * by what stands beside years, prices, telephone and order numbers.
 */

export interface Candidate {
  /** As a person would type it: without the spaces or hyphens that group digits. */
  readonly code: string;
  readonly score: number;
}

/** Words that announce a code, as they begin; matched without case. */
const ANNOUNCING = [
  // English, and what many languages borrow.
  'code', 'otp', 'passcode', 'pass code', 'pin', 'one-time', 'one time', 'verification', 'verify', 'confirmation', 'authentication', '2fa',
  // German, Dutch, Scandinavian, Finnish.
  'kode', 'koden', 'kod', 'kennwort', 'einmalpasswort', 'tan', 'bestätigung', 'sicherheitsschlüssel', 'eenmalig', 'engangs', 'koodi', 'vahvistus', 'tunnusluku',
  // Romance.
  'código', 'codigo', 'clave', 'contraseña', 'verificación', 'verificação', 'senha', 'codice', 'codul', 'cod ', 'mot de passe', 'vérification', 'codi ',
  // Slavic, Baltic, Hungarian, Greek, Turkish.
  'kód', 'hasło', 'ověření', 'overenie', 'код', 'пароль', 'подтверждени', 'підтвердження', 'κωδικ', 'kodas', 'kods', 'jelszó', 'şifre', 'doğrulama', 'onay',
  // Semitic, Indic, South-East Asian.
  'رمز', 'كود', 'کد', 'קוד', 'कोड', 'ओटीपी', 'কোড', 'รหัส', 'mã ', 'kata sandi',
  // East Asian.
  '验证码', '驗證碼', '校验码', '动态码', '确认码', '認証コード', '認証番号', '確認コード', '確認番号', 'コード', 'ワンタイム', '暗証番号', '인증번호', '인증 번호', '인증 코드', '인증코드', '확인 코드', '코드',
] as const;

/** Digits in one piece or in two or three groups; letters with digits; two groups of capitals. */
const SHAPES: readonly { readonly pattern: RegExp; readonly score: number }[] = [
  { pattern: /(?<![\p{L}\p{N}])\d{4,8}(?![\p{L}\p{N}])/gu, score: 20 },
  { pattern: /(?<![\p{L}\p{N}])\d{2,4}(?:[-\u2010-\u2013 \u00a0]\d{2,4}){1,2}(?![\p{L}\p{N}])/gu, score: 14 },
  { pattern: /(?<![\p{L}\p{N}])[A-Z]{1,3}-\d{4,8}(?![\p{L}\p{N}])/gu, score: 12 },
  { pattern: /(?<![\p{L}\p{N}])(?=[A-Z0-9]*\d)(?=[A-Z0-9]*[A-Z])[A-Z0-9]{4,10}(?![\p{L}\p{N}])/gu, score: 12 },
  { pattern: /(?<![\p{L}\p{N}])[A-Z0-9]{3,5}-[A-Z0-9]{3,5}(?![\p{L}\p{N}])/gu, score: 10 },
  { pattern: /(?<=^|\n)[ \t]*[A-Z]{5,10}[ \t]*(?=\n|$)/g, score: 4 },
  { pattern: /(?<![\p{L}\p{N}])(?=[a-z0-9]*\d)(?=[a-z0-9]*[a-z])[a-z0-9]{6,8}(?![\p{L}\p{N}])/gu, score: 4 },
];

/** What cannot be one, from what stands around it. */
const BESIDES: readonly { readonly before?: RegExp; readonly after?: RegExp; readonly loss: number }[] = [
  { before: /[$€£¥₹₽]\s?$|\b(?:usd|eur|gbp|chf)\s?$/i, loss: 60 },
  { after: /^(?:[.,]\d|\s?(?:[$€£¥₹₽%]|usd|eur|gbp|chf)\b)/i, loss: 60 },
  { before: /\d[.,:/]$/, loss: 60 },
  { after: /^[:/]\d/, loss: 60 },
  { before: /(?:order|invoice|ticket|case|ref(?:erence)?|customer|account|bestellung|rechnung|kunden\w*|pedido|factura|facture|commande|ordine|fattura|заказ\w*|号)(?:\s?(?:no|nr|number|nummer|n°|número)\.?)?\s?[:#]?\s?$/i, loss: 40 },
  { before: /#\s?$/, loss: 25 },
  { before: /(?:tel|phone|fax|telefon|call|\+)[.:]?\s?\d*\s?$/i, loss: 50 },
  { before: /(?:©|\(c\)|copyright|since|seit|depuis|desde)\s?$/i, loss: 60 },
  { after: /^\s?(?:minutes?|min\b|hours?|days?|minuten|stunden|tage|heures|jours|minutos|horas|años|minuti|ore|street|st\.|ave|road|straße)/i, loss: 60 },
];

/** Farther than this, a word announces nothing. */
const REACH = 160;

export function codesIn({ subject, text }: { readonly subject: string; readonly text: string }): readonly Candidate[] {
  const best = new Map<string, number>();
  for (const { words, bonus } of [{ words: subject, bonus: 8 }, { words: withoutAddresses(text), bonus: 0 }]) {
    const announced = announcements(words);
    for (const { pattern, score } of SHAPES) {
      for (const match of words.matchAll(pattern)) {
        const worth = score + bonus + nearness(match.index, match.index + match[0].length, announced) + around(words, match.index, match[0]);
        const code = /\p{L}/u.test(match[0]) ? match[0].trim() : match[0].replaceAll(/\D/g, '');
        if (code.length <= 10 && worth > (best.get(code) ?? 0)) best.set(code, worth);
      }
    }
  }
  return Array.from(best, ([code, score]) => ({ code, score })).toSorted((a, b) => b.score - a.score);
}

/** Links and mail addresses are full of what looks like codes. */
function withoutAddresses(text: string): string {
  return text.replaceAll(/\b[a-z][a-z0-9+.-]*:\/\/\S+|\S+@\S+\.\S+|\bwww\.\S+/gi, (found) => ' '.repeat(found.length));
}

interface Place {
  readonly start: number;
  readonly end: number;
}

function announcements(words: string): readonly Place[] {
  const lower = words.toLowerCase();
  return ANNOUNCING.flatMap((word) => {
    const found: Place[] = [];
    for (let at = lower.indexOf(word); at !== -1; at = lower.indexOf(word, at + word.length)) found.push({ start: at, end: at + word.length });
    return found;
  });
}

/** Up to 50; a word before a code announces it better than one behind. */
function nearness(start: number, end: number, announced: readonly Place[]): number {
  let nearest = 0;
  for (const place of announced) {
    // `VERIFY1` announces nothing: it is the candidate itself.
    if (place.start >= start && place.end <= end) continue;
    const isBefore = place.end <= start;
    const distance = isBefore ? start - place.end : place.start - end;
    if (distance < REACH) nearest = Math.max(nearest, (isBefore ? 50 : 30) * (1 - distance / REACH));
  }
  return nearest;
}

function around(words: string, at: number, found: string): number {
  const before = words.slice(Math.max(0, at - 40), at);
  const after = words.slice(at + found.length, at + found.length + 20);
  let sum = 0;
  if (/(?:^|\n)[ \t*>]*$/.test(before) && /^[ \t*]*(?:\n|$)/.test(after)) sum += 15;
  if (/^\d{6}$/.test(found)) sum += 6;
  if (/^(?:19|20)\d\d$/.test(found)) sum -= 12;
  if (/[:：]\s*$/.test(before)) sum += 6;
  for (const { before: left, after: right, loss } of BESIDES) {
    if (left?.test(before) === true || right?.test(after) === true) sum -= loss;
  }
  return sum;
}
