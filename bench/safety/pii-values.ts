/**
 * Made-up personal data, built from the standards and from how people write, not from the recognisers: nothing of
 * src/safety is imported here, or the measurement would ask them whether they agree with themselves.
 */
import type { Random } from "./random.ts";

export interface Value {
  label: string;
  text: string;
}

const pad = (value: number, width: number): string => String(value).padStart(width, "0");

/** County codes of GB/T 2260, a few of each region. */
const COUNTIES = [
  "110101", "110105", "110108", "120104", "130102", "140105", "150102", "210102", "210202", "220102", "230103",
  "310101", "310104", "310115", "320102", "320505", "330106", "330203", "340104", "350203", "360102", "370102",
  "370203", "410105", "420106", "430104", "440106", "440305", "450103", "460105", "500103", "510104", "510107",
  "520103", "530102", "540102", "610113", "620102", "630103", "640104", "650102",
]; // biome-ignore format: a table

/** ISO 7064 MOD 11-2 in its recursive form. */
function iso7064(digits: string): string {
  let rest = 0;
  for (const digit of digits) rest = ((rest + Number(digit)) * 2) % 11;
  const check = (12 - rest) % 11;
  return check === 10 ? "X" : String(check);
}

function birthday(random: Random): { year: number; text: string } {
  const year = 1936 + random.int(75);
  return { year, text: `${year}${pad(1 + random.int(12), 2)}${pad(1 + random.int(28), 2)}` };
}

export function nationalId(random: Random): Value {
  const county = random.pick(COUNTIES);
  const { text: birth } = birthday(random);
  if (random.chance(0.12)) return { label: "[national-id]", text: `${county}${birth.slice(2)}${random.digits(3)}` };
  const body = `${county}${birth}${random.digits(3)}`;
  const check = iso7064(body);
  const id = body + (check === "X" && random.chance(0.4) ? "x" : check);
  const form = random.int(6);
  if (form === 0) return { label: "[national-id]", text: `${county} ${birth} ${id.slice(14)}` };
  if (form === 1) return { label: "[national-id]", text: `${county}-${birth}-${id.slice(14)}` };
  if (form === 2)
    return { label: "[national-id]", text: `${id.slice(0, 6)} ${id.slice(6, 10)} ${id.slice(10, 14)} ${id.slice(14)}` };
  return { label: "[national-id]", text: id };
}

/** Luhn's digit by trying all ten. */
function withLuhn(body: string): string {
  for (let check = 0; check < 10; check++) {
    const digits = [...body, String(check)].map(Number);
    let sum = 0;
    for (const [index, digit] of digits.entries()) {
      const fromRight = digits.length - index;
      const twice = fromRight % 2 === 0 ? digit * 2 : digit;
      sum += Math.floor(twice / 10) + (twice % 10);
    }
    if (sum % 10 === 0) return body + check;
  }
  throw new Error("no check digit");
}

const BANKS: ReadonlyArray<readonly [prefix: string, length: number]> = [
  ["622202", 19], ["621700", 19], ["622848", 19], ["621661", 19], ["622588", 16], ["625912", 16], ["628888", 16],
  ["4", 16], ["4367", 16], ["51", 16], ["55", 16], ["2223", 16], ["34", 15], ["37", 15], ["36", 14], ["3528", 16], ["6011", 16],
]; // biome-ignore format: a table

export function bankCard(random: Random): Value {
  const [prefix, length] = random.pick(BANKS);
  const card = withLuhn(prefix + random.digits(length - prefix.length - 1));
  const between = random.pick(["", "", " ", "-", " "]);
  return { label: "[bank-card]", text: between === "" ? card : (card.match(/.{1,4}/g) ?? []).join(between) };
}

const MOBILE_STARTS = ["130", "131", "132", "133", "135", "136", "137", "138", "139", "147", "150", "151", "152", "155", "157", "158", "159", "166", "170", "176", "177", "178", "180", "182", "185", "186", "187", "188", "189", "191", "193", "198", "199"]; // biome-ignore format: a table

