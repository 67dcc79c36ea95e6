/** Links that lead nowhere any more: they say why, for thirty days, to whoever held one. */
import { describe, expect, it } from 'vitest';
import type { MailParts } from '../../lib/mail/compose.ts';
import { attendeeRelink } from '../../lib/pages/attendees_write.ts';
import { invitationEvent } from '../../lib/pages/calendar_read.ts';
import { answerAsk, answerGive } from '../../lib/pages/invitation_answer.ts';
import { meetingRemove } from '../../lib/pages/meeting_part.ts';
import { meetingChange } from '../../lib/pages/meeting_save.ts';
import { roomJoin } from '../../lib/pages/room_enter.ts';
import { saidOf } from '../../lib/store/answers.ts';
import { forgetLinks, replaceLink } from '../../lib/store/changes.ts';
import { attendeesOf, meetingById } from '../../lib/store/meetings.ts';
import { outboxOf } from '../../lib/store/outbox.ts';
import { ALICE, BOB, NOW, OUTSIDER, type Site, site } from './site.ts';

const DAY = 86_400;
const MODERATOR = 'mod@ailleurs.test';
const door = { SCRIPT_NAME: '/join.cgi', REMOTE_ADDR: '192.0.2.1' };

/** A meeting tomorrow, and everybody's link. */
function scene() {
  const jmb = site();
  const { meeting, attendees } = jmb.meeting(DAY, { subject: 'Jury <1>', moderators: [MODERATOR] });
  const hashes = attendees.map(({ hash }) => hash);
  const join = (hash: string | undefined, more: object = {}) =>
    jmb.ask(roomJoin, { query: `id=${hash}`, env: door, ...more });
  return { jmb, meeting, attendees, hashes, join };
}

function remove(jmb: Site, id: string, later = 0) {
  const form = { conf_token: jmb.token('alice', later), conf_tsn: id };
  return jmb.ask(meetingRemove, { as: 'alice', query: 'del', form, later });
}

function save(jmb: Site, id: string, guests: string, more: object = {}) {
  const form = {
    conf_token: jmb.token('alice'),
    conf_tsn: id,
    conf_version: String(meetingById(jmb.store, id)?.version),
    conf_object: 'Jury <1>',
    conf_date: '2026-11-25',
    conf_time: '10:00',
    conf_duration: '60',
    conf_guests: guests,
    conf_moderators: MODERATOR,
    ...more,
  };
  return jmb.ask(meetingChange, { as: 'alice', query: 'register_edit', form });
}

describe('a deleted meeting', () => {
  it('says so for thirty days to everyone who had a link, whatever it was for', async () => {
    const { jmb, meeting, hashes, join } = scene();
    expect((await remove(jmb, meeting.id)).status).toBe(303);
    expect(hashes).toHaveLength(4);
    for (const hash of hashes) {
      const told = await join(hash, { later: 30 * DAY - 1 });
      expect(told.status).toBe(410);
      expect(told.text).toContain('Cette réunion a été supprimée');
      expect(told.text).toContain('Jury &lt;1&gt; mercredi 25 novembre 2026, de 10:00 à 11:00');
      expect(told.text).toContain('Alice Martin alice.martin@example.org');
      expect(told.text).toContain('Elle a été supprimée le mardi 24 novembre 2026 à 10:00.');
      expect(told.text).not.toContain('refusé');
      expect((await join(hash, { later: 30 * DAY })).status).toBe(404);
    }
    const [hash] = hashes;
    const english = { ...door, HTTP_ACCEPT_LANGUAGE: 'en' };
    expect((await join(hash, { env: english })).text).toContain('This meeting was deleted');
    const others = [
      await jmb.ask(answerAsk, { query: `accept&id=${hash}`, env: door }),
      await jmb.ask(answerGive, { query: `decline&id=${hash}`, form: {}, env: door }),
      await jmb.ask(invitationEvent, { query: `event&id=${hash}`, env: door }),
    ];
    expect(others.map(({ status }) => status)).toEqual([410, 410, 410]);
  });

  it('counts as no wrong link, however often it is asked', async () => {
    const { jmb, meeting, hashes, join } = scene();
    await remove(jmb, meeting.id);
    for (let n = 0; n < 120; n += 1) expect((await join(hashes[n % 4])).status).toBe(410);
    expect(jmb.store.all('SELECT * FROM wrong_secret')).toEqual([]);
  });

  it('is forgotten by cron after that', async () => {
    const { jmb, meeting } = scene();
    await remove(jmb, meeting.id);
    const kept = () => jmb.store.get('SELECT count(*) AS n FROM gone_link');
    forgetLinks(jmb.store, NOW + 30 * DAY - 1);
    expect(kept()).toEqual({ n: 4 });
    forgetLinks(jmb.store, NOW + 30 * DAY);
    expect(kept()).toEqual({ n: 0 });
  });
});

