/** A door for tests: handlers that do what handlers must not, and tell what they see. */
import { anyone } from '../../lib/http/needs.ts';
import { type Handler, type Route, row } from '../../lib/http/route.ts';
import { serve } from '../../lib/http/serve.ts';
import { formParams, html, queryParams, type Response } from '../../lib/message.ts';
import { refuse, Unavailable } from '../../lib/refusal.ts';

const text = (body: string): Response => html(200, body);
const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

type Handlers = Readonly<Partial<Record<'GET' | 'POST', Handler>>>;

const handlers: Readonly<Record<string, Handlers>> = {
  '': { GET: (request) => text(`default ${queryParams(request).get('id') ?? ''}`) },
  '*': { GET: (request) => text(`other ${request.query}`) },
  '/alias.cgi': { GET: () => text('alias') },
  hello: { GET: () => text('hello, héhé') },
  echo: { POST: (request) => text(JSON.stringify([...formParams(request)])) },
  slow: {
    GET: async (request) => {
      const secret = request.env['HTTP_X_SECRET'] ?? '';
      await sleep(Number(queryParams(request).get('ms')));
      return text(`${secret} ${request.env['HTTP_X_SECRET'] ?? ''}`);
    },
  },
  zone: { GET: (_, context) => text(`${context.settings.JMB_NAME} ${new Date(1_765_000_000_000).getHours()}`) },
  count: {
    GET: (_, { store }) => {
      store.transaction(() => store.run('CREATE TABLE IF NOT EXISTS counted (n INTEGER)'));
      store.transaction(() => store.run('INSERT INTO counted VALUES (1)'));
      return text(`count ${store.get<{ n: number }>('SELECT count(*) AS n FROM counted')?.n}`);
    },
  },
  refuse: { GET: () => refuse(403, 'refused.not_editor', 'not an editor') },
  bug: {
    GET: () => {
      throw new TypeError('a bug\nwith a second line');
    },
  },
  later: {
    GET: async () => {
      setTimeout(() => {
        throw new Error('a bug outside');
      }, 1);
      await sleep(20);
      return text('survived');
    },
  },
  down: {
    GET: () => {
      throw new Unavailable('directory', 'ldap://127.0.0.1 does not answer');
    },
  },
  full: {
    GET: () => {
      throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    },
  },
  header: { GET: () => ({ status: 302, headers: [['Location', '/a\r\nSet-Cookie: b=c']], body: '' }) },
  big: { GET: () => text('x'.repeat(3_000_000)) },
};

const routeOf = ({ GET, POST }: Handlers): Route => ({
  ...(GET && { GET: row([anyone], GET) }),
  ...(POST && { POST: row([anyone], POST) }),
});

serve('door', {
  refusals: () => import('../../lib/pages/refusal.ts'),
  routes: Object.fromEntries(Object.entries(handlers).map(([action, both]) => [action, routeOf(both)])),
});