export function mobile(random: Random): Value {
  const number = random.pick(MOBILE_STARTS) + random.digits(8);
  const [a, b, c] = [number.slice(0, 3), number.slice(3, 7), number.slice(7)];
  const forms = [
    number, number, number, `${a} ${b} ${c}`, `${a}-${b}-${c}`, `${a}.${b}.${c}`, `${a}·${b}·${c}`, `${a} ${number.slice(3)}`,
    `${a}${b} ${c}`, `+86${number}`, `+86 ${a} ${b} ${c}`, `86-${number}`, `0086${number}`, `(+86)${number}`,
    [...number].join(" "), [...number].join("-"), `${number.slice(0, 5)} ${number.slice(5)}`,
  ]; // biome-ignore format: a table
  return { label: "[mobile]", text: random.pick(forms) };
}

const AREAS: ReadonlyArray<readonly [code: string, length: number]> = [["010", 8], ["021", 8], ["020", 8], ["025", 8], ["027", 8], ["028", 8], ["029", 8], ["0571", 8], ["0512", 8], ["0755", 8], ["0532", 8], ["0591", 8], ["0931", 7], ["0871", 8], ["0731", 8]]; // biome-ignore format: a table

export function landline(random: Random): Value {
  const [area, length] = random.pick(AREAS);
  const subscriber = String(6 + random.int(3)) + String(1 + random.int(9)) + random.digits(length - 2);
  const extension = String(1000 + random.int(9000));
  const forms = [
    `${area}-${subscriber}`, `${area} ${subscriber}`, `(${area})${subscriber}`, `${area}${subscriber}`,
    `${area}-${subscriber.slice(0, length - 4)}-${subscriber.slice(-4)}`, `${area}-${subscriber}转${extension}`, `+86-${area.slice(1)}-${subscriber}`, `${area}-${subscriber}-${extension}`,
  ]; // biome-ignore format: a table
  return { label: "[landline]", text: random.pick(forms) };
}

/** North American exchanges that exist, and British mobiles and cities. */
export function foreignPhone(random: Random): Value {
  const area = random.pick(["212", "415", "646", "312", "206", "617", "303", "404", "512", "702"]);
  const rest = [random.pick(["234", "456", "567", "678", "789", "345"]), random.digits(4)] as const;
  const british = [random.pick(["7700", "7911", "7400", "7521", "7712"]), random.digits(6)] as const;
  const forms = [
    `(${area}) ${rest[0]}-${rest[1]}`, `${area}-${rest[0]}-${rest[1]}`, `+1 ${area} ${rest[0]} ${rest[1]}`, `+1-${area}-${rest[0]}-${rest[1]}`,
    `${area}.${rest[0]}.${rest[1]}`, `+44 ${british[0]} ${british[1]}`, `0${british[0]} ${british[1]}`, `+44${british[0]}${british[1]}`, `020 7946 0${random.digits(3)}`,
  ]; // biome-ignore format: a table
  return { label: "[phone]", text: random.pick(forms) };
}

export function passport(random: Random): Value {
  const letter = random.pick(["A", "B", "C", "D", "H", "K", "M"]);
  const forms = [
    `E${random.digits(8)}`,
    `G${random.digits(8)}`,
    `E${letter}${random.digits(7)}`,
    `e${random.digits(8)}`,
    `E ${random.digits(8)}`,
  ];
  return { label: "[passport]", text: random.pick(forms) };
}

const LOCALS = [
  "li.lei",
  "hanmeimei",
  "zhang_wei",
  "wang88",
  "j.smith",
  "emma-jones",
  "tom.baker+shop",
  "xiaoming2020",
  "a.b.c",
  "no1fan",
];
const HOSTS = [
  "qq.com",
  "163.com",
  "126.com",
  "gmail.com",
  "outlook.com",
  "example.org",
  "mail.example.co.uk",
  "sina.com.cn",
  "foxmail.com",
  "proton.me",
];

