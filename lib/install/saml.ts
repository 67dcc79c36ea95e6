/** What SAML needs: a key with its certificate, our metadata for the identity team, and theirs. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { withoutPassword } from './options.ts';
import { HostError } from './tree.ts';

/** A key of our own for SAML, and its certificate, as PEM; ten years long, since partners copy it by hand. */
export function keyPair(domain: string): { key: string; cert: string } {
  const kind = ['-x509', '-newkey', 'rsa:3072', '-nodes', '-days', '3650'];
  const words = ['req', ...kind, '-subj', `/CN=${domain}`, '-keyout', '-', '-out', '-'];
  const both = execFileSync('openssl', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const cut = both.indexOf('-----BEGIN CERTIFICATE');
  return { key: both.slice(0, cut), cert: both.slice(cut) };
}

/** Our metadata as mod_auth_mellon reads it. */
export function samlMetadata(url: string, cert: string): string {
  const body = cert.replace(/-----.*-----|\s/g, '');
  return `<EntityDescriptor entityID="${url}/mellon/metadata" xmlns="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
  <SPSSODescriptor AuthnRequestsSigned="true" WantAssertionsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <KeyDescriptor><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>
    <AssertionConsumerService index="0" isDefault="true" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${url}/mellon/postResponse"/>
  </SPSSODescriptor>
</EntityDescriptor>
`;
}

/** Reads it from a file or an address; throws HostError that says why it cannot be had, or that it is none. */
export async function metadata(from: string): Promise<string> {
  const shown = withoutPassword(from);
  let xml: string;
  try {
    xml = /^https?:/i.test(from) ? await fetched(from) : readFileSync(from, 'utf8');
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HostError(`--idp-metadata ${shown}: ${why.replaceAll(from, shown)}`);
  }
  if (!xml.includes('EntityDescriptor'))
    throw new HostError(`${shown} is no SAML metadata: it has no EntityDescriptor`);
  return xml;
}

async function fetched(address: string): Promise<string> {
  const answer = await fetch(address, { signal: AbortSignal.timeout(20_000) });
  if (!answer.ok) throw new Error(`it answers ${answer.status}`);
  return answer.text();
}
