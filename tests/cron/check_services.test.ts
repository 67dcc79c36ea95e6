/** What is said of units as systemd describes them; a running systemd is asked in tests/host/systemd.full.test.ts. */
import { expect, it } from 'vitest';
import { verdictOf } from '../../cron/check_services.ts';
import { PROGRAMS } from '../../lib/install/units.ts';

const units = (change: (id: string) => Record<string, string> = () => ({})) =>
  PROGRAMS.flatMap((program) =>
    ['socket', 'service'].map((kind) => {
      const Id = `jitsi-jmb@${program}.${kind}`;
      const usual = { Id, ActiveState: 'active', SubState: 'running', Result: 'success' };
      const own = kind === 'socket' ? { UnitFileState: 'enabled' } : { ReadWritePaths: '-/srv/jmb -/var/log' };
      return { ...usual, ...own, ...change(Id) };
    }),
  );
const only = (id: string, change: Record<string, string>) => units((one) => (one === id ? change : {}));

it.each([
  ['all well', units(), 'ok', '4 sockets listen, 4 programs run'],
  [
    'a program that nobody has asked yet',
    only('jitsi-jmb@token.service', { ActiveState: 'inactive' }),
    'ok',
    '4 sockets listen, 3 programs run',
  ],
  [
    'a socket that failed',
    only('jitsi-jmb@ical.socket', { ActiveState: 'failed', Result: 'resources' }),
    'wrong',
    'jitsi-jmb@ical.socket is failed (resources): systemctl restart jitsi-jmb@ical.socket',
  ],
  [
    'a program that ends again and again',
    only('jitsi-jmb@join.service', { ActiveState: 'activating', SubState: 'auto-restart', Result: 'exit-code' }),
    'wrong',
    'jitsi-jmb@join.service does not start (exit-code): journalctl -u jitsi-jmb@join.service',
  ],
  [
    'a socket that is not enabled',
    only('jitsi-jmb@booking.socket', { UnitFileState: 'disabled' }),
    'warning',
    'jitsi-jmb@booking.socket does not come back when the machine starts: systemctl enable jitsi-jmb@booking.socket',
  ],
  [
    'a database that moved since',
    only('jitsi-jmb@booking.service', { ReadWritePaths: '-/srv/jmb.old' }),
    'wrong',
    'the settings lead to /srv/jmb, where the programs may not write: ./install.sh again',
  ],
] as const)('%s', (_, found, verdict, detail) => {
  expect(verdictOf(found, ['/srv/jmb'])).toEqual({ verdict, detail });
});
