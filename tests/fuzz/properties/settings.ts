/** Files of settings: what is taken means what it means to a real bash, file by file. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { assignmentsOf } from '../../../lib/settings/shell.ts';
import { SettingsError } from '../../../lib/settings.ts';
import { anyText, holds, type Property } from './property.ts';

const NAMES = ['A', 'B', 'JMB_NAME', 'JMB_URL'] as const;
const name = fc.constantFrom(...NAMES);
const bare = fc.stringMatching(/^[\w.:/@%+,=é🎓-]{0,12}$/u);
const blank = fc.constantFrom(' ', '\t', '  ', ' \\\n ');

/** A piece of a value. */
const piece = fc.oneof(
  bare,
  fc.string({ maxLength: 10 }).map((text) => `'${text.replaceAll("'", '')}'`),
  fc
    .array(
      fc.oneof(bare, fc.constantFrom(' ', '\n', '\\"', '\\$', '\\\\', '\\n', '\\\n', '#', "'", ';', '~', '$ ', '!')),
      { maxLength: 5 },
    )
    .map((all) => `"${all.join('')}"`),
  name.map((one) => `\${${one}}`),
  name.map((one) => `"\${${one}#*.}"`),
  name.map((one) => `$${one}`),
  fc.constantFrom('\\ ', '\\;', '\\#', '\\\n', '#', '~', '{a,b}', '*', '[x]', '!', '$', "$'x'", '^', '?'),
);
const value = fc.array(piece, { maxLength: 5 }).map((all) => all.join(''));

/** A line, or what is between two. */
const statement = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.constantFrom('', ' ', 'export ', '\t'), name, value)
      .map(([before, one, typed]) => `${before}${one}=${typed}`),
  },
  fc
    .tuple(name, value, blank, name, value)
    .map(([one, typed, between, other, more]) => `${one}=${typed}${between}${other}=${more}`),
  anyText(20).map((text) => `# ${text.replace(/[\r\n\0]/g, '')}`),
  fc.constantFrom('', ' ', '\t# x', ';'),
  anyText(20).map((text) => text.replace(/\0|\p{Cs}/gu, '')),
);
const end = fc.constantFrom('\n', '\n', '\n', '\n\n', ' # x\n', ';', ' ; ', '\t\n');
const file = fc
  .array(fc.tuple(statement, end), { minLength: 1, maxLength: 6 })
  .map((all) => `A='x.y.z $w'\nB=b\n${all.flat().join('')}`)
  .map((text) => Buffer.from(text).toString());

/** What we read, or null where we refuse the file. */
function ours(source: string): string | null {
  try {
    const found = assignmentsOf('x', source);
    return NAMES.map((one) => `${found.get(one)?.value ?? ''}\0`).join('');
  } catch (error) {
    if (error instanceof SettingsError) return null;
    throw error;
  }
}

const SCRIPT = `cd "$1"; n=$2; i=0
  while [ $i -lt $n ]; do (
    A=; B=; JMB_NAME=; JMB_URL=; . ./$i 2>/dev/null
    printf '%s\\0%s\\0%s\\0%s\\0' "$A" "$B" "$JMB_NAME" "$JMB_URL"
  ) </dev/null; printf '\\1'; i=$((i+1)); done`;

/** What bash reads of each file; an environment of nothing, so that it knows what the file says. Only files that we take are run. */
function bash(sources: readonly string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'jmb-shell-'));
  try {
    for (const [at, source] of sources.entries()) writeFileSync(join(folder, String(at)), source);
    const all = execFileSync('bash', ['--norc', '-c', SCRIPT, 'bash', folder, String(sources.length)], {
      ...{ env: { LC_ALL: 'C.UTF-8' }, maxBuffer: 1e8 },
    });
    return all.toString('utf8').split('\u0001');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const batches = holds(
  'forty files of settings mean what they mean to bash, or are refused',
  40,
  fc.array(file, { minLength: 40, maxLength: 40 }),
  (files) => {
    // What bash would read until the next sign of the script is no setting.
    const taken = files.filter((source) => !source.includes('\u0001') && ours(source) !== null);
    const said = bash(taken);
    for (const [at, source] of taken.entries()) {
      if (said[at] !== ours(source))
        throw new Error(
          `${JSON.stringify(source)}: bash ${JSON.stringify(said[at])}, we ${JSON.stringify(ours(source))}`,
        );
    }
  },
);

const anyFile = holds(
  'whatever stands in a file of settings is read, or refused with its line',
  1,
  anyText(200),
  (source) => {
    ours(source);
  },
);

export const SETTINGS: readonly Property[] = [batches, anyFile];
