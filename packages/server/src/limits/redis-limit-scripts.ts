/**
 * The limits as Redis scripts: each runs as a whole, on Redis's own clock, so that any number of servers keep one
 * count. A limit is a sorted set of entries by the moment they lapse.
 *
 * Arguments of a rule: limit, reserveMs, holdMs (-1: none), untilEnd (1 or 0), weight (0: none).
 */

const COMMON = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local function rulesFrom(first, count)
  local rules = {}
  for i = 1, count do
    local at = first + (i - 1) * 5
    rules[i] = {
      key = KEYS[i], limit = tonumber(ARGV[at]), reserve = tonumber(ARGV[at + 1]), hold = tonumber(ARGV[at + 2]),
      untilEnd = ARGV[at + 3] == '1', weight = tonumber(ARGV[at + 4])
    }
  end
  return rules
end

local function check(rules, former)
  local granted = 1
  for _, rule in ipairs(rules) do granted = math.max(granted, rule.weight) end
  for i, rule in ipairs(rules) do
    redis.call('ZREMRANGEBYSCORE', rule.key, '-inf', now)
    local free = rule.limit - redis.call('ZCARD', rule.key)
    if former and rule.untilEnd and redis.call('ZSCORE', rule.key, former.id .. '#0') then free = free + 1 end
    if free < 1 then
      local first = redis.call('ZRANGE', rule.key, 0, 0, 'WITHSCORES')
      return nil, {0, i, math.max(1, tonumber(first[2] or now) - now)}
    end
    if rule.weight > 0 then granted = math.min(granted, free) end
  end
  return granted
end

local function add(key, entry, ms)
  redis.call('ZADD', key, now + ms, entry)
  redis.call('PEXPIRE', key, math.max(redis.call('PTTL', key), ms))
end

local function takePlace(ownerKey, id)
  local text = redis.call('GET', ownerKey)
  local place = text and cjson.decode(text)
  if not place or place.id ~= id then return nil end
  redis.call('DEL', ownerKey)
  return place
end

local function addAll(rule, id, granted, ms)
  local count = rule.weight > 0 and granted or 1
  for n = 0, count - 1 do add(rule.key, id .. '#' .. n, ms) end
end
`;

/** KEYS: the rules' keys, then the owner's. ARGV: rule count, place id, has owner, the rules. */
export const TAKE = `${COMMON}
local count = tonumber(ARGV[1])
local rules = rulesFrom(4, count)
local hasOwner, ownerKey = ARGV[3] == '1', KEYS[count + 1]
local former = hasOwner and redis.call('GET', ownerKey)
former = former and cjson.decode(former)
local granted, refusal = check(rules, former)
if not granted then return refusal end
if former then
  for _, rule in ipairs(former.rules) do
    if rule.untilEnd then redis.call('ZREM', rule.key, former.id .. '#0') end
  end
end
local placeMs = 0
for _, rule in ipairs(rules) do
  addAll(rule, ARGV[2], granted, rule.reserve)
  if rule.hold >= 0 then placeMs = math.max(placeMs, rule.reserve) end
end
if hasOwner and placeMs > 0 then
  redis.call('SET', ownerKey, cjson.encode({ id = ARGV[2], rules = rules }), 'PX', placeMs)
end
return {1, granted}
`;

/**
 * KEYS: the rules' keys, then the owner's and the call's. ARGV: rule count, call SID, for how long the call is
 * remembered, the place's id, the rules.
 */
export const ADMIT = `${COMMON}
local count = tonumber(ARGV[1])
local sid = ARGV[2]
local ownerKey, callKey = KEYS[count + 1], KEYS[count + 2]
local known = redis.call('GET', callKey)
if known then return {1, cjson.decode(known).granted} end

local function know(rules, granted)
  local releases = {}
  for _, rule in ipairs(rules) do
    if rule.hold >= 0 then
      releases[#releases + 1] =
        { key = rule.key, weight = rule.weight, untilEnd = rule.untilEnd, lapsesAt = now + rule.hold }
    end
  end
  redis.call('SET', callKey, cjson.encode({ granted = granted, releases = releases }), 'PX', ARGV[3])
  return {1, granted}
end

local place = takePlace(ownerKey, ARGV[4])
if place then
  for _, rule in ipairs(place.rules) do
    if rule.hold >= 0 then
      local score = redis.call('ZSCORE', rule.key, place.id .. '#0')
      if score and tonumber(score) > now then
        redis.call('ZREM', rule.key, place.id .. '#0')
        add(rule.key, sid .. '#0', rule.hold)
      end
    end
  end
  return know(place.rules, 1)
end

local rules = rulesFrom(5, count)
local granted, refusal = check(rules)
if not granted then return refusal end
for _, rule in ipairs(rules) do addAll(rule, sid, granted, rule.hold >= 0 and rule.hold or rule.reserve) end
return know(rules, granted)
`;

/** KEYS: the call's. ARGV: call SID, entries of weighted rules that stay, or come back after an earlier end. */
export const END = `${COMMON}
local known = redis.call('GET', KEYS[1])
if not known then return 0 end
local call = cjson.decode(known)
for _, release in ipairs(call.releases) do
  if release.untilEnd then
    local count = release.weight > 0 and call.granted or 1
    local kept = release.weight > 0 and tonumber(ARGV[2]) or 0
    for n = 0, count - 1 do
      local entry = ARGV[1] .. '#' .. n
      if n >= kept then
        redis.call('ZREM', release.key, entry)
      elseif release.lapsesAt > now then
        add(release.key, entry, release.lapsesAt - now)
      end
    end
  end
end
return 1
`;

/** KEYS: the call's. ARGV: call SID. */
export const UNDO = `
local known = redis.call('GET', KEYS[1])
if not known then return 0 end
local call = cjson.decode(known)
for _, release in ipairs(call.releases) do
  local count = release.weight > 0 and call.granted or 1
  for n = 0, count - 1 do redis.call('ZREM', release.key, ARGV[1] .. '#' .. n) end
end
redis.call('DEL', KEYS[1])
return 1
`;

/** KEYS: the call's, then the owner's. ARGV: the place's id. */
export const TURN_AWAY = `${COMMON}
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local place = takePlace(KEYS[2], ARGV[1])
if not place then return 0 end
for _, rule in ipairs(place.rules) do redis.call('ZREM', rule.key, place.id .. '#0') end
return 1
`;
