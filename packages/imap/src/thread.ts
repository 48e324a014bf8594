/**
 * Threads: which letters belong together, by their references or by their subjects.
 *
 * RFC 5256 §3 (THREAD=REFERENCES is Jamie Zawinski's algorithm, THREAD=ORDEREDSUBJECT the
 * poor man's) and §4 (the THREAD response).
 */
import { baseSubject } from './base-subject.ts';

export interface Threaded<Number extends number> {
  readonly number: Number;
  /** When it was sent; of two at the same time the one with the lower number is first. */
  readonly sentAt: number;
  /** Decoded, case folded. */
  readonly subject: string;
  /** With its angle brackets; null: it has none. */
  readonly messageId: string | null;
  /** What it answers: References, or In-Reply-To where there are none; oldest first. */
  readonly references: readonly string[];
}

export interface Thread<Number extends number> {
  /** Absent: a letter that others refer to, and that is not here. */
  readonly number?: Number;
  readonly children: readonly Thread<Number>[];
}

/** Deeper than this, answers are told beside each other: clients read recursively. */
const DEPTH_MAX = 200;

/** RFC 5256 §3: all with one base subject are one thread, its first letter above the others. */
export function threadBySubject<Number extends number>(letters: readonly Threaded<Number>[]): readonly Thread<Number>[] {
  const bySubject = Map.groupBy(letters.toSorted(bySending), ({ subject }) => baseSubject(subject).text);
  return [...bySubject.values()].map(([first, ...others]) => ({
    ...(first === undefined ? {} : { number: first.number }),
    children: others.map(({ number }) => ({ number, children: [] })),
  }));
}

/** A letter, or the place of one that others speak of. */
class Node<Number extends number> {
  letter: Threaded<Number> | undefined;
  parent: Node<Number> | undefined;
  readonly children = new Set<Node<Number>>();

  adopt(child: Node<Number>): void {
    child.parent?.children.delete(child);
    child.parent = this;
    this.children.add(child);
  }

  leave(): void {
    this.parent?.children.delete(this);
    this.parent = undefined;
  }
}

function isAtOrBelow<Number extends number>(lower: Node<Number>, upper: Node<Number>): boolean {
  for (let node: Node<Number> | undefined = lower; node !== undefined; node = node.parent) if (node === upper) return true;
  return false;
}

/** RFC 5256 §3, THREAD=REFERENCES, steps 1 to 6. */
export function threadByReferences<Number extends number>(letters: readonly Threaded<Number>[]): readonly Thread<Number>[] {
  const nodes = linked(letters);
  const roots = gatherBySubject(pruned([...nodes].filter(({ parent }) => parent === undefined)));
  const dates = new Map<Node<Number>, number>();
  return ordered(roots, dates).map((root) => threadOf(root, dates, 0));
}

/** Steps 1 and 2's beginning: each letter below what it refers to last, without loops. */
function linked<Number extends number>(letters: readonly Threaded<Number>[]): ReadonlySet<Node<Number>> {
  const byId = new Map<string, Node<Number>>();
  const all = new Set<Node<Number>>();
  const nodeOf = (id: string): Node<Number> => {
    const known = byId.get(id);
    if (known !== undefined) return known;
    const made = new Node<Number>();
    byId.set(id, made);
    all.add(made);
    return made;
  };
  for (const letter of letters) {
    const own = letter.messageId === null ? undefined : nodeOf(letter.messageId);
    // Without an id, or with one that another has already, a letter is like no other.
    const node = own === undefined || own.letter !== undefined ? new Node<Number>() : own;
    all.add(node);
    node.letter = letter;
    let above: Node<Number> | undefined;
    for (const id of letter.references) {
      const next = nodeOf(id);
      // Step 1 (A): links that are there already stay.
      if (above !== undefined && next.parent === undefined && !isAtOrBelow(above, next)) above.adopt(next);
      above = next;
    }
    // Step 1 (B): what the letter itself says of its parent counts more.
    if (above === undefined) continue;
    if (!isAtOrBelow(above, node)) above.adopt(node);
  }
  return all;
}

/** Step 3: places of letters that are not here go, unless they hold several together at the top. */
function pruned<Number extends number>(roots: readonly Node<Number>[]): readonly Node<Number>[] {
  const order: Node<Number>[] = [];
  const waiting = [...roots];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    order.push(node);
    waiting.push(...node.children);
  }
  const top = new Set(roots);
  // From the leaves up.
  for (const node of order.toReversed()) {
    if (node.letter !== undefined) continue;
    const children = [...node.children];
    if (node.parent !== undefined) {
      const { parent } = node;
      node.leave();
      for (const child of children) parent.adopt(child);
    } else if (children.length <= 1) {
      top.delete(node);
      for (const child of children) {
        child.leave();
        top.add(child);
      }
    }
  }
  return [...top];
}

