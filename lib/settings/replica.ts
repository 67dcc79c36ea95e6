/** The address of a replica, as a setting and install.sh have it: where Litestream copies the database to as it is written. */

/** A place that Litestream writes to, by its own names for what leads there. */
export type Replica =
  | { readonly type: 'file'; readonly path: string }
  | { readonly type: 'sftp'; readonly host: string; readonly user: string; readonly path: string }
  | {
      readonly type: 's3';
      readonly bucket: string;
      readonly path: string;
      readonly endpoint: string | null;
      readonly region: string | null;
    };

const FORMS =
  'file:///FOLDER, sftp://USER@HOST/FOLDER or s3://BUCKET/FOLDER?endpoint=https://HOST&region=REGION, without a password';

/** What a path is made of: nothing that a shell, YAML or a server would take for something else. */
const PATH = /^(?:\/[\w.@+-]+)+$/;

/**
 * Reads an address: a folder of this machine (of a share that is mounted), one that SFTP reaches, or one of a bucket of S3, with
 * `endpoint` where it is not Amazon's.
 * @throws Error that says what was expected, without what stands there: it may hold a password
 */
export function replicaOf(address: string): Replica {
  const wrong = new Error(`expected ${FORMS}`);
  if (!URL.canParse(address) || /\s/.test(address)) throw wrong;
  const { protocol, hostname, host, port, username, password, pathname, searchParams, hash } = new URL(address);
  const path = pathname.replace(/\/+$/, '');
  if (password !== '' || hash !== '') throw wrong;
  if (/\/\.\.?(?:\/|$)/.test(address) || (path !== '' && !PATH.test(path))) throw wrong;
  const only = (...names: string[]): boolean => [...searchParams.keys()].every((name) => names.includes(name));
  switch (protocol) {
    case 'file:':
      if (host !== '' || path === '' || !only()) throw wrong;
      return { type: 'file', path };
    case 'sftp:':
      if (!/^[\w.-]+$/.test(username) || !/^(?:[\w.-]+|\[[\da-f:]+\])$/i.test(hostname) || path === '' || !only())
        throw wrong;
      return { type: 'sftp', host: port === '' ? `${hostname}:22` : `${hostname}:${port}`, user: username, path };
    case 's3:': {
      const endpoint = searchParams.get('endpoint');
      const region = searchParams.get('region');
      if (!/^[a-z\d.-]+$/.test(host) || username !== '' || !only('endpoint', 'region')) throw wrong;
      if (endpoint !== null && !/^https?:\/\/[\w.-]+(?::\d+)?$/.test(endpoint)) throw wrong;
      if (region !== null && !/^[\w-]+$/.test(region)) throw wrong;
      return { type: 's3', bucket: host, path: path.slice(1), endpoint, region };
    }
    default:
      throw wrong;
  }
}
