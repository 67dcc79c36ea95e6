/** A real Postfix that is entered by a password and TLS of the house's own authority: from a page, from cron, and what it refuses. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jmbCommand } from '../support/command.ts';
import { type Dovecot, startDovecot } from '../support/dovecot.ts';
import { book } from '../support/forms.ts';
import { ELSEWHERE, type HouseAuthority, makeHouseAuthority } from '../support/house_authority.ts';
import { type Postfix, startPostfix } from '../support/postfix.ts';
import { type Smtp, startSmtp } from '../support/smtp.ts';
import { type Stage, stage } from '../support/stage.ts';
import { settingsFile } from '../support/tree.ts';

const isRoot = process.getuid?.() === 0;
let dir: string;
let house: HouseAuthority;
let next: Smtp;
let dovecot: Dovecot;
let postfix: Postfix;
let jmb: Stage;
beforeAll(async () => {
  if (!isRoot) return;
  dir = mkdtempSync(join(tmpdir(), 'jmb-house-'));
  chmodSync(dir, 0o755);
  house = makeHouseAuthority(dir);
  next = await startSmtp();
  dovecot = await startDovecot(house);
  postfix = await startPostfix({
    next: next.port,
    tls: house,
    accounts: dovecot.accounts,
    answers: {
      'full@ailleurs.test': '552 5.2.2 mailbox full',
      'later@ailleurs.test': '452 4.2.2 over quota',
      'busy@ailleurs.test': '421 4.3.2 shutting down',
    },
  });
  jmb = await stage({ settings: { JMB_SMTP_URL: `smtp://${ELSEWHERE}:${postfix.port}` } });
});
afterAll(async () => {
  await jmb?.stop();
  await postfix?.stop();
  await dovecot?.stop();
  await next?.stop();
  if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
});

/** Sets what stands beside the address of the server. */
function set(settings: Readonly<Record<string, string>>): void {
  writeFileSync(join(jmb.root, 'etc/jmb_local.cf'), settingsFile(settings));
}

async function checkMail(...about: string[]): Promise<string> {
  return (await jmbCommand(jmb, 'check', ...(about.length > 0 ? about : ['mail']))).stdout;
}

let booked = 0;

/** Books one meeting for these guests, and has cron run; the page of its responses, in a language. */
async function responses(guests: string, language: string): Promise<string> {
  const object = `Point n° ${++booked}`;
  expect((await book(jmb, 'alice', { guests, object })).status).toBe(303);
  await jmbCommand(jmb, 'remind', '--quiet');
  const database = new Database(jmb.db);
  const id = database.prepare('SELECT CAST(max(meeting_id) AS TEXT) FROM meetings').pluck().get();
  database.close();
  const headers = { 'Accept-Language': language };
  return (await jmb.ask(`/booking.cgi?attendees&id=${id}`, { as: 'alice', headers })).text();
}

test.runIf(isRoot)(
  'JMB_SMTP_CA, JMB_SMTP_USER and JMB_SMTP_PASSWORD lead there from a page and from cron',
  async () => {
    const account = { JMB_SMTP_USER: dovecot.user, JMB_SMTP_PASSWORD: dovecot.password };
    const arrived = () => next.mails.filter(({ to }) => to[0] === 'bob.durand@example.org').length;

    set(account);
    expect(await responses('bob.durand@example.org', 'fr')).toContain(
      'La liaison avec le serveur de courrier n’est pas sûre. <span class="reason">TLS: ',
    );
    expect(await checkMail()).toMatch(/^wrong .*no secure connection.*TLS: .*certificate/);
    expect(postfix.log()).not.toContain('sasl_username');

    set({ ...account, JMB_SMTP_CA: house.authority });
    expect(await checkMail()).toMatch(/^ok .* answers\n$/);
    await jmbCommand(jmb, 'remind');
    await expect.poll(arrived).toBe(1);
    expect(jmb.log()).toMatch(/jmb\[jmb\] mail-sent .*bob\.durand/);
    // A page waits for a moment only, which a busy machine may need for itself.
    const isSent = () => /jmb\[booking\] mail-sent /.test(jmb.log());
    for (let tries = 0; tries < 3 && !isSent(); tries += 1) await responses('bob.durand@example.org', 'en');
    expect(isSent()).toBe(true);
    expect(postfix.log()).toMatch(/sasl_username=visio@univ\.example/);

    set({ ...account, JMB_SMTP_CA: house.authority, JMB_MAIL_INBOX: dovecot.url.replace('127.0.0.1', ELSEWHERE) });
    expect((await jmbCommand(jmb, 'remind')).stdout).toContain('inbox: 0 taken, 0 left');
    set({ ...account, JMB_MAIL_INBOX: dovecot.url.replace('127.0.0.1', ELSEWHERE) });
    expect((await jmbCommand(jmb, 'remind')).stdout).toMatch(/inbox: .*certificate/);
  },
);