/** Step 5: threads about the same thing are one. */
function gatherBySubject<Number extends number>(roots: readonly Node<Number>[]): readonly Node<Number>[] {
  const bySubject = new Map<string, Node<Number>>();
  const subjectOf = (node: Node<Number>): ReturnType<typeof baseSubject> => {
    const [first = node] = [...node.children].toSorted(byLetter);
    return baseSubject((node.letter ?? first.letter)?.subject ?? '');
  };
  for (const root of roots) {
    const { text, isReply } = subjectOf(root);
    if (text === '') continue;
    const known = bySubject.get(text);
    // Step 5 (B): a place for several before a letter, a first letter before an answer.
    if (known === undefined || (root.letter === undefined && known.letter !== undefined)
      || (known.letter !== undefined && subjectOf(known).isReply && !isReply)) bySubject.set(text, root);
  }
  const top = new Set(roots);
  for (const root of roots) {
    const { text, isReply } = subjectOf(root);
    const other = text === '' ? undefined : bySubject.get(text);
    if (other === undefined || other === root) continue;
    top.delete(root);
    if (other.letter === undefined && root.letter === undefined) {
      for (const child of Array.from(root.children)) other.adopt(child);
    } else if (other.letter === undefined || (isReply && !subjectOf(other).isReply)) other.adopt(root);
    else {
      // Step 5 (C): two that are alike get a place above both.
      const place = new Node<Number>();
      top.delete(other);
      top.add(place);
      place.adopt(other);
      place.adopt(root);
      bySubject.set(text, place);
    }
  }
  return [...top];
}

/** Steps 4 and 6: siblings by when they were sent; a place, by its first. */
function ordered<Number extends number>(nodes: Iterable<Node<Number>>, dates: Map<Node<Number>, number>): readonly Node<Number>[] {
  const dateOf = (node: Node<Number>): number => {
    const known = dates.get(node);
    if (known !== undefined) return known;
    const date = node.letter?.sentAt ?? Math.min(...[...node.children].map((child) => child.letter?.sentAt ?? Infinity));
    dates.set(node, date);
    return date;
  };
  return [...nodes].toSorted((a, b) => dateOf(a) - dateOf(b) || numberOf(a) - numberOf(b));
}

function numberOf<Number extends number>(node: Node<Number>): number {
  return node.letter?.number ?? Math.min(...[...node.children].map((child) => child.letter?.number ?? Infinity));
}

function byLetter<Number extends number>(a: Node<Number>, b: Node<Number>): number {
  return (a.letter?.sentAt ?? 0) - (b.letter?.sentAt ?? 0) || (a.letter?.number ?? 0) - (b.letter?.number ?? 0);
}

function bySending<Number extends number>(a: Threaded<Number>, b: Threaded<Number>): number {
  return a.sentAt - b.sentAt || a.number - b.number;
}

function threadOf<Number extends number>(node: Node<Number>, dates: Map<Node<Number>, number>, depth: number): Thread<Number> {
  const children = ordered(node.children, dates);
  const number = node.letter === undefined ? {} : { number: node.letter.number };
  if (depth < DEPTH_MAX) return { ...number, children: children.map((child) => threadOf(child, dates, depth + 1)) };
  return { ...number, children: flattened(children).map((letter) => ({ number: letter.number, children: [] })) };
}

function flattened<Number extends number>(nodes: readonly Node<Number>[]): readonly Threaded<Number>[] {
  const letters: Threaded<Number>[] = [];
  const waiting = [...nodes];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.letter !== undefined) letters.push(node.letter);
    waiting.push(...node.children);
  }
  return letters.toSorted(bySending);
}

/** RFC 5256 §4: `* THREAD (2)(3 6 (4 23)(44 7 96))`. */
export function threadLine(threads: readonly Thread<number>[]): string {
  return threads.length === 0 ? '* THREAD\r\n' : `* THREAD ${threads.map((thread) => `(${members(thread)})`).join('')}\r\n`;
}

function members(thread: Thread<number>): string {
  const words: string[] = [];
  let at: Thread<number> | undefined = thread;
  while (at !== undefined) {
    if (at.number !== undefined) words.push(String(at.number));
    const children: readonly Thread<number>[] = at.children;
    // One child follows its parent; several stand in lists of their own, as they do below a place.
    if (children.length > 1) words.push(children.map((child) => `(${members(child)})`).join(''));
    at = children.length === 1 ? children[0] : undefined;
  }
  return words.join(' ');
}
