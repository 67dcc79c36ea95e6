/** Settings with mistakes: each is told, is tied to its setting, and reaches no further. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { HIDDEN } from '../lib/settings/files.ts';
import { settingsTable } from '../lib/settings/table.ts';
import { readSettings, type Settings, SettingsError } from '../lib/settings.ts';

const root = mkdtempSync(join(tmpdir(), 'jmb-faults-'));
const file = join(root, 'etc/jmb_local.cf');

beforeEach(() => {
  rmSync(join(root, 'etc'), { recursive: true, force: true });
  mkdirSync(join(root, 'etc'));
});
afterAll(() => rmSync(root, { recursive: true }));

function local(text: string, lenient = false): Settings {
  writeFileSync(file, text);
  return readSettings(root, {}, lenient);
}

const told = (settings: Settings): string[] => settings.faults.map(({ line, settings: names }) => `${line} ${names}`);

describe('a file with mistakes', () => {
  const TEXT = `JMB_NAME="$(hostname)"
JMB_MAX_GUESTS=many
JMB_LANG="en"
JMB_SUBJECT_NEW_GUEST="never closed
JMB_MAX_MODERATORS=7
JMB_LOG=jmb.log
`;

  it('is read to its end: all mistakes are told, each with its setting', () => {
    expect(told(local(TEXT)).sort()).toEqual([
      '1 JMB_NAME',
      '2 JMB_MAX_GUESTS',
      '4 JMB_SUBJECT_NEW_GUEST',
      '6 JMB_LOG',
    ]);
  });

  it('gives what stands in the other lines, and throws where a wrong one is touched', () => {
    const settings = local(TEXT);
    expect(settings).toMatchObject({ faults: expect.anything() });
    expect([settings.JMB_LANG, settings.JMB_MAX_MODERATORS]).toEqual(['en', 7]);
    for (const name of ['JMB_NAME', 'JMB_MAX_GUESTS', 'JMB_SUBJECT_NEW_GUEST', 'JMB_LOG'] as const) {
      expect(() => settings[name], name).toThrow(SettingsError);
    }
    // Its default is made of the name that is wrong.
    expect(() => settings.JMB_ICAL_NAME).toThrow(`${file}:1: `);
  });

  it('is as if the wrong lines were not there for who must go on', () => {
    writeFileSync(join(root, 'etc/jmb_jwt.cf'), 'JMB_NAME="Visio"\n');
    const settings = local(TEXT, true);
    expect(settings).toMatchObject({
      JMB_NAME: 'Visio',
      JMB_MAX_GUESTS: 50,
      JMB_SUBJECT_NEW_GUEST: '',
      JMB_LOG: 'stderr',
      JMB_ICAL_NAME: 'Visio',
      JMB_MAX_MODERATORS: 7,
    });
    expect(settings.faults).toHaveLength(4);
  });

  it('goes by the last line of a setting', () => {
    const settings = local('JMB_NAME=$(x)\nJMB_NAME=good\nJMB_LANG=en\nJMB_LANG=$(x)\n');
    expect(settings.JMB_NAME).toBe('good');
    expect(() => settings.JMB_LANG).toThrow(`${file}:4: `);
    expect(told(settings)).toEqual(['1 JMB_NAME', '4 JMB_LANG']);
  });

  it('takes along what is made of a wrong line, and nothing else', () => {
    const settings = local(`BASE=$(pwd)\nJMB_DB="\${BASE}/x.db"\nJMB_DATA=/data\n`);
    expect(told(settings)).toEqual(['1 BASE', '2 JMB_DB']);
    expect(() => settings.JMB_DB).toThrow(`${file}:2: \${BASE} has no value here`);
    expect(settings.JMB_DATA).toBe('/data');
  });

  it('ties a condition and a slip to the setting that they name', () => {
    expect(told(local('[ -f /x ] && JMB_NAME=a\nJMB_LANG = "en"\nA=1 B=$(x) JMB_LOG=syslog\n'))).toEqual([
      '1 JMB_NAME',
      '2 JMB_LANG',
      '3 B,JMB_LOG',
    ]);
  });

  it('leaves nobody to guess who may book where a line says nobody knows what', () => {
    const settings = local('JMB_NAME=a\n. /etc/jmb/more.cf\nJMB_MODULE_CHECK_EDITOR=""\n');
    expect(settings.JMB_NAME).toBe('a');
    for (const name of ['JMB_MODULE_CHECK_EDITOR', 'JMB_MODULE_CHECK_MODERATOR'] as const) {
      expect(() => settings[name], name).toThrow(`${file}:2: `);
    }
  });

  it('that cannot be read at all stops all but who must go on', () => {
    symlinkSync('jmb_local.cf', file);
    writeFileSync(join(root, 'etc/jmb_jwt.cf'), 'JMB_SERVER_NAME=meet.example.org\n');
    expect(() => readSettings(root, {})).toThrow(/cannot be read/);
    expect(readSettings(root, {}, true).JMB_URL).toBe('https://meet.example.org');
  });

  it('with durations that do not go together has the others', () => {
    const settings = local('JMB_MIN_MEETING_DURATION=60\nJMB_MAX_MEETING_DURATION=30\n');
    expect(() => settings.JMB_MAX_MEETING_DURATION).toThrow(`${file}:2: JMB_MAX_MEETING_DURATION: the longest`);
    expect(settings.JMB_MIN_MEETING_DURATION).toBe(60);
    expect(local('JMB_MIN_MEETING_DURATION=x\nJMB_MAX_MEETING_DURATION=30\n').JMB_MAX_MEETING_DURATION).toBe(30);
  });
});

describe('what must not be shown', () => {
  it('is known by its name', () => {
    for (const [name, row] of Object.entries(settingsTable)) if (row.secret) expect(name).toMatch(HIDDEN);
  });

  it.each([
    'JMB_JWT_SECRET=first Hush-1 Hush-2',
    'JMB_JWT_SECRET="Hush-1$Hush2"',
    `JMB_JWT_SECRET="a\${Hush-1}b"`,
    'JMB_JWT_SECRET="Hush-1',
    'JMB_JWT_SECRET: Hush-1',
    'JMB_JWT_SECRET:Hush-1',
    'JMB_JWT_SECRET="a\nHush-1$(x)Hush-2"\n',
    'JMB_SMTP_URL=smtp://jmb:Hush-1&Hush-2@mail.example.org',
    'JMB_XMPP_PASS=a Hush-1',
  ])('is in no message (%j)', (text) => {
    const { faults } = local(text);
    expect(faults.length).toBeGreaterThan(0);
    for (const { message } of faults) expect(message).not.toContain('Hush');
  });
});
