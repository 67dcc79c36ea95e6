/** The numbers of migrations, which the build and the tests read from the folder itself. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { inOrder } from '../../lib/build/migrations.mjs';
import { esbuildTemplates } from '../../lib/build/templates.mjs';

describe('the files of sql/', () => {
  it('come in the order of their numbers', () => {
    expect(inOrder(['0003-c.sql', '0001-a.sql', '0002-b-2.sql'])).toEqual(['0001-a.sql', '0002-b-2.sql', '0003-c.sql']);
  });

  it.each([
    [['0001-a.sql', '0003-c.sql'], 'sql/0003-c.sql: there is no 0002 before it'],
    [['0002-b.sql'], 'sql/0002-b.sql: there is no 0001 before it'],
    [['0000-z.sql'], 'sql/0000-z.sql: there is no 0001 before it'],
    [['0001-a.sql', '0002-b.sql', '0002-c.sql'], 'sql/0002-b.sql and sql/0002-c.sql have the same number'],
    [['0001-a.sql', '2-b.sql'], 'sql/2-b.sql: a migration is called 0001-some-words.sql'],
    [['0001-a.sql', 'notes.txt'], 'sql/notes.txt: a migration is called 0001-some-words.sql'],
  ])('%j stop the build with a sentence', (names, sentence) => {
    expect(() => inOrder(names)).toThrow(sentence);
  });

  it('are found where a source names their folder, or the build fails', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'jmb-migrations-'));
    try {
      mkdirSync(join(folder, 'sql'));
      writeFileSync(join(folder, 'sql/0001-a.sql'), 'CREATE TABLE a (x)');
      writeFileSync(join(folder, 'sql/0002-b.sql'), 'CREATE TABLE b (x)');
      writeFileSync(join(folder, 'main.ts'), `import { migrations } from './sql/*.sql'; console.log(migrations());`);
      const made = () =>
        build({
          entryPoints: [join(folder, 'main.ts')],
          bundle: true,
          write: false,
          plugins: [esbuildTemplates],
          logLevel: 'silent',
        });
      expect((await made()).outputFiles[0]?.text).toMatch(/"CREATE TABLE a \(x\)",\s*"CREATE TABLE b \(x\)"/);
      writeFileSync(join(folder, 'sql/0004-d.sql'), '');
      await expect(made()).rejects.toThrow('sql/0004-d.sql: there is no 0003 before it');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
