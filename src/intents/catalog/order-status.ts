import { defineIntent, pick } from "./define.ts";

export const orderStatus = defineIntent(
  "order_status",
  { en: "where an order is, when it ships or arrives", zh: "订单、快递到哪了，什么时候发货、到货" },
  pick("product", "order_id"),
);
