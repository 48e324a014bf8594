/**
 * What a subject is about, without the marks that answering and forwarding leave. RFC 5256 §2.1.
 */

/** No subject needs more rounds than this; a hostile one gets no more. */
const ROUNDS_MAX = 100;

/** RFC 5256 §5: subj-refwd, perhaps behind blobs, perhaps with one behind it. */
const REPLY = /^(?:\[[^[\]]*\]\s*)*(?:re|fwd?)\s*(?:\[[^[\]]*\]\s*)?:\s*/i;
const BLOB = /^\[[^[\]]*\]\s*/;
const TRAILER = /(?:\(fwd\)|\s)+$/i;
const FORWARDED = /^\[fwd:(.*)\]$/i;

export interface BaseSubject {
  readonly text: string;
  /** It was an answer, or forwarded: of threads, such a letter is not the first. */
  readonly isReply: boolean;
}

/** `subject` decoded, in any case. */
export function baseSubject(subject: string): BaseSubject {
  let text = subject.replaceAll(/\s+/g, ' ').trim();
  let isReply = false;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const before = text;
    const trimmed = text.replace(TRAILER, '');
    isReply ||= /\(fwd\)/i.test(text.slice(trimmed.length));
    text = trimmed;
    for (let prefix = 0; prefix < ROUNDS_MAX; prefix++) {
      const withoutReply = text.replace(REPLY, '');
      if (withoutReply !== text) {
        isReply = true;
        text = withoutReply;
        continue;
      }
      const withoutBlob = text.replace(BLOB, '');
      // RFC 5256 §2.1 (4): a blob goes only if something is left.
      if (withoutBlob === text || withoutBlob === '') break;
      text = withoutBlob;
    }
    const forwarded = FORWARDED.exec(text)?.[1];
    if (forwarded !== undefined) {
      isReply = true;
      text = forwarded.trim();
    }
    if (text === before) break;
  }
  return { text, isReply };
}
