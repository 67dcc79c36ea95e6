/** Behind a real nginx with the file that install.sh writes, wherever Jitsi's site includes it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basic } from '../support/accounts.ts';
import { asFields } from '../support/forms.ts';
import { type Nginx, type Place, startNginx } from '../support/nginx.ts';
import { JOIN, linkIn, mailsSince } from '../support/sent_mails.ts';
import { type Stage, stage } from '../support/stage.ts';

const DOMAIN = 'meet.example.org';
const BOB = 'bob.durand@example.org';

describe.each<Place>(['before rooms', 'after rooms'])('included %s', (place) => {
  let jmb: Stage;
  let nginx: Nginx;

  beforeAll(async () => {
    const log = `CustomLog "\${JMB_PREFIX}/log/visitors" "%a"`;
    jmb = await stage({ settings: { JMB_URL: `https://${DOMAIN}`, JMB_ROOM_OPENS: '' }, conf: log });
    nginx = await startNginx(DOMAIN, Number(new URL(jmb.url).port), place);
  });

  afterAll(async () => {
    await nginx?.stop();
    await jmb?.stop();
  });

  it('books, tells, and lets in', async () => {
    const form = await nginx.ask('/cgi-bin/booking.cgi?new', { as: 'alice' });
    expect(form.status).toBe(200);
    const token = /name="conf_token" value="([^"]+)"/.exec(form.body)?.[1] ?? '';
    const fields = new URLSearchParams({ ...asFields({ guests: BOB }), conf_token: token });
    const saved = await nginx.ask('/booking.cgi?register_new', { as: 'alice', body: `${fields}` });
    expect(saved.status).toBe(303);
    expect(new URL(saved.headers.location ?? '', `https://${DOMAIN}/booking.cgi`).href).toMatch(
      new RegExp(`^https://${DOMAIN}/booking.cgi\\?list&notice=booked(?:_going)?&of=\\d+#m\\d+$`),
    );
    const mail = (await mailsSince(jmb, 0, 2)).get(BOB);
    const link = linkIn({ ...jmb, url: `https://${DOMAIN}` }, mail, JOIN);
    const entered = await nginx.ask(link);
    expect(entered.status).toBe(302);
    expect((await nginx.ask(entered.headers.location ?? '')).body).toBe(
      `the room ${entered.headers.location?.slice(1)}`,
    );
  });

  it('serves every address, and leaves all others to Jitsi', async () => {
    const list = await nginx.ask('/booking.cgi', { as: 'alice' });
    expect(list.body).toContain(`https://${DOMAIN}/ical.cgi?id=`);
    expect(list.headers['set-cookie']?.join()).toMatch(/viajmb=1;.*Secure/);
    const style = /\/jmb\/style\.css\?v=\w+/.exec(list.body)?.[0] ?? '';
    expect((await nginx.ask(style)).headers['content-type']).toBe('text/css; charset=utf-8');
    for (const folder of ['/', '/cgi-bin/']) {
      expect((await nginx.ask(`${folder}booking.cgi`)).status).toBe(401);
      expect((await nginx.ask(`${folder}token.cgi?room=x`)).status).toBe(401);
      for (const open of ['join.cgi?id=x', 'ical.cgi?x', 'invitation.cgi?accept&id=x'])
        expect((await nginx.ask(folder + open)).status, open).toBe(404);
      expect((await nginx.ask(`${folder}close.cgi`)).status).toBe(302);
    }
    expect((await nginx.ask('/booking.cgi.bak')).body).toBe('the room booking.cgi.bak');
    expect((await nginx.ask('/cgi-bin/other.cgi')).body).toBe('Jitsi');
  });

  it('believes nothing that a browser says of itself', async () => {
    const forged = { 'x-forwarded-for': '6.6.6.6', 'x-forwarded-proto': 'gopher', 'remote-user': 'alice' };
    expect((await nginx.ask('/booking.cgi', { headers: forged })).status).toBe(401);
    const list = await nginx.ask('/booking.cgi', {
      as: 'bob',
      headers: { ...forged, 'x-forwarded-host': 'evil.test' },
    });
    expect(list.body).toContain('Bob Durand');
    expect(list.body).not.toContain('evil.test');
    await nginx.ask('/booking.cgi', { headers: { ...forged, authorization: basic('alice', 'wrong') } });
    // What fail2ban reads.
    expect(jmb.apacheLog()).toMatch(/\[client 127\.0\.0\.2:\d+\] AH01617: user alice/);
    const visitors = new Set(readFileSync(join(jmb.root, 'log/visitors'), 'utf8').trim().split('\n'));
    expect(visitors).toEqual(new Set(['127.0.0.2']));
  });

  it.each([200_000, 300_000])('a form of %s bytes is too long', async (length) => {
    const { status } = await nginx.ask('/booking.cgi?register_new', { as: 'alice', body: 'x'.repeat(length) });
    expect(status).toBe(413);
  });
});
