/** How the demo's own pages look: the welcome, the mailbox, the stand-in for Jitsi. */

/** The style sheet, at /mail/demo.css. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #56606e; --paper: #f6f7f9; --card: #fff; --line: #d5dae1; --link: #0b57a8; --good: #17692f; --bad: #a3211b; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ee; --soft: #a9b2bf; --paper: #14181e; --card: #1d232b; --line: #38414d; --link: #86bdf7; --good: #7ccf93; --bad: #f59b95; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 60rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); }
h1 { font-size: 1.5rem; line-height: 1.2; margin: 1rem 0; }
h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem; }
nav { display: flex; flex-wrap: wrap; gap: 0 1.25rem; }
nav a { display: inline-block; padding: .6rem 0; }
.soft, footer { color: var(--soft); }
.good { color: var(--good); font-weight: 600; }
.bad { color: var(--bad); font-weight: 600; }
.card, .mails a, iframe, pre { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
.card { padding: .75rem 1rem; margin: .75rem 0; }
.accounts .card { margin: 0; }
.mails, .accounts { list-style: none; padding: 0; margin: 0; display: grid; gap: .5rem; }
.mails a { display: block; padding: .6rem 1rem; color: inherit; text-decoration: none; }
.mails a:hover, .mails a:focus-visible { border-color: var(--link); }
.mails strong { color: var(--link); }
dl { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: .25rem 1rem; margin: 0; }
dt { color: var(--soft); }
dd { margin: 0; }
iframe { width: 100%; height: 32rem; background: #fff; }
pre { padding: .75rem 1rem; white-space: pre-wrap; margin: .5rem 0; font-size: .85rem; }
.letter { font-family: inherit; font-size: 1rem; }
form { display: grid; gap: .75rem; margin: .75rem 0; }
label { display: grid; gap: .25rem; }
input, select, textarea, button { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: .4rem; padding: .5rem .75rem; max-width: 100%; }
button { border-color: var(--link); color: var(--link); cursor: pointer; min-height: 2.75rem; }
.row { display: flex; flex-wrap: wrap; gap: .75rem; }
footer { margin-top: 2rem; font-size: .8rem; text-align: center; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; } }
`;
