/** The page of a meeting: who reads it, and what its owner does there. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MailParts } from '../../lib/mail/compose.ts';
import { attendeesFollow } from '../../lib/pages/attendees_follow.ts';
import { attendeeCorrect, attendeeMail, attendeesRemind } from '../../lib/pages/attendees_write.ts';
import { attendeesCsv, csv } from '../../lib/pages/meeting_give.ts';
import { meetingList } from '../../lib/pages/meeting_list.ts';
import { invitationByHash, recordAnswer } from '../../lib/store/invitations.ts';
import { attendeesOf } from '../../lib/store/meetings.ts';
import { enqueue, outboxOf } from '../../lib/store/outbox.ts';
import { markReturned, meetingsToTell } from '../../lib/store/returned.ts';
import { readWithIcalJs } from '../peers/calendar_readers.ts';
import { type RoomModule, startRoomModule } from '../support/room_module.ts';
import { BOB, between, NOW, OUTSIDER, type Site, site } from './site.ts';

const DAY = 86_400;
const CAROL = 'carol.petit@example.org';
const WRONG = 'invite@ailleurs.tset';
const FACTS = { moderators: [BOB], guests: [CAROL, OUTSIDER] };

const follow = (jmb: Site, id: string, as = 'alice', query = '') =>
  jmb.ask(attendeesFollow, { as, query: `attendees&id=${id}${query}` });

interface Sent {
  readonly kind: string;
  readonly to: string;
  readonly state: string;
  readonly parts: MailParts | null;
}

/** What was written about a meeting, in order. */
const mails = (jmb: Site, id: string): Sent[] =>
  outboxOf(jmb.store, id).map(({ kind, recipient, state, content }) => ({
    ...{ kind, to: recipient, state },
    parts: content === '' ? null : (JSON.parse(content) as MailParts),
  }));

/** As if everything that waits had gone out. */
function sent(jmb: Site): void {
  jmb.store.transaction(() =>
    jmb.store.run("UPDATE outbox SET outbox_state = 'sent', outbox_content = '' WHERE outbox_state = 'waiting'"),
  );
}

const form = (jmb: Site, id: string, more: Record<string, string> = {}) => ({
  ...{ conf_token: jmb.token('alice'), conf_tsn: id },
  ...more,
});

const remind = (jmb: Site, id: string, later = 0) =>
  jmb.ask(attendeesRemind, { as: 'alice', form: form(jmb, id), later });

const invite = (jmb: Site, id: string, conf_person: string, later = 0) =>
  jmb.ask(attendeeMail, { as: 'alice', form: form(jmb, id, { conf_person }), later });

const correct = (jmb: Site, id: string, conf_person: string, conf_email: string, later = 0) =>
  jmb.ask(attendeeCorrect, { as: 'alice', form: form(jmb, id, { conf_person, conf_email }), later });

