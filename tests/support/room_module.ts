/** A stand-in for mod_jmb: answers as the module does, notes what it was told, and can be slow or out of order. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenRoom } from '../../lib/jitsi/rooms.ts';

/** A running stand-in. */
export interface RoomModule {
  /** The settings that lead to it. */
  readonly settings: Readonly<Record<string, string>>;
  /** What it was told, as `verb {question}`. */
  readonly told: string[];
  /** What is open. */
  rooms: readonly OpenRoom[];
  /** Who is in any room. */
  people: { readonly names: unknown; readonly unnamed: number; readonly waiting: number };
  /** `slow` answers after two seconds, `broken` with status 500, `odd` with no JSON. */
  mood: 'well' | 'slow' | 'broken' | 'odd';
  stop(): Promise<void>;
}

const SECRET = 'a secret of the stand-in';

/** Starts one on a free port. */
export async function startRoomModule(): Promise<RoomModule> {
  const folder = mkdtempSync(join(tmpdir(), 'jmb-rooms-'));
  // The programs behind Apache are another user's.
  chmodSync(folder, 0o755);
  const file = join(folder, 'secret');
  writeFileSync(file, `${SECRET}\n`, { mode: 0o644 });
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const allowed =
        request.headers.authorization === `Bearer ${SECRET}` && request.headers.host === 'meet.example.org';
      const verb = request.url?.replace('/jmb/', '') ?? '';
      if (allowed) module.told.push(`${verb} ${body}`);
      response.statusCode = allowed ? (module.mood === 'broken' ? 500 : 200) : 403;
      const known = JSON.parse(body) as { room?: string };
      const found = module.rooms.some(({ room }) => room === known.room);
      const answer =
        verb === 'rooms'
          ? { rooms: module.rooms }
          : verb === 'people'
            ? module.people
            : { version: '1', rooms: '1', found };
      const text = module.mood === 'odd' ? 'Hello' : JSON.stringify(answer);
      setTimeout(() => response.end(text), module.mood === 'slow' ? 2_000 : 0);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const module: RoomModule = {
    settings: {
      JMB_PROSODY_URL: `http://127.0.0.1:${port}/jmb`,
      JMB_PROSODY_SECRET_FILE: file,
      JMB_PROSODY_HOST: 'meet.example.org',
    },
    told: [],
    rooms: [],
    people: { names: [], unnamed: 0, waiting: 0 },
    mood: 'well',
    stop: () =>
      new Promise((resolve) => {
        rmSync(folder, { recursive: true, force: true });
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return module;
}
