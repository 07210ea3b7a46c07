# start, stop and restart of several at once: one answer when all have settled.
app api
app web
app job
> start api web job
       1 ms  api#0     process:created
       1 ms  web#0     process:created
       1 ms  job#0     process:created
       1 ms  api#0     process:starting
       1 ms  web#0     process:starting
       1 ms  job#0     process:starting
       2 ms  api#0     process:online
       2 ms  web#0     process:online
       2 ms  job#0     process:online
       2 ms            answer: api#0 online, web#0 online, job#0 online
> restart all
       6 ms  api#0     <- SIGTERM
       6 ms  web#0     <- SIGTERM
       6 ms  job#0     <- SIGTERM
       6 ms  api#0     process:stopping
       6 ms  web#0     process:stopping
       6 ms  job#0     process:stopping
       7 ms  api#0     process:exited (SIGTERM after 5 ms)
       7 ms  api#0     process:restarting
       7 ms  api#0     process:starting
       7 ms  web#0     process:exited (SIGTERM after 5 ms)
       7 ms  web#0     process:restarting
       7 ms  web#0     process:starting
       7 ms  job#0     process:exited (SIGTERM after 5 ms)
       7 ms  job#0     process:restarting
       7 ms  job#0     process:starting
       8 ms  api#0     process:online
       8 ms  web#0     process:online
       8 ms  job#0     process:online
       8 ms            answer: api#0 online, web#0 online, job#0 online
> stop api web
      11 ms  api#0     <- SIGTERM
      11 ms  web#0     <- SIGTERM
      11 ms  api#0     process:stopping
      11 ms  web#0     process:stopping
      12 ms  api#0     process:exited (SIGTERM after 4 ms)
      12 ms  api#0     process:stopped (SIGTERM)
      12 ms  web#0     process:exited (SIGTERM after 4 ms)
      12 ms  web#0     process:stopped (SIGTERM)
      12 ms            answer: api#0 stopped, web#0 stopped
> list
    0  api#0     stopped   restarts 1  last SIGTERM
    1  web#0     stopped   restarts 1  last SIGTERM
    2  job#0     online    restarts 1  up 7 ms  last SIGTERM
> delete all
      16 ms  job#0     <- SIGTERM
      16 ms  job#0     process:stopping
      16 ms  api#0     process:deleted
      16 ms  web#0     process:deleted
      17 ms  job#0     process:exited (SIGTERM after 9 ms)
      17 ms  job#0     process:stopped (SIGTERM)
      17 ms  job#0     process:deleted
      17 ms            answer: api#0 stopped, web#0 stopped, job#0 stopped
> list
    nothing
