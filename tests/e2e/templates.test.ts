/** The administrator's templates in the built programs, behind Apache and in the command. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jmbCommand } from '../support/command.ts';
import { book } from '../support/forms.ts';
import { type Stage, stage } from '../support/stage.ts';

let jmb: Stage;
beforeAll(async () => {
  jmb = await stage();
  mkdirSync(join(jmb.root, 'etc/mail'));
});
afterAll(() => jmb?.stop());

const put = (name: string, source: string) => writeFileSync(join(jmb.root, 'etc/mail', name), source);
const GUEST = 'guest@ailleurs.test';

/** The text that the guest gets. */
async function textFor(object: string): Promise<string | undefined> {
  const before = jmb.mails.length;
  expect((await book(jmb, 'alice', { object, guests: GUEST })).status).toBe(303);
  const mails = (await jmb.mailsOnceThereAre(before + 2)).slice(before);
  const mail = mails.find(({ to }) => to.includes(GUEST));
  return mail && (await simpleParser(mail.raw)).text;
}

test('write the mails; a broken one is named by `jmb check`, and ours goes out', async () => {
  put('new_guest.txt.hbs', 'Bonjour,\n{{organiser}} vous invite : {{subject}}\n{{room}}\n');
  expect((await jmbCommand(jmb, 'check', 'templates')).stdout).toMatch(/^ok +templates +1 in /);
  expect(await textFor('Conseil')).toMatch(/^Bonjour,\nAlice Martin .* vous invite : Conseil\nhttp\S+join\.cgi\?id=/);

  put('new_guest.txt.hbs', 'Bonjour,\n{{organizer}}\n');
  const { status, stdout } = await jmbCommand(jmb, 'check', 'templates');
  expect(status).toBe(1);
  expect(stdout).toMatch(/^wrong +templates +\S+\/etc\/mail\/new_guest\.txt\.hbs:2: "organizer" not defined/);
  expect(await textFor('Jury')).toContain('Viendrez-vous');
  const told = readFileSync(join(jmb.root, 'log/jmb.log'), 'utf8')
    .split('\n')
    .filter((line) => line.includes('template-broken'));
  expect(told).toHaveLength(1);
  expect(told[0]).toContain('/etc/mail/new_guest.txt.hbs:2');
});
