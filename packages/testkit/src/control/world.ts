/**
 * `/rest/v1/test/faults`, `world`, `clock`, `queue`: what goes wrong, around, and when.
 */
import { NOTHING, objectOf } from '@posthorn/httpd/schemas.ts';
import type { FaultStage, FaultyCertificate } from '@posthorn/world/fault.ts';
import type { FastifyInstance } from 'fastify';
import type { Cut, FaultRule } from '../faults/fault-rule.ts';
import type { PostOffice } from '../office/office.ts';
import { badCertificate, down, full, greylisting, type MxBehaviour, ok, rejecting, silent, slow, throttled, unreachable, withoutTls } from '../world/behaviour.ts';
import type { DomainOptions } from '../world/domain.ts';
import { type Catalogue, NotThere } from './catalogue.ts';
import { duration, pattern } from './said.ts';
import { DOMAIN, DURATION, FAULT, HOSTS, LINES, NOW, QUEUE, RECORD } from './schemas.ts';

interface SaidFault {
  readonly on: { readonly stage?: FaultStage; readonly from?: string; readonly rcpt?: string; readonly client?: string; readonly host?: string; readonly side?: 'receiving' | 'sending' };
  readonly times?: number;
  readonly nth?: number;
  readonly delay?: string | number;
  readonly throttle?: number;
  readonly certificate?: FaultyCertificate;
  readonly reply?: string;
  readonly cut?: Cut;
  readonly acceptThen?: Cut;
}

type SaidMx = string | {
  readonly slow?: string | number; readonly throttled?: number; readonly greylisting?: string | number;
  readonly rejecting?: string; readonly stage?: FaultStage; readonly certificate?: FaultyCertificate;
};

interface SaidDomain extends Omit<DomainOptions, 'mx'> {
  readonly mx?: 'none' | readonly SaidMx[];
}

const SIMPLE: Readonly<Record<string, MxBehaviour>> = { ok, down, unreachable, silent, full, 'without-tls': withoutTls };
const NAME = objectOf({ name: { type: 'string' } });

export function worldRoutes(app: FastifyInstance, catalogue: Catalogue): void {
  faultRoutes(app, catalogue);
  domainRoutes(app, catalogue);
  timeRoutes(app, catalogue);
}

function faultRoutes(app: FastifyInstance, catalogue: Catalogue): void {
  const rules = new Map<string, FaultRule>();

  app.post<{ Body: SaidFault }>('/rest/v1/test/faults', {
    schema: { summary: 'Something goes wrong from now on', body: FAULT, response: { 201: objectOf({ id: { type: 'string' } }) } },
  }, async (request, reply) => {
    const id = String(rules.size + 1);
    rules.set(id, ruleOf(catalogue.office, request.body));
    return reply.code(201).send({ id });
  });

  app.delete<{ Params: { readonly id: string } }>('/rest/v1/test/faults/:id', {
    schema: { summary: 'It no longer does', params: objectOf({ id: { type: 'string' } }), response: { 204: NOTHING } },
  }, async (request, reply) => {
    const rule = rules.get(request.params.id);
    if (rule === undefined) throw new NotThere(`there is no fault ${request.params.id}`);
    rule.remove();
    return reply.code(204).send();
  });

  app.delete('/rest/v1/test/faults', { schema: { summary: 'Nothing goes wrong any more', response: { 204: NOTHING } } }, async (_request, reply) => {
    catalogue.office.fault.clear();
    return reply.code(204).send();
  });
}

function ruleOf(office: PostOffice, { on, times, nth, delay, throttle, certificate, reply, cut, acceptThen }: SaidFault): FaultRule {
  const { stage, side, ...texts } = on;
  const rule = office.fault.on({
    ...(stage === undefined ? {} : { stage }), ...(side === undefined ? {} : { side }),
    ...Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, pattern(text)])),
  });
  if (nth !== undefined) rule.nth(nth);
  if (times !== undefined) rule.times(times);
  if (delay !== undefined) rule.delay(duration(delay));
  if (throttle !== undefined) rule.throttle(throttle);
  if (certificate !== undefined) rule.certificate(certificate);
  if (reply !== undefined) rule.reply(reply);
  if (cut !== undefined) rule[cut]();
  if (acceptThen !== undefined) rule.accept().then(acceptThen);
  return rule;
}

