import { BUCKET_MS, FAILURES_TO_OPEN, OPEN_MS, WINDOW_MS } from "./types.ts";

/** Longer than the window and the longest Retry-After (an hour): a tier that nobody asks is forgotten. */
const KEEP_MS = 2 * 60 * 60 * 1000;

/** Reads the tier's hash into `s` (numbers by field) and `used` (tokens by second); drops the seconds that left the window. */
const READ = `
local key, now = KEYS[1], tonumber(ARGV[1])
local s, used = { failures = 0, open = 0, probe = 0, blocked = 0 }, {}
local fields = redis.call('HGETALL', key)
for i = 1, #fields, 2 do
  local second = tonumber(string.match(fields[i], '^t(%d+)$'))
  if second == nil then s[fields[i]] = tonumber(fields[i + 1])
  elseif (second + 1) * ${BUCKET_MS} + ${WINDOW_MS} <= now then redis.call('HDEL', key, fields[i])
  else used[second] = tonumber(fields[i + 1]) end
end
local function breaker()
  if s.failures < ${FAILURES_TO_OPEN} then return 'closed' end
  return now < s.open and 'open' or 'half-open'
end
local function put(field, value)
  s[field] = value
  redis.call('HSET', key, field, value)
end
`;

/** ARGV: now, tokens, quota or -1, lease. Returns {1, second, probe, breaker} or {0, because, wait or -1, breaker}. */
export const ADMIT = `${READ}
local tokens, quota, lease = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local state = breaker()
if now < s.blocked then return { 0, 'rate-limited', s.blocked - now, state } end
if state == 'open' then return { 0, 'breaker', s.open - now, state } end
local probe = state == 'half-open'
if probe and now < s.probe then return { 0, 'breaker', s.probe - now, state } end
if quota >= 0 then
  local total, seconds = tokens, {}
  for second, count in pairs(used) do
    total = total + count
    table.insert(seconds, second)
  end
  if total > quota then
    table.sort(seconds)
    for _, second in ipairs(seconds) do
      total = total - used[second]
      if total <= quota then return { 0, 'quota', (second + 1) * ${BUCKET_MS} + ${WINDOW_MS} - now, state } end
    end
    return { 0, 'quota', -1, state }
  end
end
if probe then put('probe', now + lease) end
local second = math.floor(now / ${BUCKET_MS})
redis.call('HINCRBY', key, string.format('t%d', second), tokens)
redis.call('PEXPIRE', key, ${KEEP_MS})
return { 1, second, probe and 1 or 0, state }
`;

/** ARGV: now, second, reserved, tokens or -1, probe, kind, retry after. Returns the breaker. */
export const SETTLE = `${READ}
local second, reserved, tokens = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
if tokens >= 0 and used[second] then
  redis.call('HSET', key, string.format('t%d', second), math.max(0, used[second] - reserved + tokens))
end
if ARGV[5] == '1' then put('probe', 0) end
if ARGV[6] == 'answered' then put('failures', 0)
elseif ARGV[6] == 'limited' then put('blocked', now + tonumber(ARGV[7]))
elseif ARGV[6] == 'failed' then
  put('failures', s.failures + 1)
  if s.failures >= ${FAILURES_TO_OPEN} then put('open', now + ${OPEN_MS}) end
end
redis.call('PEXPIRE', key, ${KEEP_MS})
return breaker()
`;
