# What depends on others waits for them, and starts in parallel as soon as they are there.
app web needs=api
app api needs=db,cache
app db
app cache
> spawns take 100ms
> start web api db cache
       6 ms  web#0     process:created
       6 ms  api#0     process:created
       6 ms  db#0      process:created
       6 ms  cache#0   process:created
       6 ms  db#0      process:starting
       6 ms  cache#0   process:starting
       6 ms  api#0     process:waiting (for db (starting), cache (starting))
       6 ms  web#0     process:waiting (for api (waiting))
> list
    0  web#0     waiting   restarts 0  for api (waiting)
    1  api#0     waiting   restarts 0  for db (starting), cache (starting)
    2  db#0      starting  restarts 0
    3  cache#0   starting  restarts 0
> wait 1s
     106 ms  db#0      process:online
     106 ms  cache#0   process:online
     106 ms  api#0     process:starting
     206 ms  api#0     process:online
     206 ms  web#0     process:starting
     306 ms  web#0     process:online
     306 ms            answer: web#0 online, api#0 online, db#0 online, cache#0 online
> list
    0  web#0     online    restarts 0  up 704 ms
    1  api#0     online    restarts 0  up 804 ms
    2  db#0      online    restarts 0  up 904 ms
    3  cache#0   online    restarts 0  up 904 ms
# Who is started brings what it needs, unless it is told not to.
> stop all
    1011 ms  web#0     <- SIGTERM
    1011 ms  web#0     process:stopping
    1011 ms  api#0     process:stopping (ends after web)
    1011 ms  db#0      process:stopping (ends after api)
    1011 ms  cache#0   process:stopping (ends after api)
    1012 ms  api#0     <- SIGTERM
    1012 ms  web#0     process:exited (SIGTERM after 706 ms)
    1012 ms  web#0     process:stopped (SIGTERM)
    1012 ms  api#0     process:stopping
    1013 ms  db#0      <- SIGTERM
    1013 ms  cache#0   <- SIGTERM
    1013 ms  api#0     process:exited (SIGTERM after 807 ms)
    1013 ms  api#0     process:stopped (SIGTERM)
    1013 ms  db#0      process:stopping
    1013 ms  cache#0   process:stopping
    1014 ms  db#0      process:exited (SIGTERM after 908 ms)
    1014 ms  db#0      process:stopped (SIGTERM)
    1014 ms  cache#0   process:exited (SIGTERM after 908 ms)
    1014 ms  cache#0   process:stopped (SIGTERM)
    1014 ms            answer: web#0 stopped, api#0 stopped, db#0 stopped, cache#0 stopped
> wait 1s
> start api
    2016 ms  db#0      process:starting
    2016 ms  cache#0   process:starting
    2016 ms  api#0     process:waiting (for db (starting), cache (starting))
> wait 1s
    2116 ms  db#0      process:online
    2116 ms  cache#0   process:online
    2116 ms  api#0     process:starting
    2216 ms  api#0     process:online
    2216 ms            answer: api#0 online, db#0 online, cache#0 online
> stop all
    3021 ms  api#0     <- SIGTERM
    3021 ms  api#0     process:stopping
    3021 ms  db#0      process:stopping (ends after api)
    3021 ms  cache#0   process:stopping (ends after api)
    3022 ms  db#0      <- SIGTERM
    3022 ms  cache#0   <- SIGTERM
    3022 ms  api#0     process:exited (SIGTERM after 806 ms)
    3022 ms  api#0     process:stopped (SIGTERM)
    3022 ms  db#0      process:stopping
    3022 ms  cache#0   process:stopping
    3023 ms  db#0      process:exited (SIGTERM after 907 ms)
    3023 ms  db#0      process:stopped (SIGTERM)
    3023 ms  cache#0   process:exited (SIGTERM after 907 ms)
    3023 ms  cache#0   process:stopped (SIGTERM)
    3023 ms            answer: web#0 stopped, api#0 stopped, db#0 stopped, cache#0 stopped
> wait 1s
> start web --no-deps
    4026 ms  web#0     process:starting
> wait 1s
    4126 ms  web#0     process:online
    4126 ms            answer: web#0 online
> list
    0  web#0     online    restarts 0  up 904 ms  last SIGTERM
    1  api#0     stopped   restarts 0  last SIGTERM
    2  db#0      stopped   restarts 0  last SIGTERM
    3  cache#0   stopped   restarts 0  last SIGTERM
