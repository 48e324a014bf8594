/**
 * As much of Jest's types as the matchers need: who uses them has the whole.
 */
declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> {
    toMatchSnapshot(hint?: string): R;
  }
}

declare module '@jest/globals' {
  import type { Matchers } from 'expect';

  export function afterAll(act: () => Promise<void>): void;
  export const expect: {
    (actual: unknown): Matchers<void>;
    extend(matchers: Readonly<Record<string, unknown>>): void;
  };
}
