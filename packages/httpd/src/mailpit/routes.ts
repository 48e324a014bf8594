/**
 * What Mailpit's clients ask for, so that they work unchanged: `/api/v1`, `/api/events`, `/view`.
 *
 * Its documented routes, https://mailpit.axllent.org/docs/api-v1/. For `dev` only.
 */
import type { FastifyInstance } from 'fastify';
import type { LetterParts } from '../letter-parts.ts';
import type { ApiOptions } from '../options.ts';
import { mailpitAboutRoutes } from './about.ts';
import { mailpitEventRoutes } from './events.ts';
import { mailpitLetterRoutes } from './message.ts';
import { mailpitMessageRoutes } from './messages.ts';
import { mailpitSendRoutes } from './send.ts';

export async function mailpitRoutes(app: FastifyInstance, options: ApiOptions, parts: LetterParts): Promise<void> {
  mailpitMessageRoutes(app, options, parts);
  mailpitLetterRoutes(app, options);
  mailpitSendRoutes(app, options);
  mailpitAboutRoutes(app, options);
  await mailpitEventRoutes(app, options, parts);
}
