/** The mailbox as pages: the list, one mail, and its HTML by itself. */
import type { ParsedMail } from 'mailparser';
import { answerForms } from './answering.ts';
import { type Html, html, page } from './html.ts';
import { addressesOf, type MailLine } from './mailbox.ts';
import type { DemoTexts } from './texts.ts';

/** The list, newest first. */
export function mailList(texts: DemoTexts, mails: readonly MailLine[]): string {
  const time = new Intl.DateTimeFormat(texts.language, { dateStyle: 'medium', timeStyle: 'medium' });
  const line = ({ name, to, subject, came }: MailLine): Html =>
    html`<li><a href="/mail/${encodeURIComponent(name)}"><strong>${subject}</strong><br>${to}
<span class="soft">· ${time.format(came)}</span></a></li>
`;
  return page(
    texts,
    texts.mailbox,
    html`<h1>${texts.mailbox}</h1>
${mails.length === 0 ? html`<p class="card">${texts.no_mail}</p>` : html`<ul class="mails">${mails.map(line)}</ul>`}`,
  );
}

/**
 * One mail, decoded. Its HTML stands in a frame of its own.
 * @param given the status of `jmb reply`, where this mail was given to it
 */
export function mailPage(texts: DemoTexts, name: string, mail: ParsedMail, given?: number): string {
  const own = encodeURIComponent(name);
  const letter =
    typeof mail.html === 'string'
      ? html`<h2>${texts.as_html}</h2>
<iframe src="/mail/${own}?part=html" title="${texts.as_html}"></iframe>`
      : html``;
  const calendars = mail.attachments.filter(({ contentType }) => contentType === 'text/calendar');
  return page(
    texts,
    mail.subject ?? texts.mailbox,
    html`<p><a href="/mail/">${texts.back}</a></p>
<h1>${mail.subject ?? ''}</h1>
<dl class="card">
<dt>${texts.from}</dt><dd>${mail.from?.text ?? ''}</dd>
<dt>${texts.to}</dt><dd>${addressesOf(mail.to)}</dd>
<dt>${texts.reply_to}</dt><dd>${mail.replyTo?.text ?? ''}</dd>
<dt>${texts.date}</dt><dd>${new Intl.DateTimeFormat(texts.language, { dateStyle: 'full', timeStyle: 'medium' }).format(mail.date)}</dd>
</dl>
${given === undefined ? html`` : html`<p class="${given === 0 ? 'good' : 'bad'}" role="status">${texts.given} ${given}</p>`}
${answerForms(texts, name, mail)}
${letter}
<h2>${texts.as_text}</h2>
<pre class="letter" tabindex="0">${linked(mail.text ?? '')}</pre>
${calendars.slice(0, 1).map(
  ({ content }) => html`<h2>${texts.calendar}</h2>
<pre tabindex="0">${content.toString('utf8')}</pre>`,
)}
<p><a href="/mail/${own}?part=source">${texts.source}</a></p>`,
  );
}

/** A text whose addresses can be followed. */
function linked(text: string): Html[] {
  return text
    .split(/(https?:\/\/[^\s<>"]+)/)
    .map((part, index) => (index % 2 === 1 ? html`<a href="${part}">${part}</a>` : html`${part}`));
}
