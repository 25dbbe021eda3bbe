-- One kind of request, from the environment. {n} in BODY is another number each time, beginning behind START. With RATE, all
-- connections together send about so many requests a second; otherwise each sends the next one when it has its answer.
local body = os.getenv("BODY")
local authorization = os.getenv("AUTHORIZATION")
local rate = tonumber(os.getenv("RATE"))
local connections = tonumber(os.getenv("CONNECTIONS"))
local number = tonumber(os.getenv("START") or 0)

if authorization then
   wrk.headers["Authorization"] = authorization
end
if body then
   wrk.method = "POST"
   wrk.headers["Content-Type"] = os.getenv("TYPE")
   wrk.body = body
end

local plain
function init()
   plain = wrk.format()
end

local is_numbered = body and body:find("{n}", 1, true)
function request()
   if not is_numbered then
      return plain
   end
   number = number + 1
   return wrk.format(nil, nil, nil, (body:gsub("{n}", string.format("%08d", number))))
end

if rate then
   -- Between nothing and twice the mean, so that the connections do not keep step.
   function delay()
      return math.random() * 2000 * connections / rate
   end
end

-- For who started this: requests, seconds, errors, and the latency in microseconds.
function done(summary, latency)
   local errors = summary.errors
   io.write(string.format(
      "measured %d %.6f %d %d %d\n",
      summary.requests,
      summary.duration / 1e6,
      errors.connect + errors.read + errors.write + errors.status + errors.timeout,
      latency:percentile(50),
      latency:percentile(99)
   ))
end
