/**
 * How a reader leaves a list: List-Unsubscribe, and one click.
 *
 * RFC 2369 §3.2 (List-Unsubscribe), RFC 8058 §3.1 (List-Unsubscribe-Post).
 */

export interface Unsubscribe {
  /** In the order of preference. */
  readonly urls: readonly string[];
  readonly mailto: string | undefined;
  /** The https address to which one POST is enough; undefined where the letter does not offer that. */
  readonly oneClick: string | undefined;
}

export function readUnsubscribe({ list, post }: { readonly list: string; readonly post: string }): Unsubscribe | undefined {
  const addresses = Array.from(list.matchAll(/<\s*([^<>]+?)\s*>/g), ([, address = '']) => address.replaceAll(/\s+/g, ''));
  if (addresses.length === 0) return undefined;
  const urls = addresses.filter((address) => /^https?:/i.test(address));
  const isOneClick = /^List-Unsubscribe=One-Click$/i.test(post.trim());
  return {
    urls,
    mailto: addresses.find((address) => /^mailto:/i.test(address)),
    oneClick: isOneClick ? urls[0] : undefined,
  };
}
