import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import type { Context } from '../../lib/context.ts';
import type { Identity } from '../../lib/meetings/meeting.ts';
import { decide, isEditor, type Question } from '../../lib/people/check_modules.ts';
import { type Directory, openDirectory } from '../../lib/people/directory.ts';
import { readSettings, type Settings, SettingsError } from '../../lib/settings.ts';
import { openStore, type Store } from '../../lib/store/store.ts';
import { texts } from '../../lib/text/catalogue.ts';
import { processZone } from '../../lib/text/zones.ts';
import { meeting } from '../calendar/samples.ts';
import { type Slapd, startSlapd } from '../support/slapd.ts';

const dir = mkdtempSync(join(tmpdir(), 'jmb-check-'));
const FILTER = '|(eduPersonAffiliation=student)(eduPersonAffiliation=employee)';
const NOW = 1_800_000_000;
const MEETING = { ...meeting, id: '1700000000000000001', begin: NOW - 600, end: NOW - 600 + meeting.duration };
let slapd: Slapd;
let store: Store;

beforeAll(async () => {
  slapd = await startSlapd();
  store = openStore(join(dir, 'jmb.db'));
});
afterAll(async () => {
  store.close();
  await slapd.stop();
  rmSync(dir, { recursive: true });
});

/** A context that collects its log lines. */
function contextOf(changes: Partial<Settings>, directory: Directory | null = null): Context & { lines: string[] } {
  const lines: string[] = [];
  const settings = { ...readSettings(dir, {}), JMB_MODULES: dir, ...changes };
  const log = { event: (name: string, fields: object) => void lines.push(`${name} ${JSON.stringify(fields)}`) };
  return {
    settings,
    directory,
    store,
    log,
    lines,
    clock: systemClock,
    language: 'fr',
    texts: texts('fr'),
    zone: processZone,
  };
}

function ldap(changes: Partial<Settings>): Context & { lines: string[] } {
  const directory = openDirectory({ JMB_LDAPSEARCH: slapd.ldapsearch });
  return contextOf({ JMB_MODULE_CHECK_EDITOR_LDAP_FILTER: FILTER, ...changes }, directory);
}

function person(uid: string): Identity {
  return { uid, email: `${uid}@example.org`, name: uid, addresses: [`${uid}@example.org`] };
}

function question(uid: string, changes: Partial<Question> = {}): Question {
  return { room: MEETING.room, identity: person(uid), now: NOW, meeting: MEETING, role: 'owner', ...changes };
}

const unbooked = (room: string): Partial<Question> => ({ room, meeting: null, role: null });

describe('booked rooms', () => {
  const orders = [['booking', 'private-room'], ['private-room', 'booking'], ['booking']];
  it.each(orders)('are for owner and moderators, in the order %s %s', async (...order) => {
    const context = contextOf({ JMB_MODULE_CHECK_MODERATOR: order.filter(Boolean) });
    expect(await decide(question('alice'), context)).toEqual({ module: 'booking' });
    expect(await decide(question('bob', { role: 'moderator' }), context)).toEqual({ module: 'booking' });
    expect(context.lines).toEqual([
      'allowed {"module":"booking","uid":"alice","room":"abcdefghijklmnop"}',
      'allowed {"module":"booking","uid":"bob","room":"abcdefghijklmnop"}',
    ]);
    for (const role of ['guest', null] as const) {
      expect(await decide(question('carol', { role }), context)).toMatchObject({
        status: 403,
        text: 'refused.not_moderator',
        log: expect.stringMatching(/^booking refuses carol in abcdefghijklmnop: /),
      });
    }
  });

  it('are closed from their end on', async () => {
    const context = contextOf({});
    expect(await decide(question('alice', { now: MEETING.end - 1 }), context)).toEqual({ module: 'booking' });
    expect(await decide(question('alice', { now: MEETING.end }), context)).toMatchObject({
      text: 'refused.meeting_over',
    });
  });

  it('are not for a stranger whose account has the name of the room', async () => {
    const context = contextOf({});
    expect(await decide(question(MEETING.room, { role: null }), context)).toMatchObject({
      text: 'refused.not_moderator',
    });
  });
});

describe('rooms that are not booked', () => {
  it('are for the user whose name they have', async () => {
    const context = contextOf({});
    expect(await decide(question('Alice', unbooked('alice')), context)).toEqual({ module: 'private-room' });
    expect(await decide(question('alice', unbooked('alice')), context)).toEqual({ module: 'private-room' });
    expect(await decide(question('bob', unbooked('alice')), context)).toMatchObject({ text: 'refused.not_your_room' });
  });

  it('are for nobody where no module speaks for them', async () => {
    for (const modules of [['booking'], []]) {
      const refusal = await decide(
        question('alice', unbooked('alice')),
        contextOf({ JMB_MODULE_CHECK_MODERATOR: modules }),
      );
      expect(refusal).toMatchObject({ status: 403, text: 'refused.nobody_allows' });
    }
  });
});

