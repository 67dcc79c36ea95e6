import { createServer, type Server } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { bridgeStatistics } from '../../lib/jitsi/rooms.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A bridge that answers as told; where it listens. */
async function bridge(status: number, body: string | null): Promise<string> {
  server = createServer((_request, response) => {
    if (body !== null) response.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/colibri/stats`;
}

test('the figures are those of the bridge', async () => {
  expect(await bridgeStatistics(await bridge(200, '{"conferences": 2, "participants": 9}'))).toEqual({
    conferences: 2,
    participants: 9,
  });
});

test.each([
  [404, '{}', /status 404/],
  [200, 'not json', /no statistics/],
  [200, '3', /no statistics: no object$/],
  [200, 'null', /no statistics: no object$/],
])('%i %j is an error that says so', async (status, body, message) => {
  await expect(bridgeStatistics(await bridge(status, body))).rejects.toThrow(message);
});

test('a bridge that is silent, or away', async () => {
  await expect(bridgeStatistics(await bridge(200, null), 200)).rejects.toThrow(/no answer within 200 ms/);
  await expect(bridgeStatistics('http://127.0.0.1:1/colibri/stats')).rejects.toThrow(/ECONNREFUSED/);
});