export function email(random: Random): Value {
  const local = random.pick(LOCALS) + (random.chance(0.3) ? random.digits(3) : "");
  const host = random.pick(HOSTS);
  const forms = [
    `${local}@${host}`,
    `${local}@${host}`,
    `${local}@${host}`,
    `${random.pick(MOBILE_STARTS)}${random.digits(8)}@${host}`,
    `${local} @ ${host}`,
    `${local}[at]${host}`,
    `${local} at ${host.replaceAll(".", " dot ")}`,
    `${local.toUpperCase()}@${host.toUpperCase()}`,
  ];
  return { label: "[email]", text: random.pick(forms) };
}

const CITIES = [
  "北京市朝阳区",
  "上海市浦东新区",
  "广东省深圳市南山区",
  "浙江省杭州市西湖区",
  "江苏省苏州市工业园区",
  "四川省成都市武侯区",
  "湖北省武汉市洪山区",
  "陕西省西安市雁塔区",
  "山东省青岛市市南区",
  "天津市和平区",
  "福建省厦门市思明区",
  "河南省郑州市金水区",
];
const STREETS = [
  "建国路",
  "张江路",
  "科技园南路",
  "文三路",
  "星湖街",
  "人民南路",
  "珞喻路",
  "长安南路",
  "香港中路",
  "南京路",
  "湖滨南路",
  "花园路",
  "中山大道",
  "解放大街",
];
const ESTATES = ["阳光花园", "翠苑小区", "金色家园", "碧桂园", "万科城", "华润大厦"];
const ENGLISH_STREETS = [
  "Baker Street",
  "Elm Street",
  "Park Avenue",
  "King's Road",
  "Mill Lane",
  "Sunset Boulevard",
  "Oak Drive",
  "Church Road",
  "High Street",
  "Maple Court",
  "Station Road",
  "Queens Way",
];
const TOWNS = [
  "London NW1 6XE",
  "Leeds LS1 4AP",
  "Springfield, IL 62704",
  "Austin, TX 78701",
  "Portland, OR 97205",
  "Bristol BS1 5TR",
];

export function address(random: Random): Value {
  const n = (): number => 1 + random.int(200);
  const door = `${n()}号`;
  const city = random.pick(CITIES);
  const street = random.pick(STREETS);
  const estate = random.pick(ESTATES);
  const english = random.pick(ENGLISH_STREETS);
  const forms = [
    `${city}${street}${door}`, `${city}${street}${door}${estate}${n()}栋${n()}室`, `${city}${street}${door}${1 + random.int(20)}号楼${1 + random.int(6)}单元${101 + random.int(900)}室`,
    `${city}${estate}${1 + random.int(30)}幢${1 + random.int(4)}单元${101 + random.int(900)}`, `${street}${door}`, `${n()} ${english}`, `${n()} ${english}, ${random.pick(TOWNS)}`,
    `Flat ${1 + random.int(30)}, ${n()} ${english}`, `${n()} ${english}, Apt ${1 + random.int(30)}B`,
  ]; // biome-ignore format: a table
  return { label: "[address]", text: random.pick(forms) };
}

const PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ";

export function plate(random: Random): Value {
  const letter = (): string => random.pick([...PLATE_LETTERS]);
  const office = random.pick([..."京沪粤浙苏川鄂陕鲁津闽豫渝湘皖冀辽吉黑蒙"]) + random.pick([..."ABCDEF"]);
  const plain = random.pick([
    random.digits(5),
    `${letter()}${random.digits(4)}`,
    `${random.digits(4)}${letter()}`,
    `${letter()}${letter()}${random.digits(3)}`,
  ]);
  const green = random.pick([`D${random.digits(5)}`, `F${random.digits(5)}`, `${random.digits(5)}D`]);
  const between = random.pick(["", "", "·", " "]);
  return { label: "[plate]", text: office + between + (random.chance(0.25) ? green : plain) };
}

export const VALUES = [nationalId, bankCard, mobile, landline, foreignPhone, passport, email, address, plate] as const;
