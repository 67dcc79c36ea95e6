import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
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
import { takeLock } from '../lib/store/database.ts';

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
  it('gets lines through the standard input of logger, since everybody reads its command line', async () => {
    const bin = join(dir, 'bin');
    const received: string[] = [];
    const syslog = createSocket('udp4', (message) => received.push(String(message)));
    await new Promise<void>((ready) => syslog.bind(0, '127.0.0.1', ready));
    const words = join(dir, 'words');
    execFileSync('mkdir', [bin]);
    // The real one; a Unix datagram socket is what Node could not read here either.
    writeFileSync(
      join(bin, 'logger'),
      `#!/bin/sh\nprintf '%s\\n' "$@" > ${words}\n/usr/bin/logger -n 127.0.0.1 -d -P ${syslog.address().port} --rfc3164 "$@"\n`,
    );
    chmodSync(join(bin, 'logger'), 0o755);
    const path = process.env['PATH'];
    process.env['PATH'] = `${bin}:${path}`;
    try {
      openLog('syslog', 'booking').event('saved', { id: '-n', subject: '$(id) `id` <3>', long: 'x'.repeat(3000) });
    } finally {
      process.env['PATH'] = path;
    }
    await expect.poll(() => received.length).toBe(1);
    syslog.close();
    expect(readFileSync(words, 'utf8')).not.toMatch(/saved|id=|xxx/);
    expect(received[0]).toMatch(/^<30>.* jmb\[booking\]: saved id=-n subject="\$\(id\) `id` <3>" long=x{3000}$/);
  });
});
