/** cron's file as it may be found, and the last run. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CRON_FILE, cronRuns, type FoundFile } from '../../cron/check_programs.ts';

const COMMAND = '/opt/jitsi-jmb/bin/jmb';
const SHIPPED = readFileSync(new URL('../../cron/jitsi-jmb.cron', import.meta.url), 'utf8').replaceAll(
  '@JMB_PREFIX@',
  '/opt/jitsi-jmb',
);
const NOW = 1_800_000_000;

const file = (text: string, mode = 0o100644, uid = 0): FoundFile => ({ text, mode, uid });
const verdict = (found: FoundFile, age: number | undefined, mayRest = false): string => {
  const last = age === undefined ? undefined : NOW - age;
  const answer = cronRuns(found, { command: COMMAND, user: 'www-data' }, { last, now: NOW, mayRest });
  return `${answer.verdict}: ${answer.detail}`;
};

test('as install.sh writes it, and run a minute ago', () => {
  expect(verdict(file(SHIPPED), 59)).toBe(`ok: ${CRON_FILE}, as www-data; jmb remind ran 59 s ago`);
});

test.each<[string, FoundFile, RegExp]>([
  ['none', { missing: true }, /is not there/],
  ['another user', file(SHIPPED.replace('www-data', 'root')), /runs it as root, but the database is www-data's/],
  ['another program', file(SHIPPED.replace('/opt/jitsi-jmb/', '/opt/old/')), /runs \/opt\/old\/bin\/jmb, not \/opt/],
  ['commented out', file(SHIPPED.replace('* * * * *', '#* * * * *')), /no line of .* runs jmb remind/],
  ['of the Bash version', file('* * * * * root /opt/jitsi-jmb/bin/remind.sh\n'), /no line of .* runs jmb remind/],
  ['once an hour', file(SHIPPED.replace('* * * *', '0 * * *')), /does not run it each minute/],
  ['somebody else’s', file(SHIPPED, 0o100644, 33), /cron does not take .*: it is not root's/],
  ['open to writers', file(SHIPPED, 0o100664), /cron does not take .*: others may write it/],
  ['without an end', file(SHIPPED.trimEnd()), /cron does not take .*: its last line has no end/],
])('%s: wrong where nothing runs, a warning where something does', (_, found, why) => {
  for (const age of [undefined, 86_400]) {
    expect(verdict(found, age)).toMatch(/^wrong: /);
    expect(verdict(found, age)).toMatch(why);
  }
  expect(verdict(found, 30)).toMatch(/^warning: .*; but jmb remind ran 30 s ago$/);
});

test('a good file and no run', () => {
  expect(verdict(file(SHIPPED), 900)).toMatch(/^wrong: jmb remind ran 15 min ago: systemctl status cron/);
  expect(verdict(file(SHIPPED), undefined)).toMatch(/^wrong: jmb remind has never run: systemctl status cron/);
  expect(verdict(file(SHIPPED), 900, true)).toMatch(/^warning: .*JMB_ACTIVE_COMMAND/);
});

test('a file that may not be read is not known', () => {
  expect(verdict({ unreadable: 'permission denied' }, undefined)).toMatch(/^unknown: permission denied; /);
});
