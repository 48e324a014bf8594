/**
 * What a judge says of a letter that came by MX.
 *
 * SPF: RFC 7208. DKIM: RFC 6376, RFC 8463. DMARC: RFC 9989. iprev: RFC 8601 §3.
 */

export type SpfResult = 'none' | 'neutral' | 'pass' | 'fail' | 'softfail' | 'temperror' | 'permerror';
export type DkimResult = 'none' | 'pass' | 'fail' | 'policy' | 'neutral' | 'temperror' | 'permerror';
export type DmarcResult = 'none' | 'pass' | 'fail' | 'temperror' | 'permerror';
export type IprevResult = 'pass' | 'fail' | 'temperror' | 'permerror';

export interface Verdict {
  readonly spf: { readonly result: SpfResult; readonly domain: string };
  readonly dkim: readonly { readonly result: DkimResult; readonly domain: string; readonly selector: string }[];
  readonly dmarc: {
    readonly result: DmarcResult;
    readonly domain: string;
    /** What the author's domain asks for. */
    readonly policy: 'none' | 'quarantine' | 'reject';
  };
  readonly iprev: { readonly result: IprevResult; readonly name: string };
  /** Complete header lines, ending in CRLF: Authentication-Results in our name, Received-SPF. */
  readonly header: Buffer;
}

export interface JudgeRequest {
  readonly remoteAddress: string;
  readonly heloName: string;
  /** `local@domain`; empty for `<>`. */
  readonly sender: string;
  /** Our name: the authserv-id. */
  readonly hostname: string;
  /** The content as received. */
  readonly content: AsyncIterable<Buffer>;
}

export interface Judge {
  /** Never throws for what the world does: a silent DNS is `temperror`. */
  judge(request: JudgeRequest): Promise<Verdict>;
  close(): Promise<void>;
}