describe('those who have not answered', () => {
  it('are asked by a mail that can be answered, and nobody else is', async () => {
    const jmb = site('JMB_MAIL_REPLY="visio+{id}@example.org"');
    const { meeting, attendees } = jmb.meeting(DAY, FACTS);
    const hashOf = (address: string) => attendees.find(({ email }) => email === address)?.hash ?? '';
    recordAnswer(jmb.store, hashOf(CAROL), 'tentative', NOW);
    expect((await follow(jmb, meeting.id)).text).toContain('Relancer les 2 personnes sans réponse');
    const told = await remind(jmb, meeting.id);
    expect(told.headers.get('location')).toBe(`/booking.cgi?attendees&id=${meeting.id}&notice=reminded_waiting`);
    expect(mails(jmb, meeting.id).map(({ kind, to }) => [kind, to])).toEqual([
      ['ask', BOB],
      ['ask', OUTSIDER],
    ]);
    const [, asked] = mails(jmb, meeting.id);
    expect(asked?.parts?.subject).toMatch(/^Réponse attendue\u00a0: Jury – /);
    expect(asked?.parts?.text).toContain('attend votre réponse à cette invitation.');
    expect(asked?.parts?.text).toContain(`?accept&id=${hashOf(OUTSIDER)}`);
    const calendar = readWithIcalJs(asked?.parts?.calendar?.body ?? '');
    expect(calendar.method).toBe('REQUEST');
    expect(calendar.events[0]).toMatchObject({ sequence: 0, attendees: [{ partstat: 'NEEDS-ACTION' }] });
  });

  it('are asked once an hour, which the page says', async () => {
    const jmb = site();
    const { meeting } = jmb.meeting(DAY, FACTS);
    await remind(jmb, meeting.id);
    sent(jmb);
    const again = await remind(jmb, meeting.id, 3599);
    expect(again.status).toBe(429);
    expect(again.text).toContain('Nouvelle relance possible à partir de 11:00.');
    expect(mails(jmb, meeting.id)).toHaveLength(3);
    const page = await jmb.ask(attendeesFollow, { as: 'alice', query: `attendees&id=${meeting.id}`, later: 60 });
    expect(page.text).toContain('Relancées à 10:00. Nouvelle relance possible à partir de 11:00.');
    expect(page.body).not.toContain('?remind');
    expect((await remind(jmb, meeting.id, 3600)).status).toBe(303);
    expect(mails(jmb, meeting.id)).toHaveLength(6);
    const ids = outboxOf(jmb.store, meeting.id).map(({ messageId }) => messageId);
    expect(new Set(ids).size).toBe(6);
  });

  it('who answers meanwhile, or whose meeting is moved, is not asked any more', async () => {
    const jmb = site();
    const { meeting, attendees } = jmb.meeting(DAY, FACTS);
    await remind(jmb, meeting.id);
    recordAnswer(jmb.store, attendees.find(({ email }) => email === CAROL)?.hash ?? '', 'accepted', NOW);
    expect(
      mails(jmb, meeting.id)
        .filter(({ state }) => state === 'waiting')
        .map(({ to }) => to),
    ).toEqual([BOB, OUTSIDER]);
  });

  it('whose invitation has not gone out yet is not written to twice', async () => {
    const jmb = site();
    const { meeting } = jmb.meeting(DAY, FACTS);
    await invite(jmb, meeting.id, CAROL);
    await remind(jmb, meeting.id);
    const waiting = mails(jmb, meeting.id).filter(({ state }) => state === 'waiting');
    expect(waiting.map(({ kind, to }) => [kind, to])).toEqual([
      ['new', CAROL],
      ['ask', BOB],
      ['ask', OUTSIDER],
    ]);
  });

  it.each([
    ['nobody is silent', 409, DAY, 'accepted'],
    ['it has begun', 403, -60, 'none'],
  ] as const)('are not asked where %s', async (_, status, begin, answer) => {
    const jmb = site();
    const { meeting, attendees } = jmb.meeting(begin, FACTS);
    for (const { hash } of attendees.slice(1)) recordAnswer(jmb.store, hash, answer, NOW);
    expect((await follow(jmb, meeting.id)).body).not.toContain('?remind');
    expect((await remind(jmb, meeting.id)).status).toBe(status);
    expect(mails(jmb, meeting.id)).toEqual([]);
  });

  it('count for what an organiser may cause an hour', async () => {
    const jmb = site('JMB_MAX_MAILS_PER_HOUR="60"');
    const guests = Array.from({ length: 50 }, (_, at) => `g${at}@example.org`);
    const [one, other] = [jmb.meeting(DAY, { guests }), jmb.meeting(2 * DAY, { guests })];
    expect((await remind(jmb, one.meeting.id)).status).toBe(303);
    expect((await remind(jmb, other.meeting.id)).status).toBe(429);
    expect(mails(jmb, other.meeting.id)).toEqual([]);
  });
});

