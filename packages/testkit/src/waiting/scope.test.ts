import { expect, test } from 'vitest';
import { scopeOf } from './scope.ts';

test('an address has its plus-forms, whatever their case', () => {
  const scope = scopeOf('Ann@shop.test');
  expect(['ann@shop.test', 'ANN+news@Shop.TEST'].map((address) => scope.has(address))).toEqual([true, true]);
  expect(['anna@shop.test', 'ann@a.shop.test', 'x+ann@shop.test'].map((address) => scope.has(address))).toEqual([false, false, false]);
  expect(scope.has(scope.form('news'))).toBe(true);
});

test('a domain has all of its addresses, and those below it', () => {
  const scope = scopeOf('*@shop.test');
  expect(['ann@shop.test', 'bob@eu.shop.test'].map((address) => scope.has(address))).toEqual([true, true]);
  expect(['ann@myshop.test', 'ann@shop.test.evil.test'].map((address) => scope.has(address))).toEqual([false, false]);
  expect([scope.has(scope.address), scope.has(scope.form('ann'))]).toEqual([true, true]);
});

test('what is no address is refused with an example', () => {
  expect(() => scopeOf('shop.test')).toThrow('an inbox has one such as ann@shop.test, or a whole domain: *@shop.test');
});
