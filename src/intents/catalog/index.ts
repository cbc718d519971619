/** Every intent, in the order of the prompts. A new one: a file here, and its line below. */
import { cancel } from "./cancel.ts";
import { exchange } from "./exchange.ts";
import { human } from "./human.ts";
import { orderStatus } from "./order-status.ts";
import { outOfScope } from "./out-of-scope.ts";
import { question } from "./question.ts";
import { returnGoods } from "./return.ts";
import { smalltalk } from "./smalltalk.ts";

export const CATALOG = [returnGoods, exchange, cancel, orderStatus, question, human, smalltalk, outOfScope] as const;

export type Intent = (typeof CATALOG)[number]["name"];
export const INTENTS: readonly Intent[] = CATALOG.map(({ name }) => name);
