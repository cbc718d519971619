import { defineIntent, pick } from "./define.ts";

export const exchange = defineIntent(
  "exchange",
  { en: "get another size, colour or a replacement", zh: "换货，换尺码、颜色或换新" },
  pick("product", "order_id", "reason", "wanted"),
);
