/**
 * Kills the CGI and the mailer at random moments, over a mail server that has bad days, and then asks whether anything is missing.
 * `npm run test:crash -- --kills N [--seed S]` prints the figures and exits with 1 when a booking or a mail is lost.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chanceFrom } from './chance.ts';
import { openPostOffice } from './post_office.ts';
import { run } from './processes.ts';
import { book, move, openForm, remove, type Story } from './story.ts';
import { judge } from './verdict.ts';

const { values } = parseArgs({ options: { kills: { type: 'string', default: '300' }, seed: { type: 'string' } } });
/** How many people are at work at once: each request waits for the mail server most of its life. */
const USERS = 5;
const wanted = Number(values.kills);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const dist = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const directory = mkdtempSync(join(tmpdir(), 'jmb-crash-'));
const chance = chanceFrom(seed);
const office = await openPostOffice(chance);
const story = await begin();
const mailer = { runs: 0, kills: 0 };
const started = performance.now();
/** How long a booking usually takes on this machine, in milliseconds: kills are spread over that time. */
let usual = 0;
try {
  await openForm(story);
  usual = await lifeOfARequest();
  await Promise.all([...Array.from({ length: USERS }, () => untilEnough(act)), untilEnough(cron)]);
  office.heal();
  await mailAll();
  report();
} finally {
  await office.stop();
  rmSync(directory, { recursive: true, force: true });
}

async function begin(): Promise<Story> {
  mkdirSync(join(directory, 'etc'));
  writeFileSync(
    join(directory, 'etc', 'jmb_local.cf'),
    `JMB_SERVER_NAME="meet.example.org"
JMB_MAIL_FROM_NOTIFICATION="noreply@example.org"
JMB_DB="${directory}/jmb.db"
JMB_SMTP_URL="smtp://127.0.0.1:${office.port}"
JMB_MAX_MAILS_PER_HOUR="0"
JMB_MODULE_GET_AUTH_IDENTITY="identity-remote_user"
JMB_LOG="${directory}/jmb.log"
`,
  );
  const environment = { PATH: process.env['PATH'] ?? '', JMB_ETC: join(directory, 'etc') };
  return { dist, environment, database: join(directory, 'jmb.db'), chance, booked: [], token: '', kills: 0 };
}

async function lifeOfARequest(): Promise<number> {
  const lives: number[] = [];
  while (lives.length < 7) {
    const began = performance.now();
    await book(story, null);
    lives.push(performance.now() - began);
  }
  return lives.sort((one, other) => one - other)[3] ?? 0;
}

/** One thing that a user does: three in four are killed at some moment of their life or just after it, the others may end. */
async function act(): Promise<void> {
  const killAfter = chance.happens(0.75) ? chance.between(0, 1.3) * usual : null;
  if (chance.happens(0.65)) await book(story, killAfter);
  else if (chance.happens(0.6)) await move(story, killAfter);
  else await remove(story, killAfter);
}

async function untilEnough(does: () => Promise<void>): Promise<void> {
  while (story.kills + mailer.kills < wanted) {
    await does();
    progress();
  }
}

/** A run of the mailer, most of them killed; one that hangs on the mail server is not waited for. */
async function cron(): Promise<void> {
  await mail(chance.happens(0.6) ? chance.between(0.05, 1.5) * usual : 5000);
}

async function mail(killAfter: number | null, now?: number): Promise<void> {
  const args = ['remind', '--quiet', ...(now ? ['--now', String(now)] : [])];
  const ended = await run(join(dist, 'bin', 'jmb'), { args, env: story.environment, killAfter });
  mailer.runs += 1;
  if (ended.killed) mailer.kills += 1;
  else if (ended.status !== 0) throw new Error(`jmb remind ended with ${ended.status}: ${ended.errors}`);
}

/** Lets cron run hour after hour until every delay has passed. */
async function mailAll(): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  for (let hour = 0; hour < 12; hour += 1) await mail(null, now + hour * 3601);
}

function progress(): void {
  if (process.stdout.isTTY) process.stdout.write(`\r${story.kills + mailer.kills} of ${wanted} kills`);
}

function report(): void {
  const verdict = judge(story, office.deliveries);
  const confirmed = story.booked.filter((meeting) => meeting.confirmed).length;
  const { later, refused, hung, dropped, droppedAfterTaking } = office.misfortunes;
  process.stdout.write(
    `${process.stdout.isTTY ? '\r' : ''}seed ${seed}, ${Math.round((performance.now() - started) / 1000)} s
kills: ${story.kills} of the CGI, ${mailer.kills} of ${mailer.runs} runs of the mailer
a booking usually takes ${Math.round(usual)} ms\nbookings: ${story.booked.length} tried, ${confirmed} confirmed, ${story.booked.filter((m) => m.deletionConfirmed).length} deleted, ${verdict.kept} in the database
mail server: ${later} put off (4xx), ${refused} refused (5xx), ${hung} hung, ${dropped} dropped before and ${droppedAfterTaking} after taking a mail
mails: ${office.deliveries.length} taken, ${verdict.repeats} repeats with the same Message-ID, ${verdict.refused} refused for good, ${verdict.waiting} waiting
missing: ${verdict.faults.length}
`,
  );
  for (const fault of verdict.faults) process.stdout.write(`- ${fault}\n`);
  process.exitCode = verdict.faults.length > 0 ? 1 : 0;
}
