/** What the services themselves say of their new files, before any of them is told. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { PROSODY_MAIN } from './facts.ts';
import { HostError } from './tree.ts';

const PROSODY = '/etc/prosody/conf.d';
/** What Lua quotes of a line that it cannot read: perhaps a secret. */
const QUOTED = / near .*/g;

/** Asks Apache, nginx and Lua; who is not installed is not asked. Throws HostError with what one said against its files. */
export function servicesAgree(): void {
  const lua = existsSync(PROSODY) ? readdirSync(PROSODY).filter((name) => name.endsWith('.cfg.lua')) : [];
  const checks: readonly (readonly [string, ...string[]])[] = [
    ['apache2ctl', 'configtest'],
    ['nginx', '-t'],
    // One at a time: luac 5.4 ends in a double free when it is given several.
    ...lua.map((name) => ['luac', '-p', `${PROSODY}/${name}`] as const),
    ...(existsSync(PROSODY_MAIN) ? [['luac', '-p', PROSODY_MAIN] as const] : []),
  ];
  for (const [program, ...words] of checks) {
    const { error, status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8' });
    if (error !== undefined || status === 0) continue;
    const said = program === 'luac' ? stderr.replace(QUOTED, '') : `${stdout}${stderr}`;
    throw new HostError(
      `${said}\n${program} refuses its new configuration, for the reason above. Everything was put back; the services were not told and go on.`,
    );
  }
}
