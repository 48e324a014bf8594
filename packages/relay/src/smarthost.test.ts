import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SimResolver } from '@posthorn/world/sim/resolver.ts';
import { findSmarthost, parseSmarthost } from './smarthost.ts';

describe('A smarthost', () => {
  it('of submission:// wants a password under STARTTLS, and a good certificate', () => {
    expect(parseSmarthost('submission://ann%40ash.test:s%3Acret@smtp.example.net:2587')).toEqual({
      host: 'smtp.example.net', port: 2587, tls: 'required', isVerified: true, credentials: { user: 'ann@ash.test', password: 's:cret' },
    });
  });

  it('of submissions:// has TLS from the start', () => {
    expect(parseSmarthost('submissions://u:p@smtp.example.net')).toMatchObject({ port: 465, tls: 'implicit', isVerified: true });
  });

  it('of smtp:// takes TLS where it is offered', () => {
    expect(parseSmarthost('smtp://relay.example.net')).toEqual({ host: 'relay.example.net', port: 25, tls: 'opportunistic', isVerified: false });
  });

  it('never hears a password in clear, whatever its scheme', () => {
    expect(parseSmarthost('smtp://u:p@relay.example.net')).toMatchObject({ tls: 'required', isVerified: true });
  });

  it('may be trusted without a good certificate, if one says so', () => {
    expect(parseSmarthost('submission://u:p@10.0.0.1?verify=no')).toMatchObject({ tls: 'required', isVerified: false });
    expect(parseSmarthost('submission://relay.test?verify=yes')).toMatchObject({ tls: 'required', isVerified: true });
  });

  it('may be an IPv6 address', () => {
    expect(parseSmarthost('smtp://[2001:db8::1]:26')).toMatchObject({ host: '2001:db8::1', port: 26 });
  });

  it.each([
    '', 'relay.test', 'http://relay.test', 'smtp://', 'smtp://u@relay.test', 'smtp://relay.test:0', 'smtp://relay.test:70000',
    'smtp://relay.test/path', 'submission://%zz:p@relay.test', 'smtp://a b@c',
  ])('is not %j', (text) => {
    expect(parseSmarthost(text)).toBeUndefined();
  });

  it('keeps any password that was encoded', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (password) => {
      expect(parseSmarthost(`submission://u:${encodeURIComponent(password)}@h.test`)?.credentials).toEqual({ user: 'u', password });
    }));
  });

  it('that DNS does not know makes mail wait, not fail', async () => {
    const smarthost = parseSmarthost('smtp://relay.test');
    if (smarthost === undefined) throw new Error('a good URL');
    expect(await findSmarthost(smarthost, new SimResolver({}))).toMatchObject({ kind: 'deferred', remark: { status: '4.4.3' } });
    const found = await findSmarthost(smarthost, new SimResolver({ 'relay.test': { a: ['10.0.0.1'] } }));
    expect(found).toEqual({ kind: 'hosts', hosts: [{ host: 'relay.test', address: '10.0.0.1' }] });
  });
});
