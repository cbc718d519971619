/**
 * What is compressed against before it is encrypted: words that most envelopes hold. It belongs to the envelope's version: another
 * dictionary is another version, and this one stays for what it has compressed. The most frequent stand last.
 */
export const DICTIONARY = Buffer.from(
  [
    '[{"action":{"number":1,"kind":"exchange","orderId":"","items":[{"line":0,"quantity":1}],"reason":""},"ok":true}]',
    '{"type":"claimed","type":"message","type":"returned","type":"resolved","agent":{"id":"","name":""},"epoch":1,"handoffId":"handoff-',
    '"view":{"state":"HANDOFF","intent":"human","slots":{"items":[],"order_id":null,"reason":null,"wanted":[]},"missing":["reason"],',
    '"requests":[{"kind":"return","items":[],"reason":null,"missing":[]}],"turn":1,"why":"slots complete"},"choices":[{"label":"","text":""}]',
    '"carry":{"nextAction":1},"trace":{"tier":"examples","confidence":1},"says":[{"key":"propose","proposal":1,"requests":',
    '"messages":[{"seq":1,"role":"assistant","role":"customer","text":"","at":1',
    '{"times":{"idleResetMs":1800000,"completeAfterMs":604800000,"burstQuietMs":80,"leadInQuietMs":1200,"slowNoticeMs":4000},',
    '"handoffTimes":{"reassureEveryMs":120000,"reassureTimes":3},"maxHistoryEvents":4000}',
    '{"seq":0,"nextAction":1,"epoch":0,"handoffs":0,"turn":0}',
    "订单 GL-请核对一下，我将为您办理：\n- **退货**：（白色），退款 ¥原因：\n确认办理吗？回复“确认”我就提交，回复“不要”则不办理。",
    '"recalled":[{"role":"assistant","text":""},{"role":"customer","text":""}],"window":[',
    '"dialogue":{"state":"COLLECT","state":"CONFIRM","state":"INIT","open":[],"proposal":null,"nextRequest":1,"nextProposal":1,',
    '"nextAction":1,"misses":0,"focus":[],"about":[]},"recall":false,"now":1,"quietMs":80}',
    '{"identity":{"tenant":"demo","sessionId":"","customerId":"","locale":"en","locale":"zh","channel":"api"},"texts":[""],',
    '{"settled":true,"understanding":{"acts":[{"intent":"order_status","intent":"question","question":"","answers":["zh/qa/"]},',
    '{"intent":"return","intent":"exchange","intent":"cancel","mention":{"items":[{"orderId":"","line":0}],"all":true,"refused":[],',
    '"unknown":null},"reason":"","wanted":null,"relation":"plain"}],"answer":"yes","answer":null,"hedged":false,"mention":null,',
    '"relation":"plain","reason":null,"declined":false,"wanted":null,"eligible":{"return":[{"orderId":"","line":0},{"orderId":"","line":1}]},',
    '"facts":[{"ref":{"orderId":"","line":0},"available":1,"options":{}}],"refusal":null,"understood":true,"tier":"examples","confidence":1}}',
    '{"sent":true,"at":1,"shown":""}',
    '{"messageId":"","text":"","at":1',
    "\n\x16\n\x08encoding\x12\njson/plain\x12",
  ].join(""),
);
