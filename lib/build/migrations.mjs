/** The migrations as a module: `import { count, migrations } from '../../sql/*.sql'` gives the texts of a folder's numbered files in order. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `0001-upstream-tables.sql` */
const NUMBERED = /^(\d{4})-[a-z0-9-]+\.sql$/;

/**
 * The names of a folder's migrations in the order in which they are applied.
 * @param {readonly string[]} names the files of the folder, in any order
 * @throws Error where their numbers do not go 1, 2, 3, …: a database counts how many it has seen
 */
export function inOrder(names) {
  const files = [...names].sort();
  for (const [index, name] of files.entries()) {
    const digits = NUMBERED.exec(name)?.[1];
    if (digits === undefined) throw new Error(`sql/${name}: a migration is called 0001-some-words.sql`);
    const number = Number(digits);
    if (index > 0 && number === index) throw new Error(`sql/${files[index - 1]} and sql/${name} have the same number`);
    if (number !== index + 1)
      throw new Error(`sql/${name}: there is no ${String(index + 1).padStart(4, '0')} before it`);
  }
  return files;
}

/** The source of that module for a folder. */
export function migrationsModule(folder) {
  const texts = inOrder(readdirSync(folder)).map((name) => readFileSync(join(folder, name), 'utf8'));
  return `export const count = ${texts.length}; export const migrations = () => ${JSON.stringify(texts)};`;
}
