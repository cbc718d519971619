import { defineIntent, pick } from "./define.ts";

export const cancel = defineIntent(
  "cancel",
  { en: "stop an order", zh: "取消订单，不要了" },
  pick("product", "order_id", "reason"),
);
