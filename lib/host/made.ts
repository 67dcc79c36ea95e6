/** What programs of ours have made that no journal knows. */
import { exists, namesIn } from './entries.ts';
import { PREFIX } from './paths.ts';
import type { Tree } from './tree.ts';

/** Where Prosody keeps what modules store. */
const PROSODY_DATA = '/var/lib/prosody';

/** Takes it away: code kept compiled, a private Node, which rooms our module in Prosody keeps closed. */
export function dropWhatProgramsMade(tree: Tree): void {
  for (const name of namesIn(tree, `${PREFIX}/lib`)) {
    if (/\.cache(?:\.new)?$/.test(name)) tree.removeAll(`${PREFIX}/lib/${name}`);
  }
  for (const name of ['bin/node', 'bin/node.jmb-new']) {
    if (exists(tree, `${PREFIX}/${name}`)) tree.removeAll(`${PREFIX}/${name}`);
  }
  dropRooms(tree);
}

/** What a folder is called that has nothing but ours in it, once it is to go. */
const GOING = '.jmb-gone';

/** Takes away which rooms our module in Prosody keeps closed; a host's folder too where nothing else is in it. */
export function dropRooms(tree: Tree): void {
  for (const host of namesIn(tree, PROSODY_DATA)) {
    const folder = `${PROSODY_DATA}/${host}`;
    if (host.endsWith(GOING)) tree.removeAll(folder);
    else if (exists(tree, `${folder}/jmb`)) {
      const alone = namesIn(tree, folder).length === 1;
      // In one step, so that no empty folder stays where this ends in between.
      if (alone) tree.move(folder, folder + GOING);
      tree.removeAll(alone ? folder + GOING : `${folder}/jmb`);
    }
  }
}
