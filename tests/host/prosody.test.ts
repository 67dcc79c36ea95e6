import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { editProsody, type ProsodyEdit, undoProsody } from '../../lib/install/prosody.ts';
import { lastOf, sectionsFor, sectionsOf, textOf } from '../../lib/install/prosody_sections.ts';
import { DOMAIN, PROSODY } from './samples.ts';

const luac = ['luac5.4', 'luac5.3', 'luac'].find((name) => spawnSync(name, ['-v']).status === 0);
const current: ProsodyEdit = { domain: DOMAIN, recipe: 'current', hasTokenAffiliation: true };
const older: ProsodyEdit = { domain: DOMAIN, recipe: 'older', hasTokenAffiliation: false };

/** What Lua says against a text; empty where it is valid (or where there is no Lua to ask). */
const complaint = (text: string) => (luac ? spawnSync(luac, ['-p', '-'], { input: text }).stderr.toString() : '');

function settingOf(text: string, kind: 'VirtualHost' | 'Component', host: string, name: string) {
  return lastOf(sectionsFor(sectionsOf(text), kind, host), name);
}

function modulesOf(text: string, kind: 'VirtualHost' | 'Component', host: string): string[] {
  const list = settingOf(text, kind, host, 'modules_enabled')?.value ?? [];
  return list.filter((word) => word.kind === 'string').map((word) => word.value);
}

const rooms = (name: string) => (name === 'rooms under another name' ? `muc.${DOMAIN}` : `conference.${DOMAIN}`);

describe.each(Object.entries(PROSODY))('Prosody, %s', (name, text) => {
  it('is valid Lua before and after, for both recipes', () => {
    expect(complaint(text)).toBe('');
    expect(complaint(editProsody(text, current))).toBe('');
    expect(complaint(editProsody(text, older))).toBe('');
  });

  it('gets what current Jitsi needs', () => {
    const edited = editProsody(text, current);
    expect(settingOf(edited, 'VirtualHost', DOMAIN, 'allow_empty_token')?.value[0]?.value).toBe('true');
    expect(settingOf(edited, 'VirtualHost', DOMAIN, 'allow_empty_token')?.value).toHaveLength(1);
    expect(modulesOf(edited, 'VirtualHost', DOMAIN)).toEqual(
      expect.arrayContaining([...modulesOf(text, 'VirtualHost', DOMAIN), 'muc_lobby_rooms', 'persistent_lobby']),
    );
    expect(modulesOf(edited, 'Component', rooms(name))).toEqual(
      expect.arrayContaining([
        ...modulesOf(text, 'Component', rooms(name)),
        'token_verification',
        'muc_wait_for_host',
        'token_affiliation',
      ]),
    );
    expect(textOf(settingOf(edited, 'VirtualHost', `guest.${DOMAIN}`, 'authentication'))).toBe('jitsi-anonymous');
    expect(textOf(settingOf(edited, 'VirtualHost', DOMAIN, 'main_muc'))).toBe(rooms(name));
    const lobby = textOf(settingOf(edited, 'VirtualHost', DOMAIN, 'lobby_muc'));
    expect(lobby).toBe(name === 'lobby there' ? 'lobby2.x' : `lobby.${DOMAIN}`);
    const lobbies = sectionsFor(sectionsOf(edited), 'Component', `lobby.${DOMAIN}`);
    expect(lobbies).toHaveLength(name === 'lobby there' ? 0 : 1);
  });

  it('gets what older Jitsi needs, and no more', () => {
    const edited = editProsody(text, older);
    expect(modulesOf(edited, 'Component', rooms(name))).toContain('token_verification');
    expect(edited).not.toContain('muc_wait_for_host');
    expect(textOf(settingOf(edited, 'VirtualHost', `guest.${DOMAIN}`, 'authentication'))).toBe('anonymous');
    expect(modulesOf(edited, 'VirtualHost', DOMAIN).sort()).toEqual(
      [...modulesOf(text, 'VirtualHost', DOMAIN), 'jmb'].sort(),
    );
  });

  it.each([current, older])(
    'loads our module on host and rooms, and lets guests be without a token ($recipe)',
    (edit) => {
      const edited = editProsody(text, edit);
      expect(settingOf(edited, 'VirtualHost', DOMAIN, 'allow_empty_token')?.value[0]?.value).toBe('true');
      expect(textOf(settingOf(edited, 'VirtualHost', DOMAIN, 'jmb_secret_file'))).toBe(
        '/opt/jitsi-jmb/etc/prosody.secret',
      );
      const paths = lastOf(sectionsFor(sectionsOf(edited), 'global', ''), 'plugin_paths')?.value ?? [];
      const before = lastOf(sectionsFor(sectionsOf(text), 'global', ''), 'plugin_paths')?.value ?? [];
      const strings = (words: typeof paths) => words.filter(({ kind }) => kind === 'string').map(({ value }) => value);
      expect(strings(paths).sort()).toEqual(['/opt/jitsi-jmb/prosody', ...strings(before)].sort());
      expect(modulesOf(edited, 'VirtualHost', DOMAIN)).toContain('jmb');
      expect(modulesOf(edited, 'Component', rooms(name))).toContain('jmb');
      const component = settingOf(edited, 'VirtualHost', DOMAIN, 'jmb_component');
      expect(textOf(component)).toBe(rooms(name).startsWith('conference.') ? null : rooms(name));
    },
  );

  it.each([current, older])('changes nothing the second time and goes back byte for byte ($recipe)', (edit) => {
    const edited = editProsody(text, edit);
    expect(editProsody(edited, edit)).toBe(edited);
    expect(undoProsody(edited)).toBe(text);
    expect(undoProsody(text)).toBe(text);
    if (text.includes('\r\n')) expect(edited.replaceAll('\r\n', '')).not.toContain('\n');
  });

  it('can change from one recipe to the other', () => {
    expect(editProsody(editProsody(text, older), current)).toBe(editProsody(text, current));
  });

  it('loses only our part where the file was changed since', () => {
    const mine = '\n-- mine\nVirtualHost "other.example.org"\n    foo = "bar"\n';
    const changed = `-- first\n${editProsody(text, current).replace('"bosh"', '"bosh"; "websocket"')}${mine}`;
    const eol = /\r\n/.test(text) ? '\r\n' : '\n';
    const whole = changed.includes('after the last line') && !text.endsWith('\n') ? `${text}${eol}` : text;
    expect(undoProsody(changed)).toBe(`-- first\n${whole.replace('"bosh"', '"bosh"; "websocket"')}${mine}`);
    expect(complaint(undoProsody(changed))).toBe('');
  });
});

