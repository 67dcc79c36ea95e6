import { describe, expect, it } from 'vitest';
import { answerGive } from '../../lib/pages/invitation_answer.ts';
import { meetingList } from '../../lib/pages/meeting_list.ts';
import type { Directory } from '../../lib/people/directory.ts';
import { Unavailable } from '../../lib/refusal.ts';
import { recordAnswer } from '../../lib/store/invitations.ts';
import { ALICE, BOB, between, NOW, site } from './site.ts';

const HOUR = 3600;
const DAY = 86_400;

const hashOf = (saved: ReturnType<ReturnType<typeof site>['meeting']>, email: string) =>
  saved.attendees.find((one) => one.email === email)?.hash ?? '';

describe('the list', () => {
  const jmb = site();
  const running = jmb.meeting(-600, { subject: 'Running & <loud>' });
  const soon = jmb.meeting(600, { subject: 'Soon' });
  const later = jmb.meeting(5 * HOUR, { subject: 'Later', guests: [ALICE] }, BOB);
  const tomorrow = jmb.meeting(DAY, { subject: 'Tomorrow' });
  jmb.meeting(-2 * HOUR, { subject: 'Over yesterday' });
  jmb.meeting(-3 * DAY, { subject: 'Over long ago' });
  jmb.meeting(-400 * DAY, { subject: 'Forgotten' });
  jmb.meeting(2 * HOUR, { subject: 'None of mine' }, BOB);

  it('says what is now, what is next, what waits for me', async () => {
    const { status, body, headers } = await jmb.ask(meetingList, { as: 'alice' });
    expect(status).toBe(200);
    const now = between(body, 'id="now"', '</section>');
    expect(now).toContain('Running &amp; &lt;loud&gt;');
    expect(now).toContain('En cours, encore');
    expect(now).toContain(`href="token.cgi?room=${running.meeting.room}"`);
    expect(now).toContain('Va commencer dans 10');
    expect(now.indexOf('Running')).toBeLessThan(now.indexOf('Soon'));
    expect(now).toMatch(/Ensuite<\/strong>.*15:00.*Later/s);
    expect(now).toContain(`<a href="#m${later.meeting.id}">1 invitation</a>`);
    const waiting = between(body, `id="m${later.meeting.id}"`, '</li>\n<li class="meeting');
    const hash = hashOf(later, ALICE);
    expect(waiting).toContain(`<form method="post" action="join.cgi?accept&amp;id=${hash}">`);
    expect(waiting).toContain(`<form method="post" action="join.cgi?decline&amp;id=${hash}">`);
    expect(waiting).not.toContain('join.cgi?id');
    const coming = between(body, 'id="coming"', '</section>');
    expect(coming).toContain('demain, mercredi 25 novembre');
    expect(coming).toContain(`booking.cgi?edit&amp;id=${tomorrow.meeting.id}`);
    expect(coming).toContain(`booking.cgi?attendees&amp;id=${tomorrow.meeting.id}`);
    expect(coming).toContain('0 oui · 0 non · 2 en attente');
    const past = between(body, 'id="past"', '</section>');
    expect(past).toContain('<details>');
    expect(past.indexOf('Over yesterday')).toBeLessThan(past.indexOf('Over long ago'));
    expect(body).not.toContain('Forgotten');
    expect(body).not.toContain('None of mine');
    expect(headers.get('set-cookie')).toMatch(/^viajmb=1; Path=\/; SameSite=Lax/);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('shows a guest only what a guest may do', async () => {
    const { body } = await jmb.ask(meetingList, { as: 'bob' });
    const now = between(body, 'id="now"', '</section>');
    expect(now).toContain(`href="join.cgi?id=${hashOf(running, BOB)}"`);
    // Ten minutes before the begin the door is open to the owner, not to guests.
    expect(between(now, 'class="meetings"', 'class="ahead"')).not.toContain('Soon');
    expect(between(body, `id="m${soon.meeting.id}"`, '</ul>')).toContain('accès à 10:05');
    expect(body).not.toContain(`edit&amp;id=${soon.meeting.id}`);
    const earlier = await jmb.ask(meetingList, { as: 'bob', later: 300 });
    expect(between(earlier.body, 'id="now"', '</section>')).toContain('Soon');
  });

  it('says an answer in words, and offers the other one', async () => {
    recordAnswer(jmb.store, hashOf(later, ALICE), 'declined', NOW);
    const { body } = await jmb.ask(meetingList, { as: 'alice' });
    const item = between(body, `id="m${later.meeting.id}"`, '</form>');
    expect(item).toContain('Vous avez décliné');
    expect(item).toContain('join.cgi?accept');
    expect(between(body, 'id="now"', '</section>')).not.toContain('Later');
    recordAnswer(jmb.store, hashOf(later, ALICE), 'accepted', NOW);
    const accepted = await jmb.ask(meetingList, { as: 'alice' });
    expect(accepted.body).not.toContain('join.cgi?accept');
    expect(accepted.text).toContain('Vous avez accepté');
  });

  it('knows only its own notices', async () => {
    const told = await jmb.ask(meetingList, { as: 'alice', query: 'list&notice=booked_waiting' });
    expect(between(told.body, 'role="status"', '</p>')).toContain('Tous les courriels n’ont pas encore pu partir');
    const other = await jmb.ask(meetingList, { as: 'alice', query: 'list&notice=%3Cb%3Ehello' });
    expect(other.body).not.toContain('role="status"');
    expect(other.body).not.toContain('hello');
  });

  it('says a notice once, and first in the title', async () => {
    const { id } = tomorrow.meeting;
    const query = `list&notice=changed_waiting&of=${id}`;
    const first = await jmb.ask(meetingList, { as: 'alice', query });
    expect(first.body).toMatch(/<title>La réunion est modifiée\. .* – Mes réunions – Visio<\/title>/);
    expect(between(first.body, `id="m${id}"`, '</li>')).toMatch(
      /class="notice told mixed" role="status"[\s\S]*#i-alert/,
    );
    const said = first.cookies.find((one) => one.startsWith('jmb_said='))?.split(';')[0] ?? '';
    const ask = (asked: string) => jmb.ask(meetingList, { as: 'alice', query: asked, env: { HTTP_COOKIE: said } });
    const again = await ask(query);
    expect(again.body).not.toContain('role="status"');
    expect(between(again.body, '<title>', '</title>')).toBe('<title>Mes réunions – Visio');
    expect((await ask(`list&notice=changed_waiting&of=${later.meeting.id}`)).body).toContain('role="status"');
    // The same, done once more: what was said is forgotten when it is done.
    const form = { from: 'list' };
    const done = await jmb.ask(answerGive, {
      query: `accept&id=${hashOf(later, ALICE)}`,
      form,
      env: { HTTP_COOKIE: said },
    });
    expect(done.status).toBe(303);
    expect(done.cookies.join()).toMatch(/^jmb_said=; Path=\/; SameSite=Lax; HttpOnly$/);
    recordAnswer(jmb.store, hashOf(later, ALICE), 'accepted', NOW);
  });

  it('is asked for again when the next way in shows', async () => {
    // Alice is a guest of what begins in five hours.
    const { headers, body } = await jmb.ask(meetingList, { as: 'alice' });
    expect(headers.get('refresh')).toBe(`${5 * HOUR - 300}; url=booking.cgi?list`);
    expect(headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(body).toContain(`data-shows="${NOW + 5 * HOUR - 300}" data-now="${NOW}"`);
    const then = await jmb.ask(meetingList, { as: 'alice', later: 5 * HOUR - 300 });
    expect(between(then.body, 'id="now"', '</section>')).toContain(`href="join.cgi?id=${hashOf(later, ALICE)}"`);
    const last = await jmb.ask(meetingList, { as: 'alice', later: DAY });
    expect(last.headers.get('refresh')).toBeUndefined();
    expect(last.body).not.toContain('<script');
  });

  it('says on which day a meeting ends that does so on another', async () => {
    const own = site();
    own.meeting(13 * HOUR, { subject: 'Nuit', duration: 3 * HOUR });
    own.meeting(13.5 * HOUR + 2 * DAY, { subject: 'Autre nuit', duration: HOUR });
    own.meeting(-35 * HOUR, { subject: 'Vieille nuit', duration: 3 * HOUR });
    const { text } = await own.ask(meetingList, { as: 'alice' });
    expect(text).toMatch(/de 23:00 – à 02:00 demain 3 h Nuit/);
    expect(text).toMatch(/de 23:30 – à 00:30 vendredi 27 novembre 1 h Autre nuit/);
    expect(text).toMatch(/de 23:00 – à 02:00 lundi 23 novembre 3 h Vieille nuit/);
    expect((await jmb.ask(meetingList, { as: 'alice' })).body).not.toContain('class="last"');
  });

  it('says what to do where there is no meeting at all', async () => {
    const own = site();
    const { body, text } = await own.ask(meetingList, { as: 'alice' });
    expect(text).toContain('Aucune réunion pour l’instant. En réserver une');
    expect(between(body, 'id="coming"', '</section>')).toContain('href="booking.cgi?new"');
    expect(body).not.toContain('role="search"');
  });

  it('speaks English to who prefers it', async () => {
    const { body, text } = await jmb.ask(meetingList, { as: 'alice', env: { HTTP_ACCEPT_LANGUAGE: 'en-GB' } });
    expect(body).toContain('<html lang="en">');
    expect(text).toContain('In progress, 50 min left');
  });

  it('gives everyone their feed, kept with their addresses', async () => {
    const { body } = await jmb.ask(meetingList, { as: 'carol', addresses: 'carol.petit@example.org, c.p@example.org' });
    const { hash } = jmb.store.get<{ hash: string }>(
      "SELECT ical_hash AS hash FROM ical WHERE ical_owner = 'carol'",
    ) ?? {
      hash: '',
    };
    expect(body).toContain(`href="webcals://meet.example.org/ical.cgi?id=${hash}"`);
    expect(body).toContain(`value="https://meet.example.org/ical.cgi?id=${hash}"`);
    expect(jmb.store.all("SELECT feed_address FROM feed_address WHERE feed_owner = 'carol'")).toHaveLength(2);
    expect(body).toContain('Aucune réunion en ce moment');
  });

  it('refuses who is nobody', async () => {
    expect((await jmb.ask(meetingList)).status).toBe(403);
  });
});

describe('who may book', () => {
  const directory = (matches: Directory['matches']): Directory => ({
    personOf: async () => null,
    peopleOf: async () => new Map(),
    find: async () => [],
    matches,
  });
  const settings = 'JMB_MODULE_CHECK_EDITOR="editor_role-ldap.sh"';

  it('others have neither private room nor form', async () => {
    const jmb = site(
      settings,
      directory(async () => false),
    );
    const { status, body, text } = await jmb.ask(meetingList, { as: 'alice' });
    expect(status).toBe(200);
    expect(body).not.toContain('booking.cgi?new');
    expect(body).not.toContain('id="room"');
    expect(text).toContain('Les invitations envoyées à alice.martin@example.org apparaîtront ici.');
  });

  it('a silent directory is said, and hides no meeting', async () => {
    const silent = directory(() => Promise.reject(new Unavailable('directory', 'no answer')));
    const jmb = site(settings, silent);
    jmb.meeting(0, { subject: 'Now all the same' });
    const { status, body, text } = await jmb.ask(meetingList, { as: 'alice' });
    expect(status).toBe(503);
    expect(text).toContain('L’annuaire ne répond pas');
    expect(body).toContain('Now all the same');
    expect(body).not.toContain('booking.cgi?new');
    expect(jmb.log.join()).toContain('directory-silent');
  });
});
