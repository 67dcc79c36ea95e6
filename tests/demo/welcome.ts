/** The first page of the demo, with three steps that each are a link, and the page where one signs in or changes over by one click. */
import type { Account } from '../support/accounts.ts';
import { type Html, html, page } from './html.ts';
import type { DemoTexts } from './texts.ts';

/** The address that signs somebody in and leads on. */
export function asWhom(uid: string, to: string): string {
  return `/sign-in?${new URLSearchParams({ as: uid, to })}`;
}

/** The page at `/`. */
export function welcomePage(texts: DemoTexts, accounts: readonly Account[]): string {
  const step = (title: string, about: string, link: string): Html =>
    html`<li class="card"><a class="button main" href="${link}">${title}</a> <span class="soft">${about}</span></li>
`;
  return page(
    texts,
    texts.welcome,
    html`<h1>${texts.welcome}</h1>
<p>${texts.intro}</p>
<h2>${texts.steps}</h2>
<ol class="steps">${[
      step(texts.step_book, texts.step_book_about, asWhom('alice', '/booking.cgi?new')),
      step(texts.step_answer, texts.step_answer_about, '/mail/?newest=invitation'),
      step(texts.step_enter, texts.step_enter_about, '/running'),
    ]}</ol>
<h2>${texts.sign_in}</h2>
${accountList(texts, accounts, '/booking.cgi')}
<p class="soft">${texts.password}</p>`,
  );
}

/**
 * The page at `/sign-in`, and what Apache shows to whoever is nobody yet.
 * @param to where to go on: a path of this host
 */
export function signInPage(texts: DemoTexts, accounts: readonly Account[], to: string): string {
  return page(
    texts,
    texts.sign_in,
    html`<h1>${texts.who === '' ? texts.sign_in : texts.change}</h1>
<p>${texts.who === '' ? texts.nobody_yet : html`${texts.now} <strong>${texts.who}</strong>.`}</p>
${accountList(texts, accounts, to)}
<p class="soft">${texts.password}</p>`,
  );
}

function accountList(texts: DemoTexts, accounts: readonly Account[], to: string): Html {
  const account = ({ uid, name, email, editor }: Account) =>
    html`<li class="card"><p><strong>${name}</strong> <span class="soft">${email}, ${editor ? texts.books : texts.books_not}</span></p>
<p><a class="button quiet" href="${asWhom(uid, to)}">${texts.as} ${name}</a></p></li>
`;
  return html`<ul class="accounts">${accounts.map(account)}</ul>`;
}
