// What Lua itself makes of an edited configuration, without our own reader of it.
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { editProsody } from '../../lib/install/prosody.ts';
import { tokenSettings } from '../../lib/install/token_facts.ts';
import { DOMAIN, PROSODY } from './samples.ts';

const lua = ['lua5.4', 'lua5.3', 'lua'].find((name) => spawnSync(name, ['-v']).status === 0);

/** Runs a configuration as Prosody does, its words being calls and assignments, and prints `host|option|value` lines. */
const RUNNER = `
local hosts, current = {}, "*"
local function section(name)
  current = name:lower()
  hosts[current] = hosts[current] or {}
  return function(kind) hosts[current].component_module = kind end
end
hosts["*"] = {}
local words = { VirtualHost = section, Component = section, t = { {} }, a = { 1 } }
local env = setmetatable({}, {
  __index = words,
  __newindex = function(_, name, value) hosts[current][name] = value end,
})
assert(load(io.read("a"), "configuration", "t", env))()
for host, options in pairs(hosts) do
  for name, value in pairs(options) do
    if type(value) == "table" then value = table.concat(value, " ") end
    if name ~= "external_services" then print(host .. "|" .. name .. "|" .. tostring(value)) end
  end
end
`;

function run(text: string): Map<string, string> {
  const source = text.replace(/external_services = \{[^;]*\};/, '').replace(/ssl = \{[^}]*\}/, '');
  const { stdout, stderr } = spawnSync(lua ?? 'lua', ['-e', RUNNER], { input: source, encoding: 'utf8' });
  expect(stderr).toBe('');
  return new Map(
    stdout
      .split('\n')
      .flatMap((line) => [[line.slice(0, line.lastIndexOf('|')), line.slice(line.lastIndexOf('|') + 1)]]),
  );
}

describe.skipIf(!lua)('Prosody as Lua runs it', () => {
  it.each(Object.entries(PROSODY))('%s: has our options and all others as before', (_, text) => {
    const before = run(text);
    const after = run(editProsody(text, { domain: DOMAIN, recipe: 'current', hasTokenAffiliation: false }));
    const rooms = before.has(`muc.${DOMAIN}|component_module`) ? `muc.${DOMAIN}` : `conference.${DOMAIN}`;
    const changed = [
      [`${DOMAIN}|modules_enabled`, ['muc_lobby_rooms', 'persistent_lobby', 'jmb']],
      [`${rooms}|modules_enabled`, ['token_verification', 'muc_wait_for_host', 'jmb']],
      ['*|plugin_paths', ['/opt/jitsi-jmb/prosody']],
    ] as const;
    for (const [option, modules] of changed) {
      const words = (from: Map<string, string>) => (from.get(option) ?? '').split(' ').filter((word) => word !== '');
      expect(words(after).sort()).toEqual([...new Set([...words(before), ...modules])].sort());
    }
    const set: Record<string, string> = {
      [`${DOMAIN}|allow_empty_token`]: 'true',
      [`guest.${DOMAIN}|authentication`]: 'jitsi-anonymous',
      [`${DOMAIN}|main_muc`]: rooms,
      [`${DOMAIN}|jmb_secret_file`]: '/opt/jitsi-jmb/etc/prosody.secret',
      [`${DOMAIN}|lobby_muc`]: before.get(`${DOMAIN}|lobby_muc`) ?? `lobby.${DOMAIN}`,
    };
    for (const [option, value] of Object.entries(set)) expect([option, after.get(option)]).toEqual([option, value]);
    const touched = new Set([...Object.keys(set), ...changed.map(([option]) => option)]);
    for (const [option, value] of before) {
      if (!touched.has(option)) expect([option, after.get(option)]).toEqual([option, value]);
    }
  });

  it('says the same secrets as we read', () => {
    const written = [
      '"a\\"b\\\\c\\65\\x42\\u{e9}"',
      "'x\"-- $#'",
      '[==[\n]] \\n ]==]',
      '"a" .. [[b]]',
      '"\\z  \n  z\\\n."',
    ];
    for (const secret of written) {
      const text = `VirtualHost "${DOMAIN}"\n app_id = "x" app_secret = ${secret} -- end`;
      const said = spawnSync(lua ?? 'lua', ['-e', `io.write(${secret})`], { encoding: 'utf8' }).stdout;
      expect(tokenSettings(text, DOMAIN)?.appSecret).toBe(said);
    }
  });
});
