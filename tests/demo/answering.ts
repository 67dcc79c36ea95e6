/** Answering from the mailbox: the forms under an invitation, and what the mail program would send for them. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { ParsedMail } from 'mailparser';
import { invitationIn } from '../support/invitation.ts';
import { PROGRAMS, PROPOSERS, type Program, type Said, type Written, writeAnswer } from '../support/mail_programs.ts';
import { asWebUser } from '../support/web_user.ts';
import { type Html, html } from './html.ts';
import type { DemoTexts } from './texts.ts';

const NAMES: Readonly<Record<Program, string>> = { thunderbird: 'Thunderbird', gmail: 'Gmail', outlook: 'Outlook' };

/** What one can say with a button. */
const ANSWERS = ['ACCEPTED', 'TENTATIVE', 'DECLINED'] as const;

/** The longest comment: more than JMB shows, so that one sees what becomes of it. */
const LONGEST_COMMENT = 1000;

/** The forms; nothing where nobody asks for an answer. */
export function answerForms(texts: DemoTexts, name: string, mail: ParsedMail): Html {
  const invitation = invitationIn(mail);
  if (!invitation?.asked) return html``;
  const action = `/mail/${encodeURIComponent(name)}`;
  const programs = (of: readonly Program[]) =>
    html`<label>${texts.program} <select name="program">${of.map((one) => html`<option value="${one}">${NAMES[one]}</option>`)}</select></label>`;
  const comment = (hint: Html) =>
    html`<label>${texts.comment} ${hint}<textarea name="comment" rows="2" maxlength="${LONGEST_COMMENT}"></textarea></label>`;
  const [day = '', time = ''] = localTime(invitation.begin + 3600).split(' ');
  return html`<section class="card"><h2>${texts.answer}</h2>
<p class="soft">${texts.answer_how}</p>
<form method="post" action="${action}">
${programs(PROGRAMS)}
${comment(html`<span class="soft">${texts.comment_thunderbird}</span>`)}
<div class="row">${ANSWERS.map((answer) => html`<button class="button quiet" name="answer" value="${answer}">${texts[answer]}</button> `)}</div>
</form>
<details><summary>${texts.another_time}</summary>
<p class="soft">${texts.another_time_how}</p>
<form method="post" action="${action}">
${programs(PROPOSERS)}
<div class="row"><label>${texts.day} <input type="date" name="day" value="${day}" required></label>
<label>${texts.time} <input type="time" name="time" value="${time}" required></label></div>
${comment(html``)}
<div class="row"><button class="button quiet" name="answer" value="TENTATIVE">${texts.propose}</button></div>
</form></details></section>
`;
}

/** What the program would send for a form; null for a form that is not one of ours. */
export function answerFor(mail: ParsedMail, form: URLSearchParams, now: number): Written | null {
  const invitation = invitationIn(mail);
  const program = PROGRAMS.find((one) => one === form.get('program'));
  const partstat = ANSWERS.find((one) => one === form.get('answer'));
  if (invitation === null || program === undefined || partstat === undefined) return null;
  const comment = (form.get('comment') ?? '').trim().slice(0, LONGEST_COMMENT);
  const said: Said = { partstat, comment, at: now, id: randomBytes(8).toString('hex') };
  if (!form.has('day')) return writeAnswer(program, invitation, said);
  const begin = Date.parse(`${form.get('day')}T${form.get('time')}`) / 1000;
  if (!Number.isFinite(begin) || !PROPOSERS.some((one) => one === program)) return null;
  const end = begin + invitation.end - invitation.begin;
  return writeAnswer(program, invitation, { ...said, proposed: { begin, end } });
}

/** `YYYY-MM-DD HH:MM` on the clocks of the demo. */
function localTime(unix: number): string {
  return new Date(unix * 1000).toLocaleString('sv').slice(0, 16);
}

/**
 * Gives a message to `jmb reply`, as Postfix does for an alias: a line of an mbox in front, lines that end in LF, the envelope in
 * the environment.
 * @returns its status
 */
export function giveToReply(root: string, env: Readonly<Record<string, string>>, written: Written): Promise<number> {
  const [program = '', ...words] = asWebUser([root, process.execPath], [join(root, 'bin/jmb'), 'reply']);
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      env: { ...env, SENDER: written.from, RECIPIENT: written.to, ORIGINAL_RECIPIENT: written.to },
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    child.once('error', reject).once('close', (status) => resolve(status ?? -1));
    // One that ends early does not read its input.
    child.stdin.on('error', () => undefined);
    child.stdin.end(`From ${written.from}  ${new Date().toUTCString()}\n${written.raw.replace(/\r\n/g, '\n')}`);
  });
}
