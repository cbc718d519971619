import type { ItemLine, Wording } from "./wording.ts";

const STATUS = { pending: "待发货", shipped: "运输中", delivered: "已签收", cancelled: "已取消" } as const;
const list = (lines: string[]): string => lines.map((line) => `- ${line}`).join("\n");
const quantity = (item: ItemLine): string =>
  item.quantity < item.of ? ` ×${item.quantity}（共 ${item.of} 件）` : item.of > 1 ? ` ×${item.quantity}` : "";

export const zh: Wording = {
  fixed: {
    thanks: "不客气，有需要随时找我。",
    goodbye: "好的，再见，祝您生活愉快。",
    greeting: "您好，我在的。退货、换货、取消订单、查物流，或者有什么疑问，直接告诉我就行。",
    anythingElse: "还有什么可以帮您的吗？",
    keptPrivate:
      "您发来的个人信息我已经隐去了：查订单、退换货都用不到它，只有人工客服在需要时才能查看。请告诉我要办什么就好。",
    outOfScope: "这个我帮不上忙。我可以帮您退货、换货、取消订单、查物流，或者解答购物相关的问题。",
    clarify: "抱歉，我没太明白。您可以说说要办什么，比如“退掉上周买的台灯”“我的快递到哪了”。",
    offerPerson: "抱歉，我还是没理解您的意思。换个说法再试试，或者回复“转人工”，我请同事来帮您。",
    whichOne: "您还想加上哪一件？请告诉我商品名或订单号。",
    nothingToConfirm: "目前没有等您确认的事项。您想办什么，直接告诉我就行。",
    abandoned: "好的，那就不办了，订单没有任何改动。还有什么需要随时说。",
    denied: "好的，没有办理，订单没有任何改动。还有什么可以帮您的吗？",
    holding: "抱歉，我这边遇到点问题，正在为您转接人工客服，请稍等。您刚才说的内容都已记录，不用重复。",
    handedOff: "好的，正在为您转接人工客服，请稍等。前面的对话同事都能看到，不用重复说明。",
    ended: "本次对话已结束，感谢您的联系。以后有需要，直接发消息即可。",
    paused: "有一阵没收到您的消息，刚才的事情先放一放，订单没有改动。需要时直接接着说就行。",
    reassure: "同事还在忙，我正在继续为您联系，请再稍等一下。您的排队位置会保留。",
    callback: "目前客服都在忙。您可以先去忙别的，同事看到后会在这里回复您；也可以留言，说明方便联系的时间。",
    resolved: "客服已将本次问题标记为解决。如果还有疑问，直接发消息即可。",
    oneMoment: "请稍等，这次查得比平时久一点，我还在为您处理。",
    pullBack: "我们先回到刚才还没办完的这件事：",
    unsure: "这件事我不想凭猜测处理，正在为您转接人工客服。前面的对话同事都能看到，不用重复说明。",
    selfHarm:
      "谢谢您愿意说出来，您的感受很重要，我马上请一位同事来陪您聊。如果您现在有危险，请立刻拨打 120 或 110，也可以拨打全国统一心理援助热线 12356，那里有人倾听。",
    noAnswer: "这个问题我没有可靠的答案，不想误导您。需要的话，回复“转人工”，由同事为您解答。",
  },
  kind: { return: "退货", exchange: "换货", cancel: "取消" },
  listItem: (item) => `${item.label}${quantity(item)}（订单 ${item.orderId}，${item.when}）`,
  proposalLine: (kind, item, exchangeFor) => {
    const what = `${item.label}${quantity(item)}，订单 ${item.orderId}`;
    if (kind === "return") return `**退货**：${what}，退款 ${item.amount}`;
    if (kind === "cancel") return `**取消**：${what}，退款 ${item.amount}`;
    return `**换货**：${what}，${exchangeFor ? `换成 ${exchangeFor}` : "换同款新的"}`;
  },
  propose: (lines, reasons, total, several) =>
    [
      "请核对一下，我将为您办理：",
      list(lines),
      ...(reasons.length > 0 ? [`原因：${reasons.join("；")}`] : []),
      ...(total && (several || lines.length > 1) ? [`退款合计 ${total}，原路退回`] : []),
      "确认办理吗？回复“确认”我就提交，回复“不要”则不办理。",
    ].join("\n"),
  ask: {
    items: (kind, items) =>
      items.length > 0
        ? `您想${zh.kind[kind]}哪一件？\n${list(items.map(zh.listItem))}`
        : `您想${zh.kind[kind]}哪一件？请告诉我商品名或订单号。`,
    reason: (kind, items) =>
      `${items.length > 0 ? `找到了：${items.map((item) => zh.listItem(item)).join("、")}。\n` : ""}方便说一下${zh.kind[kind]}的原因吗？不想说也没关系，回复“跳过”即可。`,
    variant: (_, items) =>
      `${items.length > 0 ? `${items.map((item) => item.label).join("、")}：` : ""}想换成什么样的（颜色、尺码、型号）？换同款新的也可以。`,
  },
  refused: (kind, items, why) => {
    const names = items.map(zh.listItem).join("、");
    switch (why) {
      case "not-delivered":
        return names
          ? `${names}还没有签收，签收后才能${zh.kind[kind]}。如果还没发货，可以直接取消。`
          : `您目前没有已签收的订单可以${zh.kind[kind]}。`;
      case "already-shipped":
        return names ? `${names}已经发货或签收，不能取消了。签收后可以申请退货。` : "您目前没有待发货的订单可以取消。";
      case "already-cancelled":
        return `${names || "这个订单"}之前已经取消了，不需要再操作。`;
      case "already-requested":
        return `${names || "这件商品"}之前已经提交过申请，不会重复办理。`;
      case "sign-in":
        return `要${zh.kind[kind]}需要先确认您的身份，请登录后再来，或者回复“转人工”。`;
      case "no-orders":
        return `您名下目前没有可以${zh.kind[kind]}的订单。如果觉得不对，回复“转人工”，请同事核实。`;
    }
  },
  notFound: (unknown) => `在您的订单里没有找到“${unknown}”。`,
  variantUnavailable: (item, wanted, available) =>
    available.length > 0
      ? `${item.label}目前没有“${wanted}”的库存。可以换的有：\n${list(available)}`
      : `${item.label}目前没有可以换的库存，可以考虑退货，或回复“转人工”。`,
  whatAbout: (items) => `您说的是：\n${list(items.map(zh.listItem))}\n想怎么处理？退货、换货、取消，还是查进度？`,
  quantityTooHigh: (item, available) => `${item.label}只有 ${available} 件可以办理，已按 ${available} 件处理。`,
  done: (kind, orderId, items, amount) => {
    const names = items.join("、");
    if (kind === "cancel") return `已取消：${names}（订单 ${orderId}）${amount ? `，${amount} 将原路退回` : ""}。`;
    if (kind === "return")
      return `退货已提交：${names}（订单 ${orderId}）。快递员会在 24 小时内联系您取件${amount ? `，验收后 ${amount} 原路退回` : ""}。`;
    return `换货已提交：${names}（订单 ${orderId}）。快递员会在 24 小时内联系您取件，新的商品收到后寄出。`;
  },
  failed: (kind, orderId, why) => {
    const because = {
      "not-found": "没有找到这个订单",
      "wrong-status": "订单状态刚刚变了，现在不能办理",
      "already-requested": "这件商品已经提交过申请",
      "out-of-stock": "想换的款式刚刚没有库存了",
    }[why];
    return `订单 ${orderId} 没能${zh.kind[kind]}：${because}。没有做任何改动。`;
  },
  status: (order, items, day, requested) => {
    const where = [
      `订单 ${order.id}：**${STATUS[order.status]}**`,
      `${day(order.placedAt)}下单`,
      ...(order.shippedAt ? [`${day(order.shippedAt)}发货`] : []),
      ...(order.carrier ? [`${order.carrier}${order.trackingNumber ? ` ${order.trackingNumber}` : ""}`] : []),
      ...(order.deliveredAt ? [`${day(order.deliveredAt)}签收`] : []),
    ].join("，");
    const requests = order.requests.map(
      (request) => `${zh.kind[request.kind]}：${requested(request).join("、")}（${day(request.at)}提交）`,
    );
    return [where, `商品：${items.join("、")}`, ...requests].join("\n");
  },
  statusNone: (unknown) =>
    unknown
      ? `在您的订单里没有找到“${unknown}”，请核对一下订单号。`
      : "您名下目前没有订单。如果是用别的账号买的，请用那个账号登录。",
  perhaps: (asked, text) => `我不确定有没有理解对。您要问的如果是“${asked}”：\n${text}`,
  returnedToBot: (summary) =>
    [
      "客服同事已处理完，由我继续为您服务。",
      ...(summary ? [`同事备注：${summary}`] : []),
      "还有什么可以帮您的吗？",
    ].join("\n"),
  agentJoined: (name) => `客服 ${name} 已接入，正在为您服务。`,
  agentLeft: (name) => `客服 ${name} 暂时离开，正在为您联系其他同事。`,
  choices: {
    yes: { label: "确认", text: "确认" },
    no: { label: "不要", text: "不要" },
    person: { label: "转人工", text: "转人工" },
    all: { label: "全部", text: "全部" },
    whatFor: [
      { label: "退货", text: "我要退货" },
      { label: "换货", text: "我要换货" },
      { label: "查进度", text: "到哪了？" },
    ],
    skip: { label: "跳过", text: "跳过" },
  },
};
