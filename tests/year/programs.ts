/** The programs of an installed tree as the simulated year calls them: over their sockets as Apache does, and as commands. */
import { type ChildProcess, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Answers, requestBytes } from '../http/records.ts';

/** A request of the year. */
export interface Asked {
  readonly program: 'booking' | 'token' | 'join' | 'ical';
  readonly query: string;
  /** The number of the organiser who asks; nobody when left out. */
  readonly as?: number;
  readonly form?: Readonly<Record<string, string>>;
}

/** What came back. */
export interface Answered {
  readonly status: number;
  readonly location: string;
  readonly body: string;
}

/** The address of an organiser. */
export function emailOf(organiser: number): string {
  return `organiser${organiser}@example.org`;
}

/** One request, as Apache hands it to a program that stays. Rejects where no whole answer comes. */
export function request(sockets: string, { program, query, as, form }: Asked): Promise<Answered> {
  const body = form === undefined ? '' : new URLSearchParams(form).toString();
  const identity =
    as === undefined
      ? {}
      : { REMOTE_USER: `organiser${as}`, AUTHENTICATE_MAIL: emailOf(as), AUTHENTICATE_CN: `Organiser ${as}` };
  const env = {
    GATEWAY_INTERFACE: 'CGI/1.1',
    SERVER_PROTOCOL: 'HTTP/1.1',
    REQUEST_METHOD: form === undefined ? 'GET' : 'POST',
    SCRIPT_NAME: `/cgi-bin/${program}.cgi`,
    QUERY_STRING: query,
    REMOTE_ADDR: '127.0.0.1',
    HTTP_HOST: 'meet.example.org',
    HTTPS: 'on',
    ...(form === undefined
      ? {}
      : { CONTENT_TYPE: 'application/x-www-form-urlencoded', CONTENT_LENGTH: String(Buffer.byteLength(body)) }),
    ...identity,
  };
  return new Promise((resolve, reject) => {
    const answers = new Answers();
    const connection = connect(join(sockets, `${program}.sock`));
    connection.once('error', reject);
    connection.on('data', (piece: Buffer) => answers.push(piece));
    connection.once('close', () => {
      const output = answers.output.get(1) ?? '';
      const [head = '', ...rest] = output.split('\r\n\r\n');
      if (!answers.ended.has(1)) return reject(new Error(`${program}.cgi?${query}: no end of the answer`));
      return resolve({
        status: Number(/^Status: (\d+)/m.exec(head)?.[1] ?? 200),
        location: /^Location: (.*)$/m.exec(head)?.[1] ?? '',
        body: rest.join('\r\n\r\n'),
      });
    });
    connection.write(requestBytes(1, env, Buffer.from(body), { keep: false }));
  });
}

/** Gives a command its input, and what it said once it has ended. Rejects where its status is not 0. */
export function ended(child: ChildProcess, words: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    }
    child.once('error', reject);
    child.once('close', (status) =>
      status === 0 ? resolve(said) : reject(new Error(`jmb ${words.join(' ')}: status ${status}\n${said}`)),
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/** Resident MiB of what runs below a folder's cgi-bin. */
export function residentOf(root: string): number {
  const found = spawnSync('pgrep', ['-f', `${root}/cgi-bin/`], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter(Boolean);
  const sizes = found.map((pid) => {
    const file = `/proc/${pid}/status`;
    return existsSync(file) ? Number(/^VmRSS:\s*(\d+)/m.exec(readFileSync(file, 'utf8'))?.[1] ?? 0) : 0;
  });
  return Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1024);
}
