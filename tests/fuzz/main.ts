/**
 * What must hold of whatever comes, tried for long: `npm run test:fuzz -- --cases 100000` tries the properties, `--messages 20000` gives
 * messages, changed at random, to what takes those that come in; neither, both in short. `--seed S` tries others, `--only WORDS` those
 * properties that are called so. Exits with 1 when something does not hold.
 */
import { parseArgs } from 'node:util';
import { endFile } from '../support/leftovers.ts';
import { PROPERTIES } from './properties/all.ts';
import { takeMessages } from './taking.ts';

const { values } = parseArgs({
  options: {
    cases: { type: 'string' },
    messages: { type: 'string' },
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: '13' },
  },
});
const seed = Number(values.seed);
const isShort = values.cases === undefined && values.messages === undefined;
const [cases, messages] = [values.cases, values.messages].map((typed) => Number(typed ?? (isShort ? 400 : 0)));

if (cases) await tryAll(cases);
endFile();
if (messages && values.only === '') await takeMessages(messages, seed);

/** Tries each property with so many cases, fewer where one takes longer. */
async function tryAll(most: number): Promise<void> {
  let broken = 0;
  for (const { name, weight, tried } of PROPERTIES.filter((one) => one.name.includes(values.only))) {
    const [number, began] = [Math.ceil(most / weight), performance.now()];
    let fault = '';
    await tried(number, seed).catch((error: Error) => {
      fault = `${error.message.slice(0, 2000)}\n${error.cause instanceof Error ? error.cause.message : ''}`;
    });
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    process.stdout.write(`${fault === '' ? 'holds' : 'BROKEN'}  ${name}: ${number} cases, ${seconds} s\n`);
    if (fault !== '') process.stdout.write(`${fault}\n`);
    broken += fault === '' ? 0 : 1;
  }
  process.stdout.write(`seed ${seed}, properties broken: ${broken}\n`);
  if (broken > 0) process.exitCode = 1;
}