describe('ldap-filter', () => {
  const modules = { JMB_MODULE_CHECK_MODERATOR: ['ldap-filter', 'booking', 'private-room'] };

  it('refuses whom the filter does not match, and leaves the others to the next', async () => {
    expect(await decide(question('alice'), ldap(modules))).toEqual({ module: 'booking' });
    expect(await decide(question('carol'), ldap(modules))).toMatchObject({
      text: 'refused.not_editor',
      log: expect.stringMatching(/^ldap-filter refuses carol /),
    });
    expect(await decide(question('alice', { role: 'guest' }), ldap(modules))).toMatchObject({
      text: 'refused.not_moderator',
    });
    expect(await decide(question('*)(uid=*'), ldap(modules))).toMatchObject({ text: 'refused.not_editor' });
  });

  it('goes by the name of the module for editors, too', async () => {
    const named = { JMB_MODULE_CHECK_MODERATOR: ['editor_role-ldap', 'booking'] };
    expect(await decide(question('alice'), ldap(named))).toEqual({ module: 'booking' });
    expect(await decide(question('carol'), ldap(named))).toMatchObject({
      text: 'refused.not_editor',
      log: expect.stringMatching(/^editor_role-ldap refuses carol /),
    });
  });

  it('lets nobody in when the directory is down, missing, or the filter is none', async () => {
    const down = openDirectory({ JMB_LDAPSEARCH: 'ldapsearch -H ldap://127.0.0.1:1 -b x' });
    await expect(
      decide(question('alice'), contextOf({ ...modules, JMB_MODULE_CHECK_EDITOR_LDAP_FILTER: FILTER }, down)),
    ).rejects.toMatchObject({ what: 'directory' });
    await expect(decide(question('alice'), contextOf(modules, null))).rejects.toBeInstanceOf(SettingsError);
    const empty = ldap({ ...modules, JMB_MODULE_CHECK_EDITOR_LDAP_FILTER: '' });
    await expect(decide(question('alice'), empty)).rejects.toBeInstanceOf(SettingsError);
  });
});

describe('modules of the administrator', () => {
  it('take part in the order', async () => {
    writeFileSync(
      join(dir, 'ours.mjs'),
      `export const check = ({ identity, meeting, role }, { settings }) =>
        identity.uid === 'bob' ? { verdict: 'allow' }
        : identity.uid === 'carol' ? { verdict: 'refuse', reason: settings.JMB_NAME + ' ' + role + ' ' + meeting.id }
        : { verdict: 'pass' };`,
    );
    const context = contextOf({ JMB_MODULE_CHECK_MODERATOR: ['ours', 'booking'] });
    expect(await decide(question('bob', { role: null }), context)).toEqual({ module: 'ours' });
    expect(await decide(question('alice'), context)).toEqual({ module: 'booking' });
    expect(await decide(question('carol'), context)).toMatchObject({
      status: 403,
      text: 'refused.by_module',
      values: { reason: 'Jitsi Meet Booking owner 1700000000000000001' },
    });
  });

  const odd = [
    'undefined',
    'null',
    'true',
    '"allow"',
    '{}',
    '{ verdict: "yes" }',
    '{ verdict: true }',
    '{ allow: true }',
    '[]',
  ];
  it.each(odd)('let nobody in by %s', async (result) => {
    const name = `odd${odd.indexOf(result)}`;
    writeFileSync(join(dir, `${name}.mjs`), `export const check = () => (${result});`);
    const context = contextOf({ JMB_MODULE_CHECK_MODERATOR: [name, 'booking'] });
    await expect(decide(question('alice'), context)).rejects.toMatchObject({ what: 'module' });
  });

  it('let nobody in when they are missing', async () => {
    const context = contextOf({ JMB_MODULE_CHECK_MODERATOR: ['gone', 'booking'] });
    await expect(decide(question('alice'), context)).rejects.toMatchObject({ what: 'module' });
  });
});

describe('who may book', () => {
  it('is everyone where no module is named', async () => {
    expect(await isEditor(contextOf({ JMB_MODULE_CHECK_EDITOR: '' }), person('carol'))).toBe(true);
  });

  it('is who matches the filter', async () => {
    const context = ldap({ JMB_MODULE_CHECK_EDITOR: 'editor_role-ldap' });
    expect(await isEditor(context, person('alice'))).toBe(true);
    expect(await isEditor(context, person('carol'))).toBe(false);
  });

  it('is not answered by a directory that is down or missing', async () => {
    const down = openDirectory({ JMB_LDAPSEARCH: 'ldapsearch -H ldap://127.0.0.1:1 -b x' });
    const setting = { JMB_MODULE_CHECK_EDITOR: 'editor_role-ldap', JMB_MODULE_CHECK_EDITOR_LDAP_FILTER: FILTER };
    await expect(isEditor(contextOf(setting, down), person('alice'))).rejects.toMatchObject({ what: 'directory' });
    await expect(isEditor(contextOf(setting, null), person('alice'))).rejects.toBeInstanceOf(SettingsError);
  });

  it('may be a module of the administrator, which says true or false', async () => {
    writeFileSync(
      join(dir, 'book.mjs'),
      "export const editor = async ({ uid }) => (uid === 'odd' ? 'yes' : uid === 'bob');",
    );
    const context = contextOf({ JMB_MODULE_CHECK_EDITOR: 'book' });
    expect(await isEditor(context, person('bob'))).toBe(true);
    expect(await isEditor(context, person('alice'))).toBe(false);
    await expect(isEditor(context, person('odd'))).rejects.toMatchObject({ what: 'module' });
  });
});
