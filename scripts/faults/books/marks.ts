/**
 * The marks that a process leaves, outside the books, before and after each act; and what must
 * be true of the books given those that were left before a crash.
 */
import { type Act, after, BEGINNING, SESSIONS, type SessionName, type State } from './acts.ts';

export type Mark =
  | { readonly kind: 'accounts'; readonly uidValidities: Readonly<Record<string, number>> }
  /** The act is about to be asked for. */
  | { readonly kind: 'begin'; readonly session: SessionName; readonly act: Act }
  /** It was acknowledged; `modseq` is the INBOX's HIGHESTMODSEQ after it. */
  | { readonly kind: 'done'; readonly session: SessionName; readonly modseq: number }
  /** It was not acknowledged, the books were opened anew since, and show what came of it. */
  | { readonly kind: 'resolved'; readonly session: SessionName; readonly isDone: boolean }
  | { readonly kind: 'settling'; readonly id: string; readonly outcome: 'delivered' | 'waiting' }
  | { readonly kind: 'settled'; readonly id: string };

/** What happens to a letter on its way to another host. */
export interface Journey {
  /** Its acceptance was acknowledged. */
  readonly isSure: boolean;
  /** A settlement that says that it was delivered was asked for, or acknowledged. */
  readonly delivery: 'none' | 'asked' | 'sure';
}

/** Which accounts there are is known when the first mark says so. */
export class Expectations {
  /** Empty until the accounts were made. */
  uidValidities: Readonly<Record<string, number>> = {};
  readonly states = new Map<SessionName, State>(SESSIONS.map((session) => [session, BEGINNING]));
  /** Acts that were asked for and not acknowledged: at most one a session. */
  readonly underWay = new Map<SessionName, Act>();
  readonly modseqs = new Map<SessionName, number>();
  /** Letters in the account of everybody: true when acknowledged. */
  readonly shared = new Map<string, boolean>();
  readonly journeys = new Map<string, Journey>();
  #settling = new Map<string, 'delivered' | 'waiting'>();

  take(mark: Mark): void {
    switch (mark.kind) {
      case 'accounts':
        this.uidValidities = mark.uidValidities;
        return;
      case 'begin':
        this.#begin(mark.session, mark.act);
        return;
      case 'done':
        this.#done(mark.session, mark.modseq);
        return;
      case 'resolved':
        if (mark.isDone) this.#done(mark.session, 0);
        else this.#undo(mark.session);
        return;
      case 'settling':
        this.#settling.set(mark.id, mark.outcome);
        if (mark.outcome === 'delivered') this.journeys.set(mark.id, { isSure: true, delivery: 'asked' });
        return;
      case 'settled':
        if (this.#settling.get(mark.id) === 'delivered') this.journeys.set(mark.id, { isSure: true, delivery: 'sure' });
        return;
      default:
        mark satisfies never;
    }
  }

  #begin(session: SessionName, act: Act): void {
    this.underWay.set(session, act);
    if (act.kind !== 'accept') return;
    if (act.isShared) this.shared.set(act.id, false);
    if (act.isOnward) this.journeys.set(act.id, { isSure: false, delivery: 'none' });
  }

  #done(session: SessionName, modseq: number): void {
    const act = this.underWay.get(session);
    const state = this.states.get(session);
    if (act === undefined || state === undefined) throw new Error('an act begins before it is done');
    this.underWay.delete(session);
    this.states.set(session, after(state, act));
    this.modseqs.set(session, Math.max(modseq, this.modseqs.get(session) ?? 0));
    if (act.kind !== 'accept') return;
    if (act.isShared) this.shared.set(act.id, true);
    // The courier may have been quicker than the acknowledgement.
    const journey = this.journeys.get(act.id);
    if (journey !== undefined) this.journeys.set(act.id, { ...journey, isSure: true });
  }

  #undo(session: SessionName): void {
    const act = this.underWay.get(session);
    this.underWay.delete(session);
    if (act?.kind !== 'accept') return;
    this.shared.delete(act.id);
    this.journeys.delete(act.id);
  }

  /** What a session's mailboxes may hold: with what is under way, or without. */
  possible(session: SessionName): readonly State[] {
    const state = this.states.get(session) ?? BEGINNING;
    const act = this.underWay.get(session);
    return act === undefined ? [state] : [state, after(state, act)];
  }
}
