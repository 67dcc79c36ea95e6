/** A door that stays: answers FastCGI on the listening socket that was left on fd 0 (systemd, spawn-fcgi). */

import { statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import type { Environment } from '../context.ts';
import { codeOf } from '../failure.ts';
import { roleBy } from '../role.ts';
import { answer, lineOf, plainPage } from './answer.ts';
import { encode, requestOf, type Variables } from './cgi.ts';
import { Connection } from './fastcgi_connection.ts';
import type { Door } from './route.ts';
import { noteAnswers, tallyLine } from './tally.ts';

/** How long requests that run may take to finish after SIGTERM, in milliseconds. */
const GRACE = 20_000;
/** How long those may take whose body is still on its way: meanwhile nobody else is served, and a form is there in less. */
const GRACE_FOR_BODIES = 5_000;

/** How soon a process that nobody asks sees that this host is not the active one any more, in milliseconds. */
const REST = 2_000;

/** What a file looked like; a different text means that it changed. Where nobody may look, that is what it looks like. */
function stampOf(file: string): string {
  try {
    const stat = statSync(file, { throwIfNoEntry: false });
    return stat === undefined ? '' : `${stat.ino} ${stat.mtimeMs} ${stat.size}`;
  } catch (error) {
    return codeOf(error);
  }
}

/** The environment of now, made anew when a settings file or the database file was replaced. */
class Changing {
  readonly #make: () => Environment;
  #around: Environment;
  #stamp = '';
  readonly #running = new Map<Environment, number>();

  constructor(make: () => Environment) {
    this.#make = make;
    this.#around = make();
  }

  /** Runs one request with what is valid now; the old environment closes when its last request is done. */
  async use<T>(work: (around: Environment) => Promise<T>): Promise<T> {
    const stamp = this.#around.files().map(stampOf).join('|');
    if (this.#stamp !== stamp) this.#renew(stamp);
    const around = this.#around;
    this.#running.set(around, (this.#running.get(around) ?? 0) + 1);
    try {
      return await work(around);
    } finally {
      const left = (this.#running.get(around) ?? 1) - 1;
      if (left > 0) this.#running.set(around, left);
      else this.#running.delete(around);
      // It has found another copy, and holds the one of before.
      if (around.hasReplaced && around === this.#around) this.#renew(stamp);
      if (left === 0 && around !== this.#around) around.close();
    }
  }

  /** Lets go of the database where this host is not the active one of two, so that another copy can take its place. */
  rest(): void {
    if (this.#running.size === 0 && roleBy(this.#around) !== 'active') this.#around.close();
  }

  /** Writes down a bug that belongs to no request. */
  log(name: string, error: unknown): void {
    this.#around.log.event('bug', { kind: name, why: lineOf(error) });
  }

  #renew(stamp: string): void {
    const old = this.#around;
    this.#around = this.#make();
    this.#stamp = stamp;
    if (!this.#running.has(old)) old.close();
  }
}

/** Answers that are counted, written together once in a second. */
class Tally {
  readonly #lines = new Map<string, string>();

  /** @param database undefined where the settings cannot say */
  add(database: string | undefined, line: string): void {
    if (database === undefined) return;
    if (this.#lines.size === 0) setTimeout(() => this.write(), 1_000).unref();
    this.#lines.set(database, (this.#lines.get(database) ?? '') + line);
  }

  write(): void {
    for (const [database, lines] of this.#lines) noteAnswers(database, lines);
    this.#lines.clear();
  }
}

/**
 * Serves fd 0 until SIGTERM. Who holds the socket besides (systemd) keeps those who come meanwhile for the successor: a program that
 * was replaced goes on as it began, and it is for whoever replaced it to say when it is to end.
 * @param program the door's name: `booking`
 * @param make makes an environment that has read nothing yet
 */
export function serveSocket(program: string, door: Door, make: () => Environment): void {
  const changing = new Changing(make);
  const connections = new Set<Connection>();
  let ending = false;
  const tally = new Tally();

  const answerer = async (env: Variables, body: Uint8Array): Promise<Buffer> => {
    const request = requestOf(env, body);
    const response = await changing
      .use(async (around) => {
        const answered = await answer(request, door, around);
        tally.add(around.database, tallyLine(program, door, request, answered.status));
        return answered;
      })
      .catch((error: unknown) => {
        changing.log('environment', error);
        return plainPage(500);
      });
    return encode(response, request.method === 'HEAD');
  };
  const server: Server = createServer((socket) => {
    const connection = new Connection(socket, answerer, () => ending);
    connections.add(connection);
    socket.on('close', () => {
      connections.delete(connection);
      if (ending && connections.size === 0) leave();
    });
  });
  // The database stays open: the last to close it takes the index of its log away, which a full disk does not give back.
  const leave = (): void => {
    tally.write();
    process.exit(0);
  };
  /** Takes no more connections, answers on those that were taken, also where nothing has come on them yet, and leaves. */
  const end = (): void => {
    ending = true;
    server.close();
    for (const connection of connections) if (connection.isSpare) connection.close();
    if (connections.size === 0) leave();
    setTimeout(leave, GRACE).unref();
    const closeThoseWithout = (): void => {
      for (const connection of connections) if (!connection.isAnswering) connection.close();
    };
    // Where this process has stood still meanwhile, what came waits to be read: that is done between a timer and what is set to be immediate.
    setTimeout(() => setImmediate(closeThoseWithout), GRACE_FOR_BODIES).unref();
  };
  server.listen({ fd: 0 });
  setInterval(() => changing.rest(), REST).unref();
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  // A bug outside of every request's promise: it costs a line in the log, and no other request.
  process.on('uncaughtException', (error) => changing.log('uncaught', error));
  process.on('unhandledRejection', (error) => changing.log('unhandled', error));
}
