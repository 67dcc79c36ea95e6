/** install.sh --uninstall: shows the way back, asks, takes it, and tells services. */
import { agree, type Hands, say, wantRoot } from './hands.ts';
import { isKnown } from './journal.ts';
import { recover, wasKilled } from './recover.ts';
import { servicesBack } from './services.ts';
import { backLines } from './show.ts';
import { seeBack, takeBack } from './take_back.ts';
import { tellServices } from './tell.ts';
import { HostError } from './tree.ts';

/** Takes JMB away; meetings and settings only with `purge`. The exit status; throws HostError where there is nothing to take away. */
export async function uninstall(hands: Hands, purge: boolean): Promise<number> {
  const { tree } = hands;
  wantRoot({ ...hands, dryRun: false }, ' --uninstall');
  const killed = wasKilled(tree);
  if (!isKnown(tree) && !killed) {
    throw new HostError(
      `install.sh: there is nothing to take away: this program has installed nothing below ${tree.root}`,
    );
  }
  if (killed) say('An earlier run did not come to its end: what it left is put back first.');
  say(...backLines(seeBack(tree, purge)));
  if (hands.dryRun) {
    say('Nothing was changed (--dry-run).');
    return 0;
  }
  await agree(
    hands,
    purge ? 'Take JMB away with all meetings and settings?' : 'Take JMB away? Meetings and settings stay.',
  );
  const left = recover(tree);
  const back = isKnown(tree) ? takeBack(tree, purge) : { returned: [], idle: false };
  const changed = back.returned.filter(({ how }) => how !== 'kept').map(({ path }) => path);
  await tellBack(hands, [...left.changed, ...changed], left.idle || back.idle);
  if (!purge && isKnown(tree)) {
    say(
      'Meetings stay in /var/www/jitsi-jmb, settings where the list above says "kept"; --uninstall --purge takes them as well.',
    );
  }
  say('Done. Packages that came with JMB stay: apt-get purge takes those that nobody else needs.');
  return 0;
}

async function tellBack(hands: Hands, changed: readonly string[], idle: boolean): Promise<void> {
  const refusing = await tellServices(hands, servicesBack(changed, idle));
  if (refusing.length === 0) return;
  say(
    `This does not start with its own files of before, so for another reason: ${refusing.join(', ')} (journalctl -u NAME says why)`,
  );
}
