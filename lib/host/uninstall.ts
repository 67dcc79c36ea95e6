/** install.sh --uninstall: shows the way back, asks, takes it, and tells services. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { agree, type Hands, say, wantRoot } from './hands.ts';
import { LEDGER } from './ledger.ts';
import { APACHE_IDLE, servicesBack } from './services.ts';
import { backLines } from './show.ts';
import { seeBack, takeBack } from './take_back.ts';
import { tellServices } from './tell.ts';
import { HostError } from './tree.ts';

/** Takes JMB away; meetings and settings only with `purge`. The exit status; throws HostError where there is nothing to take away. */
export async function uninstall(hands: Hands, purge: boolean): Promise<number> {
  const { tree } = hands;
  wantRoot({ ...hands, dryRun: false }, ' --uninstall');
  if (!existsSync(join(tree.root, LEDGER))) {
    throw new HostError(
      `install.sh: there is nothing to take away: this program has installed nothing below ${tree.root}`,
    );
  }
  say(...backLines(seeBack(tree, purge)));
  if (hands.dryRun) {
    say('Nothing was changed (--dry-run).');
    return 0;
  }
  await agree(
    hands,
    purge ? 'Take JMB away with all meetings and settings?' : 'Take JMB away? Meetings and settings stay.',
  );
  const idle = tree.read(APACHE_IDLE) !== undefined;
  const { returned } = takeBack(tree, purge);
  const changed = returned.filter(({ how }) => how !== 'kept').map(({ path }) => path);
  const refusing = await tellServices(hands, servicesBack(changed, idle));
  if (refusing.length > 0) {
    say(
      `This does not start with its own files of before, so for another reason: ${refusing.join(', ')} (journalctl -u NAME says why)`,
    );
  }
  if (!purge) {
    say(
      'Meetings stay in /var/www/jitsi-jmb, settings where the list above says "kept"; --uninstall --purge takes them as well.',
    );
  }
  say('Done. Packages that came with JMB stay: apt-get purge takes those that nobody else needs.');
  return 0;
}
