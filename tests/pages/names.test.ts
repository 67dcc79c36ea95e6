/** People by name: what is pasted beside an address is kept with the attendee, and shown wherever that person is told of. */
import { expect, it } from 'vitest';
import { attendeesFollow } from '../../lib/pages/attendees_follow.ts';
import { feedRead } from '../../lib/pages/calendar_read.ts';
import { meetingEdit } from '../../lib/pages/meeting_form.ts';
import { meetingList } from '../../lib/pages/meeting_list.ts';
import { meetingBook, meetingChange } from '../../lib/pages/meeting_save.ts';
import type { Directory, Person } from '../../lib/people/directory.ts';
import { feedOf } from '../../lib/store/feeds.ts';
import { attendeesOf } from '../../lib/store/meetings.ts';
import { outboxOf } from '../../lib/store/outbox.ts';
import { BOB, between, type Site, site } from './site.ts';

const HANS = 'hans@ailleurs.test';
const MODERATOR = 'mod@ailleurs.test';

const typed = {
  conf_date: '2026-11-26',
  conf_time: '14:30',
  conf_duration: '90',
  conf_object: 'Jury',
  conf_guests: `Müller, Hans <${HANS}>; Durand, Bob <${BOB}>; vide@ailleurs.test`,
  conf_moderators: `"O\u2019Neill, Zoé" <${MODERATOR}>`,
};

const book = (jmb: Site, form: Record<string, string> = {}) =>
  jmb.ask(meetingBook, { as: 'alice', form: { conf_token: jmb.token('alice'), ...typed, ...form } });

const meetingIn = (jmb: Site): string =>
  jmb.store.get<{ id: string }>('SELECT CAST(meeting_id AS TEXT) AS id FROM meetings')?.id ?? '';

const called = (jmb: Site): Record<string, string | undefined> =>
  Object.fromEntries(attendeesOf(jmb.store, meetingIn(jmb)).map(({ email, name }) => [email, name]));

it('a list pasted from Outlook is booked with its names, and the form has them again', async () => {
  const jmb = site();
  expect((await book(jmb)).status).toBe(303);
  expect(called(jmb)).toMatchObject({ [HANS]: 'Müller, Hans', [BOB]: 'Durand, Bob', [MODERATOR]: 'O’Neill, Zoé' });
  const { body } = await jmb.ask(meetingEdit, { as: 'alice', query: `edit&id=${meetingIn(jmb)}` });
  expect(between(body, 'name="conf_guests"', '</textarea>')).toContain(
    `&quot;Müller, Hans&quot; &lt;${HANS}&gt;\n&quot;Durand, Bob&quot; &lt;${BOB}&gt;\nvide@ailleurs.test`,
  );
});

it('follow-up, list and search show them to who is told of everybody, and to no guest', async () => {
  const jmb = site();
  await book(jmb);
  const follow = await jmb.ask(attendeesFollow, { as: 'alice', query: `attendees&id=${meetingIn(jmb)}` });
  expect(follow.body).toContain('<span class="name">Müller, Hans</span>');
  expect((await jmb.ask(meetingList, { as: 'alice' })).text).toContain(
    'avec O’Neill, Zoé · Müller, Hans · Durand, Bob et 1 autre personne',
  );
  expect((await jmb.ask(meetingList, { as: 'alice', query: 'list&q=muller' })).text).toContain('Jury');
  const bob = await jmb.ask(meetingList, { as: 'bob' });
  expect(bob.text).toContain('Jury');
  expect(bob.text).not.toContain('Müller');
  expect((await jmb.ask(meetingList, { as: 'bob', query: 'list&q=muller' })).text).not.toContain('Jury');
});

it('emails go to the name, say it to moderators, and calendars have it as CN', async () => {
  const jmb = site('JMB_MAIL_REPLY="visio@meet.example.org"');
  await book(jmb);
  const mails = outboxOf(jmb.store, meetingIn(jmb)).map(({ content }) => JSON.parse(content));
  const to = (address: string) => mails.find((mail) => mail.to.address === address);
  expect(to(HANS).to).toEqual({ name: 'Müller, Hans', address: HANS });
  expect(to(HANS).calendar.body.replace(/\r\n[ \t]/g, '')).toMatch(
    new RegExp(`ATTENDEE;[^\r]*CN="Müller, Hans"[^\r]*:mailto:${HANS}`),
  );
  expect(to(MODERATOR).text).toContain(`Müller, Hans (${HANS})`);
  expect(to(HANS).text).not.toContain('Durand');
  const feed = await jmb.ask(feedRead, { query: `id=${feedOf(jmb.store, 'alice')}` });
  expect(feed.body.replace(/\r\n[ \t]/g, '')).toMatch(new RegExp(`CN="Müller, Hans"[^\r]*:mailto:${HANS}`));
});

it('a name that changes is another version that nobody is told of, and one that is left out stays', async () => {
  const jmb = site();
  await book(jmb);
  const id = meetingIn(jmb);
  const mails = outboxOf(jmb.store, id).length;
  const change = (version: number, guests: string) =>
    jmb.ask(meetingChange, {
      as: 'alice',
      form: {
        ...{ conf_token: jmb.token('alice'), conf_tsn: id, conf_version: String(version) },
        ...{ ...typed, conf_guests: guests },
      },
    });
  const renamed = await change(0, `Hans M. <${HANS}>; ${BOB}; vide@ailleurs.test`);
  expect(renamed.headers.get('location')).toContain('notice=changed_quietly');
  expect(called(jmb)).toMatchObject({ [HANS]: 'Hans M.', [BOB]: 'Durand, Bob' });
  const same = await change(1, `Hans M. <${HANS}>; ${BOB}; vide@ailleurs.test`);
  expect(same.headers.get('location')).toContain('notice=unchanged');
  expect(outboxOf(jmb.store, id)).toHaveLength(mails);
  await change(1, `${BOB}; vide@ailleurs.test`);
  expect(jmb.store.all('SELECT name_text FROM attendee_name ORDER BY 1')).toEqual([
    { name_text: 'Durand, Bob' },
    { name_text: 'O’Neill, Zoé' },
  ]);
});

it('the same list twice within a minute is one booking, whatever people are called', async () => {
  const jmb = site();
  await book(jmb);
  await book(jmb, { conf_guests: `${HANS}, Bob <${BOB}>, vide@ailleurs.test` });
  expect(jmb.store.all('SELECT 1 FROM meetings')).toHaveLength(1);
});

it('where none is typed, the name is the directory’s', async () => {
  const bob: Person = { uid: 'bob', email: BOB, name: 'Bob « Bobby » Durand', aliases: [] };
  const directory = { peopleOf: async () => new Map([[BOB, bob]]) } as Partial<Directory> as Directory;
  const jmb = site('', directory);
  await book(jmb, { conf_guests: `${BOB}, Hans <${HANS}>` });
  expect(called(jmb)).toMatchObject({ [BOB]: 'Bob « Bobby » Durand', [HANS]: 'Hans' });
});
