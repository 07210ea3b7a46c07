# A stop that was accepted is finished by the next engine, however the last one died.
app api kill=1000
> program api deaf
> start api
       6 ms  api#0     process:created
       6 ms  api#0     process:starting
       7 ms  api#0     process:online
       7 ms            answer: api#0 online
> stop api
      11 ms  api#0     <- SIGTERM
      11 ms  api#0     process:stopping
> engine dies for 300ms
> list
    no engine runs
> wait 2s
     315 ms  api#0     <- SIGTERM
     315 ms            engine:recovered (1 runs held)
     315 ms  api#0     process:stopping
    1315 ms  api#0     <- SIGKILL
    1315 ms  api#0     process:stopping (did not end in time: SIGKILL)
    1316 ms  api#0     process:exited (SIGKILL after 1309 ms)
    1316 ms  api#0     process:stopped (SIGKILL)
> list
    0  api#0     stopped   restarts 0  last SIGKILL
