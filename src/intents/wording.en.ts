import type { ItemLine, Wording } from "./wording.ts";

const STATUS = {
  pending: "not shipped yet",
  shipped: "on its way",
  delivered: "delivered",
  cancelled: "cancelled",
} as const;
const VERB = { return: "return", exchange: "exchange", cancel: "cancel" } as const;
const list = (lines: string[]): string => lines.map((line) => `- ${line}`).join("\n");
const quantity = (item: ItemLine): string =>
  item.quantity < item.of ? ` ×${item.quantity} (of ${item.of})` : item.of > 1 ? ` ×${item.quantity}` : "";

export const en: Wording = {
  fixed: {
    thanks: "You're welcome. I'm here if you need anything else.",
    goodbye: "Goodbye, and have a good day.",
    greeting:
      "Hi, I'm here. I can return, exchange or cancel items, find a parcel, or answer a question. What do you need?",
    anythingElse: "Is there anything else I can do for you?",
    keptPrivate:
      "I've hidden the personal details you sent: orders and returns don't need them, and only a colleague who has to can see them. Just tell me what you'd like to do.",
    outOfScope:
      "That's outside what I can help with. I can return, exchange or cancel items, find a parcel, or answer questions about shopping here.",
    clarify:
      "Sorry, I didn't quite get that. Tell me what you'd like to do, for example “return the lamp I bought last week” or “where is my parcel”.",
    offerPerson:
      "Sorry, I still don't understand. Try other words, or reply “talk to a person” and a colleague will help you.",
    whichOne: "Which one would you like to add? Please give me the product or the order number.",
    nothingToConfirm: "There is nothing waiting for your confirmation. Just tell me what you'd like to do.",
    abandoned: "All right, I've dropped that. Nothing was changed on your orders. I'm here if you need anything.",
    denied: "All right, I haven't done anything and your orders are unchanged. Is there anything else?",
    holding:
      "Sorry, something went wrong on my side. I'm connecting you to a person now. Everything you said is saved, you won't have to repeat it.",
    handedOff:
      "Of course. I'm connecting you to a person now. They can see this conversation, so you won't have to repeat anything.",
    ended: "This conversation has ended. Thank you for getting in touch. Just write again whenever you need us.",
    paused:
      "I haven't heard from you for a while, so I've set this aside; nothing was changed. Just carry on whenever you like.",
    reassure: "My colleagues are still busy. I keep looking for someone; you keep your place in the queue.",
    callback:
      "Everyone is busy at the moment. You don't have to wait here: a colleague will answer in this chat. You can also leave a message and say when to reach you.",
    resolved: "The agent marked this as resolved. If anything is still open, just write.",
    oneMoment: "One moment please, this takes a little longer than usual. I'm still on it.",
    pullBack: "Let's come back to what we had started:",
    unsure:
      "I want to get this right rather than guess, so I'm connecting you to a person now. They can see this conversation, you won't have to repeat anything.",
    selfHarm:
      "Thank you for telling us. How you feel matters, and I'm getting a colleague to talk with you right now. If you are in danger, please call your local emergency number (112, 911 or 999), or a crisis line near you: findahelpline.com lists them.",
    noAnswer:
      "I don't have a reliable answer to that, and I don't want to guess. Reply “talk to a person” if you'd like a colleague to answer.",
  },
  kind: VERB,
  listItem: (item) => `${item.label}${quantity(item)} (order ${item.orderId}, ${item.when})`,
  proposalLine: (kind, item, exchangeFor) => {
    const what = `${item.label}${quantity(item)}, order ${item.orderId}`;
    if (kind === "return") return `**Return** ${what}: refund ${item.amount}`;
    if (kind === "cancel") return `**Cancel** ${what}: refund ${item.amount}`;
    return `**Exchange** ${what}: ${exchangeFor ? `for ${exchangeFor}` : "for a new one of the same kind"}`;
  },
  propose: (lines, reasons, total, several) =>
    [
      "Please check. This is what I'll do:",
      list(lines),
      ...(reasons.length > 0 ? [`Reason: ${reasons.join("; ")}`] : []),
      ...(total && (several || lines.length > 1) ? [`Refund in all: ${total}, to the original payment method`] : []),
      "Shall I go ahead? Reply “yes” to confirm or “no” to leave everything as it is.",
    ].join("\n"),
  ask: {
    items: (kind, items) =>
      items.length > 0
        ? `Which one would you like to ${VERB[kind]}?\n${list(items.map(en.listItem))}`
        : `Which one would you like to ${VERB[kind]}? Please give me the product or the order number.`,
    reason: (kind, items) =>
      `${items.length > 0 ? `I found ${items.map((item) => en.listItem(item)).join(", ")}.\n` : ""}May I ask why you'd like to ${VERB[kind]} ${items.length > 1 ? "them" : "it"}? You can reply “skip” if you'd rather not say.`,
    variant: (_, items) =>
      `${items.length > 0 ? `${items.map((item) => item.label).join(", ")}: ` : ""}what would you like instead (colour, size, model)? A new one of the same kind is fine too.`,
  },
  refused: (kind, items, why) => {
    const names = items.map(en.listItem).join(", ");
    switch (why) {
      case "not-delivered":
        return names
          ? `${names}: not delivered yet, so it can't be ${VERB[kind]}ed until it arrives. If it hasn't shipped, I can cancel it instead.`.replace(
              "exchangeed",
              "exchanged",
            )
          : `You have no delivered order to ${VERB[kind]} at the moment.`;
      case "already-shipped":
        return names
          ? `${names}: already shipped or delivered, so it can't be cancelled any more. You can return it once it has arrived.`
          : "You have no order left that hasn't shipped, so there is nothing to cancel.";
      case "already-cancelled":
        return `${names || "That order"}: already cancelled, nothing more to do.`;
      case "already-requested":
        return `${names || "That item"}: a request was already made for it, so I won't make it twice.`;
      case "sign-in":
        return `To ${VERB[kind]} something I need to know who you are. Please sign in, or reply “talk to a person”.`;
      case "no-orders":
        return `You have no order I could ${VERB[kind]}. If that looks wrong, reply “talk to a person” and a colleague will check.`;
    }
  },
  notFound: (unknown) => `I couldn't find “${unknown}” among your orders.`,
  variantUnavailable: (item, wanted, available) =>
    available.length > 0
      ? `${item.label}: “${wanted}” isn't in stock. These are:\n${list(available)}`
      : `${item.label}: nothing to exchange it for is in stock. You could return it, or reply “talk to a person”.`,
  whatAbout: (items) =>
    `Is this the one?\n${list(items.map(en.listItem))}\nWhat would you like to do with it: return, exchange, cancel, or check where it is?`,
  quantityTooHigh: (item, available) =>
    `${item.label}: only ${available} can be requested, so I've made it ${available}.`,
  done: (kind, orderId, items, amount) => {
    const names = items.join(", ");
    if (kind === "cancel")
      return `Cancelled: ${names} (order ${orderId}).${amount ? ` ${amount} goes back to your original payment method.` : ""}`;
    if (kind === "return")
      return `Return requested: ${names} (order ${orderId}). A courier will contact you within 24 hours${amount ? `; ${amount} is refunded once we've checked it` : ""}.`;
    return `Exchange requested: ${names} (order ${orderId}). A courier will contact you within 24 hours; the new one ships once we have the old one.`;
  },
  failed: (kind, orderId, why) => {
    const because = {
      "not-found": "I couldn't find that order",
      "wrong-status": "its status has just changed",
      "already-requested": "a request was already made for it",
      "out-of-stock": "what you wanted instead has just sold out",
    }[why];
    return `I couldn't ${VERB[kind]} on order ${orderId}: ${because}. Nothing was changed.`;
  },
  status: (order, items, day, requested) => {
    const where = [
      `Order ${order.id}: **${STATUS[order.status]}**`,
      `ordered ${day(order.placedAt)}`,
      ...(order.shippedAt ? [`shipped ${day(order.shippedAt)}`] : []),
      ...(order.carrier ? [`${order.carrier}${order.trackingNumber ? ` ${order.trackingNumber}` : ""}`] : []),
      ...(order.deliveredAt ? [`delivered ${day(order.deliveredAt)}`] : []),
    ].join(", ");
    const requests = order.requests.map(
      (request) => `${request.kind}: ${requested(request).join(", ")} (requested ${day(request.at)})`,
    );
    return [where, `Items: ${items.join(", ")}`, ...requests].join("\n");
  },
  statusNone: (unknown) =>
    unknown
      ? `I couldn't find “${unknown}” among your orders. Could you check the number?`
      : "There are no orders on this account. If you bought with another account, please sign in with that one.",
  perhaps: (asked, text) => `I'm not sure I got that right. If you mean “${asked}”:\n${text}`,
  returnedToBot: (summary) =>
    [
      "My colleague has finished and I'm back with you.",
      ...(summary ? [`They noted: ${summary}`] : []),
      "Is there anything else?",
    ].join("\n"),
  agentJoined: (name) => `${name} from our team has joined and is helping you now.`,
  agentLeft: (name) => `${name} had to leave; I'm finding someone else for you.`,
  choices: {
    yes: { label: "Yes, go ahead", text: "yes" },
    no: { label: "No", text: "no" },
    person: { label: "Talk to a person", text: "talk to a person" },
    all: { label: "All of them", text: "all of them" },
    whatFor: [
      { label: "Return it", text: "return it" },
      { label: "Exchange it", text: "exchange it" },
      { label: "Where is it?", text: "where is it?" },
    ],
    skip: { label: "Skip", text: "skip" },
  },
};
