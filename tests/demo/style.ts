/** What the demo's own pages have beside the style of JMB's: the mailbox, the stand-in for Jitsi. */

/** The style sheet, at /mail/demo.css; its colours are those of JMB's. */
export const STYLE = `
.soft { color: var(--soft); }
.good { color: var(--green); font-weight: 600; }
.bad { color: var(--red); font-weight: 600; }
main .card, .mails a, iframe, pre { background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; }
.card { padding: .9rem 1.1rem; }
.card .button { white-space: normal; }
.mails, .accounts { display: grid; grid-template-columns: minmax(0, 1fr); gap: .6rem; }
main { overflow-wrap: anywhere; }
.steps { display: grid; gap: .75rem; padding: 0; list-style: none; counter-reset: step; }
.steps li { counter-increment: step; display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .3rem 1rem; align-items: center; }
.steps li::before { content: counter(step); grid-row: span 2; width: 2.4rem; border-radius: 50%; background: var(--tint); font-weight: 700; line-height: 2.4rem; text-align: center; }
.mails a { display: block; padding: .7rem 1.1rem; color: inherit; text-decoration: none; }
.mails a:hover { border-color: var(--green); }
.mails strong { color: var(--green); }
main dl.card > * { margin: 0; }
main dl { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: .25rem 1rem; }
main dd { margin: 0; }
iframe { width: 100%; height: 32rem; background: #fff; }
pre { padding: .9rem 1.1rem; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .85rem; }
.letter { font-family: inherit; font-size: 1rem; }
main form { display: grid; gap: .75rem; margin: .75rem 0; }
main form label { display: grid; gap: .25rem; }
main h2 + * { margin-top: .5rem; }
.row { display: flex; flex-wrap: wrap; gap: .75rem; }
@media (max-width: 30rem) { main dl { grid-template-columns: 1fr; gap: 0; } main dd { margin-bottom: .5rem; } }
`;
