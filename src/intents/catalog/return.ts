import { defineIntent, pick } from "./define.ts";

export const returnGoods = defineIntent(
  "return",
  { en: 'send goods back for the money, also "can I return it?"', zh: "退货退款，包括“能退吗”" },
  pick("product", "order_id", "reason"),
);
