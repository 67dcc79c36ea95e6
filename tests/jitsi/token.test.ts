import { createHmac } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { makeToken, roomAddress, type TokenClaims, type TokenSettings } from '../../lib/jitsi/token.ts';
import { SettingsError } from '../../lib/settings.ts';

const NOW = 1_800_000_000;
const settings: TokenSettings = {
  JMB_JWT_ISS: 'jitsi-app',
  JMB_JWT_SECRET: 's3cret "with" $igns é',
  JMB_JWT_AUD: 'jitsi',
  JMB_JWT_TTL: 28800,
  JMB_JWT_FEATURES: [],
  JMB_SERVER_NAME: 'Meet.Example.org',
  etc: '/opt/jitsi-jmb/etc',
};
const claims: TokenClaims = {
  room: 'Abcdefghijklmnop',
  end: NOW + 3600,
  id: 'alice',
  name: 'Élodie « d’Arc » 🎓',
  email: 'alice.martin@example.org',
};

function verify(token: string, at = NOW, secret = settings.JMB_JWT_SECRET) {
  return jwtVerify(token, new TextEncoder().encode(secret), {
    issuer: 'jitsi-app',
    audience: 'jitsi',
    algorithms: ['HS256'],
    currentDate: new Date(at * 1000),
  });
}

describe('a token', () => {
  it('is accepted by another library, with the claims that Prosody checks', async () => {
    const { payload, protectedHeader } = await verify(await makeToken(claims, settings, NOW));
    expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(payload).toEqual({
      iss: 'jitsi-app',
      aud: 'jitsi',
      sub: 'meet.example.org',
      room: 'abcdefghijklmnop',
      nbf: NOW - 10,
      exp: NOW + 3600 + 300,
      context: {
        user: {
          id: 'alice',
          name: 'Élodie « d’Arc » 🎓',
          email: 'alice.martin@example.org',
          affiliation: 'owner',
          moderator: 'true',
        },
      },
    });
  });

  it('is refused with another secret, before its time and after it', async () => {
    const token = await makeToken(claims, settings, NOW);
    await expect(verify(token, NOW, 'another')).rejects.toMatchObject({
      code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    });
    await expect(verify(token, NOW - 11)).rejects.toMatchObject({ code: 'ERR_JWT_CLAIM_VALIDATION_FAILED' });
    await expect(verify(token, NOW + 3900)).rejects.toMatchObject({ code: 'ERR_JWT_EXPIRED' });
    expect(await verify(token, NOW + 3899)).toBeTruthy();
  });

  it.each([
    ['a meeting about to end', NOW + 60, NOW + 900],
    ['a meeting over for a while', NOW - 600, NOW + 900],
    ['fifteen minutes exactly', NOW + 600, NOW + 900],
    ['a long meeting', NOW + 28800, NOW + 28800],
    ['a meeting in 300 days', NOW + 300 * 86_400, NOW + 28800],
    ['a private room', null, NOW + 28800],
  ])('lives long enough, and no longer: %s', async (_, end, exp) => {
    expect(decodeJwt(await makeToken({ ...claims, end }, settings, NOW)).exp).toBe(exp);
  });

  it('grants and denies features as strings', async () => {
    const features = { ...settings, JMB_JWT_FEATURES: ['recording', 'livestreaming=false'] };
    const payload = decodeJwt<{ context: { features: object } }>(await makeToken(claims, features, NOW));
    // With any feature in a token Jitsi denies what is not named, so its defaults are spelled out.
    expect(payload.context.features).toEqual({
      recording: 'true',
      livestreaming: 'false',
      transcription: 'true',
      'outbound-call': 'true',
      'create-polls': 'true',
      'send-groupchat': 'true',
      'send-private-message': 'true',
      flip: 'true',
      'live-translation': 'true',
      'live-translation-subscribe': 'true',
    });
    const none = decodeJwt<{ context: object }>(await makeToken(claims, settings, NOW));
    expect(none.context).not.toHaveProperty('features');
  });

  it('holds a name on one line and of bounded length', async () => {
    const name = async (given: string) => {
      const token = await makeToken({ ...claims, name: given }, settings, NOW);
      return decodeJwt<{ context: { user: { name: string } } }>(token).context.user.name;
    };
    expect(await name('Eve\r\nX-Header: 1\u0000')).toBe('Eve X-Header: 1');
    expect([...(await name('🎓'.repeat(5000)))]).toHaveLength(100);
    expect(await name('x'.repeat(100))).toBe('x'.repeat(100));
    expect(await name('🎓'.repeat(60))).toBe('🎓'.repeat(60));
  });

  it('is never signed without a key, nor without an issuer', async () => {
    await expect(makeToken(claims, { ...settings, JMB_JWT_SECRET: '' }, NOW)).rejects.toThrow(
      new SettingsError('/opt/jitsi-jmb/etc/jmb_jwt.cf', 0, 'JMB_JWT_SECRET is not set, so no token can be signed'),
    );
    await expect(makeToken(claims, { ...settings, JMB_JWT_ISS: '' }, NOW)).rejects.toThrow(/JMB_JWT_ISS is not set/);
  });

  // HMAC takes a key as it is up to its block of 64 octets, and its digest beyond (RFC 2104 section 2).
  it.each([1, 63, 64, 65, 200])('is signed under a secret of %i octets', async (length) => {
    const secret = 'k'.repeat(length);
    const token = await makeToken(claims, { ...settings, JMB_JWT_SECRET: secret }, NOW);
    const [head, payload, signature] = token.split('.');
    expect(signature).toBe(createHmac('sha256', secret).update(`${head}.${payload}`).digest('base64url'));
  });

  it('never says another algorithm', async () => {
    expect(decodeProtectedHeader(await makeToken(claims, settings, NOW)).alg).toBe('HS256');
  });
});

describe('the address of a room', () => {
  it('carries no token for guests', () => {
    expect(roomAddress('Abc', null, { JMB_JWT_IN: 'query' })).toBe('/abc');
  });

  it('carries it in the query or in the fragment', () => {
    expect(roomAddress('abc', 'x.y.z', { JMB_JWT_IN: 'query' })).toBe('/abc?jwt=x.y.z');
    const address = roomAddress('abc', 'x.y.z', { JMB_JWT_IN: 'fragment' });
    const fragment = new URL(address, 'https://meet.example.org').hash.slice('#jwt='.length);
    expect(JSON.parse(decodeURIComponent(fragment))).toBe('x.y.z');
  });

  it('cannot leave the host, whatever the room is called', () => {
    for (const room of ['/evil.example', '\\evil.example', 'a?b#c', 'a\r\nSet-Cookie: x']) {
      const url = new URL(roomAddress(room, null, { JMB_JWT_IN: 'query' }), 'https://meet.example.org');
      expect(url.host).toBe('meet.example.org');
      expect(url.search + url.hash).toBe('');
    }
    expect(() => roomAddress('..', null, { JMB_JWT_IN: 'query' })).toThrow('no room can stand for ".."');
    const long = () => roomAddress('é'.repeat(200), null, { JMB_JWT_IN: 'query' });
    expect(long).toThrow(new Error(`no room can stand for "${'é'.repeat(100)}"`));
  });
});
