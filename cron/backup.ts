/** `jmb backup FILE`: a consistent copy of the database, made while it is used. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { backUp } from '../lib/store/upkeep.ts';
import type { CommandContext } from './surroundings.ts';

/** Copies; refuses to overwrite. */
export function backup(file: string): (context: CommandContext) => Promise<number> {
  return async (context) => {
    if (existsSync(file)) {
      process.stderr.write(`jmb: ${file} exists; give a new name\n`);
      return 1;
    }
    const folder = dirname(resolve(file));
    if (!existsSync(folder)) {
      process.stderr.write(`jmb: there is no folder ${folder}\n`);
      return 1;
    }
    const terminal = process.stderr.isTTY;
    await backUp(context.store, file, (done, total) => {
      if (terminal) process.stderr.write(`\r${done} of ${total} pages`);
    });
    if (terminal) process.stderr.write('\r\x1b[K');
    context.log.event('backup', { file });
    process.stdout.write(`${file}: copied and whole\n`);
    return 0;
  };
}
