/** The demo as install.sh starts it, and how it ends: `node dist/tests/demo.mjs`, and the steps of install.sh around it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeToken } from '../../lib/jitsi/token.ts';
import { readSettings } from '../../lib/settings.ts';
import { openStore } from '../../lib/store/store.ts';
import { basic } from '../support/accounts.ts';
import { answers, freePort } from '../support/port.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const DIST = process.env['JMB_DIST'] ?? join(REPOSITORY, 'dist');

/** A started program in a session of its own, and all that it has said. */
interface Started {
  readonly process: ChildProcess;
  said(): string;
  /** Resolves with the exit status. */
  readonly ended: Promise<number | null>;
}

function start(command: string, ...words: string[]): Started {
  const child = spawn(command, words, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part) => {
      said += part;
    });
  }
  return { process: child, said: () => said, ended: once(child, 'close').then(([status]) => status as number | null) };
}

function startDemo(port: number, folder: string, ...words: string[]): Started {
  return start(process.execPath, join(DIST, 'tests/demo.mjs'), '--port', `${port}`, '--dir', folder, ...words);
}

/** Waits for a text among what a program says, ten seconds at most. */
async function says(started: Started, text: string): Promise<void> {
  for (const until = Date.now() + 10_000; !started.said().includes(text); ) {
    if (Date.now() > until) throw new Error(`"${text}" was not said: ${started.said()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The processes of a session that are still there, once they have had two seconds to go. */
async function left(session: number | undefined): Promise<string[]> {
  for (const until = Date.now() + 2000; ; ) {
    const there = inSession(session ?? 0);
    if (there.length === 0 || Date.now() > until) return there;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function inSession(session: number): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ');
        return fields[0] !== 'Z' && Number(fields[3]) === session ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8')] : [];
      } catch {
        return [];
      }
    });
}

describe('the demo', () => {
  const above = mkdtempSync(join(tmpdir(), 'jmb demo-'));
  const folder = join(above, 'a folder');
  let port: number;
  let demo: Started;
  const ask = (path: string, as?: string, language = 'en') =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      headers: { 'accept-language': language, ...(as === undefined ? {} : { authorization: basic(as) }) },
      redirect: 'manual',
    });
  const subjects = () => {
    const store = openStore(join(folder, 'data/jmb.db'));
    try {
      return store.all<{ subject: string; begin: number }>(
        'SELECT meeting_object AS subject, meeting_begin AS begin FROM meetings ORDER BY meeting_begin',
      );
    } finally {
      store.close();
    }
  };
  const inDatabase = (sql: string) => {
    const store = openStore(join(folder, 'data/jmb.db'));
    store.transaction(() => store.run(sql));
    store.close();
  };

  beforeAll(async () => {
    port = await freePort();
    demo = startDemo(port, folder);
    await says(demo, 'Ctrl-C');
  });
  afterAll(async () => {
    demo.process.kill('SIGTERM');
    await demo.ended;
    rmSync(above, { recursive: true, force: true });
  });

  it('says where it answers and who there is', () => {
    expect(demo.said()).toContain(`http://127.0.0.1:${port}/\n`);
    expect(demo.said()).toMatch(/alice\s+alice\s+alice\.martin@example\.org\s+may book\n/);
    expect(demo.said()).toMatch(/carol\s+carol\s+carol\.petit@example\.org\s+may not book\n/);
  });

  it('shows alice her meetings: over, running, about to begin, to come', async () => {
    const list = await ask('/booking.cgi?list', 'alice');
    expect(list.status).toBe(200);
    const text = await list.text();
    for (const { subject } of subjects()) expect(text).toContain(subject);
    const now = Date.now() / 1000;
    expect(subjects().filter(({ begin }) => begin < now)).toHaveLength(2);
    expect((await ask('/booking.cgi?list')).status).toBe(401);
    expect((await ask('/booking.cgi?new', 'bob')).status).toBe(200);
    expect((await ask('/booking.cgi?new', 'carol')).status).toBe(403);
  });

  it('shows the mails that went out', async () => {
    await says({ ...demo, said: () => readdirSync(join(folder, 'mail')).join(' ') }, 'carol.petit@example.org.eml');
    const list = await (await ask('/mail/')).text();
    const [, name] = /href="\/mail\/([^"]+carol[^"]+)"/.exec(list) ?? [];
    const mail = await (await ask(`/mail/${name}`)).text();
    expect(mail).toContain('METHOD:REQUEST');
    expect(mail).toMatch(new RegExp(`<a href="http://127.0.0.1:${port}/join.cgi\\?id=`));
    expect((await ask(`/mail/${name}?part=html`)).headers.get('content-security-policy')).toContain('sandbox');
    expect(await (await ask(`/mail/${name}?part=source`)).text()).toContain('Auto-Submitted:');
    expect((await ask('/mail/nothing')).status).toBe(404);
    expect((await ask('/mail/..%2fdemo.json')).status).toBe(404);
  });

  it('stands in for Jitsi: says whether a token holds', async () => {
    const settings = readSettings(folder, {});
    const now = Math.floor(Date.now() / 1000);
    const claims = { room: 'alice', end: null, id: 'alice', name: '<b>Alice', email: 'alice.martin@example.org' };
    const good = makeToken(claims, settings, now);
    const page = await (await ask(`/alice?jwt=${good}`)).text();
    expect(page).toContain('The token holds');
    expect(page).toContain('&#60;b&#62;Alice');
    expect(await (await ask('/alice', undefined, 'fr')).text()).toContain('Sans jeton');
    const refused = async (path: string) => expect(await (await ask(path)).text()).toContain('Token refused');
    await refused(`/bob?jwt=${good}`);
    await refused(`/alice?jwt=${good.slice(0, -4)}AAAA`);
    await refused(`/alice?jwt=${makeToken(claims, settings, now - 100_000)}`);
    await refused(`/alice?jwt=${makeToken(claims, { ...settings, JMB_JWT_ISS: 'another' }, now)}`);
    await refused('/alice?jwt=rubbish');
  });

  it('runs once in a folder, and only on a port that is free', async () => {
    const second = startDemo(await freePort(), folder);
    expect(await second.ended).toBe(1);
    expect(second.said()).toMatch(/a demo already runs in .*a folder/);
    const third = startDemo(port, join(above, 'third'));
    expect(await third.ended).toBe(1);
    expect(third.said()).toContain(`port ${port} is busy`);
  });

  it('ends with everything it started, and goes on where it was', async () => {
    const before = subjects();
    demo.process.kill('SIGTERM');
    expect(await demo.ended).toBe(0);
    expect(await left(demo.process.pid)).toEqual([]);
    expect(await answers(port)).toBe(false);
    // A user deletes one meeting and changes another; time goes by for the rest.
    inDatabase("DELETE FROM meetings WHERE meeting_object LIKE 'Atelier%'");
    inDatabase(
      "UPDATE meetings SET meeting_object = 'Mine', meeting_begin = meeting_begin - 864000 WHERE meeting_object LIKE 'Soutenance%'",
    );
    inDatabase(
      "UPDATE meetings SET meeting_begin = meeting_begin - 864000, meeting_end = meeting_end - 864000 WHERE meeting_object LIKE 'Comit%'",
    );
    inDatabase(
      "UPDATE meeting_extra SET extra_version = 0 WHERE extra_meeting_id = (SELECT meeting_id FROM meetings WHERE meeting_object LIKE 'Comit%')",
    );

    demo = startDemo(port, folder);
    await says(demo, 'Ctrl-C');
    const after = subjects();
    const beginOf = (list: typeof after, name: string) => list.find(({ subject }) => subject.startsWith(name))?.begin;
    expect(after).toHaveLength(before.length - 1);
    expect(beginOf(after, 'Mine')).toBe((beginOf(before, 'Soutenance') ?? 0) - 864000);
    expect(beginOf(after, 'Comit')).toBeGreaterThan(Date.now() / 1000);
    expect(beginOf(after, 'Conseil')).toBe(beginOf(before, 'Conseil'));
  });

  it('ends at Ctrl-C, and starts anew when told to', async () => {
    process.kill(-(demo.process.pid ?? 0), 'SIGINT');
    process.kill(-(demo.process.pid ?? 0), 'SIGTERM');
    expect(await demo.ended).toBe(0);
    expect(await left(demo.process.pid)).toEqual([]);
    demo = startDemo(port, folder, '--fresh');
    await says(demo, 'Ctrl-C');
    expect(subjects()).toHaveLength(6);
  });

  it('leaves nothing behind even when it is killed', async () => {
    demo.process.kill('SIGKILL');
    await demo.ended;
    expect(await left(demo.process.pid)).toEqual([]);
  });

  it('takes no folder that holds something else', async () => {
    const other = mkdtempSync(join(tmpdir(), 'jmb-other-'));
    writeFileSync(join(other, 'bin'), 'precious');
    const refused = startDemo(await freePort(), other, '--fresh');
    expect(await refused.ended).toBe(1);
    expect(refused.said()).toContain('is not empty and not a demo');
    expect(readFileSync(join(other, 'bin'), 'utf8')).toBe('precious');
    rmSync(other, { recursive: true });
  });
});

