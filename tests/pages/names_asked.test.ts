/** Half a name in the form, without script: a page asks who is meant, marks what nobody can read, and loses nothing. */
import { describe, expect, it } from 'vitest';
import { meetingBook, nowBook } from '../../lib/pages/meeting_save.ts';
import type { Directory } from '../../lib/people/directory.ts';
import { Unavailable } from '../../lib/refusal.ts';
import { attendeesOf } from '../../lib/store/meetings.ts';
import { BOB, between, type Site, site } from './site.ts';

const ANNE = 'anne.durand@example.org';
const INES = 'ines.moreau@example.org';

/** A directory of three people; what it was asked stands in `asked`. */
function directory(asked: string[] = []): Directory {
  const all = [
    { email: ANNE, name: 'Durand, Anne' },
    { email: BOB, name: 'Bob Durand' },
    { email: INES, name: 'Inès Moreau' },
  ];
  return {
    personOf: async () => null,
    peopleOf: async () => new Map(),
    matches: async () => true,
    find: async (words) => {
      asked.push(words.join(' '));
      return all.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word.toLowerCase())));
    },
  };
}

const typed = {
  conf_date: '2026-11-26',
  conf_time: '14:30',
  conf_duration: '90',
  conf_object: 'Jury',
  conf_guests: 'Durand, inès.moreau',
};

const book = (jmb: Site, form: Record<string, string> = {}) =>
  jmb.ask(meetingBook, { as: 'alice', form: { conf_token: jmb.token('alice'), ...typed, ...form } });

/** Who is invited, and by what name. */
const invited = (jmb: Site): [string, string | undefined][] => {
  const id = jmb.store.get<{ id: string }>('SELECT CAST(meeting_id AS TEXT) AS id FROM meetings')?.id ?? '';
  return attendeesOf(jmb.store, id)
    .slice(1)
    .map(({ email, name }) => [email, name]);
};

/** The choice for a name, as values with whether they are chosen. */
function choices(body: string, at: number): [string, boolean][] {
  const part = between(body, `id="who-${at}"`, '</fieldset>');
  return [...part.matchAll(/type="radio" name="conf_is_\d" value="([^"]*)"( checked)?/g)].map(
    ([, value = '', checked]) => [
      value.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>'),
      checked !== undefined,
    ],
  );
}

describe('« Durand, inès.moreau »', () => {
  it('asks which Durand, has the one Moreau chosen, and keeps all that was typed', async () => {
    const jmb = site('', directory());
    const { status, body } = await book(jmb);
    expect(status).toBe(400);
    expect(body).toContain('<textarea id="conf_guests"');
    expect(between(body, 'name="conf_guests"', '</textarea>')).toContain('>\nDurand, inès.moreau');
    expect(body).toContain('name="conf_time" type="time" value="14:30"');
    expect(choices(body, 0)).toEqual([
      [`"Durand, Anne" <${ANNE}>`, false],
      [`Bob Durand <${BOB}>`, false],
    ]);
    expect(choices(body, 1)).toEqual([[`Inès Moreau <${INES}>`, true]]);
    expect(body).toContain('<a href="#who-0">Qui est «\u00a0Durand\u00a0»\u00a0?</a>');
    expect(jmb.store.all('SELECT 1 FROM meetings')).toEqual([]);
  });

  it('books who was chosen, with the names', async () => {
    const jmb = site('', directory());
    const chosen = {
      ...{ conf_who_0: 'Durand', conf_is_0: `"Durand, Anne" <${ANNE}>` },
      ...{ conf_who_1: 'inès.moreau', conf_is_1: `Inès Moreau <${INES}>` },
    };
    expect((await book(jmb, chosen)).status).toBe(303);
    expect(invited(jmb)).toEqual([
      [ANNE, 'Durand, Anne'],
      [INES, 'Inès Moreau'],
    ]);
  });

  it('keeps a choice where something else is wrong, and asks again where none was made', async () => {
    const jmb = site('', directory());
    const { body } = await book(jmb, { conf_who_1: 'inès.moreau', conf_is_1: `Inès Moreau <${INES}>` });
    expect(between(body, 'name="conf_guests"', '</textarea>')).toContain(
      `\nDurand, &quot;Inès Moreau&quot; &lt;${INES}&gt;`,
    );
    expect(choices(body, 0)).toHaveLength(2);
    expect(body).not.toContain('who-1');
  });

  it('passes over a choice for what was taken out meanwhile', async () => {
    const jmb = site('', directory());
    await book(jmb, { conf_guests: BOB, conf_who_0: 'Durand', conf_is_0: ANNE });
    expect(invited(jmb).map(([email]) => email)).toEqual([BOB]);
  });
});

it('whom one has invited before is found where there is no directory', async () => {
  const jmb = site();
  jmb.meeting(-86_400, { guests: [INES], names: new Map([[INES, 'Inès Moreau']]) });
  const { body, text } = await book(jmb);
  expect(choices(body, 1)).toEqual([[`Inès Moreau <${INES}>`, true]]);
  expect(text).toContain('déjà dans vos réunions');
  expect(between(body, 'id="who-0"', '</fieldset>')).toContain('Personne de ce nom n’est connu');
});

it('the small form of a meeting that begins now asks, too', async () => {
  const form = { conf_guests: 'Durand', conf_object: '', conf_duration: '30' };
  const jmb = site('', directory());
  const { status, body } = await jmb.ask(nowBook, { as: 'alice', form: { conf_token: jmb.token('alice'), ...form } });
  expect(status).toBe(400);
  expect(choices(body, 0)).toHaveLength(2);
});

it('what cannot be read is marked where it stands, each line by its number', async () => {
  const guests = `${BOB}\nMüller, Hans <hans@@b.org>\n${'x'.repeat(60)} <y@>, z@b.org`;
  const { body, text } = await book(site(), { conf_guests: guests });
  expect(between(body, 'name="conf_guests"', '</textarea>')).toContain('Müller, Hans &lt;hans@@b.org&gt;\n');
  const marks = between(body, 'id="conf_guests-marks"', '</ul>');
  expect(marks).toContain('Müller, Hans <mark>&lt;hans@@b.org&gt;</mark></li>');
  expect(marks).toMatch(/…x{39} <mark>&lt;y@&gt;<\/mark>, z@b\.org/);
  expect(text).toContain('Ligne 2 :');
  expect(text).toContain('À corriger : hans@@b.org, y@.');
});

it('asks of eight names at most, of each once, and no more once the directory is silent or there were too many', async () => {
  const asked: string[] = [];
  const names = Array.from({ length: 12 }, (_, at) => `Nom${at}`);
  await book(site('', directory(asked)), { conf_guests: [...names, 'Nom1', 'Nom1'].join(', ') });
  expect(asked).toEqual(names.slice(0, 8));

  let times = 0;
  const silent: Directory = {
    ...directory(),
    find: async () => {
      times += 1;
      throw new Unavailable('directory', 'no answer');
    },
  };
  const { text } = await book(site('', silent));
  expect(text).toContain('L’annuaire ne répond pas : écrire l’adresse');
  expect(times).toBe(1);

  const jmb = site('', directory());
  for (let rounds = 0; rounds < 30; rounds += 1) await book(jmb);
  expect((await book(jmb)).text).toContain('Trop de recherches en peu de temps.');
});
