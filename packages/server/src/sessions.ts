/**
 * The sessions behind the SMTP listeners, as a configuration wants them. A reload makes new ones.
 */
import { lmtpSessions } from '@posthorn/smtpd/lmtp.ts';
import { mxSessions } from '@posthorn/smtpd/mx.ts';
import { networkMatcher } from '@posthorn/smtpd/networks.ts';
import type { OpenSession } from '@posthorn/smtpd/session.ts';
import { submissionSessions } from '@posthorn/smtpd/submission.ts';
import { sign } from '@posthorn/trust/signer.ts';
import type { Config } from './config/config.ts';
import type { Parts } from './parts.ts';
import type { World } from './world.ts';

export interface Sessions {
  readonly mx: OpenSession;
  readonly submission: OpenSession;
  readonly lmtp: OpenSession;
  /** For who may open the control socket: trusted, and may send as anyone. */
  readonly control: OpenSession;
}

export function createSessions(config: Config, world: World, { core, post, retries }: Parts): Sessions {
  const isDev = config.domains === 'any';
  const parts = {
    ...world,
    hostname: config.hostname,
    store: core.store,
    directory: core.directory,
    planner: post.planner,
    expire: config.relay.expire,
    sign,
  };
  const once = config.isRetryCollapsed ? { retries } : {};
  const { isJudging, isDmarcRejectObeyed } = config.trust;
  // What a developer's program leaves out is to be seen, not put right.
  const addsMissing = !isDev;
  return {
    mx: mxSessions({ ...parts, ...once, isDmarcRejectObeyed, ...(isJudging ? { judge: post.judge } : {}) }),
    submission: submissionSessions({ ...parts, ...once, policy: { isClearAuthAllowed: isDev, isTrusted: networkMatcher(config.trustedNetworks), addsMissing } }),
    lmtp: lmtpSessions({ ...parts, ...once }),
    control: submissionSessions({ ...parts, policy: { isClearAuthAllowed: false, isTrusted: () => true, addsMissing } }),
  };
}
