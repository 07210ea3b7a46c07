# After a boot all that was wanted runs again; what was stopped stays stopped. What had given up is tried again.
app api
app web
app bad max=2 strategy=fixed delay=0
> start api web
       1 ms  api#0     process:created
       1 ms  web#0     process:created
       1 ms  api#0     process:starting
       1 ms  web#0     process:starting
       2 ms  api#0     process:online
       2 ms  web#0     process:online
       2 ms            answer: api#0 online, web#0 online
> stop web
       6 ms  web#0     <- SIGTERM
       6 ms  web#0     process:stopping
       7 ms  web#0     process:exited (SIGTERM after 5 ms)
       7 ms  web#0     process:stopped (SIGTERM)
       7 ms            answer: web#0 stopped
> program bad exits 1 after 1ms
> start bad
      16 ms  bad#0     process:created
      16 ms  bad#0     process:starting
      17 ms  bad#0     process:online
      17 ms            answer: bad#0 online
      18 ms  bad#0     process:exited (exit 1 after 1 ms)
      18 ms  bad#0     process:restarting
      18 ms  bad#0     process:starting
      19 ms  bad#0     process:online
      20 ms  bad#0     process:exited (exit 1 after 1 ms)
      20 ms  bad#0     process:errored (2 quick exits, the last exit 1)
> wait 100ms
> list
    0  api#0     online    restarts 0  up 118 ms
    1  web#0     stopped   restarts 0  last SIGTERM
    2  bad#0     errored   restarts 1  last exit 1  2 quick exits, the last exit 1
> program bad stays
> reboot
     125 ms            engine:started (0 runs held)
     125 ms  api#0     process:starting
     125 ms  bad#0     process:starting
     126 ms  api#0     process:online
     126 ms  bad#0     process:online
> wait 100ms
> list
    0  api#0     online    restarts 0  up 104 ms
    1  web#0     stopped   restarts 0  last SIGTERM
    2  bad#0     online    restarts 0  up 104 ms  last exit 1
