-- Posts one body with one set of headers; both are files in the folder given.
function init(args)
	local folder = args[1]
	wrk.method = "POST"
	wrk.body = io.open(folder .. "/body", "rb"):read("*a")
	for line in io.lines(folder .. "/header") do
		local name, value = line:match("^(.-): (.-)\r?$")
		wrk.headers[name] = value
	end
end

-- The last line is for the program that started wrk.
function done(summary)
	local e = summary.errors
	local failed = e.connect + e.read + e.write + e.status + e.timeout
	print(string.format("summary %d %d %d", summary.requests, summary.duration, failed))
end
