/** Why tokens cannot be signed for a Prosody, by what its own reader makes of the same files. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { editProsody, undoProsody } from '../../lib/install/prosody.ts';
import { type ProsodySetup, prosodySetup, tokenSettings, tokenTrouble } from '../../lib/install/token_facts.ts';
import { treeAt } from '../../lib/install/tree.ts';
import { DOMAIN } from './samples.ts';

const READER = '/usr/lib/prosody/core/configmanager.lua';
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'jmb-prosody-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function setup(files: Readonly<Record<string, string>>): ProsodySetup {
  for (const [name, text] of Object.entries(files)) {
    const file = join(root, 'etc/prosody', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const found = prosodySetup(treeAt(root), DOMAIN);
  if (found === undefined) throw new Error('there is no VirtualHost');
  return found;
}

const HOST = `VirtualHost "${DOMAIN}"\n`;
const KEY = 'app_id = "jmb"\napp_secret = "x"\n';
const INCLUDES = 'VirtualHost "localhost"\nInclude "conf.d/*.cfg.lua"\n';

/** Options of a host, or of all hosts (`*`), as Prosody itself reads the files. */
function asProsody(names: readonly string[], host = DOMAIN): (string | undefined)[] {
  const script = `package.path = "/usr/lib/prosody/?.lua;" .. package.path
    package.cpath = "/usr/lib/prosody/?.so;" .. package.cpath
    CFG_CONFIGDIR = arg[1]
    local here = pcall(require, "core.configmanager")
    local config = require(here and "core.configmanager" or "prosody.core.configmanager")
    assert(config.load(arg[1] .. "/prosody.cfg.lua"))
    for i = 2, #arg do print(tostring(config.get("${host}", arg[i]))) end`;
  writeFileSync(join(root, 'ask.lua'), script);
  const lua = ['lua5.4', 'lua5.3', 'lua5.2', 'lua'].find((name) => spawnSync(name, ['-v']).status === 0) ?? 'lua';
  const asked = spawnSync(lua, [join(root, 'ask.lua'), join(root, 'etc/prosody'), ...names], { encoding: 'utf8' });
  expect(asked.stderr).toBe('');
  return asked.stdout.trim().split('\n');
}

