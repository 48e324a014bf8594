import { describe, expect, test } from 'vitest';
import { SimResolver } from './sim/resolver.ts';

describe('A resolver of the simulated world', () => {
  test('answers from its zone, without regard to case, and by IP address', async () => {
    const resolver = new SimResolver({ 'Elm.test': { a: ['192.0.2.1'], txt: ['x'] }, '192.0.2.1': { ptr: ['elm.test'] } });
    expect(await resolver.a('eLM.test')).toStrictEqual({ kind: 'found', records: ['192.0.2.1'], isAuthentic: false });
    expect(await resolver.ptr('192.0.2.1')).toStrictEqual({ kind: 'found', records: ['elm.test'], isAuthentic: false });
    expect(await resolver.ptr('192.0.2.2')).toStrictEqual({ kind: 'no-name', isAuthentic: false });
    expect(resolver.asked).toStrictEqual([{ type: 'a', name: 'eLM.test' }, { type: 'ptr', name: '192.0.2.1' }, { type: 'ptr', name: '192.0.2.2' }]);
  });

  test('tells no such name from no such records', async () => {
    const resolver = new SimResolver({ 'mx.elm.test': { a: ['192.0.2.1'] } });
    expect((await resolver.mx('mx.elm.test')).kind).toBe('none');
    expect((await resolver.mx('elm.test')).kind).toBe('none');
    expect((await resolver.mx('lm.test')).kind).toBe('no-name');
  });

  test('follows aliases, and gives up on circles', async () => {
    const resolver = new SimResolver({ 'a.test': { cname: 'b.test' }, 'b.test': { cname: 'c.test' }, 'c.test': { a: ['192.0.2.3'] }, 'x.test': { cname: 'x.test' } });
    expect(await resolver.a('a.test')).toMatchObject({ records: ['192.0.2.3'] });
    expect((await resolver.a('x.test')).kind).toBe('none');
  });

  test('fails when told, so many times or until healed', async () => {
    const resolver = new SimResolver({ 'elm.test': { a: ['192.0.2.1'] } });
    resolver.fail('elm.test', 1);
    await expect(resolver.a('elm.test')).rejects.toMatchObject({ name: 'DnsFault' });
    expect((await resolver.a('elm.test')).kind).toBe('found');
    resolver.fail('ELM.test');
    await expect(resolver.mx('elm.test')).rejects.toMatchObject({ name: 'DnsFault' });
    await expect(resolver.mx('elm.test')).rejects.toMatchObject({ name: 'DnsFault' });
    resolver.heal('elm.test');
    expect((await resolver.a('elm.test')).kind).toBe('found');
  });

  test('can be told new things, and that its answers are authentic', async () => {
    const resolver = new SimResolver({ 'elm.test': { a: ['192.0.2.1'] } }, { isAuthentic: true });
    resolver.set('elm.test', { a: ['192.0.2.9'] });
    expect(await resolver.a('elm.test')).toStrictEqual({ kind: 'found', records: ['192.0.2.9'], isAuthentic: true });
    resolver.set('elm.test');
    expect(await resolver.a('elm.test')).toStrictEqual({ kind: 'no-name', isAuthentic: true });
  });
});
