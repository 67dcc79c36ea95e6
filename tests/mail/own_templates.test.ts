/** Templates of the administrator: they take the place of ours where they fit, and a broken one costs no mail. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { templates } from '../../cron/check_mail.ts';
import { composeMails, type MailParts } from '../../lib/mail/compose.ts';
import type { MessageKind } from '../../lib/mail/messages.ts';
import { type Fault, ownTemplates } from '../../lib/mail/own_templates.ts';
import { readSettings } from '../../lib/settings.ts';
import { useZone } from '../../lib/text/zones.ts';
import { guest, moderator, NOW } from '../calendar/samples.ts';
import { compose, eventOf, settings } from './samples.ts';

let root: string;
let etc: string;
beforeAll(() => useZone('Europe/Paris'));
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'jmb-templates-'));
  etc = join(root, 'etc');
  mkdirSync(join(etc, 'mail'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (name: string, source: string) => writeFileSync(join(etc, 'mail', name), source);

/** Owner's, moderator's and guest's mail, and what was told of the templates. */
function written(kind: MessageKind, language: 'fr' | 'en' = 'fr') {
  const faults: Fault[] = [];
  const own = ownTemplates(etc, (fault) => faults.push(fault));
  const event = eventOf(kind, { languages: new Map([[guest.email, language]]) });
  const parts = composeMails(event, settings, own).map(({ content }) => JSON.parse(content) as MailParts);
  return { texts: parts.map(({ text }) => text), htmls: parts.map(({ html }) => html), faults };
}

const check = () => templates(readSettings(root, {}), NOW);

it('the one that fits best is taken: kind and role, kind, all; each in a language of its own before', () => {
  put('message.txt.hbs', 'all {{kind}} {{role}}');
  put('new.txt.hbs', 'new');
  put('new.en.txt.hbs', 'new in English');
  put('new_moderator.txt.hbs', 'new to moderators');
  expect(written('new').texts).toEqual(['new', 'new to moderators', 'new']);
  expect(written('new', 'en').texts).toEqual(['new', 'new to moderators', 'new in English']);
  expect(written('reminder').texts).toEqual(['all reminder owner', 'all reminder moderator', 'all reminder guest']);
  expect(written('new').htmls).toEqual(compose(eventOf('new')).map(({ parts }) => parts.html));
  expect(check()).toMatchObject({ verdict: 'ok' });
});

it('has every word and link of the mail, escaped in HTML alone', () => {
  const source = '{{subject}}|{{date}}|{{hours}}|{{room}}|{{accept}}|{{decline}}|{{#each guests}}{{this}}{{/each}}';
  put('new.txt.hbs', source);
  put('new.html.hbs', '<p>{{subject}}</p>{{> sign}}');
  put('sign.html.hbs', '<i>{{service}}</i>');
  const { texts, htmls, faults } = written('new');
  expect(faults).toEqual([]);
  expect(texts[2]).toBe(
    'Soutenance d’Élodie ; jury "restreint", salle A\\B 🎓|jeudi 3 décembre 2026|14:00 – 15:30 (Europe/Paris, UTC+01:00)|' +
      'https://meet.example.org/join.cgi?id=guesthash0000001|https://meet.example.org/join.cgi?accept&id=guesthash0000001|' +
      'https://meet.example.org/join.cgi?decline&id=guesthash0000001|',
  );
  expect(texts[1]).toContain(guest.email);
  expect(texts[2]).not.toContain(moderator.email);
  expect(htmls[2]).toBe(
    '<p>Soutenance d’Élodie ; jury &quot;restreint&quot;, salle A\\B 🎓</p><i>Visio &quot;Example&quot;, réunions</i>',
  );
});

it.each([
  ['does not close a block', 'one\ntwo\n{{#if room}}\nfour\n', 5],
  ['names what there is not', 'one\n{{subjekt}}\n', 2],
  ['calls a helper that there is not', 'one\ntwo {{shout subject}}\n', 2],
  ['closes another block', 'one\n{{#if room}}x{{/each}}\n', 2],
])('one that %s is told with file and line, and ours goes out', (_, source, line) => {
  put('new_guest.txt.hbs', source);
  const { texts, faults } = written('new');
  expect(texts).toEqual(compose(eventOf('new')).map(({ parts }) => parts.text));
  expect(faults).toMatchObject([{ file: join(etc, 'mail/new_guest.txt.hbs'), line }]);
  const { verdict, detail } = check();
  expect(verdict).toBe('wrong');
  expect(detail).toContain(`${join(etc, 'mail/new_guest.txt.hbs')}:${line}: `);
});

it('a broken partial is told by its own name; one that calls itself and a missing one cost no mail either', () => {
  const ours = compose(eventOf('new')).map(({ parts }) => parts.text);
  put('new.txt.hbs', 'x\n{{> foot}}');
  put('foot.txt.hbs', '\n\n{{nobody}}');
  expect(written('new')).toMatchObject({ texts: ours, faults: [{ file: join(etc, 'mail/foot.txt.hbs'), line: 3 }] });
  put('foot.txt.hbs', '{{> foot}}');
  expect(written('new').texts).toEqual(ours);
  put('new.txt.hbs', '{{> feet}}');
  expect(written('new')).toMatchObject({ texts: ours, faults: [{ file: join(etc, 'mail/new.txt.hbs') }] });
  expect(check().verdict).toBe('wrong');
});

it('an empty HTML template makes plain mails; an empty text is none', () => {
  put('message.html.hbs', '\n');
  put('message.txt.hbs', '\n');
  const { texts, htmls } = written('new');
  expect(htmls).toEqual(['', '', '']);
  expect(texts).toEqual(compose(eventOf('new')).map(({ parts }) => parts.text));
});

it('a file that no mail uses is named, and no folder is no fault', () => {
  put('new_gest.txt.hbs', 'x');
  expect(check()).toMatchObject({ verdict: 'warning' });
  expect(check().detail).toContain('new_gest.txt.hbs');
  rmSync(join(etc, 'mail'), { recursive: true });
  expect(check().verdict).toBe('ok');
  expect(written('new').faults).toEqual([]);
});