describe('the files of Prosody together', () => {
  it.skipIf(!existsSync(READER)).each([
    [
      'above all hosts, in its own file',
      { 'prosody.cfg.lua': `${KEY}${INCLUDES}`, [`conf.d/${DOMAIN}.cfg.lua`]: HOST },
    ],
    ['above the host', { 'prosody.cfg.lua': INCLUDES, [`conf.d/${DOMAIN}.cfg.lua`]: `${KEY}${HOST}` }],
    [
      'in the last of several files',
      {
        'prosody.cfg.lua': `app_id = "no"\napp_secret = "no"\n${INCLUDES}`,
        [`conf.d/${DOMAIN}.cfg.lua`]: HOST,
        'conf.d/zz.cfg.lua': KEY,
      },
    ],
    [
      'of the host before those above it',
      { 'prosody.cfg.lua': `${KEY.replace(/"(?=\w)/g, '"no ')}${INCLUDES}`, [`conf.d/${DOMAIN}.cfg.lua`]: HOST + KEY },
    ],
    ['all in one', { 'prosody.cfg.lua': `VirtualHost "localhost"\n${HOST}${KEY}` }],
    ['in a file of another name', { 'prosody.cfg.lua': INCLUDES, 'conf.d/jitsi.cfg.lua': HOST + KEY }],
  ])('give the identity that Prosody takes: %s', (_, files) => {
    const texts = setup(files).files.map(({ text }) => text);
    const [id, secret] = asProsody(['app_id', 'app_secret']);
    expect(tokenSettings(texts, DOMAIN)).toEqual({ appId: id, appSecret: secret });
    expect(id).toBe('jmb');
  });

  it.skipIf(!existsSync(READER))('are read by Prosody as meant once its own file is edited', () => {
    const main = `admins = {}\nauthentication = "internal_hashed"\nlog = { info = "*syslog"; }\nVirtualHost "localhost"\n${HOST}authentication = "token"\n${KEY}Component "conference.${DOMAIN}" "muc"\n  modules_enabled = { "token_verification" }\nInclude "conf.d/*.cfg.lua"\n`;
    const edited = editProsody(main, { domain: DOMAIN, recipe: 'current', hasTokenAffiliation: false });
    setup({ 'prosody.cfg.lua': edited, 'conf.d/other.cfg.lua': 'VirtualHost "other.example.org"\n' });
    expect(asProsody(['allow_empty_token', 'authentication', 'app_id'])).toEqual(['true', 'token', 'jmb']);
    expect(asProsody(['authentication'], `guest.${DOMAIN}`)).toEqual(['jitsi-anonymous']);
    expect(asProsody(['authentication', 'allow_empty_token'], 'localhost')).toEqual(['internal_hashed', 'nil']);
    expect(asProsody(['storage'], `lobby.${DOMAIN}`)).toEqual(['memory']);
    expect(undoProsody(edited)).toBe(main);
  });

  it('say in which the host stands', () => {
    expect(setup({ 'prosody.cfg.lua': INCLUDES, 'conf.d/jitsi.cfg.lua': HOST }).path).toBe(
      '/etc/prosody/conf.d/jitsi.cfg.lua',
    );
    rmSync(join(root, 'etc'), { recursive: true });
    const aside = { [`conf.avail/${DOMAIN}.cfg.lua`]: HOST };
    expect(setup({ 'prosody.cfg.lua': HOST, ...aside }).path).toBe('/etc/prosody/prosody.cfg.lua');
    rmSync(join(root, 'etc'), { recursive: true });
    expect(setup(aside).path).toBe(`/etc/prosody/conf.avail/${DOMAIN}.cfg.lua`);
    expect(setup({ [`conf.d/${DOMAIN}.cfg.lua`]: HOST }).path).toBe(`/etc/prosody/conf.d/${DOMAIN}.cfg.lua`);
  });
});

describe('tokenTrouble', () => {
  const path = `conf.d/${DOMAIN}.cfg.lua`;
  const place = (line: number, file = path): string => `/etc/prosody/${file}:${line}`;
  const trouble = (host: string, main = INCLUDES): string | undefined =>
    tokenTrouble(setup({ 'prosody.cfg.lua': main, [path]: HOST + host }), DOMAIN);

  it('has nothing to say where tokens are on', () => {
    expect(trouble(`authentication = "token"\n${KEY}`)).toBeUndefined();
    expect(trouble('authentication = "token"\n', KEY + INCLUDES)).toBeUndefined();
    expect(trouble(KEY, `authentication = "token"\n${INCLUDES}`)).toBeUndefined();
  });

  it.each([
    ['authentication = "jitsi-anonymous"', place(2), 'apt-get install jitsi-meet-tokens'],
    ['', '', 'has no authentication. apt-get install jitsi-meet-tokens'],
    ['-- accounts\nauthentication = "internal_hashed"', place(3), 'authentication = "token" on that line'],
    ['authentication = "ldap2"', place(2), 'another way to sign in than tokens'],
    ['authentication = os.getenv("AUTH")', place(2), 'no plain text: write "token" there'],
    ['authentication = "token"\napp_id = "a"', '', 'but app_secret is missing or empty'],
    ['authentication = "token"\napp_id = ""\napp_secret = ""', '', 'app_id and app_secret are missing or empty'],
    ['authentication = "token"\napp_id = "a"\napp_secret = os.getenv("X")', place(4), 'app_secret in'],
    ['authentication = "token"\napp_id = "a"\nasap_key_server = "https://x"', place(4), 'asap_key_server has Prosody'],
  ])('%j: names the line, and what to write', (host, where, what) => {
    const said = trouble(host);
    expect(said).toContain(where);
    expect(said).toContain(what);
  });

  it('names Prosody’s own file where that says it', () => {
    expect(trouble(KEY, `admins = {}\nauthentication = "internal_hashed"\n${INCLUDES}`)).toContain(
      place(2, 'prosody.cfg.lua'),
    );
  });
});
