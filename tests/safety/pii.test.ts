import { describe, expect, test } from "@jest/globals";
import { measurePii, precision, recall } from "../../bench/safety/pii.ts";
import { piiCases } from "../../bench/safety/pii-texts.ts";
import { orderShape } from "../../src/commerce/order-shape.ts";
import { mask } from "../../src/safety/mask.ts";
import { orderNumberFinder } from "../../src/safety/pii/order-number.ts";

/** `npm run evaluate-safety` measures the same on 100,000. */
test("recall and precision on a generated sample (P3)", () => {
  const { all, byLabel, wrong } = measurePii(piiCases(7, 6_000));
  expect(wrong.slice(0, 5)).toEqual([]);
  expect(byLabel.size).toBe(9);
  for (const tally of byLabel.values()) expect(tally.there).toBeGreaterThan(200);
  expect(recall(all)).toBeGreaterThanOrEqual(0.999);
  expect(precision(all)).toBeGreaterThanOrEqual(0.99);
});

test("the measurement would see recognisers that miss or take too much", () => {
  const missed = measurePii([{ text: "abc", entities: [{ label: "[mobile]", from: 0, to: 3 }], disguise: "none" }]);
  expect(recall(missed.all)).toBe(0);
  const taken = measurePii([{ text: "电话13812345678", entities: [], disguise: "none" }]);
  expect(precision(taken.all)).toBe(0);
});

describe("hard cases, written by hand", () => {
  test.each([
    ["身份证 110101900307461", "身份证 [national-id]"],
    ["我的老身份证130503670401001，能用吗", "我的老身份证[national-id]，能用吗"],
    ["身份证号110101199003074611打错一位也别存", "身份证号[national-id]打错一位也别存"],
    ["一一零一零一一九九零零三零七四六一零", "[national-id]"],
    ["1 1 0 1 0 1 1 9 9 0 0 3 0 7 4 6 1 0", "[national-id]"],
    ["幺三八 幺二三四 五六七八 打这个", "[mobile] 打这个"],
    ["一三八-一二三四-五六七八", "[mobile]"],
    ["壹叁捌壹贰叁肆伍陆柒捌", "[mobile]"],
    ["1三8一2三4五6七8", "[mobile]"],
    ["1️⃣3️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣", "[mobile]"],
    ["①③⑧①②③④⑤⑥⑦⑧", "[mobile]"],
    ["𝟏𝟑𝟖𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖", "[mobile]"],
    ["١٣٨١٢٣٤٥٦٧٨", "[mobile]"],
    ["138\n1234\n5678", "[mobile]"],
    ["1381234 5678", "[mobile]"],
    ["138/1234/5678", "[mobile]"],
    ["138_1234_5678", "[mobile]"],
    ["1️3​8‎1⁠2345678", "[mobile]"],
    ["2个台灯 13812345678 王先生", "2个台灯 [mobile] 王先生"],
    ["tel13812345678", "tel[mobile]"],
    ["13812345678/13987654321都行", "[mobile]/[mobile]都行"],
    ["13812345678,13987654321", "[mobile],[mobile]"],
    ["13812345678@qq.com", "[email]"],
    ["+86-138-1234-5678", "[mobile]"],
    ["电话 8123 4567", "电话 [landline]"],
    ["(010) 8888 6666", "[landline]"],
    ["010-88886666转8001", "[landline]"],
    ["０５７１－８８８８６６６６", "[landline]"],
    ["call (212) 555-0143 please", "call [phone] please"],
    ["+1 (212) 456-7890", "[phone]"],
    ["mobile 07700 900123", "mobile [phone]"],
    ["+44 20 7946 0123", "[phone]"],
    ["+81 90-1234-5678", "[phone]"],
    ["卡4111111111111111 12/27 123", "卡[bank-card] 12/27 123"],
    ["卡号 4111 1111 1111 1112 打错也别存", "卡号 [bank-card] 打错也别存"],
    ["六二二二零二零零零零零零零零零零零零零", "[bank-card]"],
    ["card: 4111.1111.1111.1111", "card: [bank-card]"],
    ["护照E12345678", "护照[passport]"],
    ["EA1234567", "[passport]"],
    ["passport no. 533380006", "passport no. [passport]"],
    ["passport number: X1234567", "passport number: [passport]"],
    ["港澳通行证C12345678", "港澳通行证[passport]"],
    ["li lei at example dot com", "li [email]"],
    ["lilei(at)example.com", "[email]"],
    ["lilei＠ｅｘａｍｐｌｅ．ｃｏｍ", "[email]"],
    ["邮箱是lilei@example.com.cn。谢谢", "邮箱是[email]。谢谢"],
    ["京A·12345 停楼下", "[plate] 停楼下"],
    ["粤BD12345", "[plate]"],
    ["粤B12345D", "[plate]"],
    ["京AF0236", "[plate]"],
    ["my number plate is AB12 CDE", "my number plate is [plate]"],
    ["我家在北京市朝阳区建国路88号3号楼1502室", "我家在[address]"],
    ["寄到上海市徐汇区漕溪北路18号，谢谢", "寄到[address]，谢谢"],
    ["地址改成翠苑小区5幢2单元301", "地址改成[address]"],
    ["221B Baker Street, London NW1 6XE", "[address]"],
    ["12 baker street", "[address]"],
    ["send it to 350 5th Avenue, New York, NY 10118 please", "send it to [address] please"],
    ["PO Box 1234", "[address]"],
  ])("%j", (text, masked) => {
    expect(mask(text)).toBe(masked);
  });
});

