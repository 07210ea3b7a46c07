# The engine is killed while one waits and others end: the next goes on as if nothing had been.
app api needs=db
app db
> spawns take 200ms
> start api db
       6 ms  api#0     process:created
       6 ms  db#0      process:created
       6 ms  db#0      process:starting
       6 ms  api#0     process:waiting (for db (starting))
> engine dies for 10ms
> list
    no engine runs
> wait 1s
      20 ms            engine:recovered (0 runs held)
      20 ms  db#0      process:starting
     206 ms  db#0      process:online
     206 ms  api#0     process:starting
     406 ms  api#0     process:online
> list
    0  api#0     online    restarts 0  up 609 ms
    1  db#0      online    restarts 0  up 809 ms
> spawns take 1ms
> program db deaf
> stop all
    1026 ms  api#0     <- SIGTERM
    1026 ms  api#0     process:stopping
    1026 ms  db#0      process:stopping (ends after api)
    1027 ms  db#0      <- SIGTERM
    1027 ms  api#0     process:exited (SIGTERM after 621 ms)
    1027 ms  api#0     process:stopped (SIGTERM)
    1027 ms  db#0      process:stopping
    1028 ms  db#0      process:exited (SIGTERM after 822 ms)
    1028 ms  db#0      process:stopped (SIGTERM)
    1028 ms            answer: api#0 stopped, db#0 stopped
> engine dies for 10ms
> wait 12s
    1040 ms            engine:recovered (2 runs held)
    1040 ms  api#0     process:exited (SIGTERM after 621 ms)
    1040 ms  api#0     process:stopped (SIGTERM)
    1040 ms  db#0      process:exited (SIGTERM after 822 ms)
    1040 ms  db#0      process:stopped (SIGTERM)
> list
    0  api#0     stopped   restarts 0  last SIGTERM
    1  db#0      stopped   restarts 0  last SIGTERM
