/** What SAML needs of us: a key with its certificate, and the metadata that the identity team is given. */
import { execFileSync } from 'node:child_process';

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
