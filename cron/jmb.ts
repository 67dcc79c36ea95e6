/** The command `jmb`, which is also a Munin plugin when called through a link of such a name. */
import { basename } from 'node:path';
import { codeOf, whyOf } from '../lib/failure.ts';
import { pluginOf, runPlugin } from './munin.ts';
import { main } from './program.ts';

// keepalived runs its scripts with a mask of 0177, by which nobody enters a folder that they have made.
process.umask(process.umask() & 0o077);
const called = pluginOf(basename(process.argv[1] ?? ''));
const words = process.argv.slice(2);
const ending = called ? runPlugin(called, words[0]) : main(words);
let isWritten = true;
// A reader that has gone (`jmb list | head`) is no fault, and the work goes on to its end: nobody reads on, no more.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (codeOf(error) === 'EPIPE') return;
    if (isWritten && stream === process.stdout)
      process.stderr.write(`jmb: what it says cannot be written: ${whyOf(error)}\n`);
    isWritten = false;
  });
}
ending.then((status) => {
  // Node would close the database on its way (lib/store/store.ts); what was written to a pipe or file is written, or its
  // failure is told in the next turn.
  setImmediate(() => process.exit(isWritten ? status : Math.max(status, 1)));
});
