/** `jmb backup FILE`: a consistent copy of the database, made while it is used. */
import { existsSync } from 'node:fs';
import { backUp } from '../lib/store/upkeep.ts';
import type { CommandContext } from './surroundings.ts';

/** Copies; refuses to overwrite. */
export function backup(file: string): (context: CommandContext) => Promise<number> {
  return async (context) => {
    if (existsSync(file)) {
      process.stderr.write(`jmb: ${file} exists; give a new name\n`);
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
