/** The tables of the doors are the whole access control: each row says what it needs, and without that nothing happens. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Need } from '../lib/http/route.ts';
import { assistantsChange } from '../lib/pages/assistants.ts';
import type { Directory } from '../lib/people/directory.ts';
import { type Asked, type Site, site } from './pages/site.ts';
import { type Placed, ROWS } from './support/doors.ts';

/** A directory in which nobody may book. */
const NOBODY_BOOKS: Directory = {
  personOf: async () => null,
  peopleOf: async () => new Map(),
  find: async () => [],
  matches: async () => false,
};

const TABLES = ['meetings', 'attendees', 'mail_reminder', 'xmpp_reminder', 'outbox', 'room_order', 'stand_in'];

let jmb: Site;
let meeting: string;
let room: string;

beforeEach(() => {
  jmb = site();
  const saved = jmb.meeting(600);
  meeting = saved.meeting.id;
  room = saved.meeting.room;
});

const everything = (): string => JSON.stringify(TABLES.map((table) => jmb.store.all(`SELECT * FROM ${table}`)));

/** What alice sends to a row whose every need is met, for a meeting of hers. */
function fitting({ action, method }: Placed): Asked {
  const query = { edit: 'edit&', attendees: 'attendees&', del: 'del&' }[action] ?? '';
  const typed = { conf_date: '2026-12-03', conf_time: '14:30', conf_duration: '60', conf_guests: 'bob@example.org' };
  const form = { conf_token: jmb.token('alice'), conf_tsn: meeting, conf_version: '0', conf_minutes: '15', ...typed };
  return { as: 'alice', query: `${query}id=${meeting}&room=${room}`, ...(method === 'POST' ? { form } : {}) };
}

const needing = (name: string): Placed[] => ROWS.filter(({ row }) => row.needs.some((need) => need.name === name));
const label = ({ program, action, method }: Placed): string => `${method} ${program}.cgi?${action}`;
const labelled = (rows: readonly Placed[]): [string, Placed][] => rows.map((row) => [label(row), row]);

async function refused(placed: Placed, asked: Partial<Asked>, status: number): Promise<string> {
  const before = everything();
  const told = await jmb.ask(placed.row.handler, { ...fitting(placed), ...asked });
  expect(told.status).toBe(status);
  expect(everything()).toBe(before);
  return told.text;
}

it('there is no row without needs, and none that looks at something too early', () => {
  expect(ROWS.length).toBeGreaterThan(15);
  const wrong = ROWS.filter(({ row: { needs } }) => {
    const before = (at: number) => needs.slice(0, at).flatMap((need: Need): readonly string[] => need.gives);
    return needs.length === 0 || needs.some(({ after }, at) => after.some((one) => !before(at).includes(one)));
  });
  expect(wrong.map(label)).toEqual([]);
});

it('only what ends a session, leaves a room or says how the service is, is for anyone', () => {
  expect(needing('anyone').map(label)).toEqual([
    'GET booking.cgi?logout',
    'GET join.cgi?health',
    'GET join.cgi?close',
    'GET join.cgi?/close.cgi',
  ]);
});

it('what is posted comes from no other site', () => {
  const posted = ROWS.filter(({ method }) => method === 'POST');
  const held = ['no other site', 'form of mine', 'form of mine, or an old one'].flatMap(needing);
  expect(posted.filter((one) => !held.includes(one)).map(label)).toEqual([]);
});

describe.each(labelled(['signed in', 'editor', 'account'].flatMap(needing)))(
  '%s needs somebody signed in',
  (_, placed) => {
    it('and refuses who is nobody', async () => {
      const { as: _alice, ...asked } = fitting(placed);
      const before = everything();
      expect((await jmb.ask(placed.row.handler, asked)).status).toBe(403);
      expect(everything()).toBe(before);
    });
  },
);

describe.each(labelled(needing('editor')))('%s needs an editor', (_, placed) => {
  it('and refuses who may not book', async () => {
    jmb = site('JMB_MODULE_CHECK_EDITOR="editor_role-ldap"\nJMB_MODULE_CHECK_EDITOR_LDAP_FILTER="a=b"', NOBODY_BOOKS);
    meeting = jmb.meeting(600).meeting.id;
    expect(await refused(placed, {}, 403)).toContain('n’est pas autorisé');
  });
});

