import { expect, test } from 'vitest';
import { doubts, mountOf } from './disk.ts';

const MOUNTINFO = String.raw`24 30 0:22 / /proc rw,nosuid - proc proc rw
30 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,errors=remount-ro
41 30 0:35 / /srv/mail rw,relatime shared:2 - nfs4 10.0.0.1:/mail rw,vers=4.2
42 30 0:36 / /srv/my\040mail rw,relatime - xfs /dev/vdb rw,nobarrier
43 30 0:37 / /run rw - tmpfs tmpfs rw,size=10k`;

test('a folder is on the mount that is nearest above it', () => {
  expect(mountOf('/srv/mail/books', MOUNTINFO)).toMatchObject({ at: '/srv/mail', type: 'nfs4' });
  expect(mountOf('/srv/mailing', MOUNTINFO)).toMatchObject({ at: '/', type: 'ext4' });
  expect(mountOf('/srv/my mail', MOUNTINFO)).toMatchObject({ at: '/srv/my mail', options: ['rw', 'relatime', 'rw', 'nobarrier'] });
  expect(mountOf('/srv', '')).toBeUndefined();
});

test.each([
  ['/srv/mail', '', ['shared file system (nfs4)']],
  ['/srv/my mail', '', ['without barriers']],
  ['/run/books', '', ['in memory (tmpfs)']],
  ['/var/lib', '7f00 r-xp /usr/lib/libeatmydata.so', ['libeatmydata']],
  ['/var/lib', '7f00 r-xp /usr/lib/libc.so.6', []],
])('mail in %s is doubted where the disk is known not to keep its word', (path, maps, words) => {
  const said = doubts(mountOf(path, MOUNTINFO), maps);
  expect(said).toHaveLength(words.length);
  for (const [index, word] of words.entries()) expect(said[index]).toContain(word);
});

test('of a path on no mount nothing is said', () => {
  expect(doubts(undefined, '')).toEqual([]);
});
