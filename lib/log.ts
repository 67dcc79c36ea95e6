/** The log: one line per event, to grep by its fields. */
import { closeSync, constants, existsSync, openSync, writeSync } from 'node:fs';
import { codeOf } from './failure.ts';
import { ownNewFile } from './new_file.ts';

/** Where decisions are written down. */
export interface Log {
  /**
   * Writes one line: `jmb[booking] saved id=… uid=alice`. A log that cannot be written to never stops the work.
   * @param name what happened, in one word
   * @param fields what it happened to; undefined ones are left out
   */
  event(name: string, fields: Readonly<Record<string, string | number | undefined>>): void;
  /** The id of the request, or of the run of the command, that stands on its lines as `req=`; undefined where there is none. */
  readonly request?: string;
}

/** An id that no other request of these weeks has: a name in the log, and no secret. */
export function newRequestId(): string {
  // Not node:crypto, which takes milliseconds to load.
  return Math.random().toString(36).slice(2, 10).padEnd(8, '0');
}

/** The log with an id on each line that has none of its own: at its end, so that what happened still comes first. */
export function logFor(log: Log, request: string): Log {
  return {
    request,
    event(name, { req, ...fields }) {
      log.event(name, { ...fields, req: req ?? request });
    },
  };
}

/**
 * Opens the log that `JMB_LOG` names.
 * @param target `stderr`, `syslog` or the absolute path of a file; anything else means stderr
 * @param program the door or command that writes, such as `booking`
 * @param folder whose owner gets a file that root is the first to write to
 * @param refuge where a line goes that cannot be written into the file
 */
export function openLog(target: string, program: string, folder?: string, refuge: 'stderr' | 'syslog' = 'stderr'): Log {
  const write = writerTo(target, program, folder, refuge);
  return { event: (name, fields) => write(logLine(program, name, fields)) };
}

/** One line without its end, such as `jmb[token] refused module=booking uid=alice reason="not invited"`. */
export function logLine(
  program: string,
  name: string,
  fields: Readonly<Record<string, string | number | undefined>>,
): string {
  let line = `jmb[${program}] ${plain(name)}`;
  for (const key of Object.keys(fields)) {
    const value = fields[key];
    if (value !== undefined) line += ` ${key}=${logValue(String(value))}`;
  }
  return line;
}

type Writer = (line: string) => void;

function writerTo(target: string, program: string, folder: string | undefined, refuge: string): Writer {
  if (target === 'syslog') return (line) => toSyslog(line, program);
  if (target.startsWith('/')) return (line) => toFile(target, line, folder, writerTo(refuge, program, folder, refuge));
  return toStderr;
}

/** Not process.stderr: its stream takes milliseconds to set up, and may lose the last line at an exit. */
function toStderr(line: string): void {
  try {
    writeSync(2, `${line}\n`);
  } catch {
    // Nobody reads the log any more (EPIPE) or cannot take it now (EAGAIN): the answer to the user goes first.
  }
}

/** Opened for each line, so that a log that was rotated away is not written on; one write with O_APPEND keeps lines whole. */
function toFile(path: string, line: string, folder: string | undefined, otherwise: Writer): void {
  try {
    const file = opened(path, folder);
    try {
      writeSync(file, `${new Date().toISOString()} ${line}\n`);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    otherwise(line);
    otherwise(logLine('log', 'unwritable', { file: path, error: String(error) }));
  }
}

/** The log's file; one that was not there is given to whom a folder belongs. */
function opened(path: string, folder: string | undefined): number {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_APPEND);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  const file = openSync(path, 'a', 0o640);
  try {
    if (folder !== undefined && existsSync(folder)) ownNewFile(path, folder);
  } catch (error) {
    closeSync(file);
    throw error;
  }
  return file;
}

/**
 * By `logger` of the host, since Node does not speak to /dev/log (a Unix datagram socket). The line goes to its standard
 * input: what stands on its command line everybody on the host can read. Nobody waits for it: a pipe takes a line at once.
 */
function toSyslog(line: string, program: string): void {
  const { spawn } = process.getBuiltinModule('node:child_process');
  const words = ['-t', `jmb[${program}]`, '-p', 'daemon.info', '-S', '8192'];
  const child = spawn('logger', words, { stdio: ['pipe', 'ignore', 'ignore'] });
  child.on('error', () => toStderr(line));
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${line.slice(line.indexOf(']') + 2)}\n`);
  child.unref();
}

/** A value that needs quotes gets them; no value can begin a new line or forge a field. */
function logValue(value: string): string {
  const escaped = plain(value);
  return escaped === '' || escaped !== value || /[\s=]/.test(value) ? `"${escaped}"` : escaped;
}

/** Quotes and backslashes escaped; control characters, and the separators that some readers take for a line's end, as `\u….`. */
function plain(value: string): string {
  return value.replace(/[\p{Cc}\u2028\u2029\\"]/gu, (character) =>
    character === '\\' || character === '"'
      ? `\\${character}`
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
