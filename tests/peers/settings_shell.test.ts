import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { assignmentsOf } from '../../lib/settings/shell.ts';
import { SettingsError } from '../../lib/settings.ts';

const dir = mkdtempSync(join(tmpdir(), 'jmb-shell-'));
afterAll(() => rmSync(dir, { recursive: true }));

const PIECES = [
  ...[
    '"',
    "'",
    '\\',
    '$',
    '{',
    '}',
    '#',
    '*',
    '.',
    ' ',
    '\t',
    '\n',
    ';',
    '=',
    '`',
    '(',
    ')',
    '&',
    '|',
    '!',
    '~',
    '%',
    ':',
    '-',
    '@',
  ],
  ...[
    'a',
    'Z',
    '9',
    '_',
    'é',
    '🎓',
    'B',
    '$B',
    `\${B}`,
    `\${B#*.}`,
    '"$B"',
    "'$B'",
    '\\\n',
    '\\"',
    '# x',
    'A=',
    '\nA=',
    'export A=',
    '"a b"',
  ],
];

/** Numbers that look random and are the same at each run. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state >>> 8;
  }
}

/** What we read, or null where we refuse the file. */
function ours(source: string): string | null {
  try {
    const found = assignmentsOf('x', source);
    return `${found.get('A')?.value ?? ''}\0${found.get('B')?.value ?? ''}\0`;
  } catch (error) {
    if (error instanceof SettingsError) return null;
    throw error;
  }
}

/** Of each seed; with `--full` 1,500. */
const COUNT = process.env['JMB_FULL'] === undefined ? 500 : 1500;

it.each([1, 2])('every file that is taken means what it means to bash', (seed) => {
  const random = numbers(seed);
  const taken: string[] = [];
  for (let round = 0; taken.length < COUNT && round < 100_000; round += 1) {
    const length = 1 + (random.next().value % 9);
    let source = "B='x.y.z $w'\nA=";
    for (let at = 0; at < length; at += 1) source += PIECES[random.next().value % PIECES.length];
    if (ours(source) !== null && !taken.includes(source)) taken.push(source);
  }
  expect(taken.length).toBe(COUNT);
  for (const [index, source] of taken.entries()) writeFileSync(join(dir, String(index)), source);
  const script = `cd "$1"; n=$2; i=0
    while [ $i -lt $n ]; do ( A=; B=; . ./$i 2>/dev/null; printf '%s\\0%s\\0' "$A" "$B" ); printf '\\1'; i=$((i+1)); done`;
  // --norc, and an environment of nothing: what bash knows is what the file says.
  const said = execFileSync('bash', ['--norc', '-c', script, 'bash', dir, String(taken.length)], {
    env: { LC_ALL: 'C.UTF-8' },
    encoding: 'utf8',
    maxBuffer: 1e8,
  }).split('\u0001');
  const different = taken
    .map((source, index) => ({ source, bash: said[index], ours: ours(source) }))
    .filter((one) => one.bash !== one.ours);
  expect(different).toEqual([]);
});
