/** JVB's REST statistics: conferences, participants, network (`/colibri/stats` of Jitsi Videobridge). */

/**
 * The bridge's figures by name.
 * @param url such as `http://127.0.0.1:8080/colibri/stats`
 * @param timeout milliseconds
 * @throws Error when the bridge does not answer 200 with a JSON object in time
 */
export async function bridgeStatistics(url: string, timeout = 5000): Promise<Readonly<Record<string, unknown>>> {
  const { get } = await import('node:http');
  return new Promise((resolve, reject) => {
    const request = get(url, { timeout }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        if (response.statusCode !== 200) return reject(new Error(`${url}: status ${response.statusCode}`));
        try {
          const parsed: unknown = JSON.parse(text);
          if (typeof parsed !== 'object' || parsed === null) throw new Error('no object');
          resolve({ ...parsed });
        } catch (error) {
          reject(new Error(`${url}: no statistics: ${error instanceof Error ? error.message : String(error)}`));
        }
      });
    });
    request.on('timeout', () => request.destroy(new Error(`${url}: no answer within ${timeout} ms`)));
    request.on('error', reject);
  });
}
