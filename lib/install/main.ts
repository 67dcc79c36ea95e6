/** `jmb-install WORDS`, to which install.sh hands over once there is a Node: JMB on a Jitsi host, renewed there, and away again. */
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../failure.ts';
import { wantFolders } from './entries.ts';
import { install, uninstall } from './install.ts';
import { readWords, type Words } from './options.ts';
import { DATA, FOLDER, PREFIX } from './ours.ts';
import { giveBack, holdBrought } from './packages.ts';
import { openAsking } from './questions.ts';
import { Ended, type Hands, isStaged, openSteps, type Steps } from './steps.ts';
import { HostError, treeAt } from './tree.ts';

async function main(argv: readonly string[]): Promise<number> {
  const steps = openSteps();
  // install.sh says it first of all; it is known although the other words may be wrong.
  const clone = argv[0] === '--clone' ? argv[1] : undefined;
  let status = 1;
  try {
    const words = readWords(argv);
    const hands = handsFor(words, steps);
    try {
      wantFolders(hands.tree, [PREFIX, DATA, FOLDER]);
      if (words.has('uninstall')) status = await uninstall(hands, words.has('purge'));
      else {
        status = await install(words, hands);
        if (!hands.dryRun && !isStaged(hands)) holdBrought(hands);
      }
    } finally {
      hands.asking.close();
    }
  } catch (error) {
    const sentence = messageOf(error);
    if (error instanceof Ended) status = error.status;
    // Where it is empty, all was said before.
    else if (sentence !== '') console.error(sentence);
  }
  if (!argv.some((word) => /^--(?:dry-run$|root(?:=|$))/.test(word))) await giveBack({ clone, steps });
  return status;
}

function handsFor(words: Words, steps: Steps): Hands {
  return {
    tree: treeAt(rootOf(words.values.root ?? '/')),
    steps,
    asking: openAsking(steps),
    clone: words.values.clone,
    dist: join(__dirname, '..'),
    yes: words.has('yes'),
    dryRun: words.has('dry-run'),
  };
}

function rootOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    throw new HostError(`install.sh: --root: there is no folder ${folder}`);
  }
}

main(process.argv.slice(2)).then((status) => process.exit(status));
