import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { mask } from "../../src/safety/mask.ts";

/** Made up, with the right check digits: GB 11643 for the IDs, Luhn for the cards. */
const NATIONAL_ID = "110101199003074610";
const NATIONAL_ID_X = "11010119900307109X";
const VISA = "4111111111111111";
const UNION_PAY = "6222020000000000000";

describe("personal numbers are masked before anything durable sees them (P3)", () => {
  test.each([
    NATIONAL_ID,
    NATIONAL_ID_X,
    NATIONAL_ID_X.toLowerCase(),
    "110101 19900307 4610",
    "110101-19900307-4610",
    "１１０１０１１９９００３０７４６１０",
    "11010119900307109Ｘ",
    "110101\u200b199003074610",
    "110101\ufeff1990\u20600307\u200d4610",
  ])("national ID %j", (id) => {
    expect(mask(`身份证${id}，麻烦查一下`)).toBe("身份证[national-id]，麻烦查一下");
  });

  test.each([
    "13812345678",
    "138 1234 5678",
    "138-1234-5678",
    "138\u00a01234\u00a05678",
    "138\u30001234\u30005678",
    "138‑1234‑5678",
    "138–1234–5678",
    "+8613812345678",
    "+86 138 1234 5678",
    "86-13812345678",
    "0086 13812345678",
    "１３８１２３４５６７８",
    "＋８６１３８１２３４５６７８",
    "138\u200b12345678",
    "1\u00ad3812345678",
  ])("mobile %j", (mobile) => {
    expect(mask(`我的电话${mobile}`)).toBe("我的电话[mobile]");
    expect(mask(`call me on ${mobile}, thanks`)).toBe("call me on [mobile], thanks");
  });

  test("mobiles beside dashes that belong to the sentence", () => {
    expect(mask("手机-13812345678-家里")).toBe("手机-[mobile]-家里");
  });

  test.each([
    VISA,
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "４１１１１１１１１１１１１１１１",
    "4111\u200b111111111111",
    "5555555555554444",
    "2223003122003222",
    "378282246310005",
    UNION_PAY,
  ])("bank card %j", (card) => {
    expect(mask(`卡号 ${card}。`)).toBe("卡号 [bank-card]。");
  });

  test("e-mail addresses, in any width", () => {
    expect(mask("write to li.lei+shop@example.com.")).toBe("write to [email].");
    expect(mask("邮箱lilei＠example.com")).toBe("邮箱[email]");
  });

  test("several in one text, each by its kind, the rest as it was typed", () => {
    expect(mask(`我是１号顾客👩‍👧，${NATIONAL_ID}，手机 13812345678、卡 ${VISA}，订单ＤＤ８８２１３`)).toBe(
      "我是１号顾客👩‍👧，[national-id]，手机 [mobile]、卡 [bank-card]，订单ＤＤ８８２１３",
    );
  });
});

describe("what is no personal number survives", () => {
  test.each([
    "GL-491891",
    "TB-2026-00731",
    "#48213",
    "ORD-7F3K2",
    "ＤＤ８８２１３",
    "DD 882 13",
    "TB-13812345678",
    "order 110101199003074611",
    "订单 110101199013074610",
    "2026112200000000",
    "2026112200000000002",
    "order 4111111111111112",
    "order 1234567890123456789",
    "12345678901",
    "23812345678",
    "138123456789",
    "1381234567",
    "SF1381234567890",
    "2026-11-22 10:30:15",
    "¥138.12，共 345678 件",
    "👩‍👩‍👧‍👦 a\u200bb",
    "",
  ])("%j", (text) => {
    expect(mask(text)).toBe(text);
  });

  test("any text without digits and @, unchanged", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        fc.pre(!/[\p{Nd}@＠]/u.test(text));
        expect(mask(text)).toBe(text);
      }),
    );
  });
});

test("a number is masked wherever it stands, and masking again changes nothing", () => {
  const words = fc
    .string({ unit: fc.constantFrom(..."退货 lamp，。-：Ａ１👩"), maxLength: 12 })
    .filter((text) => !/[\dA-Za-z１Ａ-]$|^[\dA-Za-z１Ａ-]/.test(text));
  fc.assert(
    fc.property(words, fc.constantFrom(NATIONAL_ID, VISA, "13812345678"), words, (before, secret, after) => {
      const masked = mask(before + secret + after);
      expect(masked).not.toContain(secret.slice(-6));
      expect(masked.startsWith(before)).toBe(true);
      expect(masked.endsWith(after)).toBe(true);
      expect(mask(masked)).toBe(masked);
    }),
  );
});

test("4,000 characters made to make patterns backtrack take no time", () => {
  const started = performance.now();
  for (const text of [
    "1".repeat(4_000),
    "4 ".repeat(2_000),
    "a.".repeat(2_000),
    `${"a-".repeat(1_000)}@${"b-".repeat(900)}`,
    "86-".repeat(1_333),
  ])
    mask(text);
  expect(performance.now() - started).toBeLessThan(1_000);
});
