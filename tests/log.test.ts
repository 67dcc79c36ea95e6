import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { logLine, openLog } from '../lib/log.ts';
import { takeLock } from '../lib/store/lock.ts';

const dir = mkdtempSync(join(tmpdir(), 'jmb-log-'));
afterAll(() => rmSync(dir, { recursive: true }));

describe('a line', () => {
  it('names program, event and fields, and leaves out what is not known', () => {
    expect(logLine('booking', 'saved', { id: '1700000000000000001', uid: 'alice', why: undefined, count: 3 })).toBe(
      'jmb[booking] saved id=1700000000000000001 uid=alice count=3',
    );
  });

  it.each([
    ['a b', '"a b"'],
    ['', '""'],
    ['a="b"', '"a=\\"b\\""'],
    ['a\\b', '"a\\\\b"'],
    ['\\" x=1', '"\\\\\\" x=1"'],
    ['a\nb', '"a\\u000ab"'],
    ['a\r\n\u0000\u001b[31m\u007f\u0085\u2028', '"a\\u000d\\u000a\\u0000\\u001b[31m\\u007f\\u0085\\u2028"'],
    ['Élodie🎓', 'Élodie🎓'],
  ])('writes %j so that it stays one field of one line', (value, written) => {
    expect(logLine('x', 'y', { v: value })).toBe(`jmb[x] y v=${written}`);
  });
});

describe('a file', () => {
  it('gets a time and whole lines, also from several processes, and is found again after a rotation', () => {
    const file = join(dir, 'jmb.log');
    const log = openLog(file, 'token');
    log.event('allowed', { uid: 'alice' });
    renameSync(file, `${file}.1`);
    log.event('refused', { why: 'two\nlines' });
    expect(readFileSync(`${file}.1`, 'utf8')).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z jmb\[token\] allowed uid=alice\n$/);
    expect(readFileSync(file, 'utf8')).toMatch(/^\S+ jmb\[token\] refused why="two\\u000alines"\n$/);
  });

  it.runIf(process.getuid?.() === 0)(
    'made by root is for the one whose the folder of data is, whatever the umask',
    () => {
      const data = join(dir, 'data');
      mkdirSync(data);
      chownSync(data, 33, 33);
      const umask = process.umask(0o077);
      const file = join(dir, 'first.log');
      openLog(file, 'x', data).event('y', {});
      takeLock(join(data, 'lock'))?.();
      process.umask(umask);
      for (const made of [file, join(data, 'lock')]) {
        const { uid, gid, mode } = statSync(made);
        expect([uid, gid, mode & 0o777]).toEqual([33, 33, 0o640]);
      }
    },
  );

  it('that cannot be written to does not stop the work', () => {
    const folder = join(dir, 'folder');
    execFileSync('mkdir', [folder]);
    expect(() => openLog(folder, 'x').event('y', {})).not.toThrow();
  });
});

describe('syslog', () => {
  it('is written to by logger', async () => {
    const bin = join(dir, 'bin');
    const trace = join(dir, 'trace');
    execFileSync('mkdir', [bin]);
    writeFileSync(join(bin, 'logger'), `#!/bin/sh\nprintf '%s\\n' "$@" > ${trace}.new && mv ${trace}.new ${trace}\n`);
    chmodSync(join(bin, 'logger'), 0o755);
    const path = process.env['PATH'];
    process.env['PATH'] = `${bin}:${path}`;
    try {
      openLog('syslog', 'booking').event('saved', { id: '-n', subject: '$(id) `id`' });
    } finally {
      process.env['PATH'] = path;
    }
    await expect
      .poll(() => {
        try {
          return readFileSync(trace, 'utf8').split('\n');
        } catch {
          return [];
        }
      })
      .toEqual(['-t', 'jmb[booking]', '-p', 'daemon.info', '--', 'saved id=-n subject="$(id) `id`"', '']);
  });
});