describe('one person', () => {
  it('gets the invitation again, once in ten minutes', async () => {
    const jmb = site();
    const { meeting } = jmb.meeting(DAY, FACTS);
    const told = await invite(jmb, meeting.id, OUTSIDER);
    expect(told.headers.get('location')).toContain('notice=mailed_waiting');
    sent(jmb);
    expect((await invite(jmb, meeting.id, OUTSIDER, 599)).status).toBe(429);
    expect((await invite(jmb, meeting.id, CAROL, 599)).status).toBe(303);
    expect((await invite(jmb, meeting.id, OUTSIDER, 600)).status).toBe(303);
    const to = mails(jmb, meeting.id)
      .filter(({ kind }) => kind === 'new')
      .map((mail) => mail.to);
    expect(to).toEqual([OUTSIDER, CAROL, OUTSIDER]);
    expect((await invite(jmb, meeting.id, 'nobody@example.org')).status).toBe(409);
    expect((await invite(jmb, meeting.id, 'alice.martin@example.org')).status).toBe(409);
  });

  it('has an address corrected: link and answer stay, what waits or came back is withdrawn, the right one is invited', async () => {
    const jmb = site();
    const { meeting, attendees } = jmb.meeting(DAY, { moderators: [], guests: [CAROL, WRONG] });
    const hash = attendees.at(-1)?.hash ?? '';
    await remind(jmb, meeting.id);
    sent(jmb);
    recordAnswer(jmb.store, hash, 'tentative', NOW, { comment: 'Par téléphone', proposal: null, way: 'page' });
    markReturned(jmb.store, { meetingId: meeting.id, recipient: WRONG, messageId: undefined, reason: '550 none' }, NOW);
    await invite(jmb, meeting.id, WRONG, 700);
    const told = await correct(jmb, meeting.id, WRONG, ` Invité <${OUTSIDER.toUpperCase()}> `, 800);
    expect(told.headers.get('location')).toContain('notice=corrected_waiting');
    const now = attendeesOf(jmb.store, meeting.id).find(({ email }) => email === OUTSIDER);
    expect(now).toMatchObject({ hash, answer: 'tentative', role: 'guest' });
    expect(invitationByHash(jmb.store, hash)?.attendee.email).toBe(OUTSIDER);
    expect(mails(jmb, meeting.id).map(({ kind, to, state }) => [kind, to, state])).toEqual([
      ['ask', CAROL, 'sent'],
      ['ask', WRONG, 'dropped'],
      ['new', WRONG, 'dropped'],
      ['new', OUTSIDER, 'waiting'],
    ]);
    expect(meetingsToTell(jmb.store, NOW + 10_000)).toEqual([]);
    const { body, text } = await follow(jmb, meeting.id);
    expect(text).toContain('Par téléphone');
    expect(body).not.toContain(WRONG);
    // A form that was opened before would put the wrong one back.
    expect(jmb.store.get('SELECT extra_version AS version FROM meeting_extra')).toEqual({ version: 1 });
  });

  it.each([
    ['one address, and no other', 'a@b.org c@d.org', 'Saisir une adresse, et une seule'],
    ['an address', 'personne', 'Saisir une adresse, et une seule'],
    ['something', '', 'Saisir une adresse, et une seule'],
    ['nobody else’s', CAROL, 'déjà celle d’une personne'],
    ['not the owner’s', 'alice.martin@example.org', 'Cette adresse est la vôtre'],
  ])('has to be %s', async (_, typed, said) => {
    const jmb = site();
    const { meeting } = jmb.meeting(DAY, FACTS);
    const { status, body } = await correct(jmb, meeting.id, OUTSIDER, typed);
    expect(status).toBe(400);
    const row = between(body, '<details open', '</details>');
    expect(row).toContain(said);
    expect(row).toMatch(new RegExp(`value="${typed}"[^>]*aria-invalid="true" autofocus`));
    expect(between(body, '<title', '</title>')).toContain('Erreur');
    expect(attendeesOf(jmb.store, meeting.id).map(({ email }) => email)).toContain(OUTSIDER);
    expect(mails(jmb, meeting.id)).toEqual([]);
  });

  it('is the owner’s to write to and to correct, until the end', async () => {
    const jmb = site();
    const { meeting } = jmb.meeting(DAY, FACTS);
    const over = jmb.meeting(-2 * DAY, FACTS);
    for (const handler of [attendeeMail, attendeeCorrect, attendeesRemind]) {
      const more = { conf_token: jmb.token('bob'), conf_person: OUTSIDER, conf_email: 'new@example.org' };
      const as = { as: 'bob', form: { ...form(jmb, meeting.id), ...more } };
      expect((await jmb.ask(handler, as)).status, handler.name).toBe(403);
      const late = { as: 'alice', form: { ...form(jmb, over.meeting.id), ...more, conf_token: jmb.token('alice') } };
      expect((await jmb.ask(handler, late)).status, handler.name).toBe(403);
    }
    expect((await follow(jmb, over.meeting.id)).body).not.toContain('?correct');
    expect([...mails(jmb, meeting.id), ...mails(jmb, over.meeting.id)]).toEqual([]);
  });
});