describe("order numbers and everyday numbers survive", () => {
  const shapes = ["GL-491891", "TB-2026-00731", "ORD-7F3K2", "DD88213", "20261122000004", "E77120031"].map(orderShape);
  const orderNumbers = orderNumberFinder(shapes);
  test.each([
    "GL-491891",
    "gl 491 891",
    "订单491891",
    "订单TB-2026-00731和DD88213",
    "order E77120031",
    "E77120031",
    "order number 13812345678901",
    "单号13812345678901",
    "¥1,381,234,567.80",
    "13 500 000 000",
    "1 2 3 4 5 6 7 8 9 10 11",
    "9:00-18:00，周一至周五",
    "2026-11-22 13:45:59.123",
    "2026/11/22 2026/11/23",
    "192.168.100.200",
    "v1.38.1234.5678",
    "400-820-8820",
    "条码6901234567892",
    "SF1234567890123",
    "JD0012345678901",
    "1Z999AA10123456784",
    "买一送一，三个五十",
    "一三五七号楼梯灯",
    "这条路3号开始修",
    "我知道3号发货",
    "地铁2号线",
    "味道一号和二号都要",
    "5号楼下取快递",
    "第12街区限定款",
    "2 new road bikes, 3 park rangers",
    "3 items on the high street",
    "12 Drive belts",
    "size 42 way too big",
    "XR-5955B 和 KT-2210",
    "京东618买的",
    "meet at 5 at home",
    "@客服 在吗",
  ])("%j", (text) => {
    expect(mask(text, { orderNumbers })).toBe(text);
  });

  test("a number announced as a passport is one, whatever the shop's order numbers look like", () => {
    expect(mask("passport E77120031, order E77120031", { orderNumbers })).toBe("passport [passport], order E77120031");
  });

  test("a mobile is no order number, though digits of that length are the shop's", () => {
    const elevenDigits = orderNumberFinder([orderShape("20261122001"), orderShape("TB13812345678")]);
    expect(mask("13812345678", { orderNumbers: elevenDigits })).toBe("[mobile]");
    expect(mask("TB13812345678", { orderNumbers: elevenDigits })).toBe("TB13812345678");
  });
});

test("what is public is not personal", () => {
  const isPublic = (value: string): boolean => value === "02188886666";
  expect(mask("Our number is 021-8888-6666, his is 021-8888-6667", { isPublic })).toBe(
    "Our number is 021-8888-6666, his is [landline]",
  );
});

test("no text takes long, however it is made", () => {
  const started = performance.now();
  for (const piece of [
    "路1号",
    "区1栋",
    "a@",
    "a.",
    "1 a street ",
    "1-",
    "1 ",
    "E1",
    "京A1",
    "一",
    "一 ",
    "at dot ",
    "（",
    "市区路",
  ])
    mask(piece.repeat(Math.ceil(4_000 / piece.length)).slice(0, 4_000), {
      orderNumbers: orderNumberFinder([orderShape("TB-2026-00731"), orderShape("ORD-7F3K2")]),
    });
  // A pattern that backtracks takes minutes.
  expect(performance.now() - started).toBeLessThan(10_000);
});
