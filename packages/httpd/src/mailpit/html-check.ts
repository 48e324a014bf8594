/**
 * Our table of what mail programs show, in the words of Mailpit's HTML check.
 */
import type { HtmlTag } from '@posthorn/mail/html-tags.ts';
import { featuresUsed, PROGRAMS } from '../letters/checks/html-support.ts';
import type { Feature } from '../letters/checks/html-support.ts';

const FAMILIES: Readonly<Record<(typeof PROGRAMS)[number], readonly [family: string, platform: string]>> = {
  'Apple Mail': ['apple-mail', 'macos'], Gmail: ['gmail', 'desktop-webmail'], 'Outlook (Windows)': ['outlook', 'windows'], 'Outlook.com': ['outlook', 'outlook-com'],
  Yahoo: ['yahoo', 'desktop-webmail'], Thunderbird: ['thunderbird', 'macos'], 'Samsung Email': ['samsung-email', 'android'],
};

export function mailpitHtmlCheck(tags: readonly HtmlTag[]): object {
  const used = featuresUsed(tags);
  const nodes = tags.filter(({ isClosing }) => !isClosing).length;
  const scores = used.map(scoreOf);
  const mean = (of: (score: ReturnType<typeof scoreOf>) => number): number => (scores.length === 0 ? 0 : scores.reduce((sum, score) => sum + of(score), 0) / scores.length);
  return {
    Platforms: platforms(),
    Total: { Nodes: nodes, Tests: used.length, Supported: scores.length === 0 ? 100 : mean(({ Supported }) => Supported), Partial: mean(({ Partial }) => Partial), Unsupported: mean(({ Unsupported }) => Unsupported) },
    Warnings: used.map((feature) => ({
      Slug: feature.slug, Title: feature.title, Description: feature.advice, URL: '', Category: feature.category, Tags: [], Keywords: '', NotesByNumber: {},
      Score: { Found: 1, ...scoreOf(feature) },
      Results: PROGRAMS.map((program) => ({ Name: program, Family: FAMILIES[program][0], Platform: FAMILIES[program][1], Version: '', Support: supportOf(feature, program), NoteNumber: '' })),
    })),
  };
}

function supportOf({ missing, partial }: Feature, program: (typeof PROGRAMS)[number]): 'yes' | 'no' | 'partial' {
  if (missing.includes(program)) return 'no';
  return partial.includes(program) ? 'partial' : 'yes';
}

/** In percent of the programs. */
function scoreOf({ missing, partial }: Feature): { readonly Supported: number; readonly Partial: number; readonly Unsupported: number } {
  const share = (count: number): number => count * 100 / PROGRAMS.length;
  return { Supported: share(PROGRAMS.length - missing.length - partial.length), Partial: share(partial.length), Unsupported: share(missing.length) };
}

function platforms(): Readonly<Record<string, readonly string[]>> {
  const found: Record<string, string[]> = {};
  for (const [family, platform] of Object.values(FAMILIES)) (found[platform] ??= []).push(family);
  return found;
}
