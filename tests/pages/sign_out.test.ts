import { describe, expect, it } from 'vitest';
import { meetingList } from '../../lib/pages/meeting_list.ts';
import { signOut } from '../../lib/pages/ways_out.ts';
import { site } from './site.ts';

const CAS = 'https://cas.example.org/logout?service=';
const BACK = encodeURIComponent('https://meet.example.org/');

describe('booking.cgi?logout', () => {
  it('goes where Apache says, and from there to the front page', async () => {
    const jmb = site('JMB_URL="https://meet.example.org/"');
    const told = await jmb.ask(signOut, { as: 'alice', query: 'logout', env: { JMB_LOGOUT: CAS } });
    expect([told.status, told.headers.get('location')]).toEqual([302, `${CAS}${BACK}`]);
    expect(told.headers.get('cache-control')).toBe('no-store');
    expect(told.headers.has('set-cookie')).toBe(false);
  });

  it.each([
    ['MOD_AUTH_CAS=0123', 'on', 'MOD_AUTH_CAS=; Path=/; Max-Age=0; HttpOnly; Secure'],
    ['viajmb=1; MOD_AUTH_CAS_S=0123; x=y', 'on', 'MOD_AUTH_CAS_S=; Path=/; Max-Age=0; HttpOnly; Secure'],
    ['MOD_AUTH_CAS=0123', 'off', 'MOD_AUTH_CAS=; Path=/; Max-Age=0; HttpOnly'],
  ])('ends the session that mod_auth_cas keeps in %s', async (cookies, https, expired) => {
    const env = { JMB_LOGOUT: CAS, HTTP_COOKIE: cookies, HTTPS: https };
    const told = await site().ask(signOut, { as: 'alice', query: 'logout', env });
    expect(told.headers.get('set-cookie')).toBe(expired);
  });

  it.each([{}, { HTTP_JMB_LOGOUT: 'https://evil.test/' }, { JMB_LOGOUT: '' }])('is nowhere with %j', async (env) => {
    const told = await site().ask(signOut, { as: 'alice', query: 'logout', env });
    expect(told.status).toBe(404);
    expect(told.headers.has('location')).toBe(false);
  });
});

describe('the pages', () => {
  it('offer it where there is one', async () => {
    const jmb = site();
    const list = await jmb.ask(meetingList, { as: 'alice', env: { JMB_LOGOUT: CAS } });
    expect(list.body).toContain('<a href="booking.cgi?logout">Se déconnecter</a>');
    expect((await jmb.ask(meetingList, { as: 'alice' })).body).not.toContain('logout');
  });
});
