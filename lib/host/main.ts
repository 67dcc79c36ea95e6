/** `jmb-install WORDS`, to which install.sh hands over once there is a Node: JMB on a Jitsi host, renewed there, and away again. */
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { openAsking } from './asking.ts';
import type { Hands } from './hands.ts';
import { install } from './install.ts';
import { readWords, type Words } from './options.ts';
import { Ended, openSteps } from './steps.ts';
import { HostError, treeAt } from './tree.ts';
import { uninstall } from './uninstall.ts';

async function main(argv: readonly string[]): Promise<number> {
  try {
    const words = readWords(argv);
    const hands = handsFor(words);
    try {
      return await (words.has('uninstall') ? uninstall(hands, words.has('purge')) : install(words, hands));
    } finally {
      hands.asking.close();
    }
  } catch (error) {
    if (error instanceof Ended) return error.status;
    const sentence = error instanceof Error ? error.message : String(error);
    // Where it is empty, all was said before.
    if (sentence !== '') console.error(sentence);
    return 1;
  }
}

function handsFor(words: Words): Hands {
  const steps = openSteps();
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
