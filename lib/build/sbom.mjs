/** The list of what is in a release (CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json/), for programs that look for known faults in it. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { manifestOf } from './bundled.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** A package's address in its registry (https://github.com/package-url/purl-spec). */
function purl(name, version) {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

/** `sha512-…` of the registry as a hash of CycloneDX. */
function hashesOf(integrity) {
  const [algorithm, text = ''] = (integrity ?? '').split('-');
  return algorithm === 'sha512' ? [{ alg: 'SHA-512', content: Buffer.from(text, 'base64').toString('hex') }] : [];
}

/** One licence by its SPDX name, or several with what joins them. */
function licencesOf(license) {
  return [/[\s()+]/.test(license) ? { expression: license } : { license: { id: license } }];
}

/** Where npm would find a package that another one asks for, of those that are in the release. */
function found(folder, name, bundled) {
  for (let from = folder; ; from = from.replace(/\/?node_modules\/(?:@[^/]+\/)?[^/]+$/, '')) {
    const place = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
    if (bundled.has(place)) return place;
    if (from === '') return undefined;
  }
}

/** SQLite itself, which better-sqlite3 compiles in. */
function sqlite() {
  const script = readFileSync(join(root, 'node_modules/better-sqlite3/deps/download.sh'), 'utf8');
  const digits = /^VERSION="(\d)(\d\d)(\d\d)\d\d"/m.exec(script);
  if (digits === null)
    throw new Error('node_modules/better-sqlite3/deps/download.sh does not say which SQLite it holds');
  const version = digits.slice(1).map(Number).join('.');
  return {
    type: 'library',
    'bom-ref': `sqlite@${version}`,
    name: 'sqlite',
    version,
    licenses: [{ license: { id: 'blessing' } }],
    cpe: `cpe:2.3:a:sqlite:sqlite:${version}:*:*:*:*:*:*:*`,
  };
}

/** A Node that lies in the release. */
function runtime({ version, integrity }) {
  const address = purl(`node-linux-${process.arch}`, version);
  return {
    type: 'platform',
    'bom-ref': address,
    name: 'node',
    version,
    hashes: hashesOf(integrity),
    licenses: [{ license: { name: 'Node.js and what it holds: licences/' } }],
    cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
    purl: address,
  };
}

/**
 * The list, the same for the same release.
 * @param bundled what lib/build/bundled.mjs finds in the built tree
 * @param node `{ version, integrity }` of the Node that goes along, or null
 * @param files what was compiled, `{ name, sha256 }` each
 * @param time the release's, in Unix seconds
 */
export function sbom({ bundled, node, files, time }) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const self = lock[''];
  const refs = new Map(
    [...bundled.keys()].map((folder) => [folder, purl(manifestOf(folder).name, manifestOf(folder).version)]),
  );
  const packages = [...bundled].map(([folder, bundles]) => {
    const { name, version, license } = manifestOf(folder);
    const [, group, own] = /^(?:(@[^/]+)\/)?(.*)$/.exec(name);
    return {
      type: 'library',
      'bom-ref': refs.get(folder),
      ...(group && { group }),
      name: own,
      version,
      scope: bundles.every((bundle) => bundle.startsWith('tests/')) ? 'excluded' : 'required',
      hashes: hashesOf(lock[folder]?.integrity),
      licenses: licencesOf(license),
      purl: refs.get(folder),
      properties: [{ name: 'jmb:bundles', value: bundles.map((bundle) => `dist/${bundle}`).join(' ') }],
    };
  });
  const database = sqlite();
  const compiled = files.map(({ name, sha256 }) => ({
    type: 'file',
    'bom-ref': name,
    name,
    hashes: [{ alg: 'SHA-256', content: sha256 }],
  }));
  const needs = (folder, names) =>
    names.flatMap((name) => refs.get(found(folder, name, bundled) ?? '') ?? []).toSorted();
  const ours = `jitsi-meet-booking@${self.version}`;
  const platform = node === null ? [] : [runtime(node)];
  const direct = needs('', [...Object.keys(self.dependencies), ...Object.keys(self.devDependencies)]);
  const dependencies = [
    { ref: ours, dependsOn: [...direct, ...platform.map((one) => one['bom-ref'])] },
    ...[...refs].map(([folder, ref]) => ({
      ref,
      dependsOn: [
        ...needs(folder, Object.keys(lock[folder]?.dependencies ?? {})),
        ...(folder === 'node_modules/better-sqlite3' ? [database, ...compiled].map((one) => one['bom-ref']) : []),
      ],
    })),
  ];
  const content = {
    metadata: {
      timestamp: new Date(time * 1000).toISOString(),
      component: {
        type: 'application',
        'bom-ref': ours,
        name: 'jitsi-meet-booking',
        version: self.version,
        licenses: licencesOf(self.license),
      },
    },
    components: [...packages, database, ...platform, ...compiled],
    dependencies,
  };
  return { bomFormat: 'CycloneDX', specVersion: '1.6', serialNumber: serial(content), version: 1, ...content };
}

/** A name of its own by what it says (RFC 9562, version 8): a chance one would differ each time. */
function serial(content) {
  const digest = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  const [a, b, c, d, e] = [
    digest.slice(0, 8),
    digest.slice(8, 12),
    digest.slice(13, 16),
    digest.slice(17, 20),
    digest.slice(20, 32),
  ];
  return `urn:uuid:${a}-${b}-8${c}-8${d}-${e}`;
}
