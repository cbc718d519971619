import { defineIntent, pick } from "./define.ts";

export const question = defineIntent(
  "question",
  { en: "policy, postage, invoice, warranty, payment, discounts", zh: "问政策、运费、发票、保修、付款、优惠" },
  pick("product", "order_id"),
);
