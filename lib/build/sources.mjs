/** Whether dist/ is what the sources would give: the build writes down a digest of all that it read. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

/** What the build reads; of tests/ it reads its own tools and what they use. */
const FOLDERS = ['apache', 'cgi-bin', 'cron', 'lib', 'sql', 'templates', 'tests'];
const FILES = ['build.mjs', 'package.json', 'package-lock.json'];

/** Where the digest stands in what was built: beside the developers' tools, which are not installed. */
export const STAMP = 'tests/sources';

/** A digest of the sources of a clone, of where it is and of the Node that builds: all of it goes into the programs. */
export function digestOfSources(clone) {
  const root = realpathSync(clone);
  const hash = createHash('sha256').update(`${root}\0${process.version}`);
  for (const file of [...FILES, ...FOLDERS.flatMap((folder) => filesOf(root, folder))]) {
    hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

function filesOf(root, folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1))
    .sort();
}
