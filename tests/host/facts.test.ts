import { describe, expect, it } from 'vitest';
import { jitsiDomains, tokenSettings } from '../../lib/install/token_facts.ts';
import { DOMAIN } from './samples.ts';

describe('jitsiDomains', () => {
  it('finds the one domain among the files of the folder', () => {
    const names = [
      'interface_config.js',
      `${DOMAIN}-interface_config.js`,
      `${DOMAIN}-config.js`,
      `${DOMAIN}-config.js.dpkg-old`,
    ];
    expect(jitsiDomains(names)).toEqual([DOMAIN]);
    expect(jitsiDomains(['jaas', '-config.js', '../x-config.js'])).toEqual([]);
  });

  it('lists several', () => {
    expect(jitsiDomains(['b.example-config.js', 'a.example-config.js'])).toEqual(['a.example', 'b.example']);
  });
});

/** How a secret is written in Lua, and what it then is. */
const SECRETS: readonly (readonly [string, string])[] = [
  ['app_secret="plain"', 'plain'],
  ["app_secret = 'single';", 'single'],
  ['app_secret\t=\t"semicolon" ; -- comment', 'semicolon'],
  ['app_secret = "a -- b"--comment', 'a -- b'],
  ['app_secret = "d$ollar #hash `tick` {X} %d"', 'd$ollar #hash `tick` {X} %d'],
  ['app_secret = "say \\"hi\\" \\\'x\\\' \\\\"', 'say "hi" \'x\' \\'],
  ["app_secret = 'double\" within'", 'double" within'],
  ['app_secret = "  spaces  "', '  spaces  '],
  ['app_secret = "\\65\\066\\0677\\x41\\u{e9}\\n\\t\\z  \n   end"', 'ABC7Aé\n\tend'],
  ['app_secret = "\\195\\169"', 'é'],
  ['app_secret = "\\\nx"', '\nx'],
  ['app_secret = [[long "x" \\n -- ]]', 'long "x" \\n -- '],
  ['app_secret = [==[\nfirst ]] ]==]', 'first ]] '],
  ['app_secret = ("bracketed")', 'bracketed'],
  ['app_secret = "jo" .. \'ined\'', 'joined'],
  ['-- app_secret = "old"\n--[[ app_secret = "older" ]]\napp_secret = "new" -- app_secret = "no"', 'new'],
  ['app_secret = "first"\napp_secret = "last counts"', 'last counts'],
  ['app_secret = "é€😀"', 'é€😀'],
  ['ssl = { app_secret = "inner" }\n app_secret --[[ x ]] = --[[ y ]] "outer"', 'outer'],
  ['app_secret = "option" local app_secret = "variable"\nx.app_secret = "field"', 'option'],
  ['motd = "app_secret = \\"x\\"" app_secret = "beside"', 'beside'],
];

describe('tokenSettings', () => {
  it.each(SECRETS)('copies %s exactly', (line, secret) => {
    for (const eol of ['\n', '\r\n']) {
      const text = `VirtualHost "other"\napp_secret = "other"\nVirtualHost "${DOMAIN}"\n  app_id = "jmb"\n  ${line}\nComponent "x"\n app_secret = "theirs"\n`;
      const settings = tokenSettings(text.replaceAll('\n', eol), DOMAIN);
      expect(settings).toEqual({ appId: 'jmb', appSecret: secret });
    }
  });

  it('knows no settings where the host, the identity or the secret is missing, empty or made by a program', () => {
    const host = `VirtualHost "${DOMAIN}"\n`;
    expect(tokenSettings('app_id = "a" app_secret = "b"', DOMAIN)).toBeNull();
    expect(tokenSettings(`${host}--app_id="a"\n--app_secret="b"\n`, DOMAIN)).toBeNull();
    expect(tokenSettings(`${host}app_id="a"\napp_secret=""\n`, DOMAIN)).toBeNull();
    expect(tokenSettings(`${host}app_id="a"\napp_secret=os.getenv("SECRET")\n`, DOMAIN)).toBeNull();
    expect(tokenSettings(`${host}app_id="a"\napp_secret="unfinished`, DOMAIN)?.appSecret).toBe('unfinished');
  });

  it('falls back on the global part, as Prosody does', () => {
    const text = `app_id = "a"\napp_secret = "b"\nauthentication = "token"\nVirtualHost "${DOMAIN.toUpperCase()}"\n`;
    expect(tokenSettings(text, DOMAIN)).toEqual({ appId: 'a', appSecret: 'b' });
  });
});
