import type { Product } from "../commerce/types.ts";
import { normalize } from "./text.ts";

/** Everything a variant value may be called: "黑色" → "黑的"; "L" → "large", "大号". */
const SIZE_WORDS: Record<string, string[]> = {
  s: ["small", "小号"],
  m: ["medium", "中号"],
  l: ["large", "大号"],
  xl: ["extra large", "x-large", "加大", "特大号"],
  xxl: ["2xl", "double xl"],
};

const COLOURS = /^(?:black|white|red|blue|green|gr[ae]y|pink|navy|brown|beige|cream|silver|gold|purple|yellow|orange)$/;
/** Plugs and the like, by where they fit. */
const PLACES: Record<string, string[]> = {
  us: ["american", "美规", "美标"],
  uk: ["british", "英规", "英标"],
  eu: ["european", "欧规", "欧标"],
};
/** "2米" is said "两米". */
const HAN_NUMERALS = ["", "一", "二两", "三", "四", "五", "六", "七", "八", "九", "十"];
/** "500毫升" is said "五百毫升". */
function hanHundreds(amount: number): string[] {
  const digit = (n: number): string => HAN_NUMERALS[n]?.[0] ?? "";
  const [hundreds, tens] = [Math.floor(amount / 100), Math.floor((amount % 100) / 10)];
  if (amount < 100 || amount > 999 || amount % 10 !== 0) return [];
  const head = `${digit(hundreds)}百`;
  return tens === 0 ? [head] : [`${head}${digit(tens)}`, `${head}${digit(tens)}十`];
}
const UNIT_WORDS: Record<string, string[]> = {
  l: ["litre", "liter", "升"],
  ml: ["millilitre", "毫升"],
  kg: ["kilo", "公斤"],
  g: ["gram", "克"],
  lb: ["pound", "pounds", "lbs"],
  oz: ["ounce", "ounces"],
  cm: ["centimetre", "厘米"],
  mm: ["millimetre", "毫米"],
  升: ["l", "l装"],
  毫升: ["ml"],
};

export function valueWords(value: string, product: Product | undefined): string[] {
  if (!product) return formsOf(value, undefined);
  const known = valuesKnown.get(product) ?? new Map<string, string[]>();
  valuesKnown.set(product, known);
  const forms = known.get(value) ?? formsOf(value, product);
  known.set(value, forms);
  return forms;
}
/** A product is kept for some seconds and asked for its values several times a turn. */
const valuesKnown = new WeakMap<Product, Map<string, string[]>>();

function formsOf(value: string, product: Product | undefined): string[] {
  const names = [
    value,
    ...Object.values(product?.optionNames ?? {}).flatMap((translations) => translations[value] ?? []),
  ].map(normalize);
  return [
    ...new Set(
      names.flatMap((name) => {
        const colour = /^(\p{Script=Han}+)色$/u.exec(name)?.[1];
        const forms = [name, ...(SIZE_WORDS[name] ?? [])];
        if (colour) forms.push(colour.length > 1 ? colour : `${colour}的`);
        else if (/^\p{Script=Han}{2}$/u.test(name)) forms.push(`${name}色`);
        // "03 番茄红" is said "番茄红", or "番茄".
        const bare = /^[\da-z]{1,3}[\s#.-]+(\p{Script=Han}{2,})$/u.exec(name)?.[1];
        if (bare) forms.push(bare);
        const tinted = /^(\p{Script=Han}{2,})[红橙黄绿青蓝紫粉黑白灰棕金银]$/u.exec(bare ?? name)?.[1];
        if (tinted) forms.push(tinted);
        // "耶加雪菲" is said "耶加".
        const long = /^\p{Script=Han}{4,}$/u.test(bare ?? name) ? (bare ?? name) : "";
        if (long) forms.push(long.slice(0, 2), long.slice(-2));
        const shade = /^\p{Script=Han}{1,3}([红橙黄绿青蓝紫粉黑白灰棕])$/u.exec(name)?.[1];
        if (shade) forms.push(`${shade}的`, `${shade}色`);
        const coded = /^(\d{2})[\s#.-]/.exec(name)?.[1];
        if (coded) forms.push(`${coded}号`, `${Number(coded)}号`);
        const sized = /^(\d+)(?:g|gb|t|tb|w|瓦|℃)$/.exec(name)?.[1];
        if (sized) forms.push(`${sized}的`, `${sized}度`);
        const last = /^[a-z]+(?: [a-z]+)* ([a-z]+)$/.exec(name)?.[1];
        if (last && COLOURS.test(last)) forms.push(last);
        if (/\d x \d/.test(name))
          forms.push(name.replaceAll(" x ", "x"), name.replace(/ [a-z]+$/, "").replaceAll(" x ", "x"));
        forms.push(...(PLACES[name] ?? []));
        if (/gr[ae]y/.test(name)) forms.push(name.replace("grey", "gray"), name.replace("gray", "grey"));
        const counted = /^(\d{1,2})(\p{Script=Han}{1,2})$/u.exec(name);
        const numeral = HAN_NUMERALS[Number(counted?.[1])];
        if (counted && numeral) for (const digit of numeral) forms.push(`${digit}${counted[2]}`);
        const measured = /^(\d{2,4})(毫升|克|毫米|ml|g|mm)$/.exec(name);
        if (measured)
          forms.push(
            measured[1] ?? "",
            ...hanHundreds(Number(measured[1])).flatMap((han) => [han, `${han}${measured[2]}`]),
          );
        for (const [unit, said] of Object.entries(UNIT_WORDS)) {
          const amount = new RegExp(`^(\\d+(?:\\.\\d+)?)\\s?${unit}$`).exec(name)?.[1];
          if (amount)
            forms.push(
              `${amount}${unit}`,
              `${amount} ${unit}`,
              ...said.map((word) => `${amount} ${word}`),
              ...said.map((word) => `${amount}${word}`),
            );
        }
        // "23英寸" is said "23寸" or just the number; "40码" is said "40".
        const number = /^(\d+(?:\.\d+)?)\s?(?:码|号|cm|mm|ml|l|寸|英寸|inch)$/.exec(name)?.[1];
        if (number) forms.push(number);
        return forms;
      }),
    ),
  ].filter((word) => word.length > 0);
}
