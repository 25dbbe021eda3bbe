-- What a mail client sends, with the API key in the environment variable KEY.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
if os.getenv("KEY") ~= "none" then
   wrk.headers["Authorization"] = "Bearer " .. os.getenv("KEY")
end
wrk.body = [[{"client_name":"Example Mail","application_type":"native","redirect_uris":["http://127.0.0.1/callback"],]]
   .. [["token_endpoint_auth_method":"none","grant_types":["authorization_code","refresh_token"]}]]
