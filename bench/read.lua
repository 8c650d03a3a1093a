-- wrk's script: posts one picture, named by the environment's PICTURE.
local file = assert(io.open(os.getenv("PICTURE") or "digit.png", "rb"))
wrk.method = "POST"
wrk.body = file:read("*a")
wrk.headers["Content-Type"] = "image/png"
file:close()
