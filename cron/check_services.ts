/** What `jmb check` asks systemd about programs that stay: whether each listens, now and after the machine's next start, runs, and may write. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { PROGRAMS, UNIT_SOCKET, writableFolders } from '../lib/install/units.ts';
import type { Answer } from './check.ts';

/** What systemd says of a unit, by property. */
type Unit = Readonly<Record<string, string | undefined>>;

const ASKED = 'Id,ActiveState,SubState,Result,UnitFileState,ReadWritePaths';

/** The verdict of this host. */
export function services(settings: Readonly<Record<string, unknown>>): Answer {
  if (!existsSync(UNIT_SOCKET)) return { verdict: 'off', detail: 'each request starts its program (plain CGI)' };
  const names = PROGRAMS.flatMap((program) => [`jitsi-jmb@${program}.socket`, `jitsi-jmb@${program}.service`]);
  const asked = spawnSync('systemctl', ['show', `--property=${ASKED}`, ...names], { encoding: 'utf8' });
  if (asked.status !== 0) {
    const why = asked.error?.message ?? asked.stderr.trim().split('\n')[0];
    return { verdict: 'unknown', detail: `systemd does not say: ${why}` };
  }
  return verdictOf(unitsOf(asked.stdout), writableFolders(settings));
}

/** Units as `systemctl show` prints them: a line each property, a blank one between units. */
function unitsOf(text: string): readonly Unit[] {
  return text
    .trim()
    .split('\n\n')
    .map((block) =>
      Object.fromEntries(block.split('\n').map((line) => [line.split('=', 1)[0], line.replace(/^\w+=/, '')])),
    );
}

/**
 * The verdict about them; the first fault of the gravest kind is told.
 * @param folders that the settings have the programs write into
 */
export function verdictOf(units: readonly Unit[], folders: readonly string[]): Answer {
  const sockets = units.filter(({ Id }) => Id?.endsWith('.socket'));
  const programs = units.filter(({ Id }) => Id?.endsWith('.service'));
  const deaf = sockets.find(({ ActiveState }) => ActiveState !== 'active');
  if (deaf !== undefined) {
    const state = deaf['ActiveState'] === 'failed' ? `failed (${deaf['Result']})` : deaf['ActiveState'];
    return { verdict: 'wrong', detail: `${deaf['Id']} is ${state}: systemctl restart ${deaf['Id']}` };
  }
  const broken = programs.find(
    ({ ActiveState, SubState }) => ActiveState === 'failed' || SubState?.startsWith('auto-restart'),
  );
  if (broken !== undefined)
    return {
      verdict: 'wrong',
      detail: `${broken['Id']} does not start (${broken['Result']}): journalctl -u ${broken['Id']}`,
    };
  const closed = folders.filter((folder) =>
    programs.some(({ ReadWritePaths = '' }) => !isBelow(folder, ReadWritePaths.split(/\s+/))),
  );
  if (closed.length > 0)
    return {
      verdict: 'wrong',
      detail: `the settings lead to ${closed.join(', ')}, where the programs may not write: ./install.sh again`,
    };
  const forgotten = sockets.find(({ UnitFileState }) => UnitFileState !== 'enabled');
  if (forgotten !== undefined)
    return {
      verdict: 'warning',
      detail: `${forgotten['Id']} does not come back when the machine starts: systemctl enable ${forgotten['Id']}`,
    };
  const running = programs.filter(({ ActiveState }) => ActiveState === 'active').length;
  return { verdict: 'ok', detail: `${sockets.length} sockets listen, ${running} programs run` };
}

/** Whether a folder is one of these or below one; each may have a `-` before it (systemd.exec(5), `ReadWritePaths=`). */
function isBelow(folder: string, allowed: readonly string[]): boolean {
  return allowed.some((one) => `${folder}/`.startsWith(`${one.replace(/^-/, '')}/`));
}