describe('a moderator', () => {
  it('reads it, by a link in the list; a guest does not', async () => {
    const jmb = site();
    const { meeting, attendees } = jmb.meeting(DAY, FACTS);
    const proposal = { begin: NOW + 2 * DAY, duration: 3600 };
    const guest = attendees.find(({ email }) => email === OUTSIDER)?.hash ?? '';
    recordAnswer(jmb.store, guest, 'declined', NOW, { comment: 'Plutôt jeudi', proposal, way: 'page' });
    const way = `href="booking.cgi?attendees&amp;id=${meeting.id}"`;
    expect((await jmb.ask(meetingList, { as: 'bob' })).body).toContain(way);
    expect((await jmb.ask(meetingList, { as: 'carol' })).body).not.toContain(way);
    expect((await follow(jmb, meeting.id, 'carol')).status).toBe(403);
    const { status, text } = await follow(jmb, meeting.id, 'bob');
    expect(status).toBe(200);
    for (const shown of [OUTSIDER, 'Déclinée', 'Plutôt jeudi', 'Propose le']) expect(text).toContain(shown);
  });

  it('sees nobody’s link, nothing to press, and no email that did not arrive', async () => {
    const jmb = site();
    const { meeting, attendees } = jmb.meeting(DAY, FACTS);
    const proposal = { begin: NOW + 2 * DAY, duration: 3600 };
    for (const { hash } of attendees.slice(1)) {
      recordAnswer(jmb.store, hash, 'tentative', NOW, { comment: '', proposal, way: 'page' });
    }
    const mail = { meetingId: meeting.id, role: 'guest', content: '{}', expires: null } as const;
    enqueue(jmb.store, [{ ...mail, kind: 'new', recipient: OUTSIDER, messageId: '<1@x>' }], NOW);
    const owners = await follow(jmb, meeting.id);
    expect(owners.body).toMatch(/id="delayed".*<form[^>]*post/s);
    const { body } = await follow(jmb, meeting.id, 'bob');
    expect(body).not.toMatch(/id="delayed"|<form|\?edit/);
    for (const { hash } of attendees) expect(body).not.toContain(hash);
  });
});

describe('what is given on', () => {
  it('is the room’s own address and an invitation in the meeting’s language, with nobody’s secret', async () => {
    const jmb = site();
    const facts = { ...FACTS, subject: 'R&D', agenda: 'Un\n  deux', language: 'en' } as const;
    const { meeting, attendees } = jmb.meeting(DAY, facts);
    const { body } = await follow(jmb, meeting.id, 'bob');
    const part = between(body, 'class="give"', '</details>');
    expect(part).toContain(`id="give-address" value="https://meet.example.org/${meeting.room}" readonly`);
    const text = between(part, 'readonly>\n', '</textarea>').replace('readonly>\n', '').replaceAll('&amp;', '&');
    expect(text.replaceAll('\u00a0', ' ').split('\n')).toEqual([
      'R&D',
      'Alice Martin invites you to an online meeting.',
      '',
      'Date: Wednesday 25 November 2026',
      'Time: 10:00 – 11:00 (Europe/Paris, UTC+01:00)',
      '',
      'Agenda',
      'Un',
      '  deux',
      '',
      'Join the meeting',
      `https://meet.example.org/${meeting.room}`,
    ]);
    for (const { hash } of attendees) expect(body).not.toContain(hash);
    const over = jmb.meeting(-2 * DAY, FACTS);
    expect((await follow(jmb, over.meeting.id)).body).not.toContain('class="give"');
  });
});

