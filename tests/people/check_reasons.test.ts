/** Why somebody gets no token, or may not book: in the log, and what modules of the administrator may and may not say. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { decide, isEditor, type Question } from '../../lib/people/check_modules.ts';
import type { Directory } from '../../lib/people/directory.ts';
import { Unavailable } from '../../lib/refusal.ts';
import { readSettings, type Settings } from '../../lib/settings.ts';
import { meeting, NOW } from '../calendar/samples.ts';
import { open } from '../store/scratch.ts';
import { commandContext } from '../support/command_context.ts';

const folder = mkdtempSync(join(tmpdir(), 'jmb-reasons-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FILTER = 'eduPersonAffiliation=employee';
const identity = { uid: 'alice', email: 'alice@example.org', name: 'Alice', addresses: ['alice@example.org'] };
const ROOM = 'alice in abcdefghijklmnop';

/** A directory that nobody matches in, and that is silent about people. */
const directory: Directory = {
  personOf: () => Promise.reject(new Unavailable('directory', 'no answer')),
  peopleOf: async () => new Map(),
  find: async () => [],
  matches: async () => false,
};

function contextOf(changes: Partial<Settings>) {
  const settings = { ...readSettings(folder, {}), JMB_MODULES: folder, JMB_MODULE_CHECK_EDITOR_LDAP_FILTER: FILTER };
  return { ...commandContext(open(), { ...settings, ...changes }, systemClock), directory };
}

function decided(changes: Partial<Question>, ...modules: readonly string[]) {
  const question: Question = { room: meeting.room, identity, now: NOW, meeting, role: 'owner', ...changes };
  return decide(question, contextOf({ JMB_MODULE_CHECK_MODERATOR: modules }));
}

const drop = (name: string, source: string) => writeFileSync(join(folder, `${name}.mjs`), source);

it.each([
  ['nobody’s word', {}, [], `no module allows ${ROOM}`],
  ['a guest', { role: 'guest' }, ['booking'], `booking refuses ${ROOM}: guest, not a moderator`],
  ['a stranger', { role: null }, ['booking'], `booking refuses ${ROOM}: a stranger, not a moderator`],
  ['the end', { now: meeting.end }, ['booking'], `booking refuses ${ROOM}: the meeting is over`],
  ['a filter', {}, ['ldap-filter'], `ldap-filter refuses ${ROOM}: does not match ${FILTER}`],
  [
    ...['another’s room', { meeting: null, room: 'bob' }, ['private-room']],
    'private-room refuses alice in bob: not booked, and not this user’s own room',
  ],
] as const)('the log names %s', async (_, changes, modules, log) => {
  expect(await decided(changes, ...modules)).toMatchObject({ status: 403, log });
});

it('a name that no room can have is nobody’s own room', async () => {
  const dots = { meeting: null, room: '..', identity: { ...identity, uid: '.' } };
  expect(await decided(dots, 'private-room')).toMatchObject({ text: 'refused.not_your_room' });
});

it.each([
  ['', 'silent'],
  [', reason: ""', 'silent'],
  [', reason: 7', 'silent'],
  [', reason: "not today"', 'not today'],
])('a module refuses with its name where it gives no reason: %j', async (more, reason) => {
  drop('silent', `export const check = () => ({ verdict: "refuse"${more} }); // ${Math.random()}`);
  expect(await decided({}, 'silent')).toMatchObject({ log: `silent refuses ${ROOM}: ${reason}`, values: { reason } });
});

it('a module that says nothing, or neither yes nor no, is told so', async () => {
  drop('odd', 'export const check = () => undefined; export const editor = () => 1;');
  await expect(decided({}, 'odd')).rejects.toMatchObject({
    detail: "odd: gives no verdict of 'allow', 'refuse' or 'pass'",
  });
  await expect(isEditor(contextOf({ JMB_MODULE_CHECK_EDITOR: 'odd' }), identity)).rejects.toMatchObject({
    detail: 'odd: gives neither true nor false',
  });
});

it('a directory that is silent to a module is the directory’s failure', async () => {
  drop('asks', 'export const check = (question, { directory }) => directory.personOf("x");');
  await expect(decided({}, 'asks')).rejects.toMatchObject({ what: 'directory', detail: 'no answer' });
});
