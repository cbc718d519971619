import type { Talk } from "./facts.ts";
import type { Random } from "./random.ts";

const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const ID_CHECKS = "10X98765432";

/** Made up, and made well: the check digit is right, or nothing would have to mask it. */
function nationalId(random: Random): string {
  const year = 1960 + random.below(45);
  const day = `${String(1 + random.below(12)).padStart(2, "0")}${String(1 + random.below(28)).padStart(2, "0")}`;
  const digits = `${random.pick(["110101", "310104", "330106", "440305", "510107"])}${year}${day}${random.digits(3)}`;
  const sum = ID_WEIGHTS.reduce((total, weight, at) => total + weight * Number(digits[at]), 0);
  return `${digits}${ID_CHECKS[sum % 11]}`;
}

/** The last digit makes it pass Luhn's test. */
function bankCard(random: Random): string {
  const digits = `622202${random.digits(12)}`;
  const sum = [...digits].reverse().reduce((total, digit, at) => {
    const value = Number(digit) * (at % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

/** Values for the braces of one conversation: the same customer has the same telephone in all of it. */
export function personalData(talk: Talk, random: Random): Record<string, string> {
  const city = random.pick(talk.cities);
  return {
    order: `GL-${random.digits(6)}`,
    tracking: `SF${random.digits(13)}`,
    phone: `1${random.pick(["38", "39", "50", "58", "77", "86", "99"])}${random.digits(8)}`,
    id: nationalId(random),
    card: bankCard(random),
    tail: random.digits(4),
    email: `user${random.digits(5)}@mail.example`,
    name: random.pick(talk.names),
    address: `${city}${/\p{Script=Han}/u.test(city) ? "市" : ", "}${random.pick(talk.streets)}`,
    city,
    product: random.pick(talk.products),
  };
}

export const filled = (text: string, values: Record<string, string>): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