describe('whoever was taken off a meeting', () => {
  it('is told so, with what they knew of it', async () => {
    const { jmb, meeting, attendees, join } = scene();
    const [, moderator, bob, outsider] = attendees;
    expect((await save(jmb, meeting.id, OUTSIDER, { conf_object: 'Sans Bob', conf_time: '15:00' })).status).toBe(303);
    const told = await join(bob?.hash);
    expect(told.status).toBe(410);
    expect(told.text).toContain('Vous ne participez plus à cette réunion');
    expect(told.text).toContain('Jury &lt;1&gt; mercredi 25 novembre 2026, de 10:00 à 11:00');
    expect(told.text).toContain('Votre invitation a été retirée le mardi 24 novembre 2026 à 10:00.');
    expect(told.text).not.toContain('Sans Bob');
    for (const one of [moderator, outsider]) expect((await join(one?.hash)).status).toBe(200);
    // A later deletion is none of their business.
    await remove(jmb, meeting.id);
    expect((await join(bob?.hash)).text).toContain('Vous ne participez plus');
    expect((await join(outsider?.hash)).text).toContain('a été supprimée');
  });

  it('and invited again is led to the new link, not in', async () => {
    const { jmb, meeting, attendees, join } = scene();
    const old = attendees.find(({ email }) => email === BOB)?.hash;
    await save(jmb, meeting.id, OUTSIDER);
    await save(jmb, meeting.id, `${OUTSIDER} ${BOB}`);
    const told = await join(old);
    expect(told.status).toBe(410);
    expect(told.text).toContain('Ce lien a été remplacé');
    const current = attendeesOf(jmb.store, meeting.id).find(({ email }) => email === BOB)?.hash;
    expect(current).not.toBe(old);
    expect(told.body).not.toContain(current);
    expect((await join(current)).status).toBe(200);
  });

  it('and invited again is sent a SEQUENCE above that of the cancellation; others’ stays', async () => {
    const { jmb, meeting } = scene();
    const sequence = () => meetingById(jmb.store, meeting.id)?.sequence;
    const sent = (kind: string) => {
      const mail = outboxOf(jmb.store, meeting.id).findLast((one) => one.kind === kind && one.recipient === BOB);
      const { calendar } = JSON.parse(mail?.content ?? '{}') as MailParts;
      return [calendar?.method, /SEQUENCE:(\d+)/.exec(calendar?.body ?? '')?.[1]];
    };
    await save(jmb, meeting.id, OUTSIDER);
    expect(sent('del')).toEqual(['CANCEL', '1']);
    await save(jmb, meeting.id, `${OUTSIDER} new@ailleurs.test`);
    expect(sequence()).toBe(1);
    await save(jmb, meeting.id, `${OUTSIDER} new@ailleurs.test ${BOB}`);
    expect(sent('new')).toEqual(['REQUEST', '2']);
    expect(sequence()).toBe(2);
  });
});

