/**
 * Mailpit's `/api/v1/info`, `/webui`, `/chaos`, and what it has that we have not.
 */
import type { FastifyInstance } from 'fastify';
import type { FaultStage } from '@posthorn/world/fault.ts';
import type { FaultList } from '@posthorn/world/fault-list.ts';
import { tagsOf } from '../letters/tags.ts';
import type { ApiOptions } from '../options.ts';
import { objectOf } from '../schemas.ts';

const hide = true;
const TRIGGER = objectOf({ ErrorCode: { type: 'integer', minimum: 400, maximum: 599 }, Probability: { type: 'integer', minimum: 0, maximum: 100 } });
const TAGGED_MAX = 10_000;

const STAGES = { Sender: 'mail', Recipient: 'rcpt', Authentication: 'auth' } as const satisfies Readonly<Record<string, FaultStage>>;
type Place = keyof typeof STAGES;
const PLACES: readonly Place[] = ['Sender', 'Recipient', 'Authentication'];
type Triggers = Readonly<Partial<Record<Place, { readonly ErrorCode: number; readonly Probability: number }>>>;

export function mailpitAboutRoutes(app: FastifyInstance, { store, clock, version, faults }: ApiOptions): void {
  const startedAt = clock.monotonic();

  app.get('/api/v1/info', { schema: { hide } }, async () => {
    const { letters, unseen, octets } = await store.letters.counts();
    const tags: Record<string, number> = {};
    for (const row of await store.letters.page({ from: 'newest', limit: TAGGED_MAX })) for (const tag of tagsOf(row)) tags[tag] = (tags[tag] ?? 0) + 1;
    return {
      Version: `v1 (Posthorn ${version})`, LatestVersion: '', Database: 'Posthorn', DatabaseSize: octets, Messages: letters, Unread: unseen, Tags: tags,
      RuntimeStats: { Uptime: Math.floor((clock.monotonic() - startedAt) / 1000), Memory: process.memoryUsage.rss(), MessagesDeleted: 0, SMTPAccepted: letters, SMTPAcceptedSize: octets, SMTPRejected: 0, SMTPIgnored: 0 },
    };
  });

  app.get('/api/v1/webui', { schema: { hide } }, () => ({
    Label: 'Posthorn', SpamAssassin: false, DuplicatesIgnored: false, HideDeleteAllButton: false, ChaosEnabled: faults !== undefined,
    MessageRelay: { Enabled: false, SMTPServer: '', ReturnPath: '', AllowedRecipients: '', BlockedRecipients: '', RecipientAllowlist: '', PreserveMessageIDs: false, OverrideFrom: '' },
  }));

  app.post('/api/v1/message/:id/release', { schema: { hide } }, (_request, reply) => {
    reply.code(403).type('text/plain; charset=utf-8').send('Nothing leaves this machine: message relay is not enabled');
  });
  app.get('/api/v1/message/:id/sa-check', { schema: { hide } }, () => ({ IsSpam: false, Score: 0, Rules: null, Error: 'SpamAssassin is not part of this server' }));

  app.get('/api/v1/chaos', { schema: { hide } }, (_request, reply) => reply.send(triggersOf(faults)));
  app.put<{ Body: Triggers }>('/api/v1/chaos', { schema: { hide, body: objectOf({ Sender: TRIGGER, Recipient: TRIGGER, Authentication: TRIGGER }, []) } }, (request, reply) => {
    // Mailpit sets to zero what is not named.
    faults?.set([...faults.faults.filter(({ id }) => !id.startsWith('chaos-')), ...PLACES.flatMap((place) => {
      const trigger = request.body[place];
      return trigger === undefined || trigger.Probability === 0 ? [] : [{
        id: `chaos-${place}`, stage: STAGES[place], probability: trigger.Probability, action: { kind: 'reply', code: trigger.ErrorCode, text: 'Chaos, as asked for' },
      } as const];
    })]);
    reply.send(triggersOf(faults));
  });
}

function triggersOf(list: FaultList | undefined): Triggers {
  return Object.fromEntries(PLACES.map((place) => {
    const fault = list?.faults.find(({ id }) => id === `chaos-${place}`);
    return [place, { ErrorCode: fault?.action.kind === 'reply' ? fault.action.code : place === 'Authentication' ? 535 : 451, Probability: fault?.probability ?? 0 }];
  }));
}