describe('the table', () => {
  it('holds people, answers, notes and who came, for owner and moderators', async () => {
    const jmb = site();
    const { meeting, attendees } = jmb.meeting(DAY, FACTS);
    const said = { comment: '=HYPERLINK("http://x";"y")\n2', proposal: null, way: 'page' } as const;
    recordAnswer(jmb.store, attendees.find(({ email }) => email === OUTSIDER)?.hash ?? '', 'declined', NOW, said);
    const get = (as: string, HTTP_ACCEPT_LANGUAGE = 'fr') =>
      jmb.ask(attendeesCsv, { as, query: `csv&id=${meeting.id}`, env: { HTTP_ACCEPT_LANGUAGE } });
    expect((await get('carol')).status).toBe(403);
    const { body, headers } = await get('bob');
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(headers.get('content-disposition')).toBe('attachment; filename="participants-2026-11-25.csv"');
    expect(body.split('\r\n')).toEqual([
      '\ufeff"Personne";"Adresse";"Rôle";"Réponse";"Mot";"Répondu le (Europe/Paris)";"Connexions"',
      '"Alice Martin";"alice.martin@example.org";"Organisateur";"";"";"";"0"',
      '"Bob Durand";"bob.durand@example.org";"Modérateur";"Sans réponse";"";"";"0"',
      '"Carol Petit";"carol.petit@example.org";"Invité";"Sans réponse";"";"";"0"',
      `"Invite";"${OUTSIDER}";"Invité";"Déclinée";"'=HYPERLINK(""http://x"";""y"")\n2";"2026-11-24 10:00";"0"`,
      '',
    ]);
    expect((await get('bob', 'en')).body).toContain('"Carol Petit","carol.petit@example.org","Guest"');
  });

  it.each(['=1', '+1', '-1', '@a', '\t=1', '\r=1', '＝1'])('keeps %j from being a formula', (text) => {
    expect(csv([[text]], ';')).toBe(`\ufeff"'${text}"\r\n`);
  });
});

describe('who is in the room', () => {
  let module: RoomModule;
  beforeAll(async () => {
    module = await startRoomModule();
  });
  afterAll(() => module.stop());

  const running = () => {
    const lines = Object.entries(module.settings).map(([name, value]) => `${name}="${value}"`);
    const jmb = site(lines.join('\n'));
    return { jmb, meeting: jmb.meeting(-60, FACTS).meeting };
  };

  it('is read from Prosody, by the names that they show', async () => {
    const { jmb, meeting } = running();
    module.mood = 'well';
    module.people = { names: ['Zoé <b>', 7, '\u202e', 'Alice'], unnamed: 1, waiting: 2 };
    for (const as of ['alice', 'bob']) {
      const { body, text } = await follow(jmb, meeting.id, as);
      expect(text).toContain('5 personnes dans la salle · 2 personnes attendent');
      expect(body).toContain('<li>Alice</li><li>Zoé &lt;b&gt;</li></ul>');
    }
    expect(module.told).toContain(`people {"room":"${meeting.room}"}`);
  });

  it('is said to be unknown where Prosody does not tell, and left out where no door is open', async () => {
    const { jmb, meeting } = running();
    module.mood = 'broken';
    expect((await follow(jmb, meeting.id)).text).toContain('On ne sait pas qui est dans la salle.');
    const without = site();
    expect((await follow(without, without.meeting(-60, FACTS).meeting.id)).text).toContain('On ne sait pas');
    expect((await follow(jmb, jmb.meeting(DAY, FACTS).meeting.id)).body).not.toContain('class="inside"');
  });
});