describe.each(labelled(needing('owner')))('%s needs the owner', (_, placed) => {
  it('and refuses anybody else, also where a form says otherwise', async () => {
    const { form } = fitting(placed);
    const asked = form === undefined ? {} : { form: { ...form, conf_token: jmb.token('bob') } };
    expect(await refused(placed, { as: 'bob', ...asked }, 403)).toContain('pas la vôtre');
  });

  it('and knows no meeting that is not there', async () => {
    const { form, query = '' } = fitting(placed);
    const gone = { query: query.replace(meeting, '1'), ...(form && { form: { ...form, conf_tsn: '1' } }) };
    await refused(placed, gone, 404);
  });
});

describe.each(labelled(needing('owner or moderator of its source')))(
  '%s needs to own or moderate its source',
  (_, placed) => {
    it('and refuses its guests, strangers, and what is not there', async () => {
      const { query } = fitting(placed);
      const asked = { query: `${query}&from=${meeting}` };
      expect(await refused(placed, { ...asked, as: 'bob' }, 403)).toContain('vous n’en êtes pas modérateur');
      await refused(placed, { ...asked, as: 'carol' }, 403);
      await refused(placed, { query: `${query}&from=1` }, 404);
    });
  },
);

describe.each(labelled(['right to stand in', 'right to book for'].flatMap(needing)))(
  '%s needs leave to act for another',
  (_, placed) => {
    it('and refuses who has none, or has it no more', async () => {
      const { form, query } = fitting(placed);
      const carol = 'carol.petit@example.org';
      const asked = form === undefined ? { query: `${query}&for=${carol}` } : { form: { ...form, conf_for: carol } };
      expect(await refused(placed, asked, 403)).toContain('agir à sa place');
      const change = (fields: object) =>
        jmb.ask(assistantsChange, { as: 'carol', form: { conf_token: jmb.token('carol'), ...fields } });
      await change({ conf_assistant: 'alice' });
      await change({ conf_remove: 'alice.martin@example.org' });
      await refused(placed, asked, 403);
    });
  },
);

describe.each(labelled(['form of mine', 'form of mine, or an old one'].flatMap(needing)))(
  '%s needs a form',
  (_, placed) => {
    it.each([
      ['', 'none'],
      ['x'.repeat(32), 'a made-up one'],
      ['bob', 'another’s'],
    ])('and not one with the token %j: %s', async (given) => {
      const { form } = fitting(placed);
      const token = given === 'bob' ? jmb.token('bob') : given;
      expect(await refused(placed, { form: { ...form, conf_token: token } }, 403)).toContain('ne vient pas d’ici');
    });
  },
);

describe.each(labelled(['no other site', 'form of mine', 'form of mine, or an old one'].flatMap(needing)))(
  '%s needs to come from here',
  (_, placed) => {
    it('and refuses what a page of another site sends', async () => {
      const hash = jmb.store.get<{ hash: string }>(
        "SELECT attendee_meeting_hash AS hash FROM attendees WHERE attendee_role = 'guest'",
      )?.hash;
      const query = placed.program === 'join' ? `${placed.action}&id=${hash}` : (fitting(placed).query ?? '');
      await refused(placed, { query, env: { HTTP_SEC_FETCH_SITE: 'cross-site' } }, 403);
    });
  },
);

describe.each(labelled(['secret of a link', 'secret of a feed'].flatMap(needing)))('%s needs a secret', (_, placed) => {
  it.each(['id=', 'id=AAAAAAAAAAAAAAAA', 'id=%25', ''])('and knows none in %j', async (query) => {
    await refused(placed, { query }, 404);
  });
});

describe.each(labelled(needing('consent of a check module')))('%s needs the consent of a check module', (_, placed) => {
  it('and a room that one can name', async () => {
    await refused(placed, { query: 'room=' }, 400);
    await refused(placed, { query: 'room=a%2Fb' }, 400);
  });

  it('which nobody has for a room of others', async () => {
    await refused(placed, { as: 'carol' }, 403);
    await refused(placed, { query: 'room=bob' }, 403);
  });
});
