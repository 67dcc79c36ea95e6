/**
 * Programs that stay, each on a listening Unix socket, as systemd runs them: the socket outlives the process, and who ends is
 * started anew.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { asWebUser, giveToWebUser } from './web_user.ts';

/** The programs by name. */
export const PROGRAMS = ['booking', 'token', 'join', 'ical'] as const;

/** Running programs. */
export interface Services {
  /** The folder of the sockets, each `NAME.sock`. */
  readonly sockets: string;
  /** Ends the process of a program, which is started anew, as `systemctl restart` does. */
  restart(program: string): void;
  restartAll(): void;
  stop(): Promise<void>;
}

/** What keeps a socket, and starts its program again and again; SIGHUP ends the program, SIGTERM both. */
const KEEPER = `end() { kill -TERM "$child"; }
trap end HUP
trap 'over=1; end' TERM
while [ -z "$over" ]; do
  "$0" <&3 &
  child=$!
  wait "$child"
  while kill -0 "$child" 2>/dev/null; do wait "$child"; done
done`;

/**
 * Starts them.
 * @param root the installed tree
 * @param folder where the sockets go; it is made
 * @param log a file for what they say
 * @param before words before each command, once it runs as Apache's user
 */
export async function startServices(
  root: string,
  folder: string,
  {
    needs,
    env,
    log,
    before = [],
  }: { needs: readonly string[]; env: Readonly<Record<string, string>>; log: string; before?: readonly string[] },
): Promise<Services> {
  mkdirSync(folder, { recursive: true });
  const said = openSync(log, 'a');
  giveToWebUser(log);
  const keepers = new Map<string, ChildProcess>();
  for (const program of PROGRAMS) {
    const path = join(folder, `${program}.sock`);
    const fd = await listening(path);
    const [command = '', ...words] = asWebUser(needs, [
      ...before,
      'sh',
      '-c',
      KEEPER,
      join(root, `cgi-bin/${program}.cgi`),
    ]);
    keepers.set(program, spawn(command, words, { env, stdio: ['ignore', said, said, fd.number] }));
    await fd.close();
  }
  return {
    sockets: folder,
    restart: (program) => void keepers.get(program)?.kill('SIGHUP'),
    restartAll() {
      for (const keeper of keepers.values()) keeper.kill('SIGHUP');
    },
    async stop() {
      const ended = [...keepers.values()].map(
        (keeper) =>
          new Promise<void>((done) => (keeper.exitCode === null ? keeper.once('exit', () => done()) : done())),
      );
      for (const keeper of keepers.values()) keeper.kill('SIGTERM');
      await Promise.all(ended);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A listening socket that only Apache's user may connect to, for a child to take over. */
async function listening(path: string): Promise<{ number: number; close: () => Promise<void> }> {
  const server = createServer();
  const first = `${path}.first`;
  await new Promise<void>((done) => server.listen({ path: first, backlog: 4096 }, done));
  // Closing it takes the path away.
  linkSync(first, path);
  giveToWebUser(path);
  chmodSync(path, 0o600);
  const handle: unknown = Reflect.get(server, '_handle');
  const number = typeof handle === 'object' && handle !== null ? Number(Reflect.get(handle, 'fd')) : -1;
  return { number, close: () => new Promise((done) => server.close(() => done())) };
}