describe('Prosody, refusals', () => {
  it('says which part is missing', () => {
    expect(() => editProsody('foo = 1\n', current)).toThrow(`no VirtualHost "${DOMAIN}"`);
    expect(() => editProsody(`VirtualHost "${DOMAIN}"\n`, current)).toThrow(`no Component "conference.${DOMAIN}"`);
  });

  it('does not touch what it cannot edit safely', () => {
    const rest = `Component "conference.${DOMAIN}" "muc"\n`;
    const joined = `local base = {}\nVirtualHost "${DOMAIN}"\n  modules_enabled = base\n${rest}`;
    expect(() => editProsody(joined, current)).toThrow('is no plain list: add muc_lobby_rooms, persistent_lobby');
    expect(() => editProsody(`VirtualHost "${DOMAIN}" { foo = 1 }\n${rest}`, current)).toThrow('written as a table');
    expect(() => editProsody(PROSODY['as packaged'] ?? '', { ...current, domain: 'a" b' })).toThrow('no domain');
  });
});

describe('Prosody, mixtures', () => {
  it('stays valid and goes back, whatever stands between the words', () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return Math.floor((seed / 2147483648) * below);
    };
    const gaps = [' ', '\n', '\t', ' -- "x"; {\n', ' --[[ } ]] ', '--[=[ ]]\n]=]', '\r\n', '; ', ';\n'];
    const inner = gaps.filter((gap) => !gap.includes(';') || gap.includes('--'));
    const gap = (from = gaps) => from[random(from.length)] ?? ' ';
    let seen = 0;
    for (let round = 0; round < 60; round++) {
      const list = `{${['"bosh"', "'ping'", '[[x]]']
        .slice(random(4))
        .map((item) => `${gap(inner)}${item}${gap(inner)},`)
        .join('')}${gap(inner)}}`;
      const statements = [
        `modules_enabled${gap(inner)}=${gap(inner)}${list}`,
        ['allow_empty_token = false', 'foo = "allow_empty_token = true"', 'bar = { a = 1; b = { 2 } }'][random(3)],
        ['app_secret = "-- { \\" }"', "motd = [[\n']]", 'x = -1 + 2'][random(3)],
      ].filter(() => random(5) > 0);
      const body = statements.map((statement) => `${statement}${gap()}`).join('\n');
      const head = `VirtualHost "${DOMAIN}"${gap(inner)}\n${body}`;
      const text = `${head}\nComponent "conference.${DOMAIN}"${gap(inner)}"muc"${gap(inner)}\nmodules_enabled = ${list}${gap()}`;
      if (complaint(text) !== '') continue;
      seen++;
      const edited = editProsody(text, current);
      expect([text, complaint(edited)]).toEqual([text, '']);
      expect(undoProsody(edited)).toBe(text);
      expect(editProsody(edited, current)).toBe(edited);
      expect(modulesOf(edited, 'Component', `conference.${DOMAIN}`)).toContain('muc_wait_for_host');
    }
    expect(seen).toBeGreaterThan(20);
  });
});
