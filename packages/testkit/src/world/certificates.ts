/**
 * Certificates of a test's world: one authority, good ones, and those that are wrong on purpose.
 */
import type { Certificates } from '@posthorn/server/certificates.ts';
import type { FaultyCertificate } from '@posthorn/world/fault.ts';
import { type MadeCertificate, makeCertificate } from '@posthorn/world/node/certificate.ts';
import { createServerContext } from '@posthorn/world/tls.ts';

type SecureContext = ReturnType<Certificates['context']>;
type Names = readonly [string, ...string[]];

export class Authority {
  #made: MadeCertificate | undefined;

  /** Its own certificate in PEM, for programs that are to trust its hosts. */
  get certificate(): string {
    return this.#own.certificate;
  }

  /** For a host of these names; made at the first handshake. */
  issue(names: Names): Certificates {
    const contexts = new Map<FaultyCertificate | 'good', SecureContext>();
    return {
      isSelfSigned: false,
      context: (faulty) => {
        const which = faulty ?? 'good';
        const context = contexts.get(which) ?? createServerContext(this.#make(names, which));
        contexts.set(which, context);
        return context;
      },
      reload: () => {},
    };
  }

  #make(names: Names, which: FaultyCertificate | 'good'): MadeCertificate {
    switch (which) {
      case 'good': return makeCertificate({ names, issuer: this.#own });
      case 'expired': return makeCertificate({ names, issuer: this.#own, notAfter: new Date('2021-01-01T00:00:00Z') });
      case 'wrong-name': return makeCertificate({ names: ['another.test'], issuer: this.#own });
      case 'untrusted': return makeCertificate({ names });
      default: return which satisfies never;
    }
  }

  get #own(): MadeCertificate {
    this.#made ??= makeCertificate({ names: ['Posthorn test authority'] });
    return this.#made;
  }
}
