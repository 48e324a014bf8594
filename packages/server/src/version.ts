/**
 * Our version, from our own package.json.
 */
import { createRequire } from 'node:module';

const about: unknown = createRequire(import.meta.url)('../package.json');

export const version = typeof about === 'object' && about !== null && 'version' in about ? String(about.version) : 'unknown';
