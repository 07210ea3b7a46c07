# An app that is stopped by hand leaves those alone that depend on it, unless they or people want them to go with it.
app web needs=api cascade=both
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
> stop db
       6 ms  db#0      <- SIGTERM
       6 ms  db#0      process:stopping
       7 ms  db#0      process:exited (SIGTERM after 5 ms)
       7 ms  db#0      process:stopped (SIGTERM)
       7 ms            answer: db#0 stopped
> list
    0  web#0     online    restarts 0  up 6 ms
    1  api#0     online    restarts 0  up 7 ms
    2  db#0      stopped   restarts 0  last SIGTERM
> start db
      11 ms  db#0      process:starting
      12 ms  db#0      process:online
      12 ms            answer: db#0 online
> restart db --cascade
      16 ms  web#0     <- SIGTERM
      16 ms  web#0     process:stopping
      16 ms  api#0     process:stopping (ends after web)
      16 ms  db#0      process:stopping (ends after api)
      17 ms  api#0     <- SIGTERM
      17 ms  web#0     process:exited (SIGTERM after 13 ms)
      17 ms  web#0     process:waiting (for api (stopping))
      17 ms  api#0     process:stopping
      18 ms  db#0      <- SIGTERM
      18 ms  api#0     process:exited (SIGTERM after 15 ms)
      18 ms  api#0     process:waiting (for db (stopping))
      18 ms  db#0      process:stopping
      19 ms  db#0      process:exited (SIGTERM after 7 ms)
      19 ms  db#0      process:restarting
      19 ms  db#0      process:starting
      20 ms  db#0      process:online
      20 ms  api#0     process:restarting
      20 ms  api#0     process:starting
> wait 100ms
      21 ms  api#0     process:online
      21 ms  web#0     process:restarting
      21 ms  web#0     process:starting
      22 ms  web#0     process:online
      22 ms            answer: web#0 online, api#0 online, db#0 online
> list
    0  web#0     online    restarts 1  up 98 ms  last SIGTERM
    1  api#0     online    restarts 1  up 99 ms  last SIGTERM
    2  db#0      online    restarts 1  up 100 ms  last SIGTERM
> stop api
     121 ms  web#0     <- SIGTERM
     121 ms  web#0     process:stopping
     121 ms  api#0     process:stopping (ends after web)
     122 ms  api#0     <- SIGTERM
     122 ms  web#0     process:exited (SIGTERM after 100 ms)
     122 ms  web#0     process:stopped (SIGTERM)
     122 ms  api#0     process:stopping
     123 ms  api#0     process:exited (SIGTERM after 102 ms)
     123 ms  api#0     process:stopped (SIGTERM)
     123 ms            answer: web#0 stopped, api#0 stopped
> list
    0  web#0     stopped   restarts 1  last SIGTERM
    1  api#0     stopped   restarts 1  last SIGTERM
    2  db#0      online    restarts 1  up 105 ms  last SIGTERM
# One that ends by itself moves nobody.
> start web
     126 ms  api#0     process:starting
     126 ms  web#0     process:waiting (for api (starting))
     127 ms  api#0     process:online
     127 ms  web#0     process:starting
     128 ms  web#0     process:online
     128 ms            answer: web#0 online, api#0 online
> wait 100ms
> kill db#0
     230 ms  db#0      process:exited (SIGKILL after 210 ms)
     230 ms  db#0      process:restarting
     230 ms  db#0      process:starting
     231 ms  db#0      process:online
> wait 100ms
> list
    0  web#0     online    restarts 0  up 207 ms  last SIGTERM
    1  api#0     online    restarts 0  up 208 ms  last SIGTERM
    2  db#0      online    restarts 2  up 104 ms  last SIGKILL
