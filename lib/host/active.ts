/** Of two hosts that share a database, the one that sends: how the Bash version asks which it is. */
import { spawnSync } from 'node:child_process';
import { exists, namesIn } from './entries.ts';
import type { Tree } from './tree.ts';

/** Where the command is that the Bash version asks. */
const HA_STATE = '/usr/local/ssds_ha/ha-state';
/** The Bash version's programs that send. */
const SCRIPT = /^jitsi-jmb_(?:mail|xmpp)-reminder$/;
/** That command as a script of the Bash version names it. */
const NAMED = /(\/[\w./-]+\/ha-state)\s+-q\b/;

/**
 * The command that says by its end with 0 that this host is the active one; undefined where the Bash version asks none.
 * @param bash the folder of the Bash version
 */
export function activeCommand(tree: Tree, bash: string): string | undefined {
  const named = namesIn(tree, `${bash}/bin`)
    .filter((name) => SCRIPT.test(name))
    .map((name) => NAMED.exec(tree.read(`${bash}/bin/${name}`) ?? '')?.[1])
    .find((path) => path !== undefined);
  const command = named ?? HA_STATE;
  if (exists(tree, command)) return `${command} -q`;
  // As the scripts have it: a host that is given the command one day asks it from then on.
  return named === undefined ? undefined : `! test -x ${command} || ${command} -q`;
}

/** How long the command may take, in milliseconds. */
const PATIENCE = 10_000;

/** Whether a command ends alike for root, as whom the Bash version asked, and for www-data, as whom our cron asks. */
export function endsAlike(command: string): boolean {
  const asked = ['root', 'www-data'].map(
    (user) =>
      spawnSync('runuser', ['-u', user, '--', '/bin/sh', '-c', command], { stdio: 'ignore', timeout: PATIENCE }).status,
  );
  return asked[0] === asked[1];
}
