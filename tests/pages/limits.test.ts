/** What an organiser may cause, and how long a form is good: what is refused leaves nothing behind, and nothing typed is lost. */
import { describe, expect, it } from 'vitest';
import { meetingEdit, meetingNew } from '../../lib/pages/meeting_form.ts';
import { meetingRemove } from '../../lib/pages/meeting_part.ts';
import { meetingBook, meetingChange } from '../../lib/pages/meeting_save.ts';
import { BOB, NOW, OUTSIDER, type Site, site } from './site.ts';

const HOUR = 3600;
const DAY = 86_400;

const typed = {
  conf_date: '2026-11-26',
  conf_time: '14:30',
  conf_duration: '90',
  conf_object: 'Jury <de> thèse',
  conf_guests: `${BOB}, ${OUTSIDER}`,
  conf_moderators: 'mod@outside.org',
};

/** All that a booking writes. */
function written(jmb: Site): unknown {
  return ['meetings', 'attendees', 'outbox', 'mail_reminder', 'xmpp_reminder', 'caused_mails', 'room_order'].map(
    (table) => jmb.store.all(`SELECT * FROM ${table}`),
  );
}

function asker(jmb: Site) {
  const form = (as: string, later: number, fields: object) => ({
    as,
    later,
    form: { conf_token: jmb.token(as, later), ...typed, ...fields },
  });
  return {
    book: (fields: object = {}, later = 0, as = 'alice') => jmb.ask(meetingBook, form(as, later, fields)),
    change: (fields: object, later = 0) =>
      jmb.ask(meetingChange, form('alice', later, { conf_tsn: idOf(jmb), ...fields })),
    remove: (later = 0) => jmb.ask(meetingRemove, form('alice', later, { conf_tsn: idOf(jmb) })),
  };
}

function idOf(jmb: Site): string {
  return jmb.store.get<{ id: string }>('SELECT CAST(meeting_id AS TEXT) AS id FROM meetings')?.id ?? '';
}

describe('JMB_MAX_MAILS_PER_HOUR', () => {
  it('refuses a booking whose mails would be more, and keeps what was typed', async () => {
    const jmb = site('JMB_MAX_MAILS_PER_HOUR="7"');
    const { book } = asker(jmb);
    expect((await book()).status).toBe(303);
    const before = written(jmb);
    const told = await book({ conf_object: 'Encore <une>', conf_time: '16:00' }, 600);
    expect(told.status).toBe(429);
    expect(told.headers.get('retry-after')).toBe('3000');
    expect(told.text).toMatch(/en une heure \(7\)\. Rien n’a été modifié\. Réessayer dans 50 min/);
    expect(written(jmb)).toEqual(before);
    for (const kept of ['Encore &lt;une&gt;', 'value="16:00"', OUTSIDER, 'mod@outside.org'])
      expect(told.body).toContain(kept);
    // Fewer may be told, others are not concerned, and after an hour all is well.
    expect((await book({ conf_moderators: '', conf_time: '17:00' }, 600)).status).toBe(303);
    expect((await book({ conf_guests: OUTSIDER }, 600, 'bob')).status).toBe(303);
    expect((await book({ conf_time: '16:00' }, HOUR)).status).toBe(303);
    expect(jmb.store.all('SELECT 1 FROM caused_mails')).toHaveLength(3);
  });

  it('refuses a change or a deletion as a whole; what tells nobody goes on', async () => {
    const jmb = site('JMB_MAX_MAILS_PER_HOUR="7"');
    const { book, change, remove } = asker(jmb);
    await book();
    // Of a meeting that nobody has heard of yet nobody would be told.
    jmb.store.database.exec("UPDATE outbox SET outbox_state = 'sent'");
    const before = written(jmb);
    const moved = await change({ conf_time: '15:00', conf_version: '0' });
    expect(moved.status).toBe(429);
    expect(moved.body).toContain('value="15:00"');
    expect(moved.body).toContain(`name="conf_tsn" value="${idOf(jmb)}"`);
    expect((await remove()).status).toBe(429);
    expect(written(jmb)).toEqual(before);
    expect((await change({ conf_object: 'Autre objet', conf_version: '0' })).status).toBe(303);
    expect((await remove(HOUR)).status).toBe(303);
    expect(jmb.store.all('SELECT * FROM meetings')).toEqual([]);
  });

  it.each(['JMB_MAX_MAILS_PER_HOUR="0"', 'JMB_MAX_MAILS_PER_HOUR=""'])('%s sets no limit', async (setting) => {
    const jmb = site(`${setting}\nJMB_MAX_GUESTS="200"`);
    const guests = Array.from({ length: 180 }, (_, index) => `g${index}@example.org`).join(' ');
    for (const time of ['08:00', '10:00', '12:00'])
      expect((await asker(jmb).book({ conf_guests: guests, conf_time: time })).status).toBe(303);
  });

  it('is 500 by itself', async () => {
    const jmb = site('JMB_MAX_GUESTS="200"');
    const guests = Array.from({ length: 180 }, (_, index) => `g${index}@example.org`).join(' ');
    const status = async (time: string) => (await asker(jmb).book({ conf_guests: guests, conf_time: time })).status;
    expect([await status('08:00'), await status('10:00'), await status('12:00')]).toEqual([303, 303, 429]);
  });
});

