# od daemon stop ends everything and marks the home halted: what ran comes back only when people ask.
app api
app web
> start api web
       1 ms  api#0     process:created
       1 ms  web#0     process:created
       1 ms  api#0     process:starting
       1 ms  web#0     process:starting
       2 ms  api#0     process:online
       2 ms  web#0     process:online
       2 ms            answer: api#0 online, web#0 online
> shutdown halt
       6 ms  api#0     <- SIGTERM
       6 ms  web#0     <- SIGTERM
       6 ms            engine:stopping
       6 ms  api#0     process:stopping
       6 ms  web#0     process:stopping
       7 ms  api#0     process:exited (SIGTERM after 5 ms)
       7 ms  api#0     process:stopped (SIGTERM)
       7 ms  web#0     process:exited (SIGTERM after 5 ms)
       7 ms  web#0     process:stopped (SIGTERM)
       7 ms            answer: done
> list
    no engine runs

# A boot starts the daemon, not the apps.
> reboot
      10 ms            engine:started (0 runs held)
> list
    0  api#0     stopped   restarts 0  last SIGTERM
    1  web#0     stopped   restarts 0  last SIGTERM

# Whoever starts one app brings back all that ran.
> start api
      16 ms  api#0     process:starting
      16 ms  web#0     process:starting
      17 ms  api#0     process:online
      17 ms            answer: api#0 online
      17 ms  web#0     process:online
> list
    0  api#0     online    restarts 0  up 3 ms  last SIGTERM
    1  web#0     online    restarts 0  up 3 ms  last SIGTERM
