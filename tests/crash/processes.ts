/** Runs JMB's own executables as their callers do, and kills them when told to. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** What became of a process. */
export interface Ended {
  /** What it wrote to its standard output before it ended. */
  readonly output: string;
  readonly errors: string;
  /** True when SIGKILL reached it before it had ended. */
  readonly killed: boolean;
  /** How long it lived, in milliseconds. */
  readonly lived: number;
  readonly status: number | null;
}

/** Starts a program; `killAfter` is in milliseconds, null lets it live. */
export function run(
  file: string,
  options: { args?: string[]; env: Record<string, string>; input?: string; killAfter: number | null },
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(file, options.args ?? [], { env: options.env, stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    // A process that was killed does not read its input.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    const timer = options.killAfter === null ? undefined : setTimeout(() => child.kill('SIGKILL'), options.killAfter);
    child.once('error', reject);
    child.once('close', (status, signal) => {
      clearTimeout(timer);
      resolve({ output, errors, killed: signal === 'SIGKILL', lived: performance.now() - started, status });
    });
  });
}

/** One request, as a web server hands it to a CGI (RFC 3875). */
export interface CgiRequest {
  readonly program: 'booking' | 'token' | 'join' | 'ical';
  readonly query: string;
  /** Fields of a form; makes it a POST. */
  readonly form?: Record<string, string>;
  /** Variables that the authentication module would set. */
  readonly identity: Record<string, string>;
}

/** Runs a CGI; the header's `Status` is in `code`, 0 when it did not get that far. */
export async function runCgi(
  dist: string,
  environment: Record<string, string>,
  request: CgiRequest,
  killAfter: number | null,
): Promise<Ended & { code: number }> {
  const body = request.form ? new URLSearchParams(request.form).toString() : '';
  const ended = await run(join(dist, 'cgi-bin', `${request.program}.cgi`), {
    env: {
      ...environment,
      ...request.identity,
      GATEWAY_INTERFACE: 'CGI/1.1',
      SERVER_PROTOCOL: 'HTTP/1.1',
      REQUEST_METHOD: request.form ? 'POST' : 'GET',
      SCRIPT_NAME: `/cgi-bin/${request.program}.cgi`,
      QUERY_STRING: request.query,
      HTTP_HOST: 'meet.example.org',
      ...(request.form
        ? { CONTENT_TYPE: 'application/x-www-form-urlencoded', CONTENT_LENGTH: String(Buffer.byteLength(body)) }
        : {}),
    },
    input: body,
    killAfter,
  });
  return { ...ended, code: Number(/^Status: (\d{3})/.exec(ended.output)?.[1] ?? 0) };
}
