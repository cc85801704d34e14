import { X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';

/** A certificate, its key, and what a session description says of it. */
export interface Certificate {
  certificatePem: string;
  keyPem: string;
  /** RFC 8122 §5, with its algorithm. */
  fingerprint: string;
}

/** A new self-signed ECDSA P-256 certificate. It names nobody: far ends compare the fingerprint alone. */
export async function makeCertificate(): Promise<Certificate> {
  const { cert, private: keyPem } = await generate([{ name: 'commonName', value: 'offhook' }], {
    algorithm: 'sha256',
    keyType: 'ec',
    curve: 'P-256',
  });
  const { fingerprint256 } = new X509Certificate(cert);
  return { certificatePem: cert, keyPem, fingerprint: `sha-256 ${fingerprint256}` };
}