describe('install.sh', () => {
  const install = join(REPOSITORY, 'install.sh');

  it('says in a sentence what is wrong with its options', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const busy = typeof address === 'object' && address !== null ? address.port : 0;
    const wrong: [string[], RegExp][] = [
      [['--demo', '--port', 'x'], /--port takes a number/],
      [['--demo', '--port'], /--port needs a value/],
      [['--demo', '--nothing'], /--demo knows no --nothing/],
      [['--demo', '--port', `${busy}`], /port \d+ is busy/],
      [['--test', '--nothing'], /--test knows no --nothing/],
    ];
    for (const [words, sentence] of wrong) {
      const run = start(install, ...words);
      expect(await run.ended, words.join(' ')).toBe(1);
      expect(run.said()).toMatch(sentence);
    }
    server.close();
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'ends an unfinished step and all that it started at %s',
    async (signal) => {
      const mark = `${300 + Math.random()}`;
      const file = join(tmpdir(), `jmb-at-end-${mark}`);
      writeFileSync(file, '');
      const script = `. "${REPOSITORY}/install/steps.sh"
      at_end rm "${file}"
      quiet_step "Working" bash -c 'sleep ${mark} & setsid sleep 0.1; trap "" HUP; sleep ${mark}'`;
      const run = start('bash', '-c', script);
      await says(run, 'Working...');
      const sleeping = () => sleepersOf(mark);
      for (let tries = 0; tries < 100 && sleeping() < 2; tries += 1)
        await new Promise((resolve) => setTimeout(resolve, 20));
      expect(sleeping()).toBe(2);
      run.process.kill(signal);
      expect(await run.ended).toBe({ SIGTERM: 143, SIGINT: 130, SIGHUP: 129 }[signal]);
      expect(sleeping()).toBe(0);
      expect(existsSync(file)).toBe(false);
    },
  );
});

/** How many processes have a word among theirs. */
function sleepersOf(word: string): number {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(`sleep\0${word}`);
    } catch {
      return false;
    }
  }).length;
}
