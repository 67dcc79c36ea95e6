/** Has each file of tests begin in the machine's time zone, whatever the one before it in the same process has set (useZone), and leave nothing behind. */
import { afterAll } from 'vitest';
import { endFile } from './leftovers.ts';

const MACHINE = 'JMB_TESTS_TZ';

process.env[MACHINE] ??= process.env['TZ'] ?? '';
if (process.env[MACHINE] === '') delete process.env['TZ'];
else process.env['TZ'] = process.env[MACHINE];

afterAll(endFile);
