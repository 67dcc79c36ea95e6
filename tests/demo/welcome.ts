/** The first page of the demo: who there is, and where to go. */
import type { Account } from '../support/accounts.ts';
import { html, page } from './html.ts';
import type { DemoTexts } from './texts.ts';

/** The page at `/`. */
export function welcomePage(texts: DemoTexts, host: string, accounts: readonly Account[]): string {
  const account = ({ uid, name, email, editor }: Account) =>
    html`<li class="card"><strong>${name}</strong> <span class="soft">${email}, ${editor ? texts.books : texts.books_not}</span><br>
<a href="http://${uid}:${uid}@${host}/booking.cgi">${texts.as} ${uid}</a></li>
`;
  return page(
    texts.language,
    texts.welcome,
    html`<main><h1>${texts.welcome}</h1>
<p>${texts.intro}</p>
<nav><a href="/booking.cgi">${texts.enter}</a><a href="/mail/">${texts.mailbox}</a></nav>
<ul class="accounts">${accounts.map(account)}</ul>
<p class="soft">${texts.password}</p></main>`,
  );
}