describe('a form', () => {
  const tokenIn = (body: string) => /name="conf_token" value="(\w+)"/.exec(body)?.[1] ?? '';

  it('is good over midnight; later it comes back with what was typed, to be sent again', async () => {
    const jmb = site();
    const token = tokenIn((await jmb.ask(meetingNew, { as: 'alice' })).body);
    const book = (conf_token: string, later: number, fields: object = {}) =>
      jmb.ask(meetingBook, { as: 'alice', later, form: { ...typed, conf_token, ...fields } });
    expect((await book(token, DAY)).status).toBe(303);
    const old = await book(token, 2 * DAY - (NOW % DAY), { conf_object: 'Une autre', conf_date: '2026-12-01' });
    expect(old.status).toBe(403);
    expect(old.text).toContain('n’est plus valable. Rien n’a été enregistré');
    for (const kept of ['Une autre', '2026-12-01', OUTSIDER]) expect(old.body).toContain(kept);
    expect(jmb.store.all('SELECT * FROM meetings')).toHaveLength(1);
    const again = await book(tokenIn(old.body), 2 * DAY, { conf_object: 'Une autre', conf_date: '2026-12-01' });
    expect(again.status).toBe(303);
  });

  it('of another account comes back, too, and changes nothing', async () => {
    const jmb = site();
    const { meeting } = jmb.meeting(DAY);
    const { body } = await jmb.ask(meetingEdit, { as: 'alice', query: `edit&id=${meeting.id}` });
    expect(tokenIn(body)).toBe(jmb.token('alice'));
    const fields = { ...typed, conf_tsn: meeting.id, conf_version: '0', conf_token: jmb.token('bob') };
    const told = await jmb.ask(meetingChange, { as: 'alice', form: fields });
    expect(told.status).toBe(403);
    expect(told.body).toContain('Jury &lt;de&gt; thèse');
    expect(jmb.store.get('SELECT meeting_object AS subject FROM meetings')).toEqual({ subject: 'Jury' });
    const removal = await jmb.ask(meetingRemove, {
      as: 'alice',
      form: { conf_tsn: meeting.id, conf_token: jmb.token('bob') },
    });
    expect(removal.status).toBe(403);
    const foreign = { ...fields, conf_token: jmb.token('alice') };
    const env = { HTTP_SEC_FETCH_SITE: 'cross-site' };
    expect((await jmb.ask(meetingChange, { as: 'alice', form: foreign, env })).body).not.toContain('<form');
  });
});
