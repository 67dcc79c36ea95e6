/** The front as `jmb check` sees it: a real nginx before Apache, Jitsi's own page in our place, and nobody. */
import { afterEach, expect, test } from 'vitest';
import { front, probeGuard } from '../../cron/check_front.ts';
import { type Nginx, startNginx } from '../support/nginx.ts';
import { freePort } from '../support/port.ts';
import { type Stage, stage } from '../support/stage.ts';

const DOMAIN = 'meet.example.org';
let jmb: Stage | undefined;
let nginx: Nginx | undefined;
afterEach(async () => {
  await nginx?.stop();
  await jmb?.stop();
  nginx = undefined;
  jmb = undefined;
});

const asked = async (base: string): Promise<string> => {
  const { verdict, detail } = await front(base);
  return `${verdict}: ${detail}`;
};

test('nginx leads all four programs to JMB, whatever the name stands for, until Apache is gone', async () => {
  jmb = await stage();
  expect(await asked(jmb.url)).toMatch(/^ok: 127\.0\.0\.1:\d+ leads all four programs to JMB$/);
  nginx = await startNginx(DOMAIN, Number(new URL(jmb.url).port), 'before rooms');
  const base = `https://${DOMAIN}:${nginx.port}`;
  expect(await asked(base)).toMatch(/^warning: 127\.0\.0\.1:\d+ leads .*, but browsers do not trust it: .*SELF_SIGNED/);
  await jmb.stopServer();
  expect(await asked(base)).toMatch(/^wrong: .*\/booking\.cgi\?list answers 502: Apache does not run/);
  // The guard asks by the name, which stands for nothing here.
  const guard = await probeGuard(base.replace(DOMAIN, 'localhost'));
  expect(guard.detail).toBe('/booking.cgi answers 502: nobody is there to ask the stranger to sign in; see front');
});

test('a page of Jitsi’s in the place of ours', async () => {
  // Nothing of ours is included: every address is a room.
  nginx = await startNginx(DOMAIN, 1, 'nowhere');
  expect(await asked(`https://${DOMAIN}:${nginx.port}`)).toMatch(
    /^wrong: .*booking\.cgi\?list answers 200: .*Jitsi’s page/,
  );
});

test('nobody listens: wrong where the name leads here, not known where it leads elsewhere', async () => {
  const port = await freePort();
  expect(await asked(`https://localhost:${port}`)).toMatch(
    /^wrong: nothing of this machine listens on port \d+, where localhost/,
  );
  expect(await asked(`https://192.0.2.7:${port}`)).toMatch(
    /^unknown: nothing of this machine listens on port \d+: 192\.0\.2\.7 is elsewhere/,
  );
});