function domainRoutes(app: FastifyInstance, catalogue: Catalogue): void {
  app.put<{ Params: { readonly name: string }; Body: SaidDomain }>('/rest/v1/test/world/domains/:name', {
    schema: { summary: 'A domain of the world: its MX hosts and how they behave', params: NAME, body: DOMAIN, response: { 200: HOSTS } },
  }, async ({ params, body: { mx, ...options } }) => {
    const domain = await catalogue.office.world.domain(params.name, { ...options, ...(mx === undefined ? {} : { mx: mx === 'none' ? mx : mx.map(behaviourOf) }) });
    return { hosts: domain.hosts.map(({ place, ...host }) => ({ ...host, place: place === undefined ? null : `${place.host}:${place.port}` })) };
  });

  app.delete<{ Params: { readonly name: string } }>('/rest/v1/test/world/domains/:name', {
    schema: { summary: 'Its mail is caught again', params: NAME, response: { 204: NOTHING } },
  }, async (request, reply) => {
    await catalogue.office.world.remove(request.params.name);
    return reply.code(204).send();
  });

  app.get<{ Params: { readonly name: string } }>('/rest/v1/test/world/domains/:name/transcripts', {
    schema: { summary: 'Every dialogue at its MX, one after the other', params: NAME, response: { 200: LINES } },
  }, ({ params }) => {
    const domain = catalogue.office.world.domains.find(({ name }) => name === params.name);
    if (domain === undefined) throw new NotThere(`there is no domain ${params.name}`);
    return { lines: domain.transcripts().flat() };
  });

  app.put<{ Params: { readonly name: string }; Body: Parameters<PostOffice['world']['record']>[1] & object }>('/rest/v1/test/world/records/:name', {
    schema: { summary: 'DNS records of a name: SPF, DKIM, DMARC of the application’s domain', params: NAME, body: RECORD, response: { 204: NOTHING } },
  }, async ({ params, body }, reply) => {
    catalogue.office.world.record(params.name, body);
    return reply.code(204).send();
  });
}

function behaviourOf(said: SaidMx): MxBehaviour {
  if (typeof said === 'string') return SIMPLE[said] ?? ok;
  if (said.slow !== undefined) return slow(duration(said.slow));
  if (said.throttled !== undefined) return throttled(said.throttled);
  if (said.greylisting !== undefined) return greylisting(duration(said.greylisting));
  if (said.certificate !== undefined) return badCertificate(said.certificate);
  return rejecting(said.rejecting ?? '', said.stage);
}

function timeRoutes(app: FastifyInstance, catalogue: Catalogue): void {
  const now = (): object => ({ now: catalogue.office.clock.now().toISOString() });

  app.get('/rest/v1/test/clock', { schema: { summary: 'What time it is here', response: { 200: NOW } } }, now);

  app.post<{ Body: { readonly by: string | number } }>('/rest/v1/test/clock/advance', {
    schema: { summary: 'Moves the clock ahead; all that falls due on the way happens before it answers', body: objectOf({ by: DURATION }), response: { 200: NOW } },
  }, async (request) => {
    await catalogue.office.clock.advance(duration(request.body.by));
    return now();
  });

  app.get('/rest/v1/test/queue', { schema: { summary: 'Letters under way to domains of the world', response: { 200: QUEUE } } }, async () => ({
    letters: (await catalogue.office.queue.list()).map(({ letter, reversePath, recipients }) => ({
      id: letter,
      sender: reversePath ?? '',
      recipients: recipients.map(({ address, state, attempts, nextAt, remark }) => ({
        address, state, attempts, nextAt: new Date(nextAt).toISOString(), remark: remark === undefined ? null : `${remark.status} ${remark.text}`,
      })),
    })),
  }));

  for (const act of ['idle', 'retry'] as const) {
    app.post(`/rest/v1/test/queue/${act}`, {
      schema: { summary: act === 'idle' ? 'Answers when nothing is due and nothing is under way' : 'Tries all at once, and answers when that is over', response: { 204: NOTHING } },
    }, async (_request, reply) => {
      await catalogue.office.queue[act]();
      return reply.code(204).send();
    });
  }
}