describe('whoever is given another link', () => {
  const relink = (jmb: Site, id: string, conf_person: string, as = 'alice') =>
    jmb.ask(attendeeRelink, { as, query: 'link', form: { conf_token: jmb.token(as), conf_tsn: id, conf_person } });

  it('is sent it, and the one that somebody else may have is gone at once', async () => {
    const { jmb, meeting, attendees, join } = scene();
    const old = attendees.find(({ email }) => email === OUTSIDER)?.hash ?? '';
    const answer = { query: `accept&id=${old}`, form: { comment: 'Avec joie' }, env: door };
    await jmb.ask(answerGive, answer);
    const told = await relink(jmb, meeting.id, OUTSIDER);
    expect(told.headers.get('location')).toBe(`/booking.cgi?attendees&id=${meeting.id}&notice=relinked_waiting`);

    const after = attendeesOf(jmb.store, meeting.id);
    const seat = after.find(({ email }) => email === OUTSIDER);
    expect(seat?.hash).toMatch(/^\w{16}$/);
    expect(seat).toEqual({ ...attendees.at(-1), hash: seat?.hash, answer: 'accepted', answeredAt: NOW });
    expect(saidOf(jmb.store, meeting.id).get(seat?.hash ?? '')?.comment).toBe('Avec joie');
    expect(after.filter(({ email }) => email !== OUTSIDER)).toEqual(attendees.slice(0, 3));

    const gone = [await join(old), await jmb.ask(answerGive, { ...answer, query: `decline&id=${old}` })];
    gone.push(await jmb.ask(invitationEvent, { query: `event&id=${old}`, env: door }));
    expect(gone.map(({ status }) => status)).toEqual([410, 410, 410]);
    expect(gone[0]?.text).toContain('Ce lien a été remplacé');
    expect(gone[0]?.body).not.toContain(seat?.hash);
    expect((await join(seat?.hash)).status).toBe(200);

    const mails = outboxOf(jmb.store, meeting.id).filter(({ kind }) => kind === 'new');
    expect(mails.map(({ recipient }) => recipient)).toEqual([OUTSIDER]);
    const { subject, text, calendar } = JSON.parse(mails[0]?.content ?? '{}') as MailParts;
    expect(subject).toMatch(/^Nouveau lien/);
    expect(text).toContain('Voici votre nouveau lien pour la réunion de Alice Martin. L’ancien ne fonctionne plus.');
    expect(text).toContain(`join.cgi?id=${seat?.hash}`);
    expect([text, calendar?.body].join()).not.toContain(old);
    expect(calendar?.body).toMatch(/METHOD:REQUEST[\s\S]*SEQUENCE:0/);
  });

  it('gets no mail any more that holds the old one', async () => {
    const { jmb, meeting } = scene();
    for (const _ of [1, 2]) await relink(jmb, meeting.id, BOB);
    const mails = outboxOf(jmb.store, meeting.id).filter(({ recipient }) => recipient === BOB);
    const current = attendeesOf(jmb.store, meeting.id).find(({ email }) => email === BOB)?.hash ?? '';
    expect(mails.filter(({ state }) => state === 'waiting')).toHaveLength(1);
    expect(mails.filter(({ content }) => content.includes(current))).toHaveLength(1);
  });

  it('keeps all that is noted by it, whatever table it stands in', () => {
    const { jmb, meeting, attendees } = scene();
    const old = attendees.find(({ email }) => email === BOB)?.hash ?? '';
    const triggers = jmb.store.all<{ sql: string }>("SELECT sql FROM sqlite_master WHERE type = 'trigger'");
    const noted = triggers.flatMap(({ sql }) => [
      ...sql.matchAll(/DELETE FROM (\w+)\s+WHERE (\w+) = old\.attendee_meeting_hash/gi),
    ]);
    expect(noted.length).toBeGreaterThan(4);
    const rows = (of: string) =>
      noted.map(([, table, column]) => jmb.store.all(`SELECT 1 FROM ${table} WHERE ${column} = ?`, of).length);
    for (const [, table, column] of noted) {
      const columns = jmb.store.all<{ name: string; type: string }>(
        `SELECT name, type FROM pragma_table_info('${table}')`,
      );
      const values = columns.map(({ name, type }) => (name === column ? old : type === 'TEXT' ? 'x' : 1));
      jmb.store.run(`INSERT INTO ${table} VALUES (${values.map(() => '?').join()})`, ...values);
    }
    replaceLink(jmb.store, meeting.id, BOB, NOW);
    const current = attendeesOf(jmb.store, meeting.id).find(({ email }) => email === BOB)?.hash ?? '';
    expect(rows(old)).toEqual(noted.map(() => 0));
    expect(rows(current)).toEqual(noted.map(() => 1));
  });

  it('is so by the owner alone, who has none to give to themselves', async () => {
    const { jmb, meeting, hashes, join } = scene();
    expect((await relink(jmb, meeting.id, OUTSIDER, 'bob')).status).toBe(403);
    for (const person of [ALICE, 'nobody@example.org', '']) {
      expect((await relink(jmb, meeting.id, person)).status).toBe(409);
    }
    for (const hash of hashes) expect((await join(hash)).status).toBe(200);
  });
});