test.runIf(isRoot)('a full mailbox, a server that closes and a wrong password each read as what they are', async () => {
  const account = { JMB_SMTP_USER: dovecot.user, JMB_SMTP_PASSWORD: dovecot.password, JMB_SMTP_CA: house.authority };
  set(account);
  const full = await responses('full@ailleurs.test later@ailleurs.test busy@ailleurs.test', 'fr');
  for (const [who, what] of [
    ['full', 'La boîte du destinataire est pleine. <span class="reason">552 5.2.2 '],
    ['later', 'La boîte du destinataire est pleine. <span class="reason">452 4.2.2 '],
    ['busy', 'Le serveur de courrier ne prend pas de courriels pour le moment. <span class="reason">421 4.3.2 '],
  ])
    expect(full).toMatch(new RegExp(`${who}@ailleurs\\.test</strong> \\(invitation\\) ${what}`));
  const outbox = (await jmbCommand(jmb, 'outbox')).stdout;
  expect(outbox).toMatch(/full@ailleurs\.test {2}refused .*: The recipient’s mailbox is full \(552 5\.2\.2 /);
  expect(outbox).toMatch(/busy@ailleurs\.test {2}next try .*: The mail server can’t take emails .* \(421 4\.3\.2 /);
  expect(jmb.log()).toMatch(/mail-refused .*full@ailleurs\.test.*means="?The recipient’s mailbox is full/);

  set({ ...account, JMB_SMTP_PASSWORD: 'not-the-password' });
  const page = await responses('bob.durand@example.org carol@ailleurs.test', 'en');
  expect(
    page.match(/The mail server refuses this service’s password\. <span class="reason">535 5\.7\.8 /g),
  ).toHaveLength(3);
  // Of three mails one asked, for the page and for cron each.
  expect(postfix.log().match(/authentication failed/g)?.length).toBeLessThanOrEqual(2);
  expect(await checkMail()).toMatch(/^wrong .*The mail server refuses this service’s password \(535 5\.7\.8 /);
  const complaint = (await jmbCommand(jmb, 'remind')).stderr;
  expect(complaint).toMatch(/none gets through: The mail server refuses this service’s password \(535 /);
  expect(jmb.log() + complaint + page).not.toContain('not-the-password');
});

test.runIf(isRoot)('a file of JMB_SMTP_CA that is of no use is told by jmb check', async () => {
  const file = join(dir, 'of-no-use.pem');
  const told = async (text: string): Promise<string> => {
    writeFileSync(file, text, { mode: 0o600 });
    set({ JMB_SMTP_CA: file });
    return checkMail('rights', 'mail');
  };
  expect(await told('DER')).toMatch(/wrong +mail .*of-no-use\.pem: no certificate in PEM/);
  expect(await told('-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n')).toMatch(
    /wrong +mail .*cannot be read/,
  );
  // Only www-data may not read it: root asks.
  expect(await told('x')).toMatch(
    /wrong +rights .*www-data cannot read \S+of-no-use\.pem \(chgrp www-data, chmod g\+r\)/,
  );
  rmSync(file);
  expect(await checkMail('mail')).toMatch(/wrong +mail .*JMB_SMTP_CA: \S+of-no-use\.pem: no such file/);
});
