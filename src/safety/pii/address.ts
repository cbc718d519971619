import type { Found } from "./types.ts";

const NUMBER = String.raw`[\dA-Za-z一二三四五六七八九十百零〇甲乙丙丁]{1,6}(?:-\d{1,4})?`;
/** A street that has a name: "知道3号", "味道" and their like are none. */
const STREET = "(?:大道|大街|[路街巷弄]|胡同|(?<![知味频通渠赛管轨报厚地公])道|[东南西北中]里|村)";
const HOUSE = "(?:号院?|弄|巷|组)";
const ESTATE = "(?:小区|花园|花苑|家园|公寓|新村|大厦|广场|国际|名邸|[苑庭城府湾邸园])";
const BUILDING = "(?:号楼|栋|幢|座|单元|门|号)";
const ROOM = "(?:室|户|楼|层|号房?|房)";
const TAIL = String.raw`(?:[ ,，-]?(?:\p{Script=Han}{1,10}?${ESTATE})?[ ,，-]?${NUMBER}${BUILDING}?[ -]?(?:${NUMBER}${BUILDING})?[ -]?(?:${NUMBER}${ROOM}?)?(?<=[\d号栋幢座元室户楼层房门A-Za-z]))`;
const BY_STREET = `${STREET}[ ]?${NUMBER}[ ]?${HOUSE}(?![线仓店开发到])(?:${TAIL})?`;
const BY_ESTATE = `${ESTATE}[ ]?${NUMBER}(?:号楼|栋|幢|座)(?:[ -]?${NUMBER}(?:单元|门))?(?:[ -]?${NUMBER}${ROOM}?)?`;
const CHINESE = new RegExp(
  String.raw`((?:[\p{Script=Han}\d·]| (?=\p{Script=Han})){2,40}?)(?:${BY_STREET}|${BY_ESTATE})(?:\p{Script=Han}{0,6}(?:${ESTATE}|店))?`,
  "gu",
);

/** Where the address begins in what precedes the street: after the last word that leads to it. */
const LEADS = /^.*(?:[在到是为给址往送寄去住至说叫]|改成|换成|变更|搬了?|地方|我家|发货?|从|快递)(?=.)/u;
const PROVINCES =
  /北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门/u;

/**
 * In any case, letter by letter: with the flag "i" a town couldn't be told by its capital, and with an inline modifier for the town
 * lower-case streets were missed in long runs of the test suite, though never alone.
 */
const anyCase = (words: string): string =>
  words.replace(/[a-z]/gi, (letter) => `[${letter.toUpperCase()}${letter.toLowerCase()}]`);

/** House number, one to three words of a name, a kind of street, then flat, town and postcode as far as they are given. */
const NO_NAME = `(?!(?:${anyCase("on|in|at|of|the|a|an|item|items|for|from|to|and|or|my|your|new|more|piece|pieces|pair|pairs|day|days|week|weeks|hour|hours|month|months|year|years|minute|minutes|time|times|people|order|orders|is|are|was|by|per|with|down|up|off|this|that|mountain|gravel|bike|bikes")})\\b)`;
const NAME = `${NO_NAME}[A-Za-z][A-Za-z'.-]{1,20}`;
const KIND = `(?:${anyCase("Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Place|Pl|Way|Close|Terrace|Square|Crescent|Gardens|Grove|Parkway|Pkwy|Highway|Hwy")})`;
const FLAT = String.raw`(?:(?:${anyCase("Apartment|Apt|Flat|Unit|Suite|Ste|Room|Rm|Floor")}|#)\.? ?#?[A-Za-z0-9-]{1,6})`;
const POSTCODE = String.raw`(?:[A-Za-z]{2} \d{5}(?:-\d{4})?|\d{5}(?:-\d{4})?|[A-Za-z]{1,2}\d[A-Za-z\d]? ?\d[A-Za-z]{2}|[A-Z]{2}(?![A-Za-z]))`;
const TOWN = "(?:[A-Z][A-Za-z'.-]{1,20}(?: [A-Z][A-Za-z'.-]{1,20}){0,2})";
const NO_STREET = anyCase("bike|bikes|shoe|shoes|trip|trips|tyre|tyres|tire|tires|food|style|wear|too|back|home|out");
const POINT = `(?:[NSEWnsew]|${anyCase("North|South|East|West")})`;
const ENGLISH = new RegExp(
  String.raw`(?<![\w$€£¥#.-])(?:${FLAT},? )?\d{1,5}[A-Za-z]?,? (?:${POINT}\.? )?(?:${NAME} |\d{1,3}(?:st|nd|rd|th) ){1,3}${KIND}\b\.?(?! (?:${NO_STREET})\b)(?:,? ${FLAT})?(?:, ${TOWN}){0,2}(?:,? ${POSTCODE})?(?:,? ${POSTCODE})?(?![A-Za-z0-9])`,
  "g",
);
const PO_BOX = /\bP\.? ?O\.? Box \d{1,7}\b/gi;

function chineseStart(lead: string): number {
  const province = PROVINCES.exec(lead);
  if (province) return province.index;
  const led = Math.max(LEADS.exec(lead)?.[0].length ?? 0, lead.lastIndexOf(" ") + 1);
  const rest = lead.slice(led);
  return led + (/^[了的：: ]+/u.exec(rest)?.[0].length ?? 0);
}

/** Postal addresses that lead to a door: a street with a house number, an estate with a building. */
export function findAddresses(plain: string): Found[] {
  const chinese = /[路街巷弄道里村区园寓厦场际邸苑庭城府湾胡]/u.test(plain)
    ? [...plain.matchAll(CHINESE)].map((match) => ({
        start: match.index + chineseStart(match[1] ?? ""),
        end: match.index + match[0].length,
      }))
    : [];
  const english = /\d/.test(plain)
    ? [...plain.matchAll(ENGLISH), ...plain.matchAll(PO_BOX)].map((match) => ({
        start: match.index,
        end: match.index + match[0].length,
      }))
    : [];
  return [...chinese, ...english].map((span) => ({ ...span, label: "[address]" }));
}
