/** Has a running Prosody take up a new file of our module, without an end of the meetings that run. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { RoomService } from '../jitsi/rooms.ts';

/** A running Prosody with our module. */
export interface RunningProsody {
  /** The command that speaks to it, such as `prosodyctl`. */
  readonly control: readonly [string, ...string[]];
  /** The host of tokens. */
  readonly host: string;
  /** The component of rooms. */
  readonly component: string;
  readonly service: Pick<RoomService, 'version'>;
}

/** How long Prosody's shell may take, in milliseconds. */
const PATIENCE = 20_000;

/** What Prosody's log says more about. */
const SEE_LOG = 'Prosody’s log says why';

/**
 * Loads the module anew, on the host and then on the component, each looked at before the next: one door at least stands
 * at any time, also where the new file is broken.
 * @param file what lies in our folder now
 * @returns why the new one does not run; null where it does
 */
export async function takeUp(file: Uint8Array, prosody: RunningProsody): Promise<string | null> {
  const wanted = createHash('sha256').update(file).digest('hex');
  const loaded = async (part: 'host' | 'rooms'): Promise<string | null> => {
    try {
      return (await prosody.service.version())[part];
    } catch {
      return null;
    }
  };
  for (const [part, name] of [
    ['host', prosody.host],
    ['rooms', prosody.component],
  ] as const) {
    for (const verb of ['reload', 'load'] as const) {
      if ((await loaded(part)) !== wanted) await shell(prosody.control, `module:${verb}("jmb", "${name}")`);
    }
    const now = await loaded(part);
    if (now === null) return `mod_jmb does not load on ${name}; ${SEE_LOG}`;
    if (now !== wanted) return `Prosody goes on with the mod_jmb of before on ${name}; ${SEE_LOG}`;
  }
  return null;
}

/** Says a line to Prosody's shell; what it answers is not asked, since the module itself says what it is. */
function shell([program, ...words]: readonly [string, ...string[]], line: string): Promise<void> {
  return new Promise((done) => {
    const child = spawn(program, [...words, 'shell', line], { stdio: 'ignore', timeout: PATIENCE });
    child.once('error', () => done());
    child.once('close', () => done());
  });
}
