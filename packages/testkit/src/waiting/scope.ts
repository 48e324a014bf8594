/**
 * Which addresses an inbox has: one with its plus-forms, or all of a domain and below it.
 */
import { addressKey, parseAddress } from '@posthorn/mail/address.ts';
import { domainToAscii } from '@posthorn/mail/domain.ts';
import type { Scope } from './inbox.ts';

/** `ann@shop.test`, or `*@shop.test` for the whole domain. Throws `TypeError` for what is neither. */
export function scopeOf(address: string): Scope {
  const domain = /^\*@(.+)$/.exec(address)?.[1];
  return domain === undefined ? addressScope(address) : domainScope(domain);
}

function addressScope(text: string): Scope {
  const address = parseAddress(text);
  if (address === undefined) throw new TypeError(`“${text}” is no address; an inbox has one such as ann@shop.test, or a whole domain: *@shop.test`);
  const key = addressKey(address);
  const at = key.lastIndexOf('@');
  const [local, domain] = [key.slice(0, at), key.slice(at)];
  return {
    address: text,
    name: text,
    has: (other) => {
      const its = keyOf(other);
      return its === key || (its.startsWith(`${local}+`) && its.endsWith(domain));
    },
    form: (word) => `${text.slice(0, text.lastIndexOf('@'))}+${word}${text.slice(text.lastIndexOf('@'))}`,
  };
}

function domainScope(text: string): Scope {
  const domain = domainToAscii(text);
  if (domain === undefined) throw new TypeError(`“${text}” is no domain`);
  return {
    address: `inbox@${text}`,
    name: `*@${text}`,
    has: (other) => {
      const its = keyOf(other);
      return its.endsWith(`@${domain}`) || its.slice(its.lastIndexOf('@')).endsWith(`.${domain}`);
    },
    form: (word) => `${word}@${text}`,
  };
}

function keyOf(text: string): string {
  const address = parseAddress(text);
  return address === undefined ? text.toLowerCase() : addressKey(address);
}
