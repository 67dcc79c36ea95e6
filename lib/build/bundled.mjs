/** Which npm packages are in what esbuild makes, and the licence of each in full: who is given a release is given these as well. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** What files are called that hold a licence, or what a licence wants to be handed on. */
const LICENCE = /^(?:licen[cs]e|copying|copyright|notice)/i;

/**
 * The folders of the packages of which a bundle holds code, from the root: `node_modules/nodemailer`.
 * @param metafile what esbuild says of one bundle
 */
export function packagesIn({ outputs }) {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  const folders = inputs.flatMap(([path, { bytesInOutput }]) => {
    // What a plugin of ours has made has its name before the path.
    const [folder] = /^(?![\w-]+:)(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? [];
    return folder === undefined || bytesInOutput === 0 ? [] : [folder];
  });
  return [...new Set(folders)].sort();
}

/** A package's own description. */
export function manifestOf(folder) {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
}

/** The name of the file in licences/ of a release: `nodemailer-10.6.0.txt`; of a scope's package `zone-eu.mailsplit-5.4.30.txt`. */
export function licenceFile({ name, version }) {
  return `${name.replace(/^@/, '').replace('/', '.')}-${version}.txt`;
}

/** The MIT licence (https://spdx.org/licenses/MIT.html), for packages that name it and leave its text out. */
const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to
the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR
ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH
THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;

/**
 * The text of a package's licence, with its notices.
 * @throws Error where the package has none: what may not be handed on does not go into a release
 */
export function licenceOf(folder) {
  const manifest = manifestOf(folder);
  const { name, version, license, author, repository } = manifest;
  const head = `${name} ${version}\nLicence: ${license}\nSource: ${repository?.url ?? repository ?? name}\n\n`;
  const files = readdirSync(join(root, folder)).filter((file) => LICENCE.test(file));
  if (files.length > 0) return head + files.map((file) => readFileSync(join(root, folder, file), 'utf8')).join('\n\n');
  const holder = typeof author === 'object' ? author.name : author;
  if (license === 'MIT' && holder) return `${head}Copyright (c) ${holder}\n\n${MIT}`;
  throw new Error(`${folder} holds no text of its licence (${license}), so nobody may be given it`);
}

/** What a built tree's bundles hold: the folder of each package with the files that it is in. */
export function bundledIn(dist) {
  const file = join(dist, 'tests/bundled.json');
  if (!existsSync(file)) throw new Error(`${file} is not there: npm run build writes it`);
  const found = new Map();
  for (const [bundle, folders] of Object.entries(JSON.parse(readFileSync(file, 'utf8')))) {
    for (const folder of folders) found.set(folder, [...(found.get(folder) ?? []), bundle]);
  }
  return new Map([...found].sort(([one], [other]) => (one < other ? -1 : 1)));
}
