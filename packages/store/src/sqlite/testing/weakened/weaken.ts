/**
 * Preloaded (`node --import`), puts parts in the store's place that break one of its promises:
 * the controls of the fault tests, which must find it out.
 *
 * `POSTHORN_WEAKENED` names which. Modules are replaced as they are imported, in every thread;
 * nothing in the product knows of it.
 */
import { registerHooks } from 'node:module';

/** What stands in for which module of the store. */
const REPLACED: Readonly<Record<string, readonly [original: string, replacement: string]>> = {
  /** A commit that is not synced. */
  normal: ['../../database.ts', './normal-database.ts'],
  /** The answer before the commit. */
  early: ['../../thread-carrier.ts', './early-carrier.ts'],
  /** Large letters whose files are not synced. */
  unsynced: ['../../folder-shelf.ts', './unsynced-shelf.ts'],
  /** A failed sync that is taken for a passing trouble. */
  stubborn: ['../../writer/writer.ts', './stubborn-writer.ts'],
};

const pair = REPLACED[process.env['POSTHORN_WEAKENED'] ?? ''];
if (pair === undefined) throw new Error(`POSTHORN_WEAKENED is one of ${Object.keys(REPLACED).join(', ')}`);
const [original, replacement] = pair.map((path) => new URL(path, import.meta.url).href);

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    return found.url === original && context.parentURL !== replacement ? { ...found, url: replacement ?? '' } : found;
  },
});
