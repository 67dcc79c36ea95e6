/** What stands in an address reaches a program in its environment, which is its user's, never as an argument, which everybody on the host reads. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Nginx, startNginx } from '../support/nginx.ts';
import { type Stage, stage } from '../support/stage.ts';

const HASH = 'abcdefghijkl0123';
const DOMAIN = 'meet.example.org';

/** Says how it was started. */
const PROGRAM = `#!/bin/sh
cat >/dev/null
printf 'Content-Type: text/plain\\r\\n\\r\\n%s [%s]' "$QUERY_STRING" "$*"
`;

describe.each(['cgid', 'cgi'] as const)('%s', (way) => {
  let jmb: Stage;
  let nginx: Nginx;

  beforeAll(async () => {
    jmb = await stage({ way });
    nginx = await startNginx(DOMAIN, Number(new URL(jmb.url).port), 'before rooms');
    for (const name of ['booking', 'token', 'join', 'ical'])
      writeFileSync(join(jmb.root, `cgi-bin/${name}.cgi`), PROGRAM);
  });

  afterAll(async () => {
    await nginx?.stop();
    await jmb?.stop();
  });

  it.each([
    ['ical.cgi', HASH, `${HASH}=`],
    ['ical.cgi', `id=${HASH}`, `id=${HASH}`],
    ['ical.cgi', `${HASH}&x`, `${HASH}&x=`],
    ['ical.cgi', 'a+b%20c', 'a+b%20c='],
    ['booking.cgi', 'list', 'list='],
    ['booking.cgi', '', ''],
    ['booking.cgi', `edit&id=1`, `edit&id=1`],
    ['token.cgi', 'x', 'x='],
    ['invitation.cgi', 'accept', 'accept='],
    ['close.cgi', 'x', 'x='],
  ])('%s?%s', async (name, query, seen) => {
    for (const folder of ['/', '/cgi-bin/']) {
      const asked = `${folder}${name}${query === '' ? '' : `?${query}`}`;
      expect(await (await jmb.ask(asked, { as: 'alice' })).text(), asked).toBe(`${seen} []`);
      expect((await nginx.ask(asked, { as: 'alice' })).body, asked).toBe(`${seen} []`);
    }
  });

  it('a form arrives at its address', async () => {
    const answer = await jmb.ask('/booking.cgi?register_new', { as: 'alice', form: { a: 'b' } });
    expect(await answer.text()).toBe('register_new= []');
  });
});
