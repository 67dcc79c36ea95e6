import { describe, expect, it } from 'vitest';
import { secret } from '../../cron/check_prosody.ts';
import { audienceFor, tokenFaults, tokenRules, unreadRules } from '../../lib/install/token_facts.ts';
import { DOMAIN, PROSODY } from './samples.ts';

const KEY = 'a secret that is long enough for HS256';

/** A host with these options. */
function host(options: string, secretText = `"${KEY}"`): string {
  return `VirtualHost "${DOMAIN}"\n  authentication = "token"\n  app_id = "jmb"\n  app_secret = ${secretText}\n  ${options}\n`;
}

const ours = { issuer: 'jmb', audience: 'jitsi', secret: KEY };
const rulesOf = (text: string) => {
  const rules = tokenRules(text, DOMAIN);
  if (rules === null) throw new Error('no rules');
  return rules;
};

describe('which tokens Prosody lets in', () => {
  it('ours, as Jitsi is packaged', () => {
    const rules = rulesOf(PROSODY['as packaged'] ?? '');
    expect(rules).toEqual({
      appId: 'jmb',
      appSecret: 'secret',
      issuers: ['jmb'],
      audiences: ['*'],
      algorithm: 'HS256',
      keyServer: false,
    });
    expect(tokenFaults(rules, { ...ours, secret: 'secret' })).toEqual([]);
  });

  it.each([
    ['asap_accepted_issuers = { "jaas"; "chat" }', 'asap_accepted_issuers lets in "jaas", "chat": add "jmb"'],
    ['asap_accepted_issuers = {}', 'asap_accepted_issuers lets in nobody: add "jmb"'],
    ['asap_accepted_audiences = { "meet", }', 'asap_accepted_audiences lets in "meet": add "jitsi"'],
    ['asap_accepted_audiences = "meet"', 'asap_accepted_audiences lets in "meet": add "jitsi"'],
    ['signature_algorithm = "RS256"', 'signature_algorithm is "RS256": set it to "HS256"'],
    ['asap_key_server = "https://keys.example.org"', 'asap_key_server makes Prosody take no token'],
  ])('%s: says what to change', (options, fault) => {
    expect(tokenFaults(rulesOf(host(options)), ours)).toEqual([expect.stringContaining(fault)]);
    const global = `${options}\n${host('')}`;
    expect(tokenFaults(rulesOf(global), ours)).toEqual([expect.stringContaining(fault)]);
  });

  it.each([
    'asap_accepted_issuers = { "jaas"; "jmb" }',
    'asap_accepted_issuers = { "*" }',
    'asap_accepted_audiences = { "meet", "jitsi" }',
    'asap_accepted_audiences = { "*" }',
    'signature_algorithm = "HS256"',
    '-- asap_accepted_issuers = { "jaas" }',
  ])('%s: nothing to change', (options) => expect(tokenFaults(rulesOf(host(options)), ours)).toEqual([]));

  it('compares values, not parts of them', () => {
    expect(tokenFaults(rulesOf(host('', `"${KEY} and more"`)), ours)).toHaveLength(1);
    expect(tokenFaults(rulesOf(`-- ${KEY}\n${host('', '"another"')}`), ours)).toHaveLength(1);
  });

  it('knows what it cannot read', () => {
    const rules = rulesOf(
      host('asap_accepted_audiences = split(os.getenv("AUD"))\n  signature_algorithm = ALG', 'os.getenv("S")'),
    );
    expect(unreadRules(rules)).toEqual(['app_secret', 'asap_accepted_audiences', 'signature_algorithm']);
    expect(tokenFaults(rules, ours)).toEqual([]);
  });

  it('and which audience goes into tokens', () => {
    const audience = (options: string): string => audienceFor(rulesOf(host(options)), 'jitsi');
    expect(audience('')).toBe('jitsi');
    expect(audience('asap_accepted_audiences = { "meet", "jitsi" }')).toBe('jitsi');
    expect(audience('asap_accepted_audiences = { "meet", "chat" }')).toBe('meet');
    expect(audience('asap_accepted_audiences = {}')).toBe('jitsi');
  });
});

describe('jmb check secret', () => {
  const settings = { JMB_JWT_SECRET: KEY, JMB_JWT_ISS: 'jmb', JMB_JWT_AUD: 'jitsi', JMB_SERVER_NAME: DOMAIN };
  const failing = (code: string) => (path: string) => {
    throw Object.assign(new Error(code), { code, path });
  };

  it('says unknown of what it may not read, and never ok', () => {
    expect(secret(settings, failing('EACCES'))).toEqual({
      verdict: 'unknown',
      detail: `/etc/prosody/conf.d/${DOMAIN}.cfg.lua: permission denied; ask as root: jmb check secret`,
    });
    expect(secret(settings, failing('ENOENT'))).toMatchObject({ verdict: 'unknown' });
    // A Prosody of other hosts, which its package brings with "localhost".
    const others = (path: string): string => {
      if (path.endsWith('/prosody.cfg.lua')) return 'VirtualHost "localhost"\n';
      return failing('ENOENT')(path);
    };
    expect(secret(settings, others)).toEqual({
      verdict: 'unknown',
      detail: expect.stringMatching(
        /^no Prosody of this domain here: neither .* nor \/etc\/prosody\/prosody\.cfg\.lua has it$/,
      ),
    });
    expect(secret({ ...settings, JMB_JWT_SECRET: 'short' }, failing('EACCES'))).toMatchObject({ verdict: 'warning' });
    expect(secret(settings, () => host('', 'os.getenv("S")'))).toMatchObject({ verdict: 'unknown' });
  });

  it('says ok of the same, wrong of another, and why', () => {
    expect(secret(settings, () => host(''))).toMatchObject({ verdict: 'ok' });
    const detail = expect.stringContaining('app_secret is not JMB_JWT_SECRET');
    expect(secret(settings, () => host('', `"${KEY}."`))).toEqual({ verdict: 'wrong', detail });
    expect(secret(settings, () => 'VirtualHost "other"')).toMatchObject({ verdict: 'wrong' });
    expect(secret({ ...settings, JMB_JWT_ISS: '' }, () => host(''))).toMatchObject({ verdict: 'wrong' });
  });

  it('finds what stands above all hosts, and a host in Prosody’s own file', () => {
    const missing = failing('ENOENT');
    const main = '/etc/prosody/prosody.cfg.lua';
    const reader = (files: Readonly<Record<string, string>>) => (path: string) => files[path] ?? missing(path);
    expect(secret(settings, reader({ [main]: host('') }))).toMatchObject({ verdict: 'ok' });
    const [bare, key] = [`VirtualHost "${DOMAIN}"`, `app_id = "jmb"\napp_secret = "${KEY}"\n`];
    const file = `/etc/prosody/conf.avail/${DOMAIN}.cfg.lua`;
    expect(secret(settings, reader({ [main]: key, [file]: bare }))).toMatchObject({ verdict: 'ok' });
    expect(secret(settings, reader({ [main]: key.replace(KEY, 'x'), [file]: bare }))).toMatchObject({
      verdict: 'wrong',
    });
  });
});
