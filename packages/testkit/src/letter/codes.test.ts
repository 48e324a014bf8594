import { describe, expect, test } from 'vitest';
import { codesIn } from './codes.ts';

function best(text: string, subject = ''): string | undefined {
  const [first] = codesIn({ subject, text });
  return first !== undefined && first.score >= 30 ? first.code : undefined;
}

describe('A one-time code is found by the words that announce it', () => {
  const letters: readonly (readonly [string, string, string])[] = [
    ['English', 'Hello Ann,\n\nyour verification code is 482913. It expires in 10 minutes.\n\n© 2026 Shop, 1600 Main Street', '482913'],
    ['English, behind it', '739 201 is your one-time passcode', '739201'],
    ['English, on its own line', 'Use this code to sign in:\n\n  G7K2-PX9Q  \n\nOrder 55512345', 'G7K2-PX9Q'],
    ['English, letters', 'Your security code:\n\nQWERTZ\n\nDo not share it.', 'QWERTZ'],
    ['German', 'Rechnung Nr. 88123456\nDein Bestätigungscode lautet 5512.\nGültig bis 12:30 Uhr, 24.12.2026.', '5512'],
    ['French', 'Bonjour,\nVotre code de vérification : 90 41 73\nCommande 123456', '904173'],
    ['Spanish', 'Tu código de verificación es 201984. Pedido: 777777.', '201984'],
    ['Italian', 'Il tuo codice di conferma è 664120', '664120'],
    ['Portuguese', 'Seu código de acesso: 3344', '3344'],
    ['Dutch', 'Je verificatiecode is 129034', '129034'],
    ['Polish', 'Twój kod weryfikacyjny to 554433', '554433'],
    ['Czech', 'Váš ověřovací kód je 998877', '998877'],
    ['Swedish', 'Din engångskod är 4471', '4471'],
    ['Finnish', 'Vahvistuskoodisi on 718293', '718293'],
    ['Turkish', 'Doğrulama kodunuz: 102938', '102938'],
    ['Hungarian', 'Az ön kódja: 55321', '55321'],
    ['Greek', 'Ο κωδικός σας είναι 443322', '443322'],
    ['Russian', 'Ваш код подтверждения: 665544. Заказ № 999111.', '665544'],
    ['Ukrainian', 'Ваш код підтвердження 121212', '121212'],
    ['Arabic', 'رمز التحقق الخاص بك هو 837465', '837465'],
    ['Hebrew', 'קוד האימות שלך הוא 736251', '736251'],
    ['Hindi', 'आपका सत्यापन कोड 918273 है', '918273'],
    ['Chinese', '您的验证码是：381047，五分钟内有效。', '381047'],
    ['Japanese', '認証コード：504938\n有効期限は10分です。', '504938'],
    ['Korean', '인증번호는 [293847] 입니다.', '293847'],
    ['Vietnamese', 'Mã xác minh của bạn là 564738', '564738'],
    ['Indonesian', 'Kode verifikasi Anda: 447711', '447711'],
    ['Thai', 'รหัสยืนยันของคุณคือ 808182', '808182'],
  ];
  test.each(letters)('%s', (_language, text, code) => {
    expect(best(text)).toBe(code);
  });

  test('in the subject alone', () => {
    expect(best('Welcome back.', '617283 is your code')).toBe('617283');
  });
});

describe('What is no code', () => {
  test.each([
    ['a year', '© 2026 Shop Ltd.'],
    ['a price', 'Your total is $12345 for 3 items'],
    ['an order number', 'Your order #482913 was shipped'],
    ['a telephone number', 'Questions? Call +49 5551 2345'],
    ['a link', 'Open https://shop.test/verify?code=482913'],
    ['an address', 'Write to help482913@shop.test'],
  ])('%s', (_what, text) => {
    expect(best(text)).toBeUndefined();
  });

  test('the code goes before the order number beside it', () => {
    expect(best('Code for order 111222: 333444')).toBe('333444');
  });
});
