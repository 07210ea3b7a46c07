# Who depends on an app ends before it, by whatever command; each has its own time.
app web needs=api kill=100
app api needs=db
app db
> start web api db
       1 ms  web#0     process:created
       1 ms  api#0     process:created
       1 ms  db#0      process:created
       1 ms  db#0      process:starting
       1 ms  api#0     process:waiting (for db (starting))
       1 ms  web#0     process:waiting (for api (waiting))
       2 ms  db#0      process:online
       2 ms  api#0     process:starting
       3 ms  api#0     process:online
       3 ms  web#0     process:starting
       4 ms  web#0     process:online
       4 ms            answer: web#0 online, api#0 online, db#0 online
> program web deaf
> restart web
      11 ms  web#0     <- SIGTERM
      11 ms  web#0     process:stopping
      12 ms  web#0     process:exited (SIGTERM after 8 ms)
      12 ms  web#0     process:restarting
      12 ms  web#0     process:starting
      13 ms  web#0     process:online
      13 ms            answer: web#0 online
> wait 1s
> stop all
    1016 ms  web#0     <- SIGTERM
    1016 ms  web#0     process:stopping
    1016 ms  api#0     process:stopping (ends after web)
    1016 ms  db#0      process:stopping (ends after api)
> list
    0  web#0     stopping  restarts 1  up 1007 ms  last SIGTERM
    1  api#0     stopping  restarts 0  up 1017 ms  ends after web
    2  db#0      stopping  restarts 0  up 1018 ms  ends after api
> wait 200ms
    1116 ms  web#0     <- SIGKILL
    1116 ms  web#0     process:stopping (did not end in time: SIGKILL)
    1117 ms  api#0     <- SIGTERM
    1117 ms  web#0     process:exited (SIGKILL after 1104 ms)
    1117 ms  web#0     process:stopped (SIGKILL)
    1117 ms  api#0     process:stopping
    1118 ms  db#0      <- SIGTERM
    1118 ms  api#0     process:exited (SIGTERM after 1115 ms)
    1118 ms  api#0     process:stopped (SIGTERM)
    1118 ms  db#0      process:stopping
    1119 ms  db#0      process:exited (SIGTERM after 1117 ms)
    1119 ms  db#0      process:stopped (SIGTERM)
    1119 ms            answer: web#0 stopped, api#0 stopped, db#0 stopped
> start web
    1221 ms  db#0      process:starting
    1221 ms  api#0     process:waiting (for db (starting))
    1221 ms  web#0     process:waiting (for api (waiting))
    1222 ms  db#0      process:online
    1222 ms  api#0     process:starting
    1223 ms  api#0     process:online
    1223 ms  web#0     process:starting
    1224 ms  web#0     process:online
    1224 ms            answer: web#0 online, api#0 online, db#0 online
> wait 1s
> restart all
    2226 ms  web#0     <- SIGTERM
    2226 ms  web#0     process:stopping
    2226 ms  api#0     process:stopping (ends after web)
    2226 ms  db#0      process:stopping (ends after api)
> wait 1s
    2326 ms  web#0     <- SIGKILL
    2326 ms  web#0     process:stopping (did not end in time: SIGKILL)
    2327 ms  api#0     <- SIGTERM
    2327 ms  web#0     process:exited (SIGKILL after 1103 ms)
    2327 ms  web#0     process:waiting (for api (stopping))
    2327 ms  api#0     process:stopping
    2328 ms  db#0      <- SIGTERM
    2328 ms  api#0     process:exited (SIGTERM after 1105 ms)
    2328 ms  api#0     process:waiting (for db (stopping))
    2328 ms  db#0      process:stopping
    2329 ms  db#0      process:exited (SIGTERM after 1107 ms)
    2329 ms  db#0      process:restarting
    2329 ms  db#0      process:starting
    2330 ms  db#0      process:online
    2330 ms  api#0     process:restarting
    2330 ms  api#0     process:starting
    2331 ms  api#0     process:online
    2331 ms  web#0     process:restarting
    2331 ms  web#0     process:starting
    2332 ms  web#0     process:online
    2332 ms            answer: web#0 online, api#0 online, db#0 online
> shutdown
    3231 ms  web#0     <- SIGTERM
    3231 ms            engine:stopping
    3231 ms  web#0     process:stopping
    3231 ms  api#0     process:stopping (ends after web)
    3231 ms  db#0      process:stopping (ends after api)
> wait 1s
    3331 ms  web#0     <- SIGKILL
    3331 ms  web#0     process:stopping (did not end in time: SIGKILL)
    3332 ms  api#0     <- SIGTERM
    3332 ms  web#0     process:exited (SIGKILL after 1000 ms)
    3332 ms  web#0     process:stopped (SIGKILL)
    3332 ms  api#0     process:stopping
    3333 ms  db#0      <- SIGTERM
    3333 ms  api#0     process:exited (SIGTERM after 1002 ms)
    3333 ms  api#0     process:stopped (SIGTERM)
    3333 ms  db#0      process:stopping
    3334 ms  db#0      process:exited (SIGTERM after 1004 ms)
    3334 ms  db#0      process:stopped (SIGTERM)
    3334 ms            answer: done
