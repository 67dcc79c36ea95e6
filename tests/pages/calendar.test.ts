/** booking.cgi?calendar: the address of one's own feed, in words and as a code, and another in its place. */
import decodeQR from 'qr/decode.js';
import { describe, expect, it } from 'vitest';
import { feedRead } from '../../lib/pages/calendar_read.ts';
import { calendarRenew, calendarShow } from '../../lib/pages/mine.ts';
import { feedOf, rememberAddresses } from '../../lib/store/feeds.ts';
import { ALICE, site } from './site.ts';

/** What a camera reads of the page's code: dark on light, four pixels a module. */
function scanned(body: string): string {
  const [, width = '', path = ''] = /<svg viewBox="0 0 (\d+) \1"[^>]*><path d="([^"]*)"/.exec(body) ?? [];
  const size = Number(width) * 4;
  const data = new Uint8Array(size * size * 4).fill(255);
  for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let row = Number(y) * 4; row < (Number(y) + 1) * 4; row += 1) {
      for (let column = Number(x) * 4; column < (Number(x) + Number(length)) * 4; column += 1) {
        data.fill(0, (row * size + column) * 4, (row * size + column) * 4 + 3);
      }
    }
  }
  return decodeQR({ width: size, height: size, data });
}

function scene(settings = '') {
  const jmb = site(settings);
  rememberAddresses(jmb.store, 'alice', [ALICE]);
  const show = (more: object = {}) => jmb.ask(calendarShow, { as: 'alice', query: 'calendar', ...more });
  const renew = (form: Record<string, string>) => jmb.ask(calendarRenew, { as: 'alice', query: 'calendar', form });
  const feed = (hash: string) => jmb.ask(feedRead, { query: `id=${hash}`, env: { SCRIPT_NAME: '/ical.cgi' } });
  return { jmb, show, renew, feed };
}

describe('the page of my calendar', () => {
  it('gives the address, a code of it that a camera reads, and the way of each program', async () => {
    const { jmb, show } = scene();
    const { status, body, text } = await show();
    const address = `meet.example.org/ical.cgi?id=${feedOf(jmb.store, 'alice')}`;
    expect(status).toBe(200);
    expect(body).toContain(`value="https://${address}"`);
    expect(body).toContain(`href="webcals://${address}"`);
    expect(scanned(body)).toBe(`webcals://${address}`);
    for (const program of ['Thunderbird', 'Outlook', 'Google Agenda', 'iPhone', 'Nextcloud'])
      expect(text).toContain(program);
    expect(body).not.toContain('<script');
    expect((await show({ env: { HTTP_ACCEPT_LANGUAGE: 'en' } })).text).toContain('Find Calendars');
  });

  it('says webcal where the house has no TLS, also for a long name', async () => {
    const name = `visio.${'departement-'.repeat(10)}example.org`;
    const { jmb, show } = scene(`JMB_URL="http://${name}/"`);
    expect(scanned((await show()).body)).toBe(`webcal://${name}/ical.cgi?id=${feedOf(jmb.store, 'alice')}`);
  });

  it('makes another address: the old one is 404 at once, also one that the original made beside it', async () => {
    const { jmb, show, renew, feed } = scene();
    const old = feedOf(jmb.store, 'alice');
    jmb.store.run(
      "INSERT INTO ical (ical_owner, ical_hash) VALUES ('Alice', 'ofTheOriginal001'), ('bob', 'ofBob00000000001')",
    );
    for (const hash of [old, 'ofTheOriginal001']) expect((await feed(hash)).status).toBe(200);
    const told = await renew({ conf_token: jmb.token('alice') });
    expect([told.status, told.headers.get('location')]).toEqual([303, '/booking.cgi?calendar&notice=renewed']);
    for (const hash of [old, 'ofTheOriginal001']) expect((await feed(hash)).status).toBe(404);
    expect((await feed('ofBob00000000001')).status).toBe(200);
    const hash = feedOf(jmb.store, 'alice');
    expect(hash).not.toBe(old);
    expect((await feed(hash)).status).toBe(200);
    const after = await show({ query: 'calendar&notice=renewed' });
    expect(after.text).toContain('Votre agenda a une nouvelle adresse');
    expect(after.body).toContain(`ical.cgi?id=${hash}`);
    // The original reads one row an owner.
    expect(jmb.store.all("SELECT ical_hash AS hash FROM ical WHERE ical_owner = 'alice'")).toEqual([{ hash }]);
  });

  it('makes none for a form of nobody’s', async () => {
    const { jmb, renew, feed } = scene();
    const old = feedOf(jmb.store, 'alice');
    expect((await renew({ conf_token: 'x' })).status).toBe(403);
    expect((await feed(old)).status).toBe(200);
  });
});
