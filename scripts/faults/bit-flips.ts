/**
 * The disk forgets a bit, anywhere: `store verify` must name every letter that it damaged, and
 * mending must save every other one, as it was.
 *
 * The books of the first released version, brought up to this one, with 357 letters in them;
 * bits are drawn evenly over all their files.
 */
import { type Flip, FlipBench, randomFlips } from '../../packages/store/src/sqlite/care/testing/flips.ts';
import { controlFinding, type Trial } from './trial.ts';

const FLIPS = 30;

export const bitFlips: Trial = {
  name: 'bit-flips',
  about: 'one bit of the books is another: what that damages is found, and the rest is saved',
  run: async ({ seed, amount = FLIPS }, tell) => {
    using bench = new FlipBench();
    const flips = randomFlips(bench, { seed, count: amount });
    const hit = flips.filter(({ damaged }) => damaged === undefined || damaged.length > 0);
    tell({
      title: 'every letter that a flipped bit damaged is named',
      problems: flips.flatMap((flip) => missed(flip).map((place) => `${at(flip)}: ${place} is damaged, and nobody says so`)),
      facts: { flips: flips.length, damaging: hit.length },
    });
    tell({
      title: 'what was not damaged is saved as it was, and nothing is left to be found',
      problems: flips.flatMap((flip) => [
        ...flip.lost.filter((place) => !flip.found.includes(place)).map((place) => `${at(flip)}: ${place} is lost though it was not damaged`),
        ...flip.wrong.map((place) => `${at(flip)}: ${place} is not what it was`),
        ...flip.left.map(({ why }) => `${at(flip)}: after mending: ${why}`),
      ]),
      facts: { lost: flips.reduce((sum, { lost }) => sum + lost.length, 0), 'at most at once': Math.max(...flips.map(({ lost }) => lost.length)) },
    });
    const unseen = hit.filter(({ examination }) => !examination.damages.some(({ what, account }) => what === 'structure' && account === undefined));
    tell(controlFinding('control: SQLite\'s own integrity check, without our checksums, misses damaged letters', unseen.map((flip) => at(flip)), { missed: unseen.length, of: hit.length }));
  },
};

function missed({ damaged, found }: Flip): readonly string[] {
  return (damaged ?? []).filter((place) => !found.includes(place));
}

function at({ file, bit }: Flip): string {
  return `${file} bit ${bit}`;
}
